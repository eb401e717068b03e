import type { IncomingMessage, ServerResponse } from 'node:http';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Outcome } from '../store/keeper.ts';
import type { ThreadFailure } from './evaluation-threads.ts';
import type { QueryLog } from './fhir-client.ts';
import type { Answered } from './hook-call.ts';
import { outcomeOf } from './outcome.ts';
import type { Policies, Reload } from './policies-in-force.ts';
import type { RecordKeeping } from './record-keeping.ts';
import { routeLabel } from './route.ts';

/**
 * What is counted, in Prometheus's terms. Labels hold names of ours alone (routes, hooks, policies, codes) and bases of
 * registered FHIR servers: nothing of a patient, and no more of them than there are such names.
 */
export interface Metrics {
  readonly answered: (answered: Answered, isKept: boolean) => void;
  readonly queried: (query: QueryLog) => void;
  readonly threadFailed: (kind: ThreadFailure['kind']) => void;
  readonly tokenChecked: (outcome: Outcome) => void;
  readonly reloaded: (reload: Reload) => void;
  /** Told of every request when it is over. */
  readonly requested: (request: IncomingMessage, response: ServerResponse, milliseconds: number) => void;
  /** What is not counted as it happens, but read off when it is asked for. */
  readonly watch: (sources: {
    readonly policies: Policies;
    readonly keeping: Pick<RecordKeeping, 'counts' | 'health'>;
  }) => void;
  readonly contentType: string;
  /** Prometheus text exposition format. */
  readonly text: () => Promise<string>;
}

/** Seconds: what a clinician does not notice, up to the longest that CRD allows. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 4, 10];

/** @param ofProcess whether memory, CPU, garbage collection and the event loop of this process are measured too */
export function createMetrics(ofProcess = false): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (ofProcess) collectDefaultMetrics({ register: registry });
  const counter = <L extends string>(name: string, help: string, ...labelNames: readonly L[]): Counter<L> =>
    new Counter({ name: `cartograph_${name}`, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, ...labelNames: readonly L[]): Gauge<L> =>
    new Gauge({ name: `cartograph_${name}`, help, labelNames, registers });
  const histogram = <L extends string>(
    name: string,
    help: string,
    ...labelNames: readonly L[]
  ): Histogram<L> =>
    new Histogram({ name: `cartograph_${name}`, help, labelNames, registers, buckets: BUCKETS });

  const requests = histogram(
    'request_duration_seconds',
    'Requests by route (a hook by its name) and by what they came to: determined, no-determination, ok, or the code of the error.',
    'route',
    'outcome',
  );
  const determinations = counter('determinations_total', 'Determinations made.', 'policy', 'decision');
  const undetermined = counter(
    'orders_not_determined_total',
    'CAR-T orders without a determination.',
    'reason',
  );
  const statements = counter(
    'coverage_information_total',
    'Statements of coverage information, by their codes.',
    'covered',
    'pa_needed',
  );
  const questionnaires = counter(
    'questionnaires_total',
    'Forms that statements of coverage information ask for.',
    'policy',
    'indication',
  );
  const tokenUse = counter('fhir_token_use_total', 'Hook calls by use of the FHIR access token.', 'use');
  const queries = histogram(
    'fhir_query_duration_seconds',
    'Queries to FHIR servers by outcome: ok, or the kind of failure.',
    'outcome',
  );
  const retries = counter('fhir_query_retries_total', 'Further tries of queries.');
  const circuits = gauge(
    'fhir_circuit_open',
    'Evaluation threads that leave a FHIR server alone because it failed too often; servers that none does are left out.',
    'server',
  );
  const calls = gauge('evaluation_calls', 'Calls given to the evaluation threads.', 'state');
  const held = gauge('evaluation_held_bytes', 'Bytes of the bodies of calls that threads have not answered.');
  const threadFailures = counter(
    'evaluation_failures_total',
    'Calls that no thread answered: busy, late, lost.',
    'kind',
  );
  const records = counter('records_total', 'Writes to the record store.', 'outcome');
  const readings = counter(
    'record_readings_lost_total',
    'Readings of the record store that failed.',
    'outcome',
  );
  const degraded = gauge('records_degraded', '1 while records cannot be kept in time.');
  const withoutId = counter('answers_without_id_total', 'Answers whose determinations could not be kept.');
  const tokens = counter('token_checks_total', 'Questions to the store whether a token was used.', 'outcome');
  const policyInfo = gauge('policy_info', '1 for each policy in force.', 'policy', 'version');
  const edition = gauge('policy_edition_info', '1 for the policy files in force.', 'edition');
  const reloads = counter('policy_reloads_total', 'Policy files read again.', 'outcome');
  const refused = gauge('policy_reload_refused', '1 when the policy files last read were refused.');
  let read = (): void => undefined;

  return {
    answered({ forms, metric, report }, isKept) {
      for (const { policy, decision } of report.determinations) determinations.inc({ policy, decision });
      for (const reason of report.ungoverned) undetermined.inc({ reason });
      if (report.failedOrders > 0) undetermined.inc({ reason: 'failed' }, report.failedOrders);
      if (report.unreadOrders > 0) undetermined.inc({ reason: 'unread-medication' }, report.unreadOrders);
      if (report.lostOrders > 0) undetermined.inc({ reason: 'unread-order' }, report.lostOrders);
      for (const { coverageInfo } of metric.response)
        if (coverageInfo !== undefined)
          statements.inc({ covered: coverageInfo.covered ?? '', pa_needed: coverageInfo.paNeeded ?? '' });
      for (const { policy, indication } of forms) questionnaires.inc({ policy: policy.id, indication });
      tokenUse.inc({ use: metric.tokenUse });
      if (!isKept) withoutId.inc();
    },
    queried({ failure, milliseconds, tries }) {
      queries.observe({ outcome: failure ?? 'ok' }, milliseconds / 1000);
      if (tries > 1) retries.inc(tries - 1);
    },
    threadFailed(kind) {
      threadFailures.inc({ kind });
    },
    tokenChecked(outcome) {
      tokens.inc({ outcome });
    },
    reloaded({ outcome }) {
      reloads.inc({ outcome });
      refused.set(outcome === 'refused' ? 1 : 0);
    },
    requested(request, response, milliseconds) {
      requests.observe({ route: routeLabel(request), outcome: outcomeOf(response) }, milliseconds / 1000);
    },
    watch({ policies, keeping }) {
      read = () => {
        const current = policies.current();
        policyInfo.reset();
        for (const { id, version } of current.library.policies) policyInfo.set({ policy: id, version }, 1);
        edition.reset();
        edition.set({ edition: current.edition }, 1);
        const state = current.threads?.state();
        calls.set({ state: 'waiting' }, state?.waiting ?? 0);
        calls.set({ state: 'under-way' }, state?.underWay ?? 0);
        held.set(state?.heldBytes ?? 0);
        circuits.reset();
        for (const server of state?.openCircuits ?? []) circuits.inc({ server });
        const { writes, readings: lost } = keeping.counts();
        records.reset();
        for (const [outcome, count] of Object.entries(writes)) records.inc({ outcome }, count);
        readings.reset();
        for (const [outcome, count] of Object.entries(lost)) readings.inc({ outcome }, count);
        degraded.set(keeping.health() === 'degraded' ? 1 : 0);
      };
    },
    contentType: registry.contentType,
    text() {
      read();
      return registry.metrics();
    },
  };
}
