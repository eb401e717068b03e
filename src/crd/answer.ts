import type { Determination } from '../engine/determination.ts';
import type { Library } from '../policy/library.ts';
import { dressed, type Card, type DressedCard } from './card.ts';
import { CARD_TYPE_CODES, type CardType, type Wanted } from './card-types.ts';
import { determinationCard, unansweredCard, ungovernedCard } from './cards.ts';
import type { ClientSettings } from './client-settings.ts';
import { annotations, asksForDocuments } from './coverage-statements.ts';
import { coverageUpdates, type SystemAction } from './coverage-updates.ts';
import type { Evaluation } from './evaluation.ts';
import type { HookRequest } from './hook-request.ts';
import { externalReferenceCard, instructionsCard, smartAppCard } from './reference-cards.ts';
import { additionalOrdersCard, alternateCard, formCard, type SuggestionScope } from './suggestion-cards.ts';

/** What the answer to a hook is made of, beside the evaluation. */
export interface AnswerScope {
  readonly request: HookRequest;
  readonly client: ClientSettings;
  readonly wanted: Wanted;
  readonly library: Library;
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

/** From an evaluation to the wire: cards by their importance, and the orders with their coverage information. */
export function hookResponse(evaluation: Evaluation, scope: AnswerScope): HookResponse {
  const { request, wanted, client, library, asOf, idOf } = scope;
  const { hook, version, patientId } = request;
  const systemActions = wanted.coverageInformation
    ? coverageUpdates(annotations(evaluation, { hook, version, client, library, patientId, asOf, idOf }))
    : [];
  const cards = cardsOf(evaluation, scope)
    .sort((a, b) => CARD_TYPE_CODES.indexOf(a.type) - CARD_TYPE_CODES.indexOf(b.type))
    .slice(0, wanted.maxCards)
    .map(({ type, order, card }) => dressed(card, type, order, version));
  // The three primary hooks always say what they do, even if nothing (Inferno, E10).
  const hasActions = asksForDocuments(hook) || systemActions.length > 0;
  return { cards, ...(hasActions ? { systemActions } : {}) };
}

interface TypedCard {
  readonly type: CardType;
  readonly order: string;
  readonly card: Card;
}

function cardsOf(evaluation: Evaluation, scope: AnswerScope): TypedCard[] {
  const { request, wanted, client, library, asOf, newUuid } = scope;
  const suggestions: SuggestionScope = {
    library,
    version: request.version,
    asOf,
    userId: request.userId,
    newUuid,
  };
  const cards: TypedCard[] = [];
  const add = (type: CardType, order: string, card: () => Card | undefined): void => {
    if (!wanted.shows(type)) return;
    const made = card();
    if (made !== undefined) cards.push({ type, order, card: made });
  };
  const hasDeterminationCard = wanted.shows('determination-card');
  for (const item of evaluation.determinations) {
    const { determination, governed } = item;
    const { order } = determination;
    const options = {
      asksForDocuments: asksForDocuments(request.hook),
      hasLinks: wanted.shows('external-reference'),
    };
    // An order that names no product gets a determination of each policy, and one card: all ask for the product.
    const isRepeated =
      determination.product === null &&
      evaluation.determinations.find(
        ({ determination: first }) => first.order === order && first.coverage === determination.coverage,
      ) !== item;
    if (!isRepeated)
      add('determination-card', order, () => determinationCard(determination, governed, newUuid(), options));
    // The determination card has the links already, and what is missing while something is: these stand in for it, and
    // not for a client that wants to hear nothing of coverage.
    const isInCard = hasDeterminationCard || !wanted.coverageInformation;
    if (!isInCard) add('external-reference', order, () => externalReferenceCard(governed, newUuid()));
    if (!isInCard || (hasDeterminationCard && determination.decision === 'criteria-met'))
      add('instructions', order, () => instructionsCard(determination, governed, newUuid(), request.version));
    add('additional-orders', order, () => additionalOrdersCard(item, evaluation, suggestions));
    add('propose-alternate', order, () => alternateCard(item, suggestions));
    add('form-completion', order, () => formCard(item, evaluation, suggestions));
    const { smartApp } = client;
    if (smartApp !== undefined)
      add('smart-app', order, () => smartAppCard(smartApp, scope.idOf(determination), governed, newUuid()));
  }
  for (const item of evaluation.ungoverned)
    add('not-determined', item.order, () => ungovernedCard(item, newUuid()));
  for (const { order } of evaluation.failed)
    add('not-determined', order.reference, () =>
      unansweredCard(order.reference, 'The order could not be evaluated for a technical reason', newUuid()),
    );
  for (const order of evaluation.lostOrders)
    add('not-determined', order, () => unansweredCard(order, 'An order could not be read', newUuid()));
  for (const order of evaluation.unreadOrders)
    add('not-determined', order, () =>
      unansweredCard(order, 'The drug of an order could not be read', newUuid()),
    );
  return cards;
}
