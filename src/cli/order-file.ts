import { DEFAULT_WIRE_VERSION } from '../crd/wire-version.ts';
import { readHookRequest, type HookRequest } from '../crd/hook-request.ts';
import { isObject, text, type JsonObject } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';
import { bundleOf, resourcesOf } from './resource-file.ts';

/** What `--order` may hold: a hook request, or bare orders that are yet to be made one. */
export type Order =
  | { readonly kind: 'request'; readonly request: HookRequest }
  | { readonly kind: 'drafts'; readonly bundle: JsonObject; readonly subject: string | undefined };

/** CRD 2.1.0, "Supported Hooks", order-sign: what may be ordered. */
const ORDER_TYPES = new Set([
  'MedicationRequest',
  'ServiceRequest',
  'DeviceRequest',
  'NutritionOrder',
  'CommunicationRequest',
  'VisionPrescription',
]);

export const isOrder = (resource: JsonObject): boolean =>
  ORDER_TYPES.has(text(resource['resourceType']) ?? '');

/** @returns the order, or what is wrong with it, to follow the name of the file */
export function orderOf(values: readonly unknown[]): Order | { readonly problem: string } {
  const [value] = values;
  if (values.length === 1 && isObject(value) && value['hook'] !== undefined) {
    const request = readHookRequest(value, undefined);
    return 'code' in request
      ? { problem: `is no CDS Hooks request that is served here: ${request.path}: ${request.message}` }
      : { kind: 'request', request };
  }
  const bundle = bundleOf(values, 'draft');
  const resources = resourcesOf(bundle);
  const orders = resources.filter(isOrder);
  if (orders.length === 0) {
    const types = [...new Set(resources.flatMap((resource) => text(resource['resourceType']) ?? []))];
    return {
      problem: `holds ${types.length === 0 ? 'no FHIR resource' : types.join(', ')}: a hook request, a MedicationRequest or a ServiceRequest is needed`,
    };
  }
  const subject = orders
    .map((order) => relativeReference(order['subject']))
    .find((reference) => reference?.startsWith('Patient/') === true);
  return { kind: 'drafts', bundle, subject: subject?.slice('Patient/'.length) };
}

/** The orders of a request, as order-sign would send them. */
export function signRequest(bundle: JsonObject, patientId: string, hookInstance: string): HookRequest {
  return {
    hook: 'order-sign',
    hookInstance,
    patientId,
    userId: undefined,
    encounterId: undefined,
    fhirServer: undefined,
    authorization: undefined,
    prefetch: {},
    version: DEFAULT_WIRE_VERSION,
    configuration: undefined,
    context: { patientId, draftOrders: bundle },
  };
}
