import { objects, text, type JsonObject } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';
import { MissingData } from './evaluation.ts';
import { readMissing, type CallData } from './gather.ts';
import { contextEntries, dispatchedOrders, type HookRequest } from './hook-request.ts';
import type { HookOrder } from './order.ts';

/** The orders of a hook, and those that it names and nobody sent. */
export interface Asked {
  readonly orders: readonly HookOrder[];
  readonly lost: readonly string[];
}

/**
 * The orders that the hook asks about: drafts, for order-select the selected ones, dispatched or booked ones.
 * @param sent what the call brought, for hooks that bring their orders elsewhere than in the context
 */
export async function hookOrders(
  request: HookRequest,
  sent: () => CallData,
  isPayerEndpoint: boolean,
): Promise<Asked> {
  const drafts = contextEntries(request.context, 'draftOrders').flatMap((entry, index) => {
    const resource = entry['resource'];
    return objects(resource).map((order) => ({
      reference: draftReference(order, entry, index),
      fullUrl: text(entry['fullUrl']),
      resource: order,
      appointment: undefined,
    }));
  });
  switch (request.hook) {
    case 'order-sign':
      return { orders: drafts.filter(isOpen), lost: [] };
    case 'order-select': {
      const selections = new Set(objectsOrTexts(request.context['selections']));
      const selected = drafts
        .filter(isOpen)
        .filter(
          ({ reference, fullUrl }) =>
            selections.has(reference) || (fullUrl !== undefined && selections.has(fullUrl)),
        );
      return { orders: selected, lost: [] };
    }
    case 'order-dispatch': {
      const references = dispatchedOrders(request.context).map(
        (printed) => relativeReference(printed) ?? printed,
      );
      const data = sent();
      await readMissing(data, references);
      return answerable(ordersAt(references, data, undefined));
    }
    case 'appointment-book': {
      const appointments = contextEntries(request.context, 'appointments').flatMap(({ resource }) =>
        objects(resource),
      );
      const booked = appointments.map((appointment) => ({
        appointment,
        references: orderReferences(appointment),
      }));
      const data = sent();
      await readMissing(
        data,
        booked.flatMap(({ references }) => references),
      );
      // An appointment whose order is nowhere to be read says itself what is booked, as one without an order does.
      const asked = booked.map(({ appointment, references }, index) => {
        const { orders, lost } = ordersAt(references, data, appointment);
        return { orders: orders.length === 0 ? [appointmentItself(appointment, index)] : orders, lost };
      });
      return {
        orders: asked.flatMap(({ orders }) => orders),
        lost: asked.flatMap(({ lost }) => lost),
      };
    }
    case 'encounter-start':
    case 'encounter-discharge': {
      // No order is in the context: there is something to say only where every resource needs an answer.
      if (!isPayerEndpoint) return { orders: [], lost: [] };
      const reference = `Encounter/${request.encounterId ?? ''}`;
      const data = sent();
      await readMissing(data, [reference]);
      // These hooks may go unanswered: a visit that cannot be read does (CRD-X-05).
      return { orders: ordersAt([reference], data, undefined).orders, lost: [] };
    }
  }
}

/** @throws MissingData when no order is left that an answer could be given for */
function answerable(asked: Asked): Asked {
  if (asked.orders.length === 0 && asked.lost.length > 0)
    throw new MissingData(`the order ${asked.lost.join(', ')} could not be read`);
  return asked;
}

/** An appointment without an order says itself what is booked (CRD-R-04). */
function appointmentItself(appointment: JsonObject, index: number): HookOrder {
  const id = text(appointment['id']);
  return {
    reference: `Appointment/${id ?? `proposed-${index}`}`,
    resource: appointment,
    appointment,
  };
}

const objectsOrTexts = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? (value as readonly unknown[]) : []).map(text).filter((item) => item !== undefined);

/** False for an order that was withdrawn, or that forbids: it is not evaluated. */
export const isOpen = ({ resource }: Pick<HookOrder, 'resource'>): boolean =>
  !['entered-in-error', 'revoked', 'cancelled'].includes(text(resource['status']) ?? '') &&
  resource['doNotPerform'] !== true;

function draftReference(order: JsonObject, entry: JsonObject, index: number): string {
  const type = text(order['resourceType']) ?? 'Resource';
  const id = text(order['id']);
  return id === undefined ? (text(entry['fullUrl']) ?? `${type}/draft-${index}`) : `${type}/${id}`;
}

function ordersAt(references: readonly string[], data: CallData, appointment: JsonObject | undefined): Asked {
  const { resolve } = data;
  return {
    orders: references.flatMap((reference) => {
      const resource = resolve(reference);
      return resource === undefined ? [] : [{ reference, resource, appointment }];
    }),
    lost: references.filter((reference) => resolve(reference) === undefined),
  };
}

const ALTERNATE_REFERENCE = 'http://hl7.org/fhir/StructureDefinition/alternate-reference';

/** Appointment.basedOn refers to ServiceRequests; another order stands in an extension (CRD 2.2.1). */
const orderReferences = (appointment: JsonObject): readonly string[] =>
  objects(appointment['basedOn']).flatMap((based) => [
    ...texts(relativeReference(based)),
    ...objects(based['extension'])
      .filter(({ url }) => url === ALTERNATE_REFERENCE)
      .flatMap((extension) => texts(relativeReference(extension['valueReference']))),
  ]);
const texts = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value]);
