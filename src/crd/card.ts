import type { JsonObject } from '../fhir/json.ts';
import { topicOf, type CardType } from './card-types.ts';
import type { WireVersion } from './wire-version.ts';

/** CDS Hooks 2.0.1, "Card". */
export interface Card {
  readonly uuid: string;
  readonly summary: string;
  readonly indicator: 'info' | 'warning';
  readonly detail: string;
  readonly source: { readonly label: string; readonly url?: string };
  readonly links?: readonly Link[];
  readonly suggestions?: readonly Suggestion[];
  readonly selectionBehavior?: 'any' | 'at-most-one';
}

export interface Link {
  readonly label: string;
  readonly url: string;
  readonly type: 'absolute' | 'smart';
  /** With `smart` only. */
  readonly appContext?: string;
}

export interface Suggestion {
  readonly label: string;
  readonly uuid: string;
  readonly actions: readonly Action[];
}

export type Action =
  | { readonly type: 'create'; readonly description: string; readonly resource: JsonObject }
  | { readonly type: 'delete'; readonly description: string; readonly resourceId: string };

/** Why a clinician goes on without what a card says; feedback brings the code back. */
const OVERRIDE_SYSTEM = 'urn:cartograph:CodeSystem:override-reason';
const OVERRIDES: Readonly<Record<string, string>> = {
  'request-follows': 'The request to the payer will be sent separately',
  'request-answered': 'The payer has answered the request already',
  'documented-elsewhere': 'Documented outside this chart',
  'already-ordered': 'Ordered or done already',
  'not-appropriate': 'Not appropriate for this patient',
  'other-coverage': 'Another coverage pays',
};
const OVERRIDES_BY_TYPE: Readonly<Partial<Record<CardType, readonly string[]>>> = {
  'determination-card': ['request-follows', 'request-answered', 'documented-elsewhere', 'other-coverage'],
  'additional-orders': ['already-ordered', 'documented-elsewhere', 'not-appropriate'],
  'propose-alternate': ['request-answered', 'documented-elsewhere', 'not-appropriate'],
  'form-completion': ['request-follows', 'request-answered', 'documented-elsewhere'],
};

/** A card as it goes out: with its topic, the orders that it is about, and reasons to override it, per version. */
export function dressed(card: Card, type: CardType, orders: readonly string[], version: WireVersion) {
  const overrides = OVERRIDES_BY_TYPE[type] ?? [];
  return {
    ...card,
    source: { ...card.source, topic: topicOf(type, version) },
    ...(overrides.length === 0
      ? {}
      : {
          overrideReasons: overrides.map((code) => ({
            code,
            system: OVERRIDE_SYSTEM,
            display: OVERRIDES[code] ?? code,
          })),
        }),
    // 2.0 and 2.1 write bare references, 2.2 objects (CRD-K-06).
    extension: {
      'davinci-crd.associated-resource': orders.map((order) =>
        version === '2.2' ? { reference: order } : order,
      ),
    },
  };
}

export type DressedCard = ReturnType<typeof dressed>;
