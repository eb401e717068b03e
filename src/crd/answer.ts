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
import type { Hook, HookRequest } from './hook-request.ts';
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
 * An answer whose determinations could not be kept, made from the answer when it is needed: nearly never. Coverage
 * information owes an assertion id (1..1), and one that nobody finds again would be worse than none: cards stand in its place.
 */
export interface UnkeptResponse {
  readonly cards: readonly UnkeptCard[];
  readonly systemActions?: readonly SystemAction[];
}

export interface UnkeptCard {
  readonly uuid: string;
  readonly type: CardType;
  /** Undefined for one that the answer has. */
  readonly card?: DressedCard;
}

/**
 * From an evaluation to the wire: cards by their importance, and the orders with their coverage information.
 * @param stated its `statements`
 */
export function hookResponse(
  evaluation: Evaluation,
  stated: readonly Annotation[],
  scope: AnswerScope,
): { readonly response: HookResponse; readonly unkept: UnkeptResponse } {
  const { wanted, request, newUuid } = scope;
  const { hook } = request;
  const wantedThen = wantedUnkept(wanted, hook, stated.length);
  const made = cardsOf(evaluation, scope, wantedThen);
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
      isInAnswer: false,
    }));
  const shown = mostImportant(
    made.filter(({ isInAnswer }) => isInAnswer),
    wanted,
  );
  const dress = ({ card, type, orders }: TypedCard): DressedCard =>
    dressed(card, type, orders, request.version);
  const unkept = mostImportant([...made.filter(({ isInUnkept }) => isInUnkept), ...others], wantedThen);
  return {
    response: { cards: shown.map(dress), ...withActions(coverageUpdates(stated), hook) },
    unkept: {
      cards: unkept.map((item) => ({
        uuid: item.card.uuid,
        type: item.type,
        ...(shown.some(({ card }) => card === item.card) ? {} : { card: dress(item) }),
      })),
      ...withActions([], hook),
    },
  };
}

/** @param text the answer as it would have gone out */
export function unkeptText(text: string, { cards, ...unkept }: UnkeptResponse): string {
  const answer = JSON.parse(text) as HookResponse;
  const made = new Map(answer.cards.map((card) => [card.uuid, card]));
  const said = cards.flatMap(({ uuid, type, card = made.get(uuid) }) =>
    card === undefined
      ? []
      : [type === 'determination-card' ? { ...card, detail: `**${UNRECORDED}**\n\n${card.detail}` } : card],
  );
  return JSON.stringify({ cards: said, ...unkept });
}

const mostImportant = <T extends TypedCard>(cards: readonly T[], { maxCards }: Wanted): readonly T[] =>
  cards
    .toSorted((a, b) => CARD_TYPE_CODES.indexOf(a.type) - CARD_TYPE_CODES.indexOf(b.type))
    .slice(0, maxCards);

/** The three primary hooks always say what they do, even if nothing (Inferno, E10). */
const withActions = (systemActions: readonly SystemAction[], hook: Hook) =>
  asksForDocuments(hook) || systemActions.length > 0 ? { systemActions } : {};

interface TypedCard {
  readonly type: CardType;
  /** References of the orders that it is about. */
  readonly orders: readonly string[];
  readonly card: Card;
}

interface MadeCard extends TypedCard {
  readonly isInAnswer: boolean;
  /** Whether it is in the answer whose determinations could not be kept. */
  readonly isInUnkept: boolean;
}

/** The cards of both answers, each made once. @param wantedThen what may be in the answer that could not be kept */
function cardsOf(evaluation: Evaluation, scope: AnswerScope, wantedThen: Wanted): readonly MadeCard[] {
  const { request, wanted, client, library, fhirBase, asOf, newUuid } = scope;
  const suggestions: SuggestionScope = {
    library,
    fhirBase,
    version: request.version,
    asOf,
    userId: request.userId,
    newUuid,
  };
  const cards: MadeCard[] = [];
  const add = (
    type: CardType,
    orders: readonly string[],
    card: () => Card | undefined,
    isDue: (of: Wanted) => boolean = () => true,
  ): void => {
    const isInAnswer = wanted.shows(type) && isDue(wanted);
    const isInUnkept = wantedThen.shows(type) && isDue(wantedThen);
    if (!isInAnswer && !isInUnkept) return;
    const made = card();
    if (made !== undefined) cards.push({ type, orders, card: made, isInAnswer, isInUnkept });
  };
  // The determination card has the links already, and what is missing while something is: others stand in for it, and
  // not for a client that wants to hear nothing of coverage.
  const hasCard = (of: Wanted): boolean => of.shows('determination-card');
  const isInCard = (of: Wanted): boolean => hasCard(of) || !of.coverageInformation;
  for (const page of samePages(evaluation.determinations)) {
    const [item] = page;
    const { determination, governed } = item;
    const orders = [...new Set(page.map((one) => one.determination.order))];
    const options = {
      asksForDocuments: asksForDocuments(request.hook),
      hasLinks: wanted.shows('external-reference'),
    };
    add('determination-card', orders, () => determinationCard(page, library, newUuid(), options));
    add(
      'external-reference',
      orders,
      () => externalReferenceCard(page, newUuid()),
      (of) => !isInCard(of),
    );
    add(
      'instructions',
      orders,
      () => instructionsCard(determination, governed, newUuid(), request.version),
      (of) => !isInCard(of) || (hasCard(of) && determination.decision === 'criteria-met'),
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
