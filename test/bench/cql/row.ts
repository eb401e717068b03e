import { isDeepStrictEqual } from 'node:util';
import type { Determination } from '../../../src/engine/determination.ts';
import { readVignettes, vignetteFiles } from '../../policy-tools/vignette-files.ts';
import { AS_OF, call, library } from '../calls.ts';
import {
  post,
  processorTimePerCall,
  startCqlService,
  startService,
  throughput,
  type Running,
} from '../processes.ts';
import { rounds, type Row } from '../row.ts';
import { createCqlCriteria, type CqlAnswer } from './criteria.ts';
import { compareVignettes, statusesOf } from './vignettes.ts';

const RESOURCES = 200;
const ROUNDS = 5;
const CALLS = 100;
const WARM_UP_SECONDS = 5;

export const cqlRow: Row = {
  id: 'cql',
  what: `CAR-T order, ${RESOURCES} resources: processor time against the policy's criteria in CQL`,
  goal: { atMost: 1 / 40 },
  note: 'ours is the whole answer with evidence and cards; in CQL it is the status of each criterion alone',
  measure: againstCql,
};

/** @throws Error when CQL answers anything otherwise: then there is nothing to compare */
async function againstCql(): Promise<readonly number[]> {
  const { differences } = await compareVignettes(
    readVignettes(vignetteFiles()).vignettes,
    library,
    createCqlCriteria(library),
  );
  if (differences.length > 0) throw new Error(`CQL answers otherwise:\n${differences.join('\n')}`);
  const body = call(RESOURCES);
  const [ours, cql] = [await startService(), await startCqlService()];
  try {
    await assertSameAnswer(ours, cql, body);
    for (const { base } of [ours, cql]) await throughput(base, body, WARM_UP_SECONDS);
    return await rounds(ROUNDS, async () => {
      const spent = await processorTimePerCall(ours, body, CALLS);
      return spent / (await processorTimePerCall(cql, body, CALLS));
    });
  } finally {
    ours.stop();
    cql.stop();
  }
}

async function assertSameAnswer(ours: Running, cql: Running, body: string): Promise<void> {
  const headers = { 'content-type': 'application/json', 'x-as-of': AS_OF };
  const response = await fetch(`${ours.base}/determinations`, { method: 'POST', headers, body });
  const { determinations } = (await response.json()) as { readonly determinations: readonly Determination[] };
  const wanted = Object.fromEntries(statusesOf(determinations));
  const { criteria } = (await (await post(cql.base, body)).json()) as CqlAnswer;
  if (Object.keys(wanted).length === 0 || !isDeepStrictEqual(criteria, wanted))
    throw new Error(`CQL answers ${JSON.stringify(criteria)}, the service ${JSON.stringify(wanted)}`);
}
