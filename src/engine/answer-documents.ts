import type { Chart, ChartRecord } from '../fhir/chart.ts';
import { FACT_TYPES } from '../policy/retrieve-schema.ts';
import { presenceStanding } from './usability.ts';

/**
 * What says so: a document, with its resource where it is one of the chart, or a record of the chart, which speaks for
 * itself; undefined: neither.
 */
export type Named =
  | { readonly is: 'document'; readonly document: ChartRecord | undefined }
  | { readonly is: 'record' }
  | undefined;
/** Looks up what answers refer to; undefined where no chart is at hand. */
export type FindDocument = ((reference: unknown) => Named) | undefined;

/** Resources whose content an answer may tell in codes. */
const DOCUMENTS: readonly string[] = ['DocumentReference', 'DiagnosticReport'];
/** Resources that say it in codes themselves: an answer that refers to one adds nothing to it. */
const RECORDS: readonly string[] = FACT_TYPES.filter((type) => !DOCUMENTS.includes(type));
/** What an answer may name as saying so. */
export const NAMEABLE: readonly string[] = [...DOCUMENTS, ...RECORDS];

/** A document must be current and final: one that was replaced or is not signed yet says nothing. */
export const documentFinder =
  (chart: Chart): Exclude<FindDocument, undefined> =>
  (reference) => {
    const named = chart.find(reference);
    if (named === undefined || !named.hasSubject) return undefined;
    if (RECORDS.includes(named.type)) return { is: 'record' };
    return DOCUMENTS.includes(named.type) && presenceStanding(named).standing === 'proof'
      ? { is: 'document', document: named }
      : undefined;
  };
