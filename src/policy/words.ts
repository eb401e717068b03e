/** Longer text is prose, not a name. */
const LIMIT = 2000;

/** Text as words: lower case, everything else than letters and digits is a space, one space at each end. */
export const asWords = (value: string): string =>
  ` ${value
    .slice(0, LIMIT)
    .toLowerCase()
    .replaceAll('leukaemia', 'leukemia')
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim()} `;
