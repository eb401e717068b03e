import type { Bundle as AnyBundle, ClaimResponse, FhirResource } from 'fhir/r4.js';
import { objects, property, text } from '../../src/fhir/json.ts';
import type { Started } from '../conformance/server.ts';
import { send } from '../dtr/service.ts';

/** Requests for authorization and their answers, as a client makes and reads them. */

export type Bundle = AnyBundle<FhirResource>;

export const SUBMIT = '/fhir/Claim/$submit';
export const INQUIRE = '/fhir/Claim/$inquire';

export async function requestBundle(
  server: Pick<Started, 'fetch'>,
  determination: string | undefined,
): Promise<Bundle> {
  const { status, body } = await send<Bundle>(
    server,
    `/determinations/${determination ?? ''}/prior-authorization`,
  );
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

export async function submitted(server: Pick<Started, 'fetch'>, bundle: unknown): Promise<Bundle> {
  const { status, body } = await send<Bundle>(server, SUBMIT, bundle);
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

/** The review of the first line: X12 306, the authorization number, and what is said to it. */
export function reviewIn(bundle: Bundle): {
  readonly action: string | undefined;
  readonly number: string | undefined;
  readonly notes: readonly string[];
} {
  const response = bundle.entry?.[0]?.resource as ClaimResponse;
  const review = objects(response.item?.[0]?.adjudication[0]?.extension).flatMap(({ extension }) =>
    objects(extension),
  );
  const concept = review.find(({ url }) => (text(url) ?? '').endsWith('/extension-reviewActionCode'))?.[
    'valueCodeableConcept'
  ];
  return {
    action: text(objects(property(concept, 'coding'))[0]?.['code']),
    number: text(review.find(({ url }) => url === 'number')?.['valueString']),
    notes: (response.processNote ?? []).map((note) => note.text),
  };
}

/** What an order-sign call says of the coverage of its first order, by the name of each part. */
export async function statementOf(
  server: Pick<Started, 'fetch'>,
  request: unknown,
): Promise<Readonly<Record<string, unknown>>> {
  const { body } = await send<{ systemActions?: readonly { resource: unknown }[] }>(
    server,
    '/cds-services/order-sign',
    request,
  );
  const [extension] = objects(property(body.systemActions?.[0]?.resource, 'extension'));
  return Object.fromEntries(
    objects(extension?.['extension']).map(({ url, ...value }) => [text(url) ?? '', Object.values(value)[0]]),
  );
}
