import { formatDay } from '../fhir/date.ts';
import type { Retrieve } from '../policy/fact.ts';
import { exposureOf, type Span } from './exposure.ts';
import type { FactReader } from './facts.ts';
import { proofOf, type Hit } from './retrieve.ts';
import type { Scope } from './scope.ts';

/** FHIR dates between which something took place; the same twice where the day is known. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

/** What was given or done of one value set. */
export interface CourseRow {
  /** Id of the value set. */
  readonly valueSet: string;
  readonly title: string;
  readonly records: readonly CourseRecord[];
}

export interface CourseRecord {
  readonly reference: string;
  readonly label: string;
  readonly first: Days;
  /** The last dose: a supply may have been taken to its end or not. */
  readonly last: Days;
}

/** @param span with finite ends */
export const daysOf = ({ low, high }: Span): Days => ({ from: formatDay(low), to: formatDay(high) });

/** What retrieves find by the value sets that find it, drugs and procedures apart, earliest first. Undated records have no place. */
export function courseRows(
  retrieves: readonly Retrieve[],
  reader: FactReader,
  scope: Scope,
): { readonly drugs: readonly CourseRow[]; readonly procedures: readonly CourseRow[] } {
  const rows = (list: readonly Retrieve[]): readonly CourseRow[] => {
    const found = new Map<string, Map<string, CourseRecord>>();
    for (const retrieve of list)
      for (const hit of proofOf(reader.hits(retrieve))) {
        const record = courseRecord(hit, scope);
        if (record === undefined) continue;
        for (const id of valueSetsOf(hit, retrieve, scope)) {
          const row = found.get(id) ?? new Map<string, CourseRecord>();
          found.set(id, row.set(record.reference, record));
        }
      }
    return [...found]
      .map(([valueSet, records]) => ({
        valueSet,
        title: scope.library.terminology.valueSets.get(valueSet)?.title ?? valueSet,
        records: [...records.values()].toSorted(byFirst),
      }))
      .toSorted(({ records: [a] }, { records: [b] }) =>
        a === undefined || b === undefined ? 0 : byFirst(a, b),
      );
  };
  return {
    drugs: rows(retrieves.filter(({ resource }) => resource.some((type) => type.startsWith('Medication')))),
    procedures: rows(retrieves.filter(({ resource }) => resource.every((type) => type === 'Procedure'))),
  };
}

const byFirst = (a: CourseRecord, b: CourseRecord): number =>
  a.first.from < b.first.from ? -1 : a.first.from > b.first.from ? 1 : 0;

const valueSetsOf = ({ record }: Hit, { code }: Retrieve, { library: { terminology } }: Scope) =>
  code.filter((id) =>
    record.codes.some(({ coding }) => coding.key !== undefined && terminology.includes([id], coding.key)),
  );

function courseRecord({ record, evidence }: Hit, { library, asOf }: Scope): CourseRecord | undefined {
  const exposure = exposureOf(record, library.ingredients, asOf.high);
  return exposure === null
    ? undefined
    : {
        reference: record.reference,
        label: evidence.display ?? evidence.value,
        first: daysOf(exposure.first),
        last: daysOf(exposure.last),
      };
}
