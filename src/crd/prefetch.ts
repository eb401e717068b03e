import { CLINICAL_TYPES } from '../fhir/clinical-types.ts';
import { readBundle, type BundleReading } from '../fhir/bundle.ts';
import type { Failure } from '../fhir/client.ts';
import type { Intake } from '../fhir/intake.ts';
import type { Source } from '../fhir/chart.ts';
import { isObject, property, text } from '../fhir/json.ts';
import { isAboutOthers } from '../fhir/subject.ts';
import { guideTemplatesOf } from './guide-prefetch.ts';
import type { Hook, HookRequest } from './hook-request.ts';
import type { Library } from '../policy/library.ts';
import type { ChartQuery } from '../policy/vocabulary.ts';

/** The prefetch templates that we publish: patient, coverage, encounter, and every query of the chart. */
export const templates = (library: Library): Readonly<Record<string, string>> => ({
  patient: 'Patient/{{context.patientId}}',
  coverage: 'Coverage?patient={{context.patientId}}',
  encounter: 'Encounter/{{context.encounterId}}',
  ...Object.fromEntries(library.queries.map((query) => [query.key, templateOf(query)])),
});

/**
 * What a service asks ahead for: `small` is what every call needs, `chart` adds the whole chart on order-sign, for clients
 * whose FHIR server cannot be called, and `guide` is `small` in the expressions of CRD 2.2 (CRD-P-02).
 */
export const PREFETCH_STYLES = ['small', 'chart', 'guide'] as const;
export type PrefetchStyle = (typeof PREFETCH_STYLES)[number];

/**
 * What a service publishes, in plain CDS Hooks 2.0 tokens unless the guide's are asked for. A client runs these on every
 * order of every patient, so they name what every call needs; the chart is queried when an order turns out to be
 * governed (CRD-P-01).
 */
export function templatesOf(
  hook: Hook,
  library: Library,
  style: PrefetchStyle,
): Readonly<Record<string, string>> {
  if (style === 'guide') return guideTemplatesOf(hook);
  const all = templates(library);
  const { patient = '', coverage = '', encounter = '' } = all;
  // The context of order-dispatch has no encounter (CH-X-01).
  if (hook === 'order-dispatch') return { patient, coverage };
  return hook === 'order-sign' && style === 'chart' ? all : { patient, coverage, encounter };
}

const templateOf = ({ type, search }: ChartQuery): string =>
  `${type}?patient={{context.patientId}}${search === undefined ? '' : `&${search}`}`;

/** What a client sent ahead, by what it contains (`realworld.md` 5.1): its keys may be anything. */
export interface Supplied {
  readonly intakes: readonly Intake[];
  /** How each of our own queries was answered; absent when its key was not sent. */
  readonly byKey: ReadonlyMap<string, Source>;
  /** How resource types were answered under keys that are not ours. */
  readonly byType: ReadonlyMap<string, Source>;
  /** How a Bundle with the patient's whole record was answered: a type that it lacks is none, if nobody can be asked. */
  readonly record: Source | undefined;
  /** Resources read by their own key that the client answered for without them, by reference: they are not asked for again. */
  readonly withheld: ReadonlyMap<string, Failure>;
  /** Pages that the client left for us to fetch, with the key or type that they complete. */
  readonly pages: readonly { readonly target: string; readonly type: string; readonly next: string }[];
}

const COMPLETE: Source = { state: 'complete' };

/** Stands for what was supplied and is all about somebody else: a client that mixed up its patients. */
export const FOREIGN: Source = { state: 'failed', reason: 'what was supplied is about another patient' };

export function readPrefetch(
  {
    prefetch,
    hook,
    patientId,
    encounterId,
  }: Pick<HookRequest, 'prefetch' | 'hook' | 'patientId'> & Partial<Pick<HookRequest, 'encounterId'>>,
  library: Library,
): Supplied {
  const intakes: Intake[] = [];
  const byKey = new Map<string, Source>();
  const byType = new Map<string, Source>();
  const pages: { target: string; type: string; next: string }[] = [];
  let record: Source | undefined;
  const refersToOrders = hook === 'order-dispatch' || hook === 'appointment-book';
  const own = new Map([
    ...library.queries
      .filter(({ type }) => !(refersToOrders && ORDER_TYPES.includes(type)))
      .map(({ key, type }) => [key, type] as const),
    ['patient', 'Patient'] as const,
    ['coverage', 'Coverage'] as const,
    ['encounter', 'Encounter'] as const,
  ]);

  const reads = new Map([
    ['patient', `Patient/${patientId}`],
    ['encounter', `Encounter/${encounterId ?? ''}`],
  ]);
  const withheld = new Map<string, Failure>();

  for (const [key, value] of Object.entries(prefetch)) {
    const answer = readValue(value);
    intakes.push(...answer.intakes);
    const ownType = own.get(key);
    const source = isAboutOthers(answer.intakes, `Patient/${patientId}`) ? FOREIGN : answer.source;
    const isOwn =
      ownType !== undefined &&
      (answer.types.size === 0 || (answer.types.size === 1 && answer.types.has(ownType)));
    if (isOwn) {
      byKey.set(key, source);
      const read = reads.get(key);
      if (read !== undefined && answer.intakes.length === 0) withheld.set(read, withoutResource(source));
      if (answer.next !== undefined) pages.push({ target: key, type: ownType, next: answer.next });
      continue;
    }
    const { search } = answer;
    const narrowed = library.queries.find(
      (query) => query.type === search?.type && query.search === search.narrowedBy,
    );
    if (search?.narrowedBy !== undefined && narrowed !== undefined) {
      byKey.set(narrowed.key, source);
      if (answer.next !== undefined)
        pages.push({ target: narrowed.key, type: narrowed.type, next: answer.next });
      continue;
    }
    const isWholeRecord = isRecord(answer, library);
    if (isWholeRecord) record = joint(record, source);
    const isNarrow = (type: string): boolean =>
      search?.narrowedBy !== undefined || (refersToOrders && !isWholeRecord && ORDER_TYPES.includes(type));
    const named = ownType ?? search?.type ?? typeNamedBy(key);
    for (const type of answer.types.size > 0 ? answer.types : named === undefined ? [] : [named]) {
      byType.set(type, joint(byType.get(type), isNarrow(type) ? NARROWED : source));
      if (answer.next !== undefined) pages.push({ target: type, type, next: answer.next });
    }
  }
  return { intakes, byKey, byType, record, withheld, pages };
}

/** CDS Hooks, "Prefetch": null says that there is none, and what failed for the client is not tried again at once. */
const withoutResource = ({ state, reason }: Source): Failure =>
  state === 'complete'
    ? { kind: 'not-found', reason: 'the client has none' }
    : { kind: 'unavailable', reason: reason ?? state };

/**
 * What a hook may refer to instead of carrying it. The client then sends those orders ahead, and nothing tells them from
 * a search of the chart: more of their type may be on file.
 */
const ORDER_TYPES: readonly string[] = ['MedicationRequest', 'ServiceRequest', 'DeviceRequest'];

const NARROWED: Source = { state: 'not-asked', reason: 'a narrower search was supplied' };

/** Two keys for one type: a failure of either is the type's, a search that was answered stands beside one resource. */
const joint = (known: Source | undefined, next: Source): Source =>
  known === undefined || WEIGHT.indexOf(next.state) > WEIGHT.indexOf(known.state) ? next : known;
const WEIGHT: readonly Source['state'][] = ['not-asked', 'complete', 'incomplete', 'failed'];

interface Answer {
  readonly intakes: readonly Intake[];
  readonly types: ReadonlySet<string>;
  readonly source: Source;
  readonly next: string | undefined;
  readonly search: BundleReading['search'];
  readonly isRecord: boolean;
}

/**
 * One Bundle with the Patient and the rest of the chart. A search that brought its Patient along is none: clients do
 * not always mark what they include, so a searchset must hold several types to count.
 */
const isRecord = ({ types, isRecord: isNoSearch }: Answer, { queries }: Library): boolean => {
  const held = new Set(queries.map(({ type }) => type)).intersection(types).size;
  return types.has('Patient') && held >= (isNoSearch ? 1 : 3);
};

function readValue(value: unknown): Answer {
  const empty = {
    intakes: [],
    types: new Set<string>(),
    next: undefined,
    search: undefined,
    isRecord: false,
  };
  // CDS Hooks, "Prefetch": null says that the client has no such data.
  if (value === null) return { ...empty, source: COMPLETE };
  if (Array.isArray(value)) {
    const intakes = (value as readonly unknown[]).map((resource) => ({ resource }));
    return { ...empty, intakes, types: typesOf(intakes), source: COMPLETE };
  }
  const type = text(property(value, 'resourceType'));
  if (!isObject(value) || type === undefined) {
    return { ...empty, source: { state: 'failed', reason: 'not a FHIR resource' } };
  }
  if (type === 'OperationOutcome')
    return { ...empty, source: { state: 'failed', reason: 'the client reported an error' } };
  if (type !== 'Bundle') {
    const isRead = ['Patient', 'Encounter', 'Coverage'].includes(type);
    return {
      ...empty,
      intakes: [{ resource: value }],
      types: new Set([type]),
      source: isRead ? COMPLETE : { state: 'not-asked', reason: 'one resource, not a search' },
    };
  }
  const bundle = readBundle(value);
  const source: Source =
    bundle.problem !== undefined
      ? { state: bundle.intakes.length > 0 ? 'incomplete' : 'failed', reason: bundle.problem }
      : bundle.next === undefined
        ? COMPLETE
        : { state: 'incomplete', reason: 'further pages were not read' };
  return {
    intakes: bundle.intakes,
    types: bundle.matchTypes,
    source,
    next: bundle.problem === undefined ? bundle.next : undefined,
    search: bundle.search,
    isRecord: bundle.isRecord,
  };
}

const typesOf = (intakes: readonly Intake[]): ReadonlySet<string> =>
  new Set(
    intakes
      .map(({ resource }) => text(property(resource, 'resourceType')))
      .filter((type) => type !== undefined),
  );

/** The type that a key such as `procedures` or `conditionBundle` speaks of, for an answer that holds nothing. */
function typeNamedBy(key: string): string | undefined {
  const name = key
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '')
    .replace(/bundle$/, '')
    .replace(/s$/, '');
  return [...CLINICAL_TYPES, 'Coverage', 'Patient'].find((type) => type.toLowerCase() === name);
}
