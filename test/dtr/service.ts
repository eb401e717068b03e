import type {
  Bundle as AnyBundle,
  FhirResource,
  OperationOutcome,
  Parameters,
  Questionnaire,
  QuestionnaireResponse,
} from 'fhir/r4.js';
import type { Started } from '../conformance/server.ts';
import type { IdentifiedDetermination } from '../../src/server/determination-store.ts';

/** Calls of the DTR API, as a client makes them. */

export type Bundle = AnyBundle<FhirResource>;

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export async function send<T>(
  server: Pick<Started, 'fetch'>,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer<T>> {
  const response = await server.fetch(path, {
    ...(body === undefined
      ? {}
      : { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }),
    headers: { 'content-type': 'application/fhir+json', ...headers },
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text) as T };
}

export const parameters = (...parameter: readonly object[]): object => ({
  resourceType: 'Parameters',
  parameter,
});

/** The hook request of a fixture, with the sandbox as its FHIR server. */
export const hookRequest = async (server: Pick<Started, 'fetch'>, name: string): Promise<HookRequest> =>
  (await send<HookRequest>(server, `/sandbox/hooks/${name}`)).body;
export interface HookRequest {
  readonly context: { readonly draftOrders: Bundle; readonly patientId: string };
  readonly [element: string]: unknown;
}

export async function determinationsOf(
  server: Pick<Started, 'fetch'>,
  request: unknown,
): Promise<readonly IdentifiedDetermination[]> {
  const { status, body } = await send<{ determinations: readonly IdentifiedDetermination[] }>(
    server,
    '/determinations',
    request,
  );
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body.determinations;
}

/** The packages of an answer, and its outcome. */
export function packagesOf({ parameter = [] }: Parameters): {
  readonly packages: readonly Bundle[];
  readonly outcome: OperationOutcome | undefined;
} {
  const resources = parameter.flatMap(({ resource }) =>
    resource === undefined ? [] : [resource as FhirResource],
  );
  const bundles = resources.flatMap((resource) =>
    resource.resourceType === 'Bundle' ? [resource as Bundle] : [],
  );
  const outcome = resources.flatMap((resource) =>
    resource.resourceType === 'OperationOutcome' ? [resource] : [],
  )[0];
  return { packages: bundles, outcome };
}

export const questionnaireIn = (bundle: Bundle): Questionnaire => {
  const resource = bundle.entry?.[0]?.resource;
  if (resource?.resourceType !== 'Questionnaire') throw new Error('the first entry is no Questionnaire');
  return resource;
};

export const draftIn = (bundle: Bundle): QuestionnaireResponse => {
  const resources = (bundle.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === 'QuestionnaireResponse' ? [resource] : [],
  );
  const [draft] = resources;
  if (draft === undefined || resources.length > 1) throw new Error(`${resources.length} drafts, not one`);
  return draft;
};

export const PACKAGE = '/fhir/Questionnaire/$questionnaire-package';
export const POPULATE = '/fhir/Questionnaire/$populate';
