/** True, false, or null for unknown: CQL's null, FHIRPath's empty collection. `undefined` never means unknown. */
export type Truth = boolean | null;

/** Strong Kleene conjunction: one false settles it; failing that, one null leaves it open. */
export const all = (parts: readonly Truth[]): Truth =>
  parts.includes(false) ? false : parts.includes(null) ? null : true;

/** Strong Kleene disjunction: one true settles it; failing that, one null leaves it open. */
export const any = (parts: readonly Truth[]): Truth =>
  parts.includes(true) ? true : parts.includes(null) ? null : false;

export const not = (truth: Truth): Truth => (truth === null ? null : !truth);
