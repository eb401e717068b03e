import { pino } from 'pino';
import { expect, it } from 'vitest';
import { newId, newUuid } from '../../src/server/identifiers.ts';
import { createMetrics } from '../../src/server/metrics.ts';
import { rehearse } from '../../src/server/rehearsal.ts';
import { sandboxCallers } from '../../src/server/sandbox-caller.ts';
import { fixedPolicies } from '../support/fixed-policies.ts';
import { memoryRecords, rowsOf } from '../support/memory-records.ts';
import { callerWith, FHIR_BASE, library, TODAY } from './service.ts';

it('a rehearsal reaches a determination of every policy, and leaves no record, count or line', async () => {
  const records = memoryRecords();
  const metrics = createMetrics();
  const lines: string[] = [];
  const done = await rehearse({
    policies: fixedPolicies({ library }),
    config: { bodyLimit: 1024 * 1024, queryMilliseconds: 1000 },
    fhirBase: FHIR_BASE,
    logger: pino({ level: 'trace' }, { write: (line: string) => lines.push(line) }),
    today: () => TODAY,
    newUuid,
    newId,
    callers: sandboxCallers(callerWith({})),
    records,
    metrics,
  });
  expect(new Set(done)).toEqual(new Set(library.policies.map(({ id }) => id)));
  for (const table of ['determination', 'card', 'audit_event'] as const)
    expect(await rowsOf(records, table)).toEqual([]);
  expect(await metrics.text()).not.toMatch(/_total\{/);
  expect(await metrics.text()).not.toContain('order-sign');
  expect(lines).toEqual([]);
});
