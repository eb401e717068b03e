import type { Response } from 'express';

const outcomes = new WeakMap<Response, string>();

/** What a request came to, in one of few codes: for counting. */
export const setOutcome = (response: Response, outcome: string): void => {
  outcomes.set(response, outcome);
};

/** The code that was set; else by the status: `ok`, or the status itself; `left` when the caller did not wait for the answer. */
export const outcomeOf = (response: Response): string =>
  !response.writableFinished
    ? 'left'
    : (outcomes.get(response) ?? (response.statusCode < 400 ? 'ok' : String(response.statusCode)));
