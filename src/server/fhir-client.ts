import { readBundle } from '../fhir/bundle.ts';
import type { Failure, FhirAuthorization, FhirClient, Reading, Searching } from '../fhir/client.ts';
import type { Intake } from '../fhir/intake.ts';
import { isObject, text } from '../fhir/json.ts';
import { allowsRead, allowsSearch, smartScopes } from '../fhir/smart-scopes.ts';
import { mayCarryToken, pageUnder, type FhirServer } from './fhir-base.ts';
import type { FhirConnections } from './fhir-connections.ts';
import { answerTo, type Allowance, type Answered } from './fhir-query.ts';
import { inSpan } from './tracing.ts';

export interface FhirAccess {
  readonly server: FhirServer;
  readonly authorization: FhirAuthorization | undefined;
  /** The patient of the call: a token for another one is not used. */
  readonly patientId: string;
  /** Time for all queries of the call. */
  readonly milliseconds: number;
  /** Ends all queries of the call before their time. */
  readonly signal?: AbortSignal | undefined;
}

/** What queries may cost. */
export interface FhirLimits {
  /** Of one query. */
  readonly pages: number;
  /** Of one query, all pages together. */
  readonly resources: number;
  /** Of one query, all pages together, unpacked. */
  readonly bytes: number;
  /** Of all queries of a call together, unpacked. */
  readonly callBytes: number;
}

export const DEFAULT_LIMITS: FhirLimits = {
  pages: 1000,
  resources: 20_000,
  bytes: 32 * 1024 * 1024,
  callBytes: 96 * 1024 * 1024,
};

/** One query as it went out: for logs and metrics, without ids or values. */
export interface QueryLog {
  readonly type: string;
  readonly status: number | undefined;
  readonly milliseconds: number;
  /** None when it was not sent. */
  readonly tries: number;
  readonly failure: Failure['kind'] | undefined;
}

/** The client of one call; its time begins now. */
export function createFhirClient(
  { server, authorization, patientId, milliseconds, signal: left }: FhirAccess,
  connections: FhirConnections,
  log: (query: QueryLog) => void,
  limits: FhirLimits = DEFAULT_LIMITS,
): FhirClient {
  const { base } = server;
  const begun = performance.now();
  const deadline = begun + milliseconds;
  const time = AbortSignal.timeout(milliseconds);
  const signal = left === undefined ? time : AbortSignal.any([left, time]);
  const ofCall: Allowance = { left: limits.callBytes };
  const scopes = authorization?.scope === undefined ? undefined : smartScopes(authorization.scope);
  const headers = {
    accept: 'application/fhir+json, application/json;q=0.9',
    ...(authorization === undefined ? {} : { authorization: `Bearer ${authorization.accessToken}` }),
  };

  const barred = (isInScope: boolean): Failure | undefined => {
    const problem = authorization === undefined ? undefined : tokenProblem(authorization, patientId, base);
    if (problem !== undefined) return { kind: 'forbidden', reason: problem };
    if ((performance.now() - begun) / 1000 >= (authorization?.expiresInSeconds ?? Infinity))
      return { kind: 'forbidden', reason: 'the access token has expired' };
    return isInScope ? undefined : { kind: 'forbidden', reason: 'the access token does not cover it' };
  };

  const get = async (
    url: string,
    type: string,
    isInScope: boolean,
    ofQuery: Allowance,
  ): Promise<{ readonly body: unknown } | { readonly failure: Failure }> => {
    const started = performance.now();
    const bar = barred(isInScope);
    const { outcome, status, tries } =
      bar === undefined
        ? await traced(server, type, () =>
            answerTo(
              { url, headers, signal, deadline, allowances: [ofQuery, ofCall] },
              connections.to(server),
            ),
          )
        : { outcome: { failure: bar }, status: undefined, tries: 0 };
    const failure = failureOf(outcome);
    log({ type, status, tries, milliseconds: performance.now() - started, failure });
    return outcome;
  };

  /** @param wanted the type that was searched for; undefined: any */
  const pages = async (
    first: string,
    type: string,
    wanted: string | undefined,
    isInScope: boolean,
  ): Promise<Searching> => {
    const intakes: Intake[] = [];
    const visited = new Set<string>();
    const ofQuery: Allowance = { left: limits.bytes };
    const cutShort = (reason: string): Searching => ({ intakes, failure: { kind: 'cut-short', reason } });
    for (let url: string | undefined = first; url !== undefined;) {
      if (visited.size >= limits.pages) return cutShort(`it has more than ${limits.pages} pages`);
      if (visited.has(url)) return cutShort('its pages go in a circle');
      visited.add(url);
      const answer = await get(url, type, isInScope, ofQuery);
      if ('failure' in answer)
        return visited.size === 1
          ? { intakes, failure: answer.failure }
          : {
              intakes,
              failure: {
                ...answer.failure,
                kind: 'cut-short',
                reason: `page ${visited.size}: ${answer.failure.reason}`,
              },
            };
      if (!isObject(answer.body) || answer.body['resourceType'] !== 'Bundle')
        return { intakes, failure: { kind: 'unreadable', reason: 'the answer is not a Bundle' } };
      const bundle = readBundle(answer.body, wanted);
      intakes.push(...bundle.intakes);
      if (bundle.problem !== undefined) return cutShort(bundle.problem);
      if (intakes.length > limits.resources) {
        intakes.length = limits.resources;
        return cutShort(`it has more than ${limits.resources} resources`);
      }
      const next = bundle.next === undefined ? undefined : pageUnder(bundle.next, base);
      if (bundle.next !== undefined && next === undefined)
        return cutShort('its next page is on another server');
      url = next;
    }
    return { intakes, failure: undefined };
  };

  return {
    async read(reference): Promise<Reading> {
      const [type = '', id = ''] = reference.split(/\/(.*)/s);
      // `..` as an id would climb to another path of the server.
      if (!/^[A-Z][A-Za-z]+$/.test(type) || /^\.{0,2}$/.test(id))
        return { failure: { kind: 'not-found', reason: 'not a reference to a resource' } };
      const isInScope = scopes === undefined || allowsRead(scopes, type);
      const answer = await get(`${base}/${type}/${encodeURIComponent(id)}`, type, isInScope, {
        left: limits.bytes,
      });
      if ('failure' in answer) return answer;
      const isWanted =
        isObject(answer.body) && answer.body['resourceType'] === type && text(answer.body['id']) === id;
      return isWanted && isObject(answer.body)
        ? { resource: answer.body }
        : { failure: { kind: 'unreadable', reason: `the answer is not ${type}` } };
    },
    search(query) {
      const [type = '', parameters = ''] = query.split(/\?(.*)/s);
      const isInScope = scopes === undefined || allowsSearch(scopes, type, new URLSearchParams(parameters));
      return pages(`${base}/${query}`, type, type, isInScope);
    },
    async pagesFrom(next, types) {
      const url = pageUnder(next, base);
      if (url === undefined)
        return { intakes: [], failure: { kind: 'cut-short', reason: 'its next page is on another server' } };
      const parameters = new URL(url).searchParams;
      const isInScope = scopes === undefined || types.every((type) => allowsSearch(scopes, type, parameters));
      return pages(url, 'next', undefined, isInScope);
    },
  };
}

const failureOf = (outcome: Answered['outcome']): Failure['kind'] | undefined =>
  'failure' in outcome ? outcome.failure.kind : undefined;

/** The span of a query names its server and the type that is asked for: ids and search values stay out of it. */
const traced = ({ base }: FhirServer, type: string, query: () => Promise<Answered>): Promise<Answered> =>
  inSpan(
    `GET ${type}`,
    { 'http.request.method': 'GET', 'url.full': `${base}/${type}` },
    async (span) => {
      const answer = await query();
      const failure = failureOf(answer.outcome);
      span.setAttributes({
        'cartograph.tries': answer.tries,
        ...(answer.status === undefined ? {} : { 'http.response.status_code': answer.status }),
        ...(failure === undefined ? {} : { 'error.type': failure }),
      });
      return answer;
    },
    'client',
  );

/** Why a token is not sent at all. */
function tokenProblem(
  { accessToken, patientId }: FhirAuthorization,
  patientOfCall: string,
  base: string,
): string | undefined {
  if (patientId !== undefined && patientId !== patientOfCall)
    return 'the access token is for another patient';
  if (!/^[\x21-\x7e]+$/.test(accessToken)) return 'the access token cannot be sent';
  return mayCarryToken(base) ? undefined : 'an access token is sent over a secure connection only';
}
