import { evaluateRequest } from '../crd/evaluate.ts';
import { MissingData, type Evaluation } from '../crd/evaluation.ts';
import type { JsonObject } from '../fhir/json.ts';
import type { HookRequest } from '../crd/hook-request.ts';
import type { WireVersion } from '../crd/wire-version.ts';
import type { Library } from '../policy/library.ts';

/** Orders outside a hook call, with all that is to be known of their patient. */
export interface OrdersAtHand {
  /** `Patient/id`. */
  readonly patient: string;
  readonly orders: readonly JsonObject[];
  /** As in a hook call; there is no FHIR server to ask for more. */
  readonly prefetch: HookRequest['prefetch'];
  readonly hookInstance: string;
  readonly version: WireVersion;
}

/**
 * The same evaluation as for an order-sign call.
 * @returns in words what data it lacks, where it cannot be evaluated
 */
export async function evaluateOrders(
  { patient, orders, prefetch, hookInstance, version }: OrdersAtHand,
  library: Library,
  asOf: string,
): Promise<Evaluation | { readonly lacking: string }> {
  try {
    return await evaluateRequest(
      {
        hook: 'order-sign',
        hookInstance,
        patientId: patient.slice('Patient/'.length),
        encounterId: undefined,
        userId: undefined,
        fhirServer: undefined,
        authorization: undefined,
        prefetch,
        context: {
          draftOrders: { resourceType: 'Bundle', entry: orders.map((resource) => ({ resource })) },
        },
        version,
        configuration: undefined,
      },
      library,
      undefined,
      asOf,
    );
  } catch (error) {
    if (error instanceof MissingData) return { lacking: error.message };
    throw error;
  }
}
