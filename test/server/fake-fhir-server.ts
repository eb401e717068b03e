import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { searchset, type Json, type Resource } from './charts.ts';

/** A query as it came in. */
export interface Query {
  readonly method: string;
  /** Path and parameters under the base. */
  readonly url: string;
  readonly authorization: string | undefined;
}

export interface FakeFhirServer {
  readonly base: string;
  readonly queries: readonly Query[];
  close(): Promise<void>;
}

/** Answers one query its own way; false leaves it to the chart. */
export type Answering = (
  query: URL,
  response: ServerResponse,
  base: string,
  request: IncomingMessage,
) => boolean;

/** A FHIR server of a chart, listening on a free port under `/fhir`. */
export async function fakeFhirServer(
  resources: readonly Resource[],
  answering: Answering = () => false,
): Promise<FakeFhirServer> {
  const queries: Query[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', base);
    queries.push({
      method: request.method ?? '',
      url: url.href.slice(`${base}/`.length),
      authorization: request.headers.authorization,
    });
    if (!answering(url, response, base, request)) answerFrom(resources, url, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`;
  return {
    base,
    queries,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): true {
  response.writeHead(status, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(body));
  return true;
}

export const outcome = (severity: string, code: string, details: Json = {}): Resource => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity, code, details }],
});

/** Type and id, or type alone, of a query. */
export const targetOf = (url: URL): { readonly type: string; readonly id: string | undefined } => {
  const [type = '', id] = url.pathname.split('/').slice(2).map(decodeURIComponent);
  return { type, id };
};

/** Resources of a type that say they are about the patient; `category` and `code` as the queries ask for them. */
export function matching(resources: readonly Resource[], url: URL): readonly Resource[] {
  const { type } = targetOf(url);
  const patient = `Patient/${url.searchParams.get('patient') ?? ''}`;
  const wanted = url.searchParams.get('category') ?? url.searchParams.get('code')?.split('|')[1];
  return resources.filter((resource) => {
    if (resource.resourceType !== type) return false;
    const subject = (resource['subject'] ?? resource['patient'] ?? resource['beneficiary']) as
      { reference?: string } | undefined;
    return (
      subject?.reference === patient &&
      (wanted === undefined ||
        JSON.stringify([resource['category'], resource['code']]).includes(`"${wanted}"`))
    );
  });
}

function answerFrom(resources: readonly Resource[], url: URL, response: ServerResponse): void {
  const { type, id } = targetOf(url);
  if (id === undefined) {
    sendJson(response, searchset(matching(resources, url)));
    return;
  }
  const found = resources.find((resource) => resource.resourceType === type && resource.id === id);
  if (found === undefined) sendJson(response, outcome('error', 'not-found'), 404);
  else sendJson(response, found);
}
