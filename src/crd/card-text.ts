/** Text on cards: what comes from a chart or a file is made harmless, and cut where it is long. */

/** A card holds fewer than 140 characters of summary. */
const SUMMARY_LIMIT = 139;
const TEXT_LIMIT = 240;

/** Finds what `escaped` may change; letters and punctuation outside of this list as well. Most text has none of it. */
const MAY_NEED_ESCAPING =
  /[^ -~\xA1-\xFF\u2010-\u2027\u2264\u2265]|[&<>\\`*_[\]|~#]|:\/\/|[wW]{3}\.|^ | $| {2}/;

/** Text from a chart or a file, harmless in Markdown and in HTML: one line, no markup, no links of its own. */
export function escaped(value: string): string {
  if (value.length <= TEXT_LIMIT && !MAY_NEED_ESCAPING.test(value)) return value;
  return plain(value, TEXT_LIMIT)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_[\]|~#]/g, '\\$&')
    .replaceAll(/([a-z]):\/\//gi, '$1: //')
    .replaceAll(/\bwww\./gi, 'www. ');
}

/** One line without control characters, those that turn the direction of writing included. */
export const plain = (value: string, limit: number): string =>
  shortened(value.replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069]+|\s+/gu, ' ').trim(), limit);

export function shortened(value: string, limit = SUMMARY_LIMIT): string {
  if (value.length <= limit) return value;
  const cut = value.slice(0, limit - 1);
  // A surrogate pair is not cut in half.
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
