import type { Chart } from '../fhir/chart.ts';
import { FACT_TYPES } from '../policy/fact-schema.ts';

/** What an answer refers to: a document, or a record of the chart, which speaks for itself; undefined: neither. */
export type Named = 'document' | 'record' | undefined;
/** Looks up what answers refer to; undefined where no chart is at hand. */
export type FindDocument = ((reference: unknown) => Named) | undefined;

/** Resources whose content an answer may tell in codes. */
const DOCUMENTS: readonly string[] = ['DocumentReference', 'DiagnosticReport'];
/** Resources that say it in codes themselves: an answer that refers to one adds nothing to it. */
const RECORDS: readonly string[] = FACT_TYPES.filter((type) => !DOCUMENTS.includes(type));
/** What an answer may name as saying so. */
export const NAMEABLE: readonly string[] = [...DOCUMENTS, ...RECORDS];

export const documentFinder =
  (chart: Chart): Exclude<FindDocument, undefined> =>
  (reference) => {
    const named = chart.find(reference);
    if (named === undefined || !named.hasSubject) return undefined;
    return DOCUMENTS.includes(named.type) ? 'document' : RECORDS.includes(named.type) ? 'record' : undefined;
  };
