import type { Evaluation } from '../crd/evaluation.ts';
import { itemOf, plannedDate, type HookOrder } from '../crd/order.ts';
import { parseDate } from '../fhir/date.ts';
import { objects, property, text, type JsonObject } from '../fhir/json.ts';
import { orderedQuantity } from '../fhir/ordered-quantity.ts';
import type { Coding } from '../fhir/terminology.ts';
import { indicationDiseases, namesOneOf } from '../pas/requested-service.ts';
import type { Library } from '../policy/library.ts';
import { orderedItem, type OrderedItem } from '../policy/product.ts';
import type { Product } from '../policy/vocabulary.ts';

/** Whether a Claim's line asks for what was evaluated: the order that it names. */

/** What a line is held against. */
export interface LineScope {
  readonly claim: JsonObject;
  /** All that the Bundle holds. */
  readonly resources: readonly JsonObject[];
  readonly find: (reference: unknown) => JsonObject | undefined;
  readonly determined: Evaluation['determinations'];
  readonly library: Library;
}

/** Where a line says another thing than its order, in sentences. */
export function contradictions(item: JsonObject, order: HookOrder, scope: LineScope): readonly string[] {
  return [
    ...otherProduct(item, order, scope),
    ...otherDay(item, order),
    ...otherPlace(item, scope),
    ...otherQuantity(item, order),
    ...otherDiagnoses(item, order, scope),
  ];
}

function otherProduct(item: JsonObject, order: HookOrder, { find, library }: LineScope): readonly string[] {
  const { terminology, products } = library;
  const asked = orderedItem(
    terminology.codings(item['productOrService']),
    objects(item['productOrService']).flatMap((concept) => text(concept['text']) ?? []),
    products,
    terminology,
  );
  const ordered = itemOf(order, find, library);
  const keys = keysOf(terminology.codings(item['productOrService']));
  const isOrdered = (product: Product): boolean => ordered.kind === 'product' && ordered.product === product;
  // A code names what is billed, whatever the text beside it says.
  const others = products.products
    .filter(({ codes }) => keys.some((key) => terminology.includes(codes, key)))
    .filter((product) => !isOrdered(product));
  const isSame =
    asked.kind === 'product' && ordered.kind === 'product'
      ? asked.product === ordered.product
      : // A procedure code of the therapy says less than the order that names the product, never more.
        asked.kind === ordered.kind || (asked.kind === 'car-t' && ordered.kind === 'product');
  const [other] = others.map((product): OrderedItem => ({ kind: 'product', product }));
  return isSame && other === undefined
    ? []
    : [
        `The line asks for ${itemWords(other ?? asked)}, the order that it names is for ${itemWords(ordered)}.`,
      ];
}

const itemWords = (item: OrderedItem): string => {
  if (item.kind === 'product') return item.product.brand;
  return item.kind === 'car-t' ? 'a CAR-T therapy that is not named' : 'something else than CAR-T';
};

function otherDay(item: JsonObject, order: HookOrder): readonly string[] {
  const stated = item['servicedDate'] ?? item['servicedPeriod'];
  if (stated === undefined) return [];
  const day = parseDate(item['servicedDate'] ?? property(item['servicedPeriod'], 'start'));
  const planned = plannedDate(order)?.date;
  if (planned === undefined) return ['The line names a day of service, the order none.'];
  return day !== null && day.low <= planned.high && planned.low <= day.high
    ? []
    : ['The line names another day of service than the order.'];
}

function otherPlace(item: JsonObject, { determined, library }: LineScope): readonly string[] {
  const keys = keysOf(library.terminology.codings(item['locationCodeableConcept']));
  if (keys.length === 0) return [];
  const isThere = determined.every(({ governed: { order } }) => {
    const { value } = order.setting;
    return (
      value !== 'unknown' && keys.some((key) => library.terminology.includes(library.settings[value], key))
    );
  });
  return isThere ? [] : ['The line names another place of service than the order and its encounter.'];
}

/** An order that does not say how many is for one. */
function otherQuantity(item: JsonObject, { resource }: HookOrder): readonly string[] {
  const asked = orderedQuantity({ quantity: item['quantity'] });
  if (item['quantity'] === undefined) return [];
  const ordered = orderedQuantity(resource);
  if (ordered === undefined)
    return asked?.value === 1 ? [] : ['The line asks for a quantity that the order does not state.'];
  return asked?.value === ordered.value && asked.unit === ordered.unit
    ? []
    : ['The line asks for another quantity than the order.'];
}

/** What a line gives as diagnosis must be the order's reason or a Condition that was sent, and of the indication evaluated. */
function otherDiagnoses(
  item: JsonObject,
  { resource: order }: HookOrder,
  { claim, resources, determined, library }: LineScope,
): readonly string[] {
  const { terminology } = library;
  const sequences = Array.isArray(item['diagnosisSequence']) ? item['diagnosisSequence'] : undefined;
  const stated = objects(claim['diagnosis'])
    .filter(({ sequence }) => sequences?.includes(sequence) ?? true)
    .map(({ diagnosisCodeableConcept }) => terminology.codings(diagnosisCodeableConcept));
  const recorded = new Set(
    [
      order['reasonCode'],
      ...resources
        .filter(({ resourceType }) => resourceType === 'Condition')
        .map((condition) => condition['code']),
    ].flatMap((concept) => keysOf(terminology.codings(concept))),
  );
  const unknown = stated.filter((codings) => !keysOf(codings).some((key) => recorded.has(key)));
  const isOther = ({ determination }: LineScope['determined'][number]): boolean => {
    const diseases = indicationDiseases(determination, library);
    return diseases.length > 0 && !stated.some((codings) => namesOneOf(codings, diseases, library));
  };
  const isOfAnother = stated.length > 0 && determined.some(isOther);
  return [
    ...unknown.map(
      (codings) =>
        `The line’s diagnosis ${codings.map(({ code }) => code).join(', ')} is neither the order’s reason nor a Condition of the request.`,
    ),
    ...(isOfAnother ? ['None of the line’s diagnoses is of the indication that was evaluated.'] : []),
  ];
}

const keysOf = (codings: readonly Coding[]): readonly string[] => codings.flatMap(({ key }) => key ?? []);
