import type { ServerResponse } from 'node:http';
import { exchangeOf } from './exchange.ts';

/** Says what a request came to, in one of few codes: for counting. */
export const setOutcome = (response: ServerResponse, outcome: string): void => {
  exchangeOf(response.req).outcome = outcome;
};

/** The code that was set; else by the status: `ok`, or the status itself; `left` when the caller did not wait for the answer. */
export const outcomeOf = (response: ServerResponse): string =>
  !response.writableFinished
    ? 'left'
    : (exchangeOf(response.req).outcome ?? (response.statusCode < 400 ? 'ok' : String(response.statusCode)));
