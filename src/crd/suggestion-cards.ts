import { objects, type JsonObject } from '../fhir/json.ts';
import { decisionWords } from '../engine/explanation.ts';
import type { CriterionResult } from '../engine/criteria.ts';
import type { Library } from '../policy/library.ts';
import { criteriaById, type Criterion, type Policy } from '../policy/policy.ts';
import type { CompanionOrder, Product } from '../policy/vocabulary.ts';
import type { Card, Suggestion } from './card.ts';
import { escaped, shortened } from './card-text.ts';
import { COVERAGE_INFORMATION } from './coverage-information.ts';
import type { Determined, Evaluation } from './evaluation.ts';
import { orderedConcepts } from './order.ts';
import type { WireVersion } from './wire-version.ts';

/** Cards with something to accept: further orders, another product. A form: `form-card.ts`. */

export interface SuggestionScope {
  readonly library: Library;
  /** FHIR base of this service, which the canonicals of forms begin with. */
  readonly fhirBase: string;
  readonly version: WireVersion;
  /** FHIR date. */
  readonly asOf: string;
  /** `Type/id` of the user, who is the requester where the order names none. */
  readonly userId: string | undefined;
  readonly newUuid: () => string;
}

/**
 * Additional Orders: the tests that could supply a document that is missing, one suggestion each. A test that is
 * already drafted or on order is not suggested (CRD-K-09).
 */
export function additionalOrdersCard(
  item: Determined,
  evaluation: Evaluation,
  scope: SuggestionScope,
): Card | undefined {
  const { determination, governed } = item;
  const { library, newUuid } = scope;
  const facts = missingFacts(determination.criteria, governed.policy, library);
  const wanted = library.companionOrders.filter(
    (companion) =>
      companion.supplies.some((fact) => facts.has(fact)) && !isOnOrder(companion, evaluation, library),
  );
  if (wanted.length === 0) return undefined;
  return {
    uuid: newUuid(),
    summary: shortened(
      `Documents for ${governed.order.product?.brand ?? 'CAR-T'} are missing: tests that would supply them`,
    ),
    indicator: 'info',
    detail: [
      `For ${escaped(item.order.reference)}. The policy asks for records that were not found in the chart. If they exist elsewhere, send those instead.`,
      wanted.map(({ title }) => `- ${escaped(title)}`).join('\n'),
    ].join('\n\n'),
    source: { label: governed.payer.name },
    suggestions: wanted.map((companion) => ({
      label: shortened(`Order: ${companion.title}`, LABEL_LIMIT),
      uuid: newUuid(),
      actions: [
        {
          type: 'create',
          description: `Adds a draft order: ${companion.title}`,
          resource: draftOrder(companion, item, scope),
        },
      ],
    })),
    selectionBehavior: 'any',
  };
}
export const LABEL_LIMIT = 80;

/** The facts that open criteria need a document for. */
function missingFacts(
  results: readonly CriterionResult[],
  policy: Policy,
  { facts }: Library,
): ReadonlySet<string> {
  const byId = criteriaById(policy);
  const open = (list: readonly CriterionResult[]): readonly CriterionResult[] =>
    list
      .filter(({ status, needs }) => status === 'unknown' && needs === 'documentation')
      .flatMap((result) => (result.criteria.length === 0 ? [result] : open(result.criteria)));
  /** What a criterion asks by itself and through parts without an id of their own. */
  const asked = ({ test }: Criterion): readonly string[] =>
    test.kind === 'fact' ? [test.fact] : 'parts' in test ? test.parts.flatMap(asked) : [];
  /** Of several facts that a criterion asks, those whose record is not there. */
  const isMissing = (name: string, { missing }: CriterionResult): boolean => {
    const fact = facts.get(name);
    const wanted = fact !== undefined && 'missing' in fact ? fact.missing?.what : undefined;
    return wanted === undefined || missing.some(({ what }) => what === wanted);
  };
  return new Set(
    open(results).flatMap((result) => {
      const criterion = byId.get(result.id);
      return criterion === undefined ? [] : asked(criterion).filter((name) => isMissing(name, result));
    }),
  );
}

function isOnOrder(
  { valueSet }: CompanionOrder,
  { orders, chart }: Evaluation,
  { terminology }: Library,
): boolean {
  const isOfSet = (concepts: unknown): boolean =>
    terminology
      .codings(concepts)
      .some(({ key }) => key !== undefined && terminology.includes([valueSet], key));
  return (
    orders.some((order) => isOfSet(orderedConcepts(order))) ||
    (chart?.of('ServiceRequest') ?? []).some(
      ({ resource }) =>
        ['draft', 'active', 'on-hold'].includes(String(resource['status'])) && isOfSet(resource['code']),
    )
  );
}

/** A draft with what CRD's profile asks: status, intent, code, subject, authoredOn, requester. */
function draftOrder(
  companion: CompanionOrder,
  { order, determination }: Determined,
  scope: SuggestionScope,
): JsonObject {
  const { resource } = order;
  return {
    resourceType: 'ServiceRequest',
    id: scope.newUuid(),
    status: 'draft',
    intent: 'order',
    ...(companion.category === undefined ? {} : { category: [{ coding: [companion.category] }] }),
    code: { coding: [companion.code], text: companion.title },
    ...(companion.detail === undefined ? {} : { orderDetail: [{ coding: [companion.detail] }] }),
    subject: { reference: determination.patient },
    ...copied(resource, ['encounter']),
    authoredOn: scope.asOf,
    ...requester(resource, scope),
    ...copied(resource, ['reasonCode', 'reasonReference']),
    insurance: [{ reference: determination.coverage }],
  };
}

export const copied = (resource: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(
    names.filter((name) => resource[name] !== undefined).map((name) => [name, resource[name]]),
  );

export const requester = (resource: JsonObject, { userId }: SuggestionScope): JsonObject =>
  resource['requester'] !== undefined
    ? { requester: resource['requester'] }
    : userId === undefined
      ? {}
      : { requester: { reference: userId } };

/** The element of an order that says what it is for, where another product can be put. */
const PRODUCT_ELEMENTS: Readonly<Record<string, string>> = {
  MedicationRequest: 'medicationCodeableConcept',
  ServiceRequest: 'code',
  DeviceRequest: 'codeCodeableConcept',
};

/**
 * Propose Alternate Request: the products that the same policy names for the recorded diagnosis. Information about the
 * policy, not advice: whether another product suits the patient is the clinician's to say.
 */
export function alternateCard(item: Determined, { library, newUuid }: SuggestionScope): Card | undefined {
  const { governed, determination, order, alternates } = item;
  const type = String(order.resource['resourceType']);
  const element = PRODUCT_ELEMENTS[type];
  if (element === undefined || typeof order.resource['id'] !== 'string') return undefined;
  const suggestions = alternates.flatMap(({ product }): readonly Suggestion[] => {
    const coding = codingOf(product, order, library);
    if (coding === undefined) return [];
    return [
      {
        label: shortened(`Replace the draft by one for ${product.brand}`, LABEL_LIMIT),
        uuid: newUuid(),
        actions: [
          { type: 'delete', description: 'Removes the draft order', resourceId: order.reference },
          {
            type: 'create',
            description: `Adds a draft order for ${product.brand}, without dose`,
            resource: replaced(order.resource, element, { coding: [coding], text: product.brand }, newUuid()),
          },
        ],
      },
    ];
  });
  if (suggestions.length === 0) return undefined;
  const lines = alternates.map(
    ({ product, indication }) => `- ${escaped(product.brand)}: ${escaped(indication.title)}`,
  );
  return {
    uuid: newUuid(),
    summary: shortened(
      `The policy names another product for the recorded diagnosis than ${governed.order.product?.brand ?? 'the one ordered'}`,
    ),
    indicator: 'info',
    detail: [
      `For ${escaped(order.reference)}. ${escaped(decisionWords(determination.decision, governed.policy.otherwise))}`,
      'The same policy names for it:',
      lines.join('\n'),
      'This is information about the policy and no medical advice. Nothing in the chart contradicts its criteria for that product; whether all of them are met is said when it is ordered.',
    ].join('\n\n'),
    source: { label: governed.payer.name },
    suggestions,
    selectionBehavior: 'at-most-one',
  };
}

/** A code of the product in a system that the order uses, else its first. */
function codingOf(
  product: Product,
  order: Determined['order'],
  { terminology }: Library,
): JsonObject | undefined {
  const used = new Set(terminology.codings(orderedConcepts(order)).map(({ system }) => system));
  const concepts = product.codes.flatMap((set) => [...(terminology.valueSets.get(set)?.concepts ?? [])]);
  const codings = concepts.map(([key, display]) => {
    const [system = '', code = ''] = key.split('|');
    return { system, code, display };
  });
  return codings.find(({ system }) => used.has(system)) ?? codings[0];
}

/** What holds for the ordered product only, and our statement about it: not taken over by another product's draft. */
const PRODUCT_SPECIFIC = [
  'medicationReference',
  'dosageInstruction',
  'orderDetail',
  'identifier',
  'contained',
  'text',
  'extension',
];

function replaced(resource: JsonObject, element: string, product: JsonObject, id: string): JsonObject {
  const kept = Object.entries(resource).filter(
    ([name]) => !PRODUCT_SPECIFIC.includes(name) && !name.startsWith('_'),
  );
  const extension = objects(resource['extension']).filter(({ url }) => url !== COVERAGE_INFORMATION);
  return {
    ...Object.fromEntries(kept),
    id,
    status: 'draft',
    [element]: product,
    ...(extension.length === 0 ? {} : { extension }),
  };
}
