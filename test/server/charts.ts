import { readFileSync } from 'node:fs';

export type Json = { readonly [key: string]: unknown };
/** Anything FHIR, valid or not. */
export type Resource = Json & { readonly resourceType: string; readonly id?: string };

export interface HookBody extends Json {
  readonly hook: string;
  readonly context: Json & { readonly patientId: string };
}

/** A fixture: its chart's resources and its order-sign request. */
export interface StoredChart {
  readonly name: string;
  readonly resources: readonly Resource[];
  readonly request: HookBody;
}

const folder = new URL('../../fhir-fixtures/', import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, folder), 'utf8'));

export function storedChart(name: string): StoredChart {
  const bundle = read(`${name}/chart.json`) as { entry: { resource: Resource }[] };
  return {
    name,
    resources: bundle.entry.map(({ resource }) => resource),
    request: read(`${name}/order-sign.json`) as HookBody,
  };
}

/** A copy without some of its elements. */
export const without = <T extends Json>(json: T, ...elements: readonly string[]): T =>
  Object.fromEntries(Object.entries(json).filter(([key]) => !elements.includes(key))) as T;

export const searchset = (resources: readonly unknown[], more: Json = {}): Json => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resources.map((resource) => ({ resource, search: { mode: 'match' } })),
  ...more,
});

export const ofType = (resources: readonly Resource[], type: string): readonly Resource[] =>
  resources.filter(({ resourceType }) => resourceType === type);

export const referenceOf = ({ resourceType, id }: Resource): string => `${resourceType}/${id ?? ''}`;

/** A request that brings its whole chart as one Bundle, and offers no FHIR server. */
export const withWholeChart = (
  { request }: Pick<StoredChart, 'request'>,
  entries: readonly unknown[],
): HookBody => ({ ...without(request, 'fhirServer'), prefetch: { chart: searchset(entries) } });

/** A request with other draft orders. */
export const withDrafts = (request: HookBody, drafts: readonly unknown[]): HookBody => ({
  ...request,
  context: {
    ...request.context,
    draftOrders: { resourceType: 'Bundle', entry: drafts.map((resource) => ({ resource })) },
  },
});

/** The draft orders of a request. */
export const draftsOf = ({ context }: HookBody): readonly Resource[] =>
  (context['draftOrders'] as { entry: { resource: Resource }[] }).entry.map(({ resource }) => resource);

export const hcpcs = 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets';
export const rxnorm = 'http://www.nlm.nih.gov/research/umls/rxnorm';
