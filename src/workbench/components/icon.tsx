/** Icons of 16 by 16, drawn in the colour of the text. Decorative: words stand beside each. */
const PATHS = {
  check: 'M3.5 8.5 6.5 11.5 12.5 4.5',
  cross: 'M4.5 4.5 11.5 11.5 M11.5 4.5 4.5 11.5',
  question: 'M5.75 6 a2.25 2.25 0 1 1 3.4 1.95 C8.3 8.45 8 8.9 8 9.8 M8 12.3 v.1',
  dash: 'M4 8 h8',
  info: 'M8 7.25 v4.25 M8 4.5 v.1',
  warning: 'M8 2.5 14 13 H2 Z M8 6.5 v3 M8 11.3 v.1',
  copy: 'M6 6 V3.5 h6.5 V10 H10 M3.5 6 H10 v6.5 H3.5 Z',
  plus: 'M8 3.5 v9 M3.5 8 h9',
  person: 'M8 8 a2.75 2.75 0 1 0 0-5.5 a2.75 2.75 0 0 0 0 5.5 M2.75 13.5 a5.25 4 0 0 1 10.5 0',
  external: 'M9 3 h4 v4 M13 3 7.5 8.5 M11 9.5 V13 H3 V5 h3.5',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
