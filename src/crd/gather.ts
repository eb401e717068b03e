import { chartOf, createChart, type Chart, type Source } from '../fhir/chart.ts';
import { medicationOf } from '../fhir/coded-elements.ts';
import { createHoldings, type Holdings, type Intake } from '../fhir/intake.ts';
import type { Failure, FhirClient, Searching } from '../fhir/client.ts';
import { isObject, objects, property, type JsonObject } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';
import { isAboutOthers } from '../fhir/subject.ts';
import type { Library } from '../policy/library.ts';
import type { ChartQuery } from '../policy/vocabulary.ts';
import { FOREIGN, type Supplied } from './prefetch.ts';

/**
 * The data of one call: what the client sent ahead, and what its FHIR server adds. Every reading is recorded, so that
 * what was asked, served, failed or cut short shows in the determination.
 */
export interface CallData extends Holdings {
  readonly patientId: string;
  readonly supplied: Supplied;
  /** Undefined when the client offers no FHIR server: then what it did not send is not known. */
  readonly client: FhirClient | undefined;
  readonly library: Library;
  /** Which of a type the client sent ahead: places in `ofType`. */
  readonly ahead: (type: string) => { readonly from: number; readonly to: number };
  /** Reads under way or done, by reference: each is tried once. */
  readonly reads: Map<string, Promise<void>>;
  /** Pages being followed or read, by their link. */
  readonly pages: Map<string, Promise<Source>>;
  /** Reads that failed, by reference. */
  readonly unread: Map<string, Failure>;
}

export function createCallData(
  patientId: string,
  supplied: Supplied,
  client: FhirClient | undefined,
  library: Library,
  fromContext: readonly Intake[],
): CallData {
  const holdings = createHoldings(fromContext);
  const countOf = (type: string): number => holdings.ofType(type).length;
  const before = new Map(holdings.types().map((type) => [type, countOf(type)]));
  holdings.add(supplied.intakes);
  const after = new Map(holdings.types().map((type) => [type, countOf(type)]));
  const withheld = new Map(
    [...supplied.withheld].filter(([reference]) => holdings.resolve(reference) === undefined),
  );
  return {
    patientId,
    supplied,
    client,
    library,
    ...holdings,
    ahead: (type) => ({ from: before.get(type) ?? 0, to: after.get(type) ?? 0 }),
    reads: new Map([...withheld.keys()].map((reference) => [reference, Promise.resolve()])),
    pages: new Map(),
    unread: new Map(withheld),
  };
}

/** Reads what is not at hand, all at once. Failures are kept in `unread`. */
export async function readMissing(data: CallData, references: readonly string[]): Promise<void> {
  const read = async (reference: string): Promise<void> => {
    const reading = await (data.client?.read(reference) ?? { failure: NO_SERVER });
    if ('resource' in reading) data.add([{ resource: reading.resource }]);
    else data.unread.set(reference, reading.failure);
  };
  const wanted = references.filter((reference) => data.resolve(reference) === undefined);
  await Promise.all(
    wanted.map((reference) => {
      const reading = data.reads.get(reference) ?? read(reference);
      data.reads.set(reference, reading);
      return reading;
    }),
  );
}

export const NO_SERVER: Failure = {
  kind: 'unavailable',
  reason: 'not in prefetch, and no FHIR server was offered',
};

/** The patient's Coverages and their payors. `failure` when they could not be read: then nobody can say who pays. */
export async function gatherCoverages(data: CallData): Promise<{ readonly failure: Failure | undefined }> {
  const state = await readSearch(data, 'Coverage', [
    { key: 'coverage', type: 'Coverage', search: undefined },
  ]);
  if (state.state !== 'complete')
    return { failure: { kind: 'unavailable', reason: state.reason ?? state.state } };
  const payors = data
    .ofType('Coverage')
    .flatMap(({ resource }) => objects(property(resource, 'payor')))
    .flatMap((payor) => relativeReference(payor) ?? [])
    .filter((reference) => reference.startsWith('Organization/'));
  await readMissing(data, payors);
  return { failure: undefined };
}

/** The chart with the given resource types read as far as they can be, in parallel. */
export async function gatherChart(
  data: CallData,
  types: readonly string[],
  lost: ReadonlyMap<string, string> = new Map(),
): Promise<Chart> {
  const sources = new Map<string, Source>();
  await Promise.all([
    readMissing(data, [`Patient/${data.patientId}`]),
    ...types.map(async (type) => {
      const queries = data.library.queries.filter((query) => query.type === type);
      const source = await readSearch(data, type, queries);
      // At once, not when all types are there: a slow one must not use up the time for these reads.
      const read = await withReferences(data, type, source);
      const reason = lost.get(type);
      sources.set(type, reason === undefined ? read : { state: 'incomplete', reason });
    }),
  ]);
  const failure = data.unread.get(`Patient/${data.patientId}`);
  sources.set(
    'Patient',
    failure === undefined ? { state: 'complete' } : { state: 'failed', reason: failure.reason },
  );
  return chartOf(data.patientId, data, sources, data.library.terminology);
}

/** A chart of which no type was read. The patient is known when it was sent. */
export function unreadChart(data: CallData, types: readonly string[], reason: string): Chart {
  const patient = data.ofType('Patient');
  const failed: Source = { state: 'failed', reason };
  const sources = new Map<string, Source>(types.map((type) => [type, failed]));
  sources.set('Patient', patient.length > 0 ? { state: 'complete' } : failed);
  return createChart(data.patientId, patient, sources, data.library.terminology);
}

/**
 * What a record is about where it only refers to it: a drug, or the Claim that a payer answered. One that cannot be read
 * leaves open what it would have settled.
 */
async function withReferences(data: CallData, type: string, source: Source): Promise<Source> {
  const { ofType, resolve } = data;
  const unheld = (resource: JsonObject): string | undefined => {
    if (type === 'ClaimResponse') return unheldClaim(resource, data);
    const isHeld =
      resource['medicationReference'] === undefined || medicationOf(resource, resolve) !== undefined;
    return isHeld ? undefined : relativeReference(resource['medicationReference']);
  };
  const unresolved: string[] = [];
  for (const { resource } of ofType(type)) {
    const target = isObject(resource) ? unheld(resource) : undefined;
    if (target !== undefined) unresolved.push(target);
  }
  if (unresolved.length === 0) return source;
  await readMissing(data, unresolved);
  const failures = unresolved.flatMap((target) => data.unread.get(target) ?? []);
  if (failures.length === 0 || source.state !== 'complete') return source;
  // One that the server does not have leaves its record open; one that it failed to give may be asked again.
  const isBroken = failures.some((failure) => failure !== NO_SERVER && failure.kind !== 'not-found');
  return {
    state: isBroken ? 'incomplete' : 'unresolved',
    reason: `${failures.length} refer to a ${type === 'ClaimResponse' ? 'Claim' : 'Medication'} that could not be read`,
  };
}

function unheldClaim({ request }: JsonObject, data: CallData): string | undefined {
  const target = relativeReference(request);
  return target?.startsWith('Claim/') === true && data.resolve(request) === undefined ? target : undefined;
}

/**
 * One resource type: what prefetch answered stands; pages it left are followed; the rest is searched for, the whole
 * type by patient first, and by the narrower queries where the server refuses that.
 */
async function readSearch(data: CallData, type: string, queries: readonly ChartQuery[]): Promise<Source> {
  const { supplied, client } = data;
  // What a client mixed up may be asked for.
  const usable = (source: Source | undefined): Source | undefined =>
    source === FOREIGN && client !== undefined ? undefined : source;
  const answered = await Promise.all(
    queries.map(async ({ key }) => followed(data, key, usable(supplied.byKey.get(key)))),
  );
  // All that we ask for was answered: what another Bundle lacks is beside the point.
  if (queries.length > 0 && answered.every((source) => source?.state === 'complete'))
    return { state: 'complete' };
  const byType = await followed(data, type, usable(supplied.byType.get(type)));
  if (byType !== undefined && byType.state !== 'not-asked') return byType;
  const open = queries.filter(
    (_, index) => answered[index] === undefined || answered[index].state === 'not-asked',
  );
  if (open.length === 0) return joined(answered.filter((source) => source !== undefined));
  if (client === undefined) {
    const known = answered.filter((source) => source !== undefined);
    const broken = known.find(({ state }) => state === 'failed' || state === 'incomplete');
    if (broken === undefined && supplied.record !== undefined && type !== 'Coverage') return supplied.record;
    const single = [byType, ...known].find((source) => source?.state === 'not-asked');
    return broken ?? { state: 'not-asked', reason: single?.reason ?? NO_SERVER.reason };
  }
  const query = (search: string | undefined): string =>
    `${type}?patient=${encodeURIComponent(data.patientId)}${search === undefined ? '' : `&${encodeSearch(search)}`}`;
  const isWholeOpen = open.length === queries.length;
  if (isWholeOpen) {
    const whole = await client.search(query(undefined));
    // A server, or a token, may allow the parts and not the whole.
    const isRefused =
      ['refused', 'forbidden'].includes(whole.failure?.kind ?? '') &&
      queries.some(({ search }) => search !== undefined);
    if (!isRefused) return taken(data, whole);
  }
  const parts = await Promise.all(
    open.map(async ({ search }) => taken(data, await client.search(query(search)))),
  );
  return joined([
    ...answered.filter((source) => source !== undefined && source.state !== 'not-asked'),
    ...parts,
  ] as Source[]);
}

const encodeSearch = (search: string): string => {
  const [name = '', value = ''] = search.split(/=(.*)/s);
  return `${name}=${encodeURIComponent(value)}`;
};

/** Keeps what a search gave, and says how complete that is. */
function taken(data: CallData, { intakes, failure }: Searching): Source {
  data.add(intakes);
  if (failure === undefined)
    return isAboutOthers(intakes, `Patient/${data.patientId}`)
      ? { state: 'failed', reason: 'the server answered about another patient' }
      : { state: 'complete' };
  switch (failure.kind) {
    case 'cut-short':
      return { state: 'incomplete', reason: failure.reason };
    case 'refused':
    case 'not-found':
      return {
        state: 'not-asked',
        reason: `the server does not offer it${failure.status === undefined ? '' : ` (HTTP ${failure.status})`}`,
      };
    case 'forbidden':
    case 'redirect':
    case 'unavailable':
    case 'timeout':
    case 'unreadable':
      return { state: intakes.length > 0 ? 'incomplete' : 'failed', reason: failure.reason };
  }
}

/** Follows the pages that a prefetch answer left to us. */
async function followed(
  data: CallData,
  target: string,
  source: Source | undefined,
): Promise<Source | undefined> {
  const pages = data.supplied.pages.filter((page) => page.target === target);
  if (
    source === undefined ||
    pages.length === 0 ||
    data.client === undefined ||
    source.state !== 'incomplete'
  )
    return source;
  const client = data.client;
  const read = await Promise.all(
    pages.map(({ next }) => {
      // The pages of a whole chart are those of each of its types.
      const types = data.supplied.pages.filter((page) => page.next === next).map(({ type }) => type);
      const reading =
        data.pages.get(next) ?? client.pagesFrom(next, types).then((found) => taken(data, found));
      data.pages.set(next, reading);
      return reading;
    }),
  );
  const failed = read.find(({ state }) => state !== 'complete');
  return failed === undefined
    ? { state: 'complete' }
    : { state: 'incomplete', reason: failed.reason ?? source.reason };
}

/** Several queries together are as good as the worst of them. */
function joined(sources: readonly Source[]): Source {
  for (const state of ['failed', 'incomplete', 'not-asked'] as const) {
    const found = sources.find((source) => source.state === state);
    if (found === undefined) continue;
    const isPartial = state === 'failed' && sources.some((source) => source.state === 'complete');
    return isPartial ? { ...found, state: 'incomplete' } : found;
  }
  return { state: 'complete' };
}
