import { readBundle } from '../fhir/bundle.ts';
import type { Intake } from '../fhir/intake.ts';
import type { Failure, FhirClient, Reading, Searching } from '../fhir/client.ts';
import { isObject, text } from '../fhir/json.ts';

/**
 * Reads the EHR's FHIR server with Node's own `fetch`: a call needs three things that FHIR client packages do not give
 * together, one deadline for all of its queries, pages followed on the same server only, and failures as values.
 */

export interface FhirAccess {
  /** Base URL without a trailing slash. */
  readonly base: string;
  readonly accessToken: string | undefined;
  /** Ends every query of the call. */
  readonly signal: AbortSignal;
}

/** What one query may cost. */
export interface FhirLimits {
  readonly pages: number;
  /** Resources of one search, all pages together. */
  readonly resources: number;
  /** Bytes of one answer. */
  readonly bytes: number;
}

export const DEFAULT_LIMITS: FhirLimits = { pages: 1000, resources: 20_000, bytes: 32 * 1024 * 1024 };

/** One query as it went out: for logs and metrics, without ids or values. */
export interface QueryLog {
  readonly type: string;
  readonly status: number | undefined;
  readonly milliseconds: number;
  readonly failure: Failure['kind'] | undefined;
}

type Got = { readonly body: unknown } | { readonly failure: Failure };

export function createFhirClient(
  { base, accessToken, signal }: FhirAccess,
  log: (query: QueryLog) => void,
  limits: FhirLimits = DEFAULT_LIMITS,
): FhirClient {
  const get = async (url: string, type: string): Promise<Got> => {
    const started = performance.now();
    let status: number | undefined;
    const done = (answer: Got): Got => {
      const failure = 'failure' in answer ? answer.failure.kind : undefined;
      log({ type, status, milliseconds: performance.now() - started, failure });
      return answer;
    };
    try {
      const response = await fetch(url, {
        headers: {
          accept: 'application/fhir+json, application/json;q=0.9',
          ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
        },
        redirect: 'error',
        signal,
      });
      status = response.status;
      const content = await limitedText(response, limits.bytes);
      if (!response.ok) return done({ failure: httpFailure(response.status) });
      if (content === undefined)
        return done({ failure: { kind: 'cut-short', reason: 'the answer is too large' } });
      return done({ body: JSON.parse(content) as unknown });
    } catch (error) {
      return done({ failure: thrownFailure(error, signal) });
    }
  };

  const pages = async (first: string, type: string): Promise<Searching> => {
    const intakes: Intake[] = [];
    const visited = new Set<string>();
    let url: string | undefined = first;
    while (url !== undefined) {
      if (visited.size >= limits.pages)
        return { intakes, failure: { kind: 'cut-short', reason: `more than ${limits.pages} pages` } };
      if (visited.has(url))
        return { intakes, failure: { kind: 'cut-short', reason: 'its pages go in a circle' } };
      visited.add(url);
      const answer: Got = await get(url, type);
      if ('failure' in answer) {
        const { kind, reason } = answer.failure;
        return {
          intakes,
          failure:
            visited.size > 1
              ? { kind: 'cut-short', reason: `page ${visited.size}: ${reason}` }
              : { kind, reason },
        };
      }
      if (!isObject(answer.body) || answer.body['resourceType'] !== 'Bundle') {
        return { intakes, failure: { kind: 'unreadable', reason: 'the answer is not a Bundle' } };
      }
      const bundle = readBundle(answer.body);
      intakes.push(...bundle.intakes);
      if (bundle.hasError)
        return {
          intakes,
          failure: { kind: 'cut-short', reason: 'the server reported an error in its answer' },
        };
      if (intakes.length > limits.resources) {
        return {
          intakes: intakes.slice(0, limits.resources),
          failure: { kind: 'cut-short', reason: `more than ${limits.resources} resources` },
        };
      }
      const next = bundle.next === undefined ? undefined : sameServer(bundle.next, base);
      if (bundle.next !== undefined && next === undefined) {
        return { intakes, failure: { kind: 'cut-short', reason: 'its next page is on another server' } };
      }
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
      const answer = await get(`${base}/${type}/${encodeURIComponent(id)}`, type);
      if ('failure' in answer) return answer;
      const isWanted =
        isObject(answer.body) && answer.body['resourceType'] === type && text(answer.body['id']) === id;
      return isWanted && isObject(answer.body)
        ? { resource: answer.body }
        : { failure: { kind: 'unreadable', reason: `the answer is not ${type}` } };
    },
    search: (query) => pages(`${base}/${query}`, query.split('?')[0] ?? ''),
    async pagesFrom(next) {
      const url = sameServer(next, base);
      return url === undefined
        ? { intakes: [], failure: { kind: 'cut-short', reason: 'its next page is on another server' } }
        : pages(url, 'next');
    },
  };
}

/** A `next` link as an absolute URL, when it stays on the server and under its base path: the token goes nowhere else. */
function sameServer(next: string, base: string): string | undefined {
  const home = new URL(`${base}/`);
  if (!URL.canParse(next, home.href)) return undefined;
  const url = new URL(next, home);
  const isUnderBase =
    url.pathname === home.pathname.replace(/\/$/, '') || url.pathname.startsWith(home.pathname);
  return url.origin === home.origin && isUnderBase ? url.href : undefined;
}

/** The body as text, or undefined when it is larger than allowed. */
async function limitedText(response: Response, bytes: number): Promise<string | undefined> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let size = 0;
  let content = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > bytes) return undefined;
    content += decoder.decode(chunk, { stream: true });
  }
  return content + decoder.decode();
}

function httpFailure(status: number): Failure {
  const reason = `HTTP ${status}`;
  if (status === 401 || status === 403) return { kind: 'forbidden', reason };
  if (status === 404 || status === 410) return { kind: 'not-found', reason };
  if ([400, 405, 422, 501].includes(status)) return { kind: 'refused', reason };
  return { kind: 'unavailable', reason };
}

function thrownFailure(error: unknown, signal: AbortSignal): Failure {
  if (signal.aborted) return { kind: 'timeout', reason: 'timed out' };
  if (error instanceof SyntaxError) return { kind: 'unreadable', reason: 'the answer is not JSON' };
  return { kind: 'unavailable', reason: 'no connection, or a redirect' };
}
