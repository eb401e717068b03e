import { CLINICAL_TYPES, CODED_TYPES } from './clinical-types.ts';
import { createCodeIndex } from './code-index.ts';
import { createHoldings, type Holdings, type Intake } from './intake.ts';
import { objects, text, type JsonObject } from './json.ts';
import { byDateThenReference, componentRecord, ReadRecord, type ChartRecord } from './record.ts';
import { subjectOf } from './subject.ts';
import type { Terminology } from './terminology.ts';

export type { ChartRecord } from './record.ts';

/**
 * How much of a resource type was read. `not-asked`: neither supplied nor offered by the server; `unresolved`: read,
 * but some of it refers to Medications that are not at hand. Both leave open what they could have settled; a source
 * that failed or was cut short also takes back what the rest would have settled.
 */
export interface Source {
  readonly state: 'complete' | 'incomplete' | 'failed' | 'not-asked' | 'unresolved';
  /** Why it is not complete: a short code or sentence without patient data. */
  readonly reason?: string | undefined;
}

/** Something about the chart that its reader must know. */
export interface ChartAnomaly {
  readonly id: string;
  readonly text: string;
  readonly types: readonly string[];
}

/** What is known of one patient for one call: resources by type and code, and how completely they were read. */
export interface Chart {
  readonly patientReference: string;
  readonly patient: ChartRecord | null;
  /** Records of a type, by date and reference. */
  of(type: string): readonly ChartRecord[];
  /** How many records of a type there are. */
  count(type: string): number;
  /**
   * Records with a code of one of the value sets in an element (`Condition.code`), in the order of `of`; the components
   * of an Observation too, each as a result of its own.
   */
  coded(path: string, valueSets: readonly string[]): readonly ChartRecord[];
  /** A record by `Type/id` or full URL; undefined when the chart does not hold it. */
  find(reference: unknown): ChartRecord | undefined;
  source(type: string): Source;
  readonly anomalies: readonly ChartAnomaly[];
}

interface OfType {
  readonly records: ReadRecord[];
  isSorted: boolean;
  /** Made when a record of the type is first referred to. */
  byResource: ReadonlyMap<JsonObject, ReadRecord> | undefined;
}

/**
 * Builds the chart of one patient. Resources about somebody else are left out and counted, relatives' histories are
 * left out; malformed ones stay, so that what can be read in them is read.
 */
export const createChart = (
  patientId: string,
  intakes: readonly Intake[],
  sources: ReadonlyMap<string, Source>,
  terminology: Terminology,
): Chart => chartOf(patientId, createHoldings(intakes), sources, terminology);

/**
 * The same of what a call holds: one pass over it, in which each resource is asked whom it is about and for its codes.
 * Dates, order and all else that only some records are asked for is read when it is asked for.
 */
export function chartOf(
  patientId: string,
  { visit, resolve }: Holdings,
  sources: ReadonlyMap<string, Source>,
  terminology: Terminology,
): Chart {
  const patientReference = `Patient/${patientId}`;
  const index = createCodeIndex(terminology, resolve);

  const aboutOthers = new Map<string, number>();
  const byType = new Map<string, OfType>();
  const unknownSystems = new Map<string, number>();
  const uncoded = new Map<string, number>();
  let ordinal = 0;
  const { conflicting, unreadable } = visit((resource, type, reference) => {
    if (type === 'FamilyMemberHistory') return;
    const subject = subjectOf(resource, type, patientReference, resolve);
    if (subject === 'other') {
      aboutOthers.set(type, (aboutOthers.get(type) ?? 0) + 1);
      return;
    }
    const hasSubject = subject === 'patient';
    const record = new ReadRecord(resource, type, reference, hasSubject, ordinal++, resolve, terminology);
    const ofType = byType.get(type);
    if (ofType === undefined) byType.set(type, { records: [record], isSorted: false, byResource: undefined });
    else ofType.records.push(record);
    const coded = index.add(record);
    if (type === 'Observation' && resource['component'] !== undefined)
      for (const component of objects(resource['component']))
        if (index.lists(component['code']))
          index.add(componentRecord(record, component, ordinal++, terminology));
    if (coded === 'uncoded' && CODED_TYPES.has(type)) uncoded.set(type, (uncoded.get(type) ?? 0) + 1);
    if (coded === 'not-understood' && CLINICAL_TYPES.has(type)) {
      const name = record.codes[0]?.coding.unknownSystem ?? '(no system)';
      unknownSystems.set(`${type}\n${name}`, (unknownSystems.get(`${type}\n${name}`) ?? 0) + 1);
    }
  });

  const find = (reference: unknown): ChartRecord | undefined => {
    const resource = resolve(reference);
    const ofType = byType.get(text(resource?.['resourceType']) ?? '');
    if (resource === undefined || ofType === undefined) return undefined;
    ofType.byResource ??= new Map(ofType.records.map((record) => [record.resource, record]));
    return ofType.byResource.get(resource);
  };
  const patient = find(patientReference);
  return {
    patientReference,
    patient: patient?.type === 'Patient' ? patient : null,
    of(type) {
      const ofType = byType.get(type);
      if (ofType === undefined) return [];
      if (!ofType.isSorted) ofType.records.sort(byDateThenReference);
      ofType.isSorted = true;
      return ofType.records;
    },
    count: (type) => byType.get(type)?.records.length ?? 0,
    coded: index.find,
    find,
    source: (type) => sources.get(type) ?? { state: 'not-asked' },
    anomalies: [
      ...[...aboutOthers].sort().map(([type, count]) => ({
        id: 'chart.other-patient',
        text:
          type === 'Patient'
            ? 'The chart that was supplied holds another Patient than the one of this call; it was left out.'
            : `${count} ${type} resource(s) are about somebody else than this patient; they were left out.`,
        types: [type],
      })),
      ...(unreadable === 0
        ? []
        : [
            {
              id: 'chart.unreadable',
              text: `${unreadable} entries are not FHIR resources with a type and an id; they were left out.`,
              types: [],
            },
          ]),
      ...(conflicting.length === 0
        ? []
        : [
            {
              id: 'chart.duplicate-id',
              text: `Different resources carry the same id: ${[...new Set(conflicting)].sort().slice(0, 5).join(', ')}. All of them were read.`,
              types: [...new Set(conflicting.map((reference) => reference.split('/')[0] ?? ''))],
            },
          ]),
      ...[...uncoded].sort().map(([type, count]) => ({
        id: 'chart.uncoded',
        text: `${count} ${type} resource(s) carry no code that can be read; they decide nothing.`,
        types: [type],
      })),
      ...[...unknownSystems].sort().map(([key, count]) => {
        const [type = '', system = ''] = key.split('\n');
        return {
          id: 'chart.code-system',
          text: `${count} ${type} resource(s) are coded only in a system that is not understood (${system}); they decide nothing.`,
          types: [type],
        };
      }),
    ],
  };
}
