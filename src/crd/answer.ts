import type { Determination } from '../engine/determination.ts';
import { UNRECORDED } from '../engine/explanation.ts';
import { isAuthorized } from '../engine/granted.ts';
import type { Library } from '../policy/library.ts';
import { dressed, type Card, type DressedCard } from './card.ts';
import { CARD_TYPE_CODES, wantedUnkept, type CardType, type Wanted } from './card-types.ts';
import { determinationCard, unansweredCard, ungovernedCard } from './cards.ts';
import type { ClientSettings } from './client-settings.ts';
import { annotations, asksForDocuments } from './coverage-statements.ts';
import { coverageUpdates, type Annotation, type SystemAction } from './coverage-updates.ts';
import type { Evaluation } from './evaluation.ts';
import { formCard } from './form-card.ts';
import type { HookRequest } from './hook-request.ts';
import { samePages } from './same-page.ts';
import { externalReferenceCard, instructionsCard, smartAppCard } from './reference-cards.ts';
import { additionalOrdersCard, alternateCard, type SuggestionScope } from './suggestion-cards.ts';

/** What the answer to a hook is made of, beside the evaluation. */
export interface AnswerScope {
  readonly request: HookRequest;
  readonly client: ClientSettings;
  readonly wanted: Wanted;
  readonly library: Library;
  /** FHIR base of this service, which the canonicals of forms begin with. */
  readonly fhirBase: string;
  /** FHIR date. */
  readonly asOf: string;
  readonly idOf: (determination: Determination | undefined) => string;
  readonly newUuid: () => string;
}

/** CDS Hooks 2.0.1, "CDS Service Response". */
export interface HookResponse {
  readonly cards: readonly DressedCard[];
  readonly systemActions?: readonly SystemAction[];
}

/** The coverage information of an evaluation in the form of the request's version; none where it is switched off. */
export function statements(evaluation: Evaluation, scope: AnswerScope): readonly Annotation[] {
  const { request, wanted } = scope;
  return wanted.coverageInformation ? annotations(evaluation, { ...scope, ...request }) : [];
}

/**
 * From an evaluation to the wire: cards by their importance, and the orders with their coverage information.
 * @param stated its `statements`
 */
export const hookResponse = (
  evaluation: Evaluation,
  stated: readonly Annotation[],
  scope: AnswerScope,
): HookResponse => responseOf(cardsOf(evaluation, scope), coverageUpdates(stated), scope);

/**
 * The same where the determinations could not be kept. Coverage information owes an assertion id (1..1), and one that nobody
 * finds again would be worse than none: cards stand in its place.
 * @param stated the `statements` that do not go out
 */
export function unkeptResponse(
  evaluation: Evaluation,
  stated: readonly Annotation[],
  scope: AnswerScope,
): HookResponse {
  const { request, newUuid } = scope;
  const unkept = { ...scope, wanted: wantedUnkept(scope.wanted, request.hook, stated.length) };
  const answered = [...evaluation.determinations, ...evaluation.failed].map(({ order }) => order);
  const others = evaluation.orders
    .filter((order) => !answered.includes(order))
    .filter(({ resource, appointment }) =>
      stated.some((statement) => [resource, appointment].includes(statement.resource)),
    )
    .map(({ reference }) => ({
      type: 'not-determined' as const,
      orders: [reference],
      card: unansweredCard(reference, 'The answer could not be recorded', newUuid()),
    }));
  const cards = cardsOf(evaluation, unkept).map(({ type, orders, card }) => ({
    type,
    orders,
    card: type === 'determination-card' ? { ...card, detail: `**${UNRECORDED}**\n\n${card.detail}` } : card,
  }));
  return responseOf([...cards, ...others], [], unkept);
}

function responseOf(
  made: readonly TypedCard[],
  systemActions: readonly SystemAction[],
  { request: { hook, version }, wanted }: AnswerScope,
): HookResponse {
  const cards = [...made]
    .sort((a, b) => CARD_TYPE_CODES.indexOf(a.type) - CARD_TYPE_CODES.indexOf(b.type))
    .slice(0, wanted.maxCards)
    .map(({ type, orders, card }) => dressed(card, type, orders, version));
  // The three primary hooks always say what they do, even if nothing (Inferno, E10).
  const hasActions = asksForDocuments(hook) || systemActions.length > 0;
  return { cards, ...(hasActions ? { systemActions } : {}) };
}

interface TypedCard {
  readonly type: CardType;
  /** References of the orders that it is about. */
  readonly orders: readonly string[];
  readonly card: Card;
}

function cardsOf(evaluation: Evaluation, scope: AnswerScope): TypedCard[] {
  const { request, wanted, client, library, fhirBase, asOf, newUuid } = scope;
  const suggestions: SuggestionScope = {
    library,
    fhirBase,
    version: request.version,
    asOf,
    userId: request.userId,
    newUuid,
  };
  const cards: TypedCard[] = [];
  const add = (type: CardType, orders: readonly string[], card: () => Card | undefined): void => {
    if (!wanted.shows(type)) return;
    const made = card();
    if (made !== undefined) cards.push({ type, orders, card: made });
  };
  const hasDeterminationCard = wanted.shows('determination-card');
  for (const page of samePages(evaluation.determinations)) {
    const [item] = page;
    const { determination, governed } = item;
    const orders = [...new Set(page.map((one) => one.determination.order))];
    const options = {
      asksForDocuments: asksForDocuments(request.hook),
      hasLinks: wanted.shows('external-reference'),
    };
    add('determination-card', orders, () => determinationCard(page, library, newUuid(), options));
    // The determination card has the links already, and what is missing while something is: these stand in for it, and
    // not for a client that wants to hear nothing of coverage.
    const isInCard = hasDeterminationCard || !wanted.coverageInformation;
    if (!isInCard) add('external-reference', orders, () => externalReferenceCard(page, newUuid()));
    if (!isInCard || (hasDeterminationCard && determination.decision === 'criteria-met'))
      add('instructions', orders, () =>
        instructionsCard(determination, governed, newUuid(), request.version),
      );
    if (!isAuthorized(determination))
      add('additional-orders', orders, () => additionalOrdersCard(item, evaluation, suggestions));
    for (const one of page)
      add('propose-alternate', [one.determination.order], () => alternateCard(one, suggestions));
    add('form-completion', orders, () => formCard(item, orders, evaluation, suggestions));
    const { smartApp } = client;
    if (smartApp !== undefined)
      add('smart-app', orders, () => smartAppCard(smartApp, scope.idOf(determination), governed, newUuid()));
  }
  for (const item of evaluation.ungoverned)
    add('not-determined', [item.order], () => ungovernedCard(item, newUuid()));
  for (const { order } of evaluation.failed)
    add('not-determined', [order.reference], () =>
      unansweredCard(order.reference, 'The order could not be evaluated for a technical reason', newUuid()),
    );
  for (const order of evaluation.lostOrders)
    add('not-determined', [order], () => unansweredCard(order, 'An order could not be read', newUuid()));
  for (const order of evaluation.unreadOrders)
    add('not-determined', [order], () =>
      unansweredCard(order, 'The drug of an order could not be read', newUuid()),
    );
  return cards;
}
