const WORDS: Readonly<Record<string, string>> = {
  '10*3/uL': '10³/µL',
  '/uL': '/µL',
  'umol/L': 'µmol/L',
  'mg/(24.h)': 'mg in 24 h',
  '1': '',
  a: 'years',
};

/** A UCUM code as clinicians print it; one that is not known here stays as it is. */
export const unitWords = (code: string): string => WORDS[code] ?? code;
