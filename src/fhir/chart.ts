import { clinicalDate, type ClinicalDate } from './clinical-date.ts';
import { CLINICAL_TYPES, CODED_TYPES } from './clinical-types.ts';
import { codedElements, type CodedElement } from './coded-elements.ts';
import { collect, type Intake } from './intake.ts';
import { objects, text, type JsonObject } from './json.ts';
import { referenceKey } from './reference.ts';
import { subjectOf } from './subject.ts';
import type { Terminology } from './terminology.ts';

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

/** One resource of the patient's chart, read once. */
export interface ChartRecord extends ClinicalDate {
  readonly reference: string;
  readonly type: string;
  readonly resource: JsonObject;
  readonly codes: readonly CodedElement[];
  /** False when the resource does not say whom it is about. */
  readonly hasSubject: boolean;
  /** True for a component of an Observation, which is read as a result of its own. */
  readonly isComponent?: true;
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
  /**
   * Records of a type with a code of one of the value sets in an element, in the order of `of`; the components of an
   * Observation too, each as a result of its own.
   */
  coded(type: string, path: string, valueSets: readonly string[]): readonly ChartRecord[];
  /** A record by `Type/id` or full URL; undefined when the chart does not hold it. */
  find(reference: unknown): ChartRecord | undefined;
  source(type: string): Source;
  readonly anomalies: readonly ChartAnomaly[];
}

/**
 * Builds the chart of one patient. Resources about somebody else are left out and counted, relatives' histories are
 * left out; malformed ones stay, so that what can be read in them is read.
 */
export function createChart(
  patientId: string,
  intakes: readonly Intake[],
  sources: ReadonlyMap<string, Source>,
  terminology: Terminology,
): Chart {
  const patientReference = `Patient/${patientId}`;
  const { byReference, unreadable, conflicting } = collect(intakes);
  const resolve = (reference: unknown): JsonObject | undefined => {
    const key = referenceKey(reference);
    return key === undefined ? undefined : byReference.get(key)?.resource;
  };

  const aboutOthers = new Map<string, number>();
  const records: ChartRecord[] = [];
  const recordOf = new Map<JsonObject, ChartRecord>();
  for (const { reference, resource } of conflicting.concat([...new Set(byReference.values())])) {
    const type = text(resource['resourceType']) ?? '';
    const subject = subjectOf(resource, type, patientReference, resolve);
    if (type === 'FamilyMemberHistory') continue;
    if (subject === 'other') {
      aboutOthers.set(type, (aboutOthers.get(type) ?? 0) + 1);
      continue;
    }
    const record: ChartRecord = {
      reference,
      type,
      resource,
      codes: codedElements(resource, type, resolve, terminology),
      hasSubject: subject === 'patient',
      ...clinicalDate(resource, (condition) => resolve(condition['encounter'])),
    };
    records.push(record);
    recordOf.set(resource, record);
  }
  records.sort(byDateThenReference);

  const byType = new Map<string, ChartRecord[]>();
  /** Records by path, and there by `system|code`. */
  const byCode = new Map<string, Map<string, ChartRecord[]>>();
  const unknownSystems = new Map<string, number>();
  const uncoded = new Map<string, number>();
  const add = (map: Map<string, ChartRecord[]>, key: string, record: ChartRecord): void => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [record]);
    else if (list.at(-1) !== record) list.push(record);
  };
  const index = (record: ChartRecord): void => {
    for (const { path, coding } of record.codes) {
      if (coding.key === undefined) continue;
      const atPath = byCode.get(path) ?? new Map<string, ChartRecord[]>();
      byCode.set(path, atPath);
      add(atPath, coding.key, record);
    }
  };
  const position = new Map<ChartRecord, number>();
  for (const record of records) {
    add(byType, record.type, record);
    for (const part of [record, ...componentsOf(record, terminology)]) {
      position.set(part, position.size);
      index(part);
    }
    if (record.codes.length === 0 && CODED_TYPES.has(record.type)) {
      uncoded.set(record.type, (uncoded.get(record.type) ?? 0) + 1);
    }
    const unknown = record.codes.length > 0 && record.codes.every(({ coding }) => coding.key === undefined);
    if (unknown && CLINICAL_TYPES.has(record.type)) {
      const name = record.codes[0]?.coding.unknownSystem ?? '(no system)';
      unknownSystems.set(`${record.type}\n${name}`, (unknownSystems.get(`${record.type}\n${name}`) ?? 0) + 1);
    }
  }

  const coded = (type: string, path: string, valueSets: readonly string[]): readonly ChartRecord[] => {
    const atPath = byCode.get(path);
    const found = new Set<ChartRecord>();
    for (const id of atPath === undefined ? [] : valueSets) {
      const concepts = terminology.valueSets.get(id)?.concepts;
      if (atPath === undefined || concepts === undefined) continue;
      // Whichever is smaller is walked: the codes of the value set, or those that the chart has there.
      const keys =
        concepts.size < atPath.size ? concepts.keys() : [...atPath.keys()].filter((key) => concepts.has(key));
      for (const key of keys)
        for (const record of atPath.get(key) ?? []) if (record.type === type) found.add(record);
    }
    return [...found].sort((a, b) => (position.get(a) ?? 0) - (position.get(b) ?? 0));
  };

  const find = (reference: unknown): ChartRecord | undefined => {
    const resource = resolve(reference);
    return resource === undefined ? undefined : recordOf.get(resource);
  };
  const patient = find(patientReference);
  return {
    patientReference,
    patient: patient?.type === 'Patient' ? patient : null,
    of: (type) => byType.get(type) ?? [],
    coded,
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
              text: `Different resources carry the same id: ${[...new Set(conflicting.map(({ reference }) => reference))].sort().slice(0, 5).join(', ')}. All of them were read.`,
              types: [...new Set(conflicting.map(({ reference }) => reference.split('/')[0] ?? ''))],
            },
          ]),
      ...[...uncoded].map(([type, count]) => ({
        id: 'chart.uncoded',
        text: `${count} ${type} resource(s) carry no code that can be read; they decide nothing.`,
        types: [type],
      })),
      ...[...unknownSystems].map(([key, count]) => {
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

const RESULT = /^(value[A-Z]|dataAbsentReason$|interpretation$)/;

/** Each coded component with its own value, and with all that it shares with the Observation. */
function componentsOf(record: ChartRecord, terminology: Terminology): readonly ChartRecord[] {
  if (record.type !== 'Observation') return [];
  const shared = Object.entries(record.resource).filter(
    ([name]) => name !== 'component' && !RESULT.test(name),
  );
  return objects(record.resource['component']).map((component): ChartRecord => {
    const own = Object.entries(component).filter(([name]) => RESULT.test(name));
    const resource: JsonObject = Object.fromEntries([...shared, ...own, ['code', component['code']]]);
    const codes = codedElements(resource, 'Observation', () => undefined, terminology);
    return { ...record, resource, codes, isComponent: true };
  });
}

function byDateThenReference(a: ChartRecord, b: ChartRecord): number {
  const first = a.date?.high ?? -Infinity;
  const second = b.date?.high ?? -Infinity;
  if (first !== second) return first < second ? -1 : 1;
  return a.reference < b.reference ? -1 : a.reference > b.reference ? 1 : 0;
}
