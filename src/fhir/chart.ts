import { clinicalDate, type ClinicalDate } from './clinical-date.ts';
import { isObject, objects, property, text, type JsonObject } from './json.ts';
import { referenceKey, relativeReference } from './reference.ts';
import type { Coding, Terminology } from './terminology.ts';

/** A resource as it came in, with the Bundle entry's `fullUrl` when it had one. */
export interface Intake {
  readonly resource: unknown;
  readonly fullUrl?: string | undefined;
}

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

export interface CodedElement {
  /** FHIR path of the element: `Condition.code`. */
  readonly path: string;
  readonly coding: Coding;
}

/** One resource of the patient's chart, read once. */
export interface ChartRecord extends ClinicalDate {
  readonly reference: string;
  readonly type: string;
  readonly resource: JsonObject;
  readonly codes: readonly CodedElement[];
  /** False when the resource does not say whom it is about. */
  readonly hasSubject: boolean;
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
  /** Records of a type with a code of one of the value sets in an element, in the order of `of`. */
  coded(type: string, path: string, valueSets: readonly string[]): readonly ChartRecord[];
  /** A record by `Type/id` or full URL; undefined when the chart does not hold it. */
  find(reference: unknown): ChartRecord | undefined;
  source(type: string): Source;
  readonly anomalies: readonly ChartAnomaly[];
}

const MORPHOLOGY = 'http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-histology-morphology-behavior';
export const CONDITION_MORPHOLOGY = 'Condition.extension(histology-morphology-behavior)';

/** Types that are about a patient by definition: one that names nobody proves nothing. */
const CLINICAL_TYPES = new Set([
  'Condition',
  'Observation',
  'Procedure',
  'MedicationStatement',
  'MedicationRequest',
  'MedicationAdministration',
  'MedicationDispense',
  'DiagnosticReport',
  'DocumentReference',
  'QuestionnaireResponse',
  'ServiceRequest',
  'CarePlan',
  'EpisodeOfCare',
  'Encounter',
]);

/** Clinical types that say what they are by a code. */
const CODED_TYPES = CLINICAL_TYPES.difference(
  new Set([
    'QuestionnaireResponse',
    'Encounter',
    'MedicationRequest',
    'ServiceRequest',
    'CarePlan',
    'EpisodeOfCare',
  ]),
);

const MEDICATION_PATH = /^Medication(Statement|Request|Administration|Dispense)$/;

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
  for (const record of records) {
    add(byType, record.type, record);
    for (const { path, coding } of record.codes) {
      if (coding.key === undefined) continue;
      const atPath = byCode.get(path) ?? new Map<string, ChartRecord[]>();
      byCode.set(path, atPath);
      add(atPath, coding.key, record);
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

  const position = new Map(records.map((record, index) => [record, index]));
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

interface Held {
  readonly reference: string;
  readonly resource: JsonObject;
}

/**
 * One resource for each reference, whatever the order of arrival: an exact repeat is dropped, of dated versions the
 * latest is kept, and where nothing says which is later all are (`conflicting` holds the further ones).
 */
function collect(intakes: readonly Intake[]): {
  readonly byReference: Map<string, Held>;
  readonly unreadable: number;
  readonly conflicting: readonly Held[];
} {
  const versions = new Map<string, JsonObject[]>();
  const fullUrls = new Map<string, string>();
  let unreadable = 0;
  for (const intake of intakes) {
    const type = text(property(intake.resource, 'resourceType'));
    const fullUrl = text(intake.fullUrl);
    const id = text(property(intake.resource, 'id'));
    const reference = type === undefined ? undefined : id === undefined ? fullUrl : `${type}/${id}`;
    if (!isObject(intake.resource) || reference === undefined) {
      unreadable += 1;
      continue;
    }
    const resource = withoutEngineKeys(intake.resource);
    const known = versions.get(reference) ?? [];
    if (!known.some((other) => sameJson(other, resource))) known.push(resource);
    versions.set(reference, known);
    if (fullUrl !== undefined) fullUrls.set(fullUrl, reference);
  }
  const byReference = new Map<string, Held>();
  const conflicting: Held[] = [];
  for (const [reference, known] of versions) {
    const [first, ...others] = latestVersions(known).map((resource) => ({ reference, resource }));
    if (first !== undefined) byReference.set(reference, first);
    conflicting.push(...others);
  }
  for (const [fullUrl, reference] of fullUrls) {
    const held = byReference.get(reference);
    if (held !== undefined) byReference.set(fullUrl, held);
  }
  return { byReference, unreadable, conflicting };
}

/** fhirpath.js trusts an own property `__path__` on a resource (`fhirpath.md` 1.5). */
function withoutEngineKeys(resource: JsonObject): JsonObject {
  if (!Object.hasOwn(resource, '__path__') && !Object.hasOwn(resource, '__proto__')) return resource;
  return Object.fromEntries(
    Object.entries(resource).filter(([key]) => key !== '__path__' && key !== '__proto__'),
  );
}

/** The latest of the dated versions and all undated ones, in an order of their own. */
function latestVersions(versions: readonly JsonObject[]): readonly JsonObject[] {
  if (versions.length === 1) return versions;
  const updated = ({ meta }: JsonObject): number => Date.parse(text(property(meta, 'lastUpdated')) ?? '');
  const latest = Math.max(...versions.map(updated).filter((time) => !Number.isNaN(time)));
  return versions
    .filter((version) => Number.isNaN(updated(version)) || updated(version) === latest)
    .map((version) => ({ version, printed: JSON.stringify(version) }))
    .sort((a, b) => (a.printed < b.printed ? -1 : 1))
    .map(({ version }) => version);
}

function sameJson(a: unknown, b: unknown, depth = 0): boolean {
  if (Object.is(a, b)) return true;
  if (depth > 32 || typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries(a);
  return (
    left.length === Object.keys(b).length &&
    left.every(([key, value]) => Object.hasOwn(b, key) && sameJson(value, (b as JsonObject)[key], depth + 1))
  );
}

function subjectOf(
  resource: JsonObject,
  type: string,
  patientReference: string,
  resolve: (reference: unknown) => JsonObject | undefined,
): 'patient' | 'other' | 'unstated' {
  if (type === 'Patient')
    return `Patient/${text(resource['id']) ?? ''}` === patientReference ? 'patient' : 'other';
  const named = resource['subject'] ?? resource['patient'] ?? resource['beneficiary'];
  if (named === undefined) return CLINICAL_TYPES.has(type) ? 'unstated' : 'patient';
  const subject = person(named, patientReference, resolve);
  if (subject !== 'patient' || type !== 'Observation') return subject;
  // A result may be a donor's: of another person in focus, or from another person's specimen (facts.md 2.2).
  const contained = text(property(resource['specimen'], 'reference'));
  const specimen =
    contained?.startsWith('#') === true
      ? objects(resource['contained']).find(({ id }) => id === contained.slice(1))
      : resolve(resource['specimen']);
  const others = [...objects(resource['focus']), ...objects(specimen?.['subject'])].filter((item) =>
    /^(Patient|RelatedPerson|Group)\//.test(relativeReference(item) ?? ''),
  );
  return others.some((item) => person(item, patientReference, resolve) === 'other') ? 'other' : 'patient';
}

function person(
  reference: unknown,
  patientReference: string,
  resolve: (reference: unknown) => JsonObject | undefined,
): 'patient' | 'other' | 'unstated' {
  const printed = text(property(reference, 'reference'));
  if (printed === undefined || printed.startsWith('#')) return 'unstated';
  const relative = relativeReference(reference);
  if (relative !== undefined) return relative === patientReference ? 'patient' : 'other';
  const target = resolve(reference);
  return target === undefined
    ? 'unstated'
    : `Patient/${text(target['id']) ?? ''}` === patientReference
      ? 'patient'
      : 'other';
}

/** The codes a resource is found by, with the path they stand at. */
function codedElements(
  resource: JsonObject,
  type: string,
  resolve: (reference: unknown) => JsonObject | undefined,
  terminology: Terminology,
): readonly CodedElement[] {
  const at = (path: string, concept: unknown): readonly CodedElement[] =>
    terminology.codings(concept).map((coding) => ({ path, coding }));
  if (MEDICATION_PATH.test(type)) {
    return medicationCodings(resource, resolve, terminology).map((coding) => ({
      path: `${type}.medication`,
      coding,
    }));
  }
  switch (type) {
    case 'Condition':
      return [
        ...at('Condition.code', resource['code']),
        ...objects(resource['extension'])
          .filter((extension) => extension['url'] === MORPHOLOGY)
          .flatMap((extension) => at(CONDITION_MORPHOLOGY, extension['valueCodeableConcept'])),
      ];
    case 'DiagnosticReport':
      return [
        ...at('DiagnosticReport.code', resource['code']),
        ...at('DiagnosticReport.conclusionCode', resource['conclusionCode']),
      ];
    case 'DocumentReference':
      return [
        ...at('DocumentReference.type', resource['type']),
        ...at('DocumentReference.category', resource['category']),
      ];
    case 'Observation':
    case 'Procedure':
    case 'ServiceRequest':
      return at(`${type}.code`, resource['code']);
    default:
      return [];
  }
}

/**
 * The codings of the drug: inline, contained, or in a Medication of the chart, its ingredients included
 * (one level of reference: a cycle of Medications ends there).
 */
export function medicationCodings(
  resource: JsonObject,
  resolve: (reference: unknown) => JsonObject | undefined,
  terminology: Terminology,
): readonly Coding[] {
  const inline = terminology.codings(resource['medicationCodeableConcept']);
  const medication = medicationOf(resource, resolve);
  if (medication === undefined) return inline;
  const ingredients = objects(medication['ingredient']).flatMap((ingredient) => [
    ...terminology.codings(ingredient['itemCodeableConcept']),
    ...terminology.codings(resolve(ingredient['itemReference'])?.['code']),
  ]);
  return [...inline, ...terminology.codings(medication['code']), ...ingredients];
}

/** The Medication that a resource refers to, contained or elsewhere; undefined when it is not at hand. */
export function medicationOf(
  resource: JsonObject,
  resolve: (reference: unknown) => JsonObject | undefined,
): JsonObject | undefined {
  const reference = text(property(resource['medicationReference'], 'reference'));
  if (reference === undefined) return undefined;
  return reference.startsWith('#')
    ? objects(resource['contained']).find((contained) => contained['id'] === reference.slice(1))
    : resolve(resource['medicationReference']);
}

function byDateThenReference(a: ChartRecord, b: ChartRecord): number {
  const first = a.date?.high ?? -Infinity;
  const second = b.date?.high ?? -Infinity;
  if (first !== second) return first < second ? -1 : 1;
  return a.reference < b.reference ? -1 : a.reference > b.reference ? 1 : 0;
}
