import { useCallback, useState } from 'react';
import { ApiProblem, sendFeedback, type Feedback } from '../api.ts';

/** What the reader did with a card, and whether the service has been told. */
export interface CardOutcome {
  /** Suggestions that were accepted, by their uuid. */
  readonly accepted: readonly string[];
  /** In words; undefined: it was not dismissed. */
  readonly dismissed: string | undefined;
  readonly feedback: 'sending' | 'sent' | ApiProblem;
  /** Tells the service again. */
  readonly retry: () => void;
}

type Told = Omit<CardOutcome, 'feedback' | 'retry'>;

/** Outcomes by the uuid of the card: a call gives each card a new one. */
export function useCardOutcomes() {
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, CardOutcome>>(new Map());
  const tell = useCallback((card: string, told: Told, entry: Feedback) => {
    const send = (): void => {
      const set = (feedback: CardOutcome['feedback']): void => {
        setOutcomes((known) => new Map(known).set(card, { ...told, feedback, retry: send }));
      };
      set('sending');
      sendFeedback([entry]).then(
        () => {
          set('sent');
        },
        (error: unknown) => {
          set(
            error instanceof ApiProblem
              ? error
              : new ApiProblem(undefined, 'page', 'The feedback could not be sent.'),
          );
        },
      );
    };
    send();
  }, []);
  return { outcomes, tell };
}

export type CardOutcomes = ReturnType<typeof useCardOutcomes>;
