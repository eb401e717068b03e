/** One entry of a feedback call, as it came. `userComment` may tell of a patient: it is kept, never logged. */
export interface KeptFeedback {
  /** `ownerOf` the caller. */
  readonly owner: string;
  readonly service: string;
  readonly card: string;
  /** False when this process gave the owner no card of that id: counted apart (CH-F-03). */
  readonly isKnownCard: boolean;
  readonly outcome: 'accepted' | 'overridden';
  readonly acceptedSuggestions: readonly string[];
  readonly overrideReasons: readonly OverrideReason[];
  /** RFC 3339. */
  readonly outcomeTimestamp: string;
}

export interface OverrideReason {
  readonly reason?: { readonly code: string; readonly system?: string; readonly display?: string };
  readonly userComment?: string;
}

/** Where feedback is kept; the same card may be reported again, and every report is. */
export interface FeedbackStore {
  /** Remembers that a card went out, and to whom. */
  readonly issued: (card: string, owner: string) => void;
  readonly isIssued: (card: string, owner: string) => boolean;
  readonly keep: (entries: readonly KeptFeedback[]) => void;
  readonly entries: () => readonly KeptFeedback[];
}

/** Entries, and ids of cards, that are kept: the newest, in memory, while the process lives. */
const KEPT = 10_000;

export function createFeedbackStore(): FeedbackStore {
  const cards = new Map<string, string>();
  let kept: readonly KeptFeedback[] = [];
  return {
    issued(card, owner) {
      cards.set(card, owner);
      for (const oldest of cards.keys()) {
        if (cards.size <= KEPT) break;
        cards.delete(oldest);
      }
    },
    isIssued: (card, owner) => cards.get(card) === owner,
    keep(entries) {
      kept = [...kept, ...entries].slice(-KEPT);
    },
    entries: () => kept,
  };
}
