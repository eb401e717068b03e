import type { ChartRecord } from '../fhir/chart.ts';
import { medicationOf } from '../fhir/coded-elements.ts';
import { choiceDateReader, parseDate, parsePeriod, parseTiming, type DateInterval } from '../fhir/date.ts';
import { identifierKeys } from '../fhir/identifier.ts';
import { objects, property, text, texts, type JsonObject } from '../fhir/json.ts';
import { orderedQuantity } from '../fhir/ordered-quantity.ts';
import { relativeReference } from '../fhir/reference.ts';
import type { Evidence, PlannedOrder, Setting } from '../engine/result.ts';
import type { Library } from '../policy/library.ts';
import { orderedItem, speaksOfCarT, type OrderedItem } from '../policy/product.ts';

/** A resource that a hook asks about, with the appointment it was booked by, if any. */
export interface HookOrder {
  readonly reference: string;
  readonly resource: JsonObject;
  readonly appointment: JsonObject | undefined;
}

type Resolve = (reference: unknown) => JsonObject | undefined;

/** Resources that carry a code or a drug; any other passes by. An Appointment counts when it names no order. */
const ITEM_ELEMENTS: Readonly<Record<string, readonly string[]>> = {
  MedicationRequest: ['medicationCodeableConcept'],
  ServiceRequest: ['code', 'orderDetail'],
  DeviceRequest: ['codeCodeableConcept'],
  Appointment: ['serviceType'],
};

/** The concepts that say what an order is for, in the order's own words. */
export function orderedConcepts({ resource }: HookOrder): readonly JsonObject[] {
  const type = text(resource['resourceType']) ?? '';
  const elements = Object.hasOwn(ITEM_ELEMENTS, type) ? ITEM_ELEMENTS[type] : undefined;
  return (elements ?? []).flatMap((element) => objects(resource[element]));
}

/** What an order is for, as far as its own text and codes, and a Medication at hand, tell. */
export function itemOf(order: HookOrder, resolve: Resolve, library: Library): OrderedItem {
  const { resource } = order;
  const medication = medicationOf(resource, resolve);
  const concepts = [
    ...orderedConcepts(order),
    ...objects(medication?.['code']),
    ...objects(medication?.['ingredient']).flatMap((ingredient) =>
      objects(ingredient['itemCodeableConcept']),
    ),
  ];
  const words = [
    ...concepts.flatMap((concept) => texts(concept['text'])),
    ...texts(property(resource['medicationReference'], 'display')),
  ];
  return orderedItem(library.terminology.codings(concepts), words, library.products, library.terminology);
}

/**
 * The Medication that must be read before anybody can say what is ordered: referred to, not at hand, and its display
 * (where it has one) speaks of CAR-T. A display that names another drug is taken at its word.
 */
export function unreadMedication(order: HookOrder, resolve: Resolve, library: Library): string | undefined {
  const reference = order.resource['medicationReference'];
  const target = relativeReference(reference);
  if (target === undefined || medicationOf(order.resource, resolve) !== undefined) return undefined;
  const display = text(property(reference, 'display'));
  return display === undefined || speaksOfCarT(display, library.products) ? target : undefined;
}

/**
 * Planned infusion date (`determination.md`, "Settled questions"): ServiceRequest occurrence; MedicationRequest
 * timing event, else the start of its validity period; else the appointment.
 */
export function plannedDate({ resource, appointment }: HookOrder): PlannedOrder['planned'] {
  const type = text(resource['resourceType']) ?? '';
  const candidates: readonly (readonly [string, DateInterval | null | undefined])[] =
    type === 'MedicationRequest'
      ? [
          [
            'dosageInstruction.timing',
            earliest(objects(resource['dosageInstruction']).map(({ timing }) => parseTiming(timing))),
          ],
          [
            'dispenseRequest.validityPeriod',
            startOf(property(resource['dispenseRequest'], 'validityPeriod')),
          ],
        ]
      : [['occurrence', occurrence(resource)]];
  const found = candidates.find(([, date]) => date !== null && date !== undefined);
  const date = found?.[1];
  if (found !== undefined && date !== null && date !== undefined)
    return { date, from: `${type}.${found[0]}` };
  const booked = appointment === undefined ? null : parseDate(appointment['start']);
  return booked === null ? null : { date: booked, from: 'Appointment.start' };
}

/** True when the order states a date for the infusion, and none can be read. */
export function statesUnreadableDate(order: HookOrder): boolean {
  if (plannedDate(order) !== null) return false;
  const { resource } = order;
  const stated = [
    resource['occurrenceDateTime'],
    resource['occurrencePeriod'],
    property(property(resource['dispenseRequest'], 'validityPeriod'), 'start'),
    ...objects(resource['dosageInstruction']).map(({ timing }) => property(timing, 'event')),
  ];
  return stated.some((element) => element !== undefined);
}

const occurrenceDate = choiceDateReader('occurrence');
const occurrence = (resource: JsonObject): DateInterval | null | undefined =>
  resource['occurrencePeriod'] === undefined
    ? occurrenceDate(resource)
    : startOf(resource['occurrencePeriod']);

/** The day on which a period begins; a period without a start does not tell. */
const startOf = (period: unknown): DateInterval | null =>
  parsePeriod(period) === null ? null : parseDate(property(period, 'start'));

const earliest = (dates: readonly (DateInterval | null)[]): DateInterval | null =>
  dates.reduce(
    (first, date) => (date !== null && (first === null || date.low < first.low) ? date : first),
    null,
  );

/** The Encounter that tells the setting: the order's own, else the hook's. */
export const encounterReference = (
  { resource }: HookOrder,
  hookEncounter: string | undefined,
): string | undefined =>
  relativeReference(resource['encounter']) ??
  (hookEncounter === undefined ? undefined : `Encounter/${hookEncounter}`);

/**
 * Inpatient or outpatient: the encounter's class, else the order's location code or category.
 * @param encounter the record, `unread` when there is one that could not be read
 */
export function settingOf(
  order: HookOrder,
  encounter: ChartRecord | 'unread' | undefined,
  library: Library,
): Setting {
  const read = (reference: string, path: string, element: unknown): Setting | undefined => {
    // Encounter.class is bound to v3 ActCode; clients that leave the system out mean it.
    const concepts = objects(element).map((item) =>
      item['coding'] === undefined && item['system'] === undefined
        ? { ...item, system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode' }
        : item,
    );
    for (const coding of library.terminology.codings(concepts)) {
      if (coding.key === undefined) continue;
      for (const value of ['inpatient', 'outpatient'] as const) {
        if (library.terminology.includes(library.settings[value], coding.key)) {
          const display = coding.display ?? library.terminology.display(coding.key);
          const evidence: Evidence = {
            reference,
            path,
            value: coding.code,
            ...(display === undefined ? {} : { display }),
          };
          return { value, evidence: [evidence], isUnread: false };
        }
      }
    }
    return undefined;
  };
  const type = text(order.resource['resourceType']) ?? '';
  const byEncounter =
    encounter === undefined || encounter === 'unread'
      ? undefined
      : read(encounter.reference, 'Encounter.class', encounter.resource['class']);
  return (
    byEncounter ??
    read(order.reference, `${type}.locationCode`, order.resource['locationCode']) ??
    read(order.reference, `${type}.category`, order.resource['category']) ?? {
      value: 'unknown',
      evidence: [],
      isUnread: encounter === 'unread',
    }
  );
}

/** Elements by which an order names those that it is based on, continues or replaces. */
const EARLIER_ORDERS = ['basedOn', 'priorPrescription', 'priorRequest', 'replaces'];

/** The order in the engine's words. */
export function plannedOrder(order: HookOrder, item: OrderedItem, setting: Setting): PlannedOrder {
  const { resource } = order;
  return {
    reference: order.reference,
    knownAs: {
      references: [
        order.reference,
        ...EARLIER_ORDERS.flatMap((element) => objects(resource[element])).flatMap(
          (reference) => relativeReference(reference) ?? [],
        ),
      ],
      identifiers: identifierKeys(resource['identifier']),
    },
    product: item.kind === 'product' ? item.product : null,
    planned: plannedDate(order),
    statesUnreadableDate: statesUnreadableDate(order),
    authored: parseDate(resource['authoredOn']),
    setting,
    quantity: orderedQuantity(resource),
    authorizations: objects(resource['insurance'])
      .flatMap((reference) => relativeReference(reference) ?? [])
      .filter((reference) => reference.startsWith('ClaimResponse/')),
    reason: {
      concepts: objects(resource['reasonCode']),
      references: objects(resource['reasonReference']).flatMap(
        (reference) => relativeReference(reference) ?? [],
      ),
    },
  };
}
