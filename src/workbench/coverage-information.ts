import { objects, text, type JsonObject } from '../fhir/json.ts';
import type { Exchange } from './api.ts';
import { draftOrders, referenceOf } from './hook-body.ts';

/** The extension in which order-sign answers about an order (Da Vinci CRD, "Coverage Information"). */
export const COVERAGE_INFORMATION =
  'http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-coverage-information';

/** The coverage information on an order, one extension for each coverage. */
export const coverageInformation = (order: JsonObject): readonly JsonObject[] =>
  objects(order['extension']).filter((extension) => extension['url'] === COVERAGE_INFORMATION);

/** Ids of the determinations that an order's coverage information stands for. */
export const assertionIds = (order: JsonObject): readonly string[] =>
  coverageInformation(order).flatMap(
    (extension) =>
      text(
        objects(extension['extension']).find(({ url }) => url === 'coverage-assertion-id')?.['valueString'],
      ) ?? [],
  );

/** The draft orders as the answer leaves them: one that it says nothing new of comes back without an update. */
export function ordersAfter({
  request,
  answer,
}: Pick<Exchange, 'request' | 'answer'>): readonly JsonObject[] {
  const updates = new Map(
    (answer.systemActions ?? []).map(({ resource }) => [referenceOf(resource), resource]),
  );
  return draftOrders(request).map((order) => updates.get(referenceOf(order)) ?? order);
}
