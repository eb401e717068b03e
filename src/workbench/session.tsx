import { createContext, use, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { JsonObject } from '../fhir/json.ts';
import {
  ApiProblem,
  determinationById,
  readChart,
  signOrder,
  type ChartReading,
  type Exchange,
  type HookBody,
  type StoredDetermination,
} from './api.ts';
import { assertionIds, ordersAfter } from './coverage-information.ts';
import {
  broughtResources,
  fhirServerOf,
  patientIdOf,
  referenceOf,
  resourcesOf,
  tokenOf,
  withDraftOrders,
} from './hook-body.ts';

/** What all views are about: one request, its answer, what stands behind it, and the chart. In memory only. */
export interface Session {
  /** The request as it goes out next; undefined: nothing is chosen yet. */
  readonly request: HookBody | undefined;
  /** A FHIR date that the service takes for today; undefined: today. */
  readonly asOf: string | undefined;
  /** The last call that was answered; it stays while the next is under way. */
  readonly exchange: Exchange | undefined;
  /** The determinations of that answer, by its coverage-assertion-ids. */
  readonly determinations: readonly StoredDetermination[];
  /** The one that is looked at: an order may have several, one for each policy and coverage. */
  readonly determination: StoredDetermination | undefined;
  /** Looks at another one. @param id of a determination */
  readonly select: (id: string) => void;
  /** True while order-sign is under way. */
  readonly isRunning: boolean;
  /** Why the last call has no answer. */
  readonly problem: ApiProblem | undefined;
  /** The request was changed since it was answered. */
  readonly isStale: boolean;
  readonly chart: Chart;
  /** Another patient or order: what was answered before goes. @param asOf as above */
  readonly choose: (request: HookBody, asOf?: string) => void;
  /** The same patient, the request changed; the answer stays until `run`. */
  readonly change: (request: HookBody, asOf?: string) => void;
  /** Sends order-sign. @param request in place of the one at hand */
  readonly run: (request?: HookBody) => Promise<void>;
  /** Another patient or order, and order-sign at once. */
  readonly chooseAndRun: (request: HookBody, asOf?: string) => Promise<void>;
}

/** The patient's records, for showing alone: what is decided, the service decides. */
export interface Chart {
  readonly isLoading: boolean;
  readonly problem: ApiProblem | undefined;
  /** By `Type/id`; drafts and prefetch included. */
  readonly resources: ReadonlyMap<string, JsonObject>;
  readonly unread: ChartReading['unread'];
}

const SessionContext = createContext<Session | undefined>(undefined);

/** @throws Error outside of SessionProvider */
export function useSession(): Session {
  const session = use(SessionContext);
  if (session === undefined) throw new Error('there is no session here');
  return session;
}

interface Answered {
  readonly exchange: Exchange | undefined;
  readonly determinations: readonly StoredDetermination[];
  readonly problem: ApiProblem | undefined;
}

const NOTHING: Answered = { exchange: undefined, determinations: [], problem: undefined };

/** The request as the answer leaves it: an EHR takes over what the service writes on an order. */
const annotated = (request: HookBody, { answer }: Exchange): HookBody =>
  (answer.systemActions ?? []).length === 0
    ? request
    : withDraftOrders(request, ordersAfter({ request, answer }));

export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const [request, setRequest] = useState<HookBody>();
  const [asOf, setAsOf] = useState<string>();
  const [answered, setAnswered] = useState(NOTHING);
  const [isRunning, setIsRunning] = useState(false);
  const [isStale, setIsStale] = useState(false);
  const [selected, select] = useState<string>();
  const under = useRef<AbortController>(undefined);
  const chart = useChart(request);

  const change = useCallback((next: HookBody, day?: string) => {
    setRequest(next);
    setAsOf(day);
    setIsStale(true);
  }, []);
  const choose = useCallback(
    (next: HookBody, day?: string) => {
      under.current?.abort();
      setIsRunning(false);
      setAnswered(NOTHING);
      change(next, day);
    },
    [change],
  );
  const call = useCallback(async (next: HookBody, day: string | undefined) => {
    under.current?.abort();
    const controller = new AbortController();
    under.current = controller;
    setRequest(next);
    setIsRunning(true);
    setIsStale(false);
    const outcome = await answerTo(next, day, controller.signal);
    if (controller.signal.aborted) return;
    const { exchange } = outcome;
    // What was changed while the call was under way stays changed.
    if (exchange !== undefined)
      setRequest((current) => (current === next ? annotated(next, exchange) : current));
    setAnswered(outcome);
    setIsRunning(false);
  }, []);
  const chooseAndRun = useCallback(
    (next: HookBody, day?: string) => {
      choose(next, day);
      return call(next, day);
    },
    [choose, call],
  );
  const run = useCallback(
    async (next: HookBody | undefined = request) => {
      if (next !== undefined) await call(next, asOf);
    },
    [call, request, asOf],
  );

  const session = useMemo(() => {
    const { determinations } = answered;
    const determination = determinations.find(({ id }) => id === selected) ?? determinations[0];
    return {
      ...{ request, asOf, ...answered, determination, select },
      ...{ isRunning, isStale, chart, choose, change, run, chooseAndRun },
    };
  }, [request, asOf, answered, selected, isRunning, isStale, chart, choose, change, run, chooseAndRun]);
  return <SessionContext value={session}>{children}</SessionContext>;
}

async function answerTo(request: HookBody, asOf: string | undefined, signal: AbortSignal): Promise<Answered> {
  let exchange: Exchange | undefined;
  try {
    exchange = await signOrder(request, asOf, signal);
    const ids = determinationIds(exchange);
    const determinations = await Promise.all(ids.map((id) => determinationById(id, signal)));
    return { exchange, determinations, problem: undefined };
  } catch (error) {
    return { exchange, determinations: [], problem: asProblem(error) };
  }
}

const determinationIds = (exchange: Exchange): readonly string[] => [
  ...new Set(ordersAfter(exchange).flatMap(assertionIds)),
];

export const asProblem = (error: unknown): ApiProblem =>
  error instanceof ApiProblem
    ? error
    : new ApiProblem(undefined, 'page', error instanceof Error ? error.message : String(error));

interface Loaded {
  /** What was asked for, as one text. */
  readonly key: string;
  readonly reading: ChartReading | undefined;
  readonly problem: ApiProblem | undefined;
}

const NONE: Loaded = { key: '', reading: undefined, problem: undefined };

function useChart(request: HookBody | undefined): Chart {
  const [loaded, setLoaded] = useState(NONE);
  const fhirServer = request === undefined ? undefined : fhirServerOf(request);
  const patientId = request === undefined ? undefined : patientIdOf(request);
  const token = request === undefined ? undefined : tokenOf(request);
  const key = JSON.stringify([fhirServer, patientId, token]);

  useEffect(() => {
    if (fhirServer === undefined || patientId === undefined) return;
    const controller = new AbortController();
    readChart({ fhirServer, patientId, token }, controller.signal).then(
      (reading) => {
        setLoaded({ key, reading, problem: undefined });
      },
      (error: unknown) => {
        if (!controller.signal.aborted) setLoaded({ key, reading: undefined, problem: asProblem(error) });
      },
    );
    return () => {
      controller.abort();
    };
  }, [key, fhirServer, patientId, token]);

  return useMemo(() => {
    const { reading, problem } = loaded.key === key ? loaded : NONE;
    const brought = request === undefined ? [] : broughtResources(request);
    const read = reading === undefined ? [] : resourcesOf(reading.bundle);
    return {
      isLoading: fhirServer !== undefined && patientId !== undefined && loaded.key !== key,
      problem,
      // What came with the request is what was decided on.
      resources: new Map([...read, ...brought].map((resource) => [referenceOf(resource), resource])),
      unread: reading?.unread ?? [],
    };
  }, [loaded, key, fhirServer, patientId, request]);
}
