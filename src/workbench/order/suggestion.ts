import { isObject, text, type JsonObject } from '../../fhir/json.ts';
import type { HookBody } from '../api.ts';
import { draftOrders, referenceOf, withDraftOrders } from '../hook-body.ts';

/** CDS Hooks 2.0.1, "Action": what a client does when a suggestion is accepted. */
export interface Action {
  readonly type: string;
  readonly description: string;
  readonly resource?: JsonObject;
  readonly resourceId?: string | readonly string[];
}

/** What may stand among draft orders (CRD, "Supported Hooks", order-sign); all else an EHR files elsewhere. */
const ORDER_TYPES = [
  'CommunicationRequest',
  'DeviceRequest',
  'MedicationRequest',
  'NutritionOrder',
  'ServiceRequest',
  'VisionPrescription',
];

/** @returns the request with its drafts created, updated and deleted, and the resources that are no orders */
export function acted(
  request: HookBody,
  actions: readonly Action[],
): { readonly request: HookBody; readonly filed: readonly JsonObject[] } {
  const filed: JsonObject[] = [];
  let orders = draftOrders(request);
  for (const { type, resource, resourceId } of actions) {
    if (type === 'delete') {
      const gone = [resourceId ?? []].flat();
      orders = orders.filter((order) => !gone.includes(referenceOf(order)));
    } else if (isObject(resource)) {
      const reference = referenceOf(resource);
      if (!ORDER_TYPES.includes(text(resource['resourceType']) ?? '')) filed.push(resource);
      else if (type === 'update')
        orders = orders.map((order) => (referenceOf(order) === reference ? resource : order));
      else orders = [...orders, resource];
    }
  }
  return { request: withDraftOrders(request, orders), filed };
}
