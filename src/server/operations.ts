import { Router } from 'express';
import type { RecordStore } from '../store/records.ts';
import { inTime, WAIT_MILLISECONDS } from '../store/time-limit.ts';
import type { Metrics } from './metrics.ts';
import { allow } from './methods.ts';
import type { Policies } from './policies-in-force.ts';
import type { RecordKeeping } from './record-keeping.ts';

/** What an operator's tools ask: whether the process lives, whether it takes calls, what it has counted. */
export interface Operations {
  readonly policies: Policies;
  readonly keeping: Pick<RecordKeeping, 'health'>;
  readonly records: Pick<RecordStore, 'check'>;
  readonly metrics: Metrics;
  /** True once the process is about to end. */
  readonly isStopping: () => boolean;
}

/**
 * @param isPrivate whether only the operator reaches these routes: then the counts are served too
 */
export function operationRoutes(operations: Operations, isPrivate: boolean): Router {
  const { policies, keeping, metrics } = operations;
  const waitsFor = readiness(operations);
  const router = Router();
  router.get('/healthz', (_request, response) => {
    const { edition, library } = policies.current();
    const reload = policies.lastReload();
    response.json({
      // Degraded: answers go out, but records of them could not be kept.
      status: keeping.health(),
      edition,
      // Why files were refused stands in the log.
      ...(reload === undefined ? {} : { reload: { outcome: reload.outcome, at: reload.at } }),
      policies: library.policies.map(({ id, version, effective, until }) => ({
        id,
        version,
        effective,
        until,
      })),
      valueSets: [...library.terminology.valueSets.values()].map(({ id, version, concepts }) => ({
        id,
        version,
        codes: concepts.size,
      })),
    });
  });
  router.all('/healthz', allow('GET'));
  router.get('/readyz', async (_request, response) => {
    const missing = await waitsFor();
    response
      .status(missing.length === 0 ? 200 : 503)
      .set('cache-control', 'no-store')
      .json(missing.length === 0 ? { status: 'ready' } : { status: 'not-ready', waitsFor: missing });
  });
  router.all('/readyz', allow('GET'));
  if (isPrivate) {
    router.get('/metrics', async (_request, response) => {
      response
        .set('cache-control', 'no-store')
        .type(metrics.contentType)
        .send(await metrics.text());
    });
    router.all('/metrics', allow('GET'));
  }
  return router;
}

/**
 * What has to happen before calls are taken. The store has to have been opened once: a process that has never reached it
 * may have a wrong address. Later it may be away: then answers go out without ids, from all replicas alike, and none of
 * them is to be taken out of service for it.
 */
function readiness({
  policies,
  records,
  isStopping,
}: Operations): () => Promise<readonly ('shutdown' | 'threads' | 'store')[]> {
  let wasOpened = false;
  return async () => {
    if (isStopping()) return ['shutdown'];
    wasOpened ||= await inTime(records.check(), WAIT_MILLISECONDS).then(
      () => true,
      () => false,
    );
    const isUp = policies.current().threads?.state().isReady ?? true;
    return [...(isUp ? [] : (['threads'] as const)), ...(wasOpened ? [] : (['store'] as const))];
  };
}
