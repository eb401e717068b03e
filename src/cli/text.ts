/** Lines of text for a terminal: one width, hanging indents, and color laid on after the lines are cut. */

export const WIDTH = 80;

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow';
export type Paint = (style: Style, text: string) => string;

export interface Paragraph {
  /** Printed before the text on its first line, with its own indent. */
  readonly lead: string;
  readonly text: string;
  /** Columns that the further lines are indented by. */
  readonly indent: number;
  readonly leadStyle?: Style;
  readonly style?: Style;
}

/** The paragraph's lines, none wider than `WIDTH` unless one word alone is. */
export function lines({ lead, text, indent, leadStyle, style }: Paragraph, paint: Paint): readonly string[] {
  const painted = (given: Style | undefined, value: string): string =>
    given === undefined || value === '' ? value : paint(given, value);
  const filled = fill(words(text), WIDTH - columns(lead), WIDTH - indent);
  return filled.map((line, index) =>
    index === 0
      ? `${painted(leadStyle, lead)}${painted(style, line)}`.trimEnd()
      : `${' '.repeat(indent)}${painted(style, line)}`,
  );
}

/** Words into lines, the first of which may have another width. */
function fill(all: readonly string[], first: number, rest: number): readonly string[] {
  const filled: string[] = [];
  let line = '';
  for (const word of all) {
    const longer = line === '' ? word : `${line} ${word}`;
    const width = filled.length === 0 ? first : rest;
    // A word too long for any line stays where it is, unless the next line has more room.
    if (columns(longer) <= width || (line === '' && rest <= width)) line = longer;
    else {
      filled.push(line);
      line = word;
    }
  }
  return [...filled, line];
}

/** Text from a chart or a file, harmless to a terminal: no control characters, no marks that reorder what follows. */
const words = (text: string): readonly string[] =>
  text
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .replaceAll(/\p{Cf}/gu, '')
    .trim()
    .split(' ');

const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uFF01-\uFF60]/u;

/** Columns of a terminal that a text takes: none for combining marks, two for East Asian characters and emoji. */
const columns = (text: string): number =>
  [...text].reduce(
    (sum, character) => sum + (/\p{M}/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1),
    0,
  );
