import { readBundle } from '../fhir/bundle.ts';
import type { Intake, Source } from '../fhir/chart.ts';
import { isObject, property, text } from '../fhir/json.ts';
import type { Library } from '../policy/library.ts';
import type { ChartQuery } from '../policy/vocabulary.ts';

/** The prefetch templates that we publish: patient, coverage, encounter, and every query of the chart. */
export const templates = (library: Library): Readonly<Record<string, string>> => ({
  patient: 'Patient/{{context.patientId}}',
  coverage: 'Coverage?patient={{context.patientId}}',
  encounter: 'Encounter/{{context.encounterId}}',
  ...Object.fromEntries(library.queries.map((query) => [query.key, templateOf(query)])),
});

const templateOf = ({ type, search }: ChartQuery): string =>
  `${type}?patient={{context.patientId}}${search === undefined ? '' : `&${search}`}`;

/** What a client sent ahead, by what it contains (`realworld.md` 5.1): its keys may be anything. */
export interface Supplied {
  readonly intakes: readonly Intake[];
  /** How each of our own queries was answered; absent when its key was not sent. */
  readonly byKey: ReadonlyMap<string, Source>;
  /** How resource types were answered under keys that are not ours. */
  readonly byType: ReadonlyMap<string, Source>;
  /** Pages that the client left for us to fetch, with the key or type that they complete. */
  readonly pages: readonly { readonly target: string; readonly next: string }[];
}

const COMPLETE: Source = { state: 'complete' };

export function readPrefetch(prefetch: Readonly<Record<string, unknown>>, library: Library): Supplied {
  const intakes: Intake[] = [];
  const byKey = new Map<string, Source>();
  const byType = new Map<string, Source>();
  const pages: { target: string; next: string }[] = [];
  const own = new Map([
    ...library.queries.map(({ key, type }) => [key, type] as const),
    ['patient', 'Patient'] as const,
    ['coverage', 'Coverage'] as const,
    ['encounter', 'Encounter'] as const,
  ]);

  for (const [key, value] of Object.entries(prefetch)) {
    const answer = readValue(value);
    intakes.push(...answer.intakes);
    const ownType = own.get(key);
    const isOwn =
      ownType !== undefined &&
      (answer.types.size === 0 || (answer.types.size === 1 && answer.types.has(ownType)));
    if (isOwn) {
      byKey.set(key, answer.source);
      if (answer.next !== undefined) pages.push({ target: key, next: answer.next });
      continue;
    }
    const named = ownType ?? answer.searchedType ?? typeNamedBy(key);
    const types = isWholeChart(answer, library)
      ? new Set([...library.queries.map(({ type }) => type), ...answer.types])
      : answer.types.size > 0
        ? answer.types
        : new Set(named === undefined ? [] : [named]);
    for (const type of types) {
      byType.set(type, joint(byType.get(type), answer.source));
      if (answer.next !== undefined) pages.push({ target: type, next: answer.next });
    }
  }
  return { intakes, byKey, byType, pages };
}

/** Two keys for one type: a failure of either is the type's, a search that was answered stands beside one resource. */
const joint = (known: Source | undefined, next: Source): Source =>
  known === undefined || WEIGHT.indexOf(next.state) > WEIGHT.indexOf(known.state) ? next : known;
const WEIGHT: readonly Source['state'][] = ['not-asked', 'complete', 'incomplete', 'failed'];

interface Answer {
  readonly intakes: readonly Intake[];
  readonly types: ReadonlySet<string>;
  readonly source: Source;
  readonly next: string | undefined;
  readonly searchedType: string | undefined;
  readonly isBundle: boolean;
}

/**
 * One Bundle with the Patient and the rest of the chart: what it lacks, the chart lacks. A Coverage or an order that
 * came with its Patient is none: the _include of a client that does not mark it so.
 */
const isWholeChart = ({ types, isBundle }: Answer, { queries }: Library): boolean =>
  isBundle &&
  types.has('Patient') &&
  queries.some(({ type }) => types.has(type) && type !== 'MedicationRequest' && type !== 'ServiceRequest');

function readValue(value: unknown): Answer {
  const empty = {
    intakes: [],
    types: new Set<string>(),
    next: undefined,
    searchedType: undefined,
    isBundle: false,
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
    return { ...empty, source: { state: 'failed', reason: 'reported by the client' } };
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
  const source: Source = bundle.hasError
    ? { state: bundle.intakes.length > 0 ? 'incomplete' : 'failed', reason: 'reported by the client' }
    : bundle.next === undefined
      ? COMPLETE
      : { state: 'incomplete', reason: 'further pages were not read' };
  return {
    intakes: bundle.intakes,
    types: bundle.matchTypes,
    source,
    next: bundle.hasError ? undefined : bundle.next,
    searchedType: bundle.searchedType,
    isBundle: true,
  };
}

const typesOf = (intakes: readonly Intake[]): ReadonlySet<string> =>
  new Set(
    intakes
      .map(({ resource }) => text(property(resource, 'resourceType')))
      .filter((type) => type !== undefined),
  );

const TYPES = [
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
  'Coverage',
  'Encounter',
  'Patient',
] as const;

/** The type that a key such as `procedures` or `conditionBundle` speaks of, for an answer that holds nothing. */
function typeNamedBy(key: string): string | undefined {
  const name = key
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '')
    .replace(/bundle$/, '')
    .replace(/s$/, '');
  return TYPES.find((type) => type.toLowerCase() === name);
}
