import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { evaluateRequest } from '../src/crd/evaluate.ts';
import { readHookRequest } from '../src/crd/hook-request.ts';
import type { CriterionResult } from '../src/engine/criteria.ts';
import type { Determination } from '../src/engine/determination.ts';
import { loadLibrary } from '../src/server/policies.ts';

/** The table "Outcomes" of fhir-fixtures/README.md, held against what the service determines. */

const fixtures = new URL('../fhir-fixtures/', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, fixtures), 'utf8');
const library = loadLibrary(fileURLToPath(new URL('../cds-services', import.meta.url)));
const orderDay = '2026-03-02';

const outcomes = ['met apart from statements', 'missing documents', 'not met', 'wrong indication'] as const;
type Outcome = (typeof outcomes)[number];

interface Row {
  /** `<policy>/<indication>` */
  readonly indication: string;
  readonly outcome: Outcome;
  readonly fixture: string;
  /** Ids within the indication, or `def/…` within the policy. */
  readonly criteria: readonly string[];
}

const cellsOf = (line: string): readonly string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

function rowsOf(readme: string): readonly Row[] {
  const lines = (readme.split('\n## Outcomes\n')[1] ?? '').split('\n## ')[0]?.split('\n') ?? [];
  const [head, , ...body] = lines.filter((line) => line.startsWith('|')).map(cellsOf);
  expect(head?.slice(1).map((title) => title.toLowerCase())).toEqual(outcomes);
  return body.flatMap(([indication = '', ...cells]) =>
    cells.flatMap((cell, index) => {
      if (cell === 'none') return [];
      const parts = /^`([a-z0-9-]+)`(?: \(([^)]+)\))?$/.exec(cell);
      const outcome = outcomes[index];
      if (parts === null || outcome === undefined) throw new Error(`cell not understood: ${cell}`);
      return [
        {
          indication: indication.replaceAll('`', ''),
          outcome,
          fixture: parts[1] ?? '',
          criteria: parts[2]?.split(', ') ?? [],
        },
      ];
    }),
  );
}

const rows = rowsOf(read('README.md'));

async function determine(fixture: string): Promise<readonly Determination[]> {
  const sent = JSON.parse(read(`${fixture}/order-sign.json`)) as Record<string, unknown>;
  const request = readHookRequest(
    {
      ...sent,
      fhirServer: undefined,
      prefetch: { chart: JSON.parse(read(`${fixture}/chart.json`)) as unknown },
    },
    'order-sign',
  );
  if ('message' in request) throw new Error(request.message);
  const { determinations } = await evaluateRequest(request, library, undefined, orderDay);
  return determinations.map(({ determination }) => determination);
}

const withParts = (results: readonly CriterionResult[]): readonly CriterionResult[] =>
  results.flatMap((result) => [result, ...withParts(result.criteria)]);

/** Open, and not because a clinician has yet to state it. */
const lacksRecord = ({ status, needs }: CriterionResult): boolean =>
  status === 'unknown' && needs !== 'attestation';

const checks: Readonly<Record<Outcome, (determination: Determination, row: Row) => void>> = {
  'met apart from statements': ({ decision, criteria }, { indication, criteria: named }) => {
    expect(['criteria-met', 'documentation-needed']).toContain(decision);
    expect(criteria.filter(({ status }) => status === 'not-met')).toEqual([]);
    expect(criteria.filter(lacksRecord).map(({ id }) => id)).toEqual(
      named.map((id) => `${indication}/${id}`),
    );
  },
  'missing documents': ({ decision, criteria }, { indication, criteria: named }) => {
    expect(decision).toBe('documentation-needed');
    const inPart = named.filter((id) => id.startsWith('def/'));
    expect(criteria.filter(lacksRecord).map(({ id }) => id)).toEqual(
      named.filter((id) => !inPart.includes(id)).map((id) => `${indication}/${id}`),
    );
    const policy = indication.split('/')[0] ?? '';
    const open = new Set(
      withParts(criteria)
        .filter(lacksRecord)
        .map(({ id }) => id),
    );
    for (const id of inPart) expect(open).toContain(`${policy}/${id}`);
    expect(withParts(criteria).some(({ needs }) => needs === 'documentation' || needs === 'review')).toBe(
      true,
    );
  },
  'not met': ({ decision, criteria }, { indication, criteria: named }) => {
    expect(decision).toBe('criteria-not-met');
    expect(criteria.filter(({ status }) => status === 'not-met').map(({ id }) => id)).toEqual(
      named.map((id) => `${indication}/${id}`),
    );
  },
  'wrong indication': ({ decision, criteria, alternatives }, { criteria: named }) => {
    expect(decision).toBe('no-covered-indication');
    expect(criteria).toEqual([]);
    expect(alternatives ?? []).toEqual([]);
    expect(named).toEqual([]);
  },
};

describe('outcomes of the fixtures', () => {
  it('stand for every indication of every policy', () => {
    const all = library.policies.flatMap((policy) =>
      policy.indications.map(({ id }) => `${policy.id}/${id}`),
    );
    expect([...new Set(rows.map(({ indication }) => indication))].toSorted()).toEqual(all.toSorted());
    for (const outcome of outcomes.slice(0, 3)) {
      expect(rows.filter((row) => row.outcome === outcome)).toHaveLength(all.length);
    }
  });

  it.each(rows)('$indication, $outcome: $fixture', async (row) => {
    const [policy, indication] = row.indication.split('/');
    const found = await determine(row.fixture);
    expect(found.length).toBeGreaterThan(0);
    for (const determination of found) {
      expect(determination.policy?.id).toBe(policy);
      expect(determination.indication).toBe(row.outcome === 'wrong indication' ? null : indication);
      checks[row.outcome](determination, row);
    }
  });
});
