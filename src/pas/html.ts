/** HTML in which nothing of a chart can be more than text. */

/** Markup that was made by `html`. */
export interface Markup {
  readonly markup: string;
}

type Part = string | Markup | readonly Markup[];

/** A template whose values are escaped, unless they are markup themselves. */
export const html = (fixed: TemplateStringsArray, ...parts: readonly Part[]): Markup => ({
  markup: String.raw({ raw: fixed }, ...parts.map(markupOf)),
});

export const NOTHING: Markup = { markup: '' };

const markupOf = (part: Part): string => {
  if (typeof part === 'string') return escaped(part);
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('');
};

/** Characters that mean something in HTML, in text and attributes; those that draw nothing or turn the line around go. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}]/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
