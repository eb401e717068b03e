/** The only style of the printed summary: black on white, letter or A4, small enough for two pages. */
export const SUMMARY_STYLE = `
@page { margin: 11mm 11mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.2rem; max-width: 52rem; font: 8.4pt/1.25 system-ui, sans-serif; color: #111; background: #fff; overflow-wrap: anywhere; }
h1 { font-size: 14pt; margin: 0 0 .15rem; }
h2 { font-size: 10pt; margin: .6rem 0 .2rem; padding-bottom: .1rem; border-bottom: 1px solid #777; break-after: avoid; }
p { margin: .15rem 0; }
ul { margin: .15rem 0; padding-left: 1.1rem; columns: 17rem; column-gap: 1.8rem; }
li { break-inside: avoid; }
dl { display: grid; grid-template-columns: 8.5rem 1fr; gap: .05rem .6rem; margin: .15rem 0; }
dt { color: #444; }
dd { margin: 0; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 0 1.2rem; }
table { width: 100%; border-collapse: collapse; font-size: 7.6pt; line-height: 1.16; }
th, td { text-align: left; vertical-align: top; padding: .12rem .45rem .12rem 0; border-bottom: 1px solid #ccc; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
td:first-child { width: 40%; }
td:nth-child(2) { width: 9%; font-weight: 600; }
.part td:first-child { padding-left: 1rem; }
.place, footer { color: #444; }
.place { font-size: 7.1pt; }
footer { margin-top: .5rem; font-size: 7.2pt; }
@media print { body { padding: 0; max-width: none; } }
`;
