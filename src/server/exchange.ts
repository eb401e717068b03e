import type { IncomingMessage } from 'node:http';
import type { Identified } from './caller.ts';
import type { Edition } from './policies-in-force.ts';
import type { Subject } from './record-keeping.ts';
import type { HookRoute } from './route.ts';

/** What is known of one request while it is answered, for all who have a part in that. */
export interface Exchange {
  requestId: string | undefined;
  /** The policies that answer it, from its first step to its last. */
  edition: Edition | undefined;
  /** Undefined until the caller is identified, and where no route asks. */
  identified: Identified | undefined;
  /** Where it did not need the app's own routing. */
  route: HookRoute | undefined;
  /** Why a request that did not need the app's routing gets no answer: the app tells it. */
  failure: unknown;
  /** What it came to, in one of few codes: for counting. */
  outcome: string | undefined;
  /** Whom it is about, as soon as that is known: it may fail afterwards. */
  readonly concerned: Subject[];
  /** Its audit event is kept with what it was answered. */
  isAudited: boolean;
  /** A stranger's request that is to be recorded by itself. */
  isAdmitted: boolean;
}

const exchanges = new WeakMap<IncomingMessage, Exchange>();

export function exchangeOf(request: IncomingMessage): Exchange {
  const known = exchanges.get(request);
  if (known !== undefined) return known;
  const made: Exchange = {
    requestId: undefined,
    edition: undefined,
    identified: undefined,
    route: undefined,
    failure: undefined,
    outcome: undefined,
    concerned: [],
    isAudited: false,
    isAdmitted: false,
  };
  exchanges.set(request, made);
  return made;
}
