import { readdirSync, readFileSync } from 'node:fs';
import request from 'supertest';
import type { Service } from '../../src/server/app.ts';
import type { JsonObject } from '../../src/fhir/json.ts';

export interface HookBody extends JsonObject {
  readonly hook: string;
  readonly context: JsonObject;
}

const folder = new URL('../../fhir-fixtures/', import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, folder), 'utf8'));
export const fixtureNames = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'generator')
  .map(({ name }) => name);

export const resourcesOf = (name: string): readonly JsonObject[] =>
  (read(`${name}/chart.json`) as { entry: { resource: JsonObject }[] }).entry.map(({ resource }) => resource);

/** The fixture's order-sign request, its whole chart sent ahead. */
export function orderSign(name: string, more: readonly JsonObject[] = []): HookBody {
  const body = read(`${name}/order-sign.json`) as HookBody;
  return { ...body, fhirServer: null, prefetch: { chart: bundle([...resourcesOf(name), ...more]) } };
}

export const bundle = (resources: readonly unknown[]): JsonObject => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resources.map((resource) => ({ resource })),
});

export const withContext = (body: HookBody, changes: JsonObject): HookBody => ({
  ...body,
  context: { ...body.context, ...changes },
});

export const withConfiguration = (body: HookBody, configuration: unknown, version?: unknown): HookBody => ({
  ...body,
  extension: {
    'davinci-crd.configuration': configuration,
    ...(version === undefined ? {} : { 'davinci-crd.requestedVersion': version }),
  },
});

export const draftsOf = (body: HookBody): readonly JsonObject[] =>
  (body.context['draftOrders'] as { entry: { resource: JsonObject }[] }).entry.map(
    ({ resource }) => resource,
  );

export const withDrafts = (body: HookBody, drafts: readonly unknown[]): HookBody =>
  withContext(body, { draftOrders: bundle(drafts) });

export interface Answer {
  readonly cards: readonly (JsonObject & {
    readonly summary: string;
    readonly detail: string;
    readonly uuid: string;
    readonly source: {
      readonly label: string;
      readonly topic: { readonly system: string; readonly code: string };
    };
    readonly links?: readonly { readonly type: string; readonly url: string; readonly appContext?: string }[];
    readonly suggestions?: readonly {
      readonly label: string;
      readonly uuid: string;
      readonly actions: readonly {
        readonly type: string;
        readonly description: string;
        readonly resource?: JsonObject;
        readonly resourceId?: string;
      }[];
    }[];
  })[];
  readonly systemActions?: readonly {
    readonly type: string;
    readonly description: string;
    readonly resource: JsonObject;
  }[];
}

/** The answer to a hook. @throws Error with the answer when it is not 200 */
export async function answerOf(app: Service, body: HookBody): Promise<Answer> {
  const response = await request(app).post(`/cds-services/${body.hook}`).send(body);
  if (response.status !== 200) throw new Error(`${response.status} ${response.text}`);
  return response.body as Answer;
}

export const COVERAGE_INFORMATION =
  'http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-coverage-information';

export type Part = JsonObject & { readonly url: string };

/** The coverage-information extensions of a resource. */
export const statementsOf = (resource: JsonObject | undefined): readonly (readonly Part[])[] =>
  ((resource?.['extension'] as { url: string; extension: Part[] }[] | undefined) ?? [])
    .filter(({ url }) => url === COVERAGE_INFORMATION)
    .map(({ extension }) => extension);

/** The parts of a statement as `url: value`, for reading; reasons by their code only. */
export const told = (statement: readonly Part[] | undefined): readonly string[] =>
  (statement ?? [])
    .filter(({ url }) => !['coverage', 'date', 'coverage-assertion-id', 'billingCode'].includes(url))
    .map(({ url, ...value }) => {
      if (url !== 'reason') return `${url}: ${String(Object.values(value)[0])}`;
      const concept = value['valueCodeableConcept'] as { coding?: { code: string }[]; text?: string };
      return `reason: ${concept.coding?.[0]?.code ?? 'text'}`;
    });
