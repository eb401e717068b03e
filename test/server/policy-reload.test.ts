import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EvaluationThreads } from '../../src/server/evaluation-threads.ts';
import { createPolicies, type ReloadablePolicies } from '../../src/server/policies-in-force.ts';
import { PolicyProblems } from '../../src/server/policies.ts';
import { readPolicyFiles, type CheckedFiles } from '../../src/server/policy-files.ts';
import { storedChart, withWholeChart } from './charts.ts';
import { NOW } from './production.ts';
import type { Identified } from './service.ts';
import { startProcess } from './started-process.ts';

/** Policy files that change while the service runs: swapped whole, or refused. */

// Policies are made several times, which a busy machine takes its time for.
vi.setConfig({ testTimeout: 120_000 });

const ours = fileURLToPath(new URL('../../cds-services', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'cartograph-policies-'));
const folder = join(scratch, 'cds-services');
const POLICY = join(folder, 'carepartners-ct-aucatzyl', 'policy.yaml');
const printed = readFileSync(join(ours, 'carepartners-ct-aucatzyl', 'policy.yaml'), 'utf8');
const title = /title: (.+)\n\s+locator/.exec(printed)?.[1] ?? '';
/** The policy with another wording of its first criterion. */
const worded = (words: string): void => {
  writeFileSync(POLICY, printed.replace(title, words));
};
const broken = (): void => {
  writeFileSync(POLICY, printed.replace(/fact: .+/, 'fact: nobody-declared-this'));
};

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  cpSync(ours, folder, { recursive: true });
});
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

describe('policies in force', () => {
  const started = async (): Promise<{
    readonly policies: ReloadablePolicies;
    readonly editions: readonly string[];
    readonly closed: readonly string[];
  }> => {
    const editions: string[] = [];
    const closed: string[] = [];
    const startThreads = ({ edition }: CheckedFiles): EvaluationThreads => {
      editions.push(edition);
      return {
        work: () => Promise.reject(new Error('nothing is evaluated here')),
        ready: () => Promise.resolve(),
        state: () => ({ isReady: true, waiting: 0, underWay: 0, heldBytes: 0, openCircuits: [] }),
        close: () => {
          closed.push(edition);
          return Promise.resolve();
        },
      };
    };
    return {
      policies: await createPolicies(
        folder,
        startThreads,
        () => NOW,
        () => undefined,
      ),
      editions,
      closed,
    };
  };

  it('are replaced whole, and those before last until the last request under them is over', async () => {
    const { policies, editions, closed } = await started();
    const first = policies.enter();
    worded('Another wording');
    expect(await policies.reload()).toEqual({ outcome: 'replaced', at: NOW.toISOString() });
    const second = policies.enter();
    expect([first.edition.edition, second.edition.edition]).toEqual(editions);
    expect(new Set(editions).size).toBe(2);
    expect(JSON.stringify(first.edition.library.policies)).not.toContain('Another wording');
    expect(JSON.stringify(second.edition.library.policies)).toContain('Another wording');
    expect(closed).toEqual([]);
    first.leave();
    expect(closed).toEqual([first.edition.edition]);
    second.leave();
    expect(closed).toEqual([first.edition.edition]);
  });

  it('stay when the files are the same, have a mistake, or cannot be read', async () => {
    const { policies, editions } = await started();
    expect((await policies.reload()).outcome).toBe('unchanged');
    broken();
    const refused = await policies.reload();
    expect(refused.outcome).toBe('refused');
    expect(refused.error).toBeInstanceOf(PolicyProblems);
    expect(String(refused.error)).toMatch(/policy\.yaml:\d+ .*nobody-declared-this/);
    rmSync(folder, { recursive: true });
    expect((await policies.reload()).outcome).toBe('refused');
    expect(policies.lastReload()?.outcome).toBe('refused');
    expect([policies.current().edition, editions.length]).toEqual([editions[0], 1]);
  });

  it('are read by symbolic links, as a ConfigMap is mounted and replaced', () => {
    const mount = join(scratch, 'mount');
    cpSync(ours, join(mount, '..first'), { recursive: true });
    symlinkSync('..first', join(mount, '..data'));
    for (const name of readdirSync(ours)) symlinkSync(join('..data', name), join(mount, name));
    // It would be followed without end.
    symlinkSync('.', join(mount, '..first', 'shared', 'again'));
    expect(readPolicyFiles(mount)).toEqual(readPolicyFiles(ours));
    symlinkSync('nowhere', join(mount, 'gone'));
    expect(() => readPolicyFiles(mount)).toThrow(/gone/);
    rmSync(mount, { recursive: true });
  });

  it('are watched: a folder that changed and then stood still is read, one that was refused not again', async () => {
    vi.useFakeTimers();
    try {
      const { policies, editions } = await started();
      policies.watch(1000);
      worded('While it is written');
      await vi.advanceTimersByTimeAsync(1000);
      worded('Written');
      await vi.advanceTimersByTimeAsync(1000);
      expect(editions).toHaveLength(1);
      await vi.advanceTimersByTimeAsync(1000);
      expect(JSON.stringify(policies.current().library.policies)).toContain('"Written"');
      broken();
      await vi.advanceTimersByTimeAsync(2000);
      const refused = policies.lastReload();
      expect(refused?.outcome).toBe('refused');
      await vi.advanceTimersByTimeAsync(3000);
      expect(policies.lastReload()).toBe(refused);
      worded('Written');
      await vi.advanceTimersByTimeAsync(2000);
      expect(policies.lastReload()?.outcome).toBe('unchanged');
      broken();
      await vi.advanceTimersByTimeAsync(2000);
      expect(policies.lastReload()?.outcome).toBe('refused');
    } finally {
      vi.useRealTimers();
    }
  });
});

it(
  'under load no call fails at a reload, none is answered by a mixture, and a bad folder changes nothing',
  { timeout: 240_000 },
  async () => {
    const chart = storedChart('b-all-all-attested');
    const body = JSON.stringify(withWholeChart(chart, chart.resources));
    // A busy machine must not make a call late.
    const service = await startProcess({ POLICY_FOLDER: folder, THREADS: '2', QUERY_TIMEOUT_MS: '25000' });
    const edition = async (): Promise<string> => (await health()).edition;
    const health = async () =>
      (await (await fetch(`${service.base}/healthz`)).json()) as {
        readonly edition: string;
        readonly reload?: { readonly outcome: string };
      };
    try {
      /** What each answer was made by: the edition that it names, and the wording that it has. */
      const seen: (readonly [string, boolean])[] = [];
      const failed: string[] = [];
      let isOver = false;
      const caller = async (): Promise<void> => {
        while (!isOver) {
          const response = await fetch(`${service.base}/determinations`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body,
          });
          const text = await response.text();
          if (response.status !== 200) failed.push(`${response.status} ${text}`);
          const { determinations = [] } = JSON.parse(text) as { determinations?: readonly Identified[] };
          for (const determination of determinations)
            seen.push([
              (determination.policy as { edition?: string }).edition ?? '',
              JSON.stringify(determination).includes('Another wording'),
            ]);
        }
      };
      const callers = Promise.all([caller(), caller()]);
      const enough = async (count: number): Promise<void> => {
        const until = seen.length + count;
        await vi.waitUntil(() => seen.length >= until || failed.length > 0, { timeout: 45_000 });
      };
      const before = await edition();
      await enough(3);
      broken();
      service.signal('SIGHUP');
      await service.says(/the policy files are refused; those before stay in force/);
      expect(await health()).toMatchObject({ edition: before, reload: { outcome: 'refused' } });
      await enough(3);
      worded('Another wording');
      service.signal('SIGHUP');
      await service.says(/"outcome":"replaced"/);
      const after = await edition();
      await enough(6);
      isOver = true;
      await callers;
      expect(failed).toEqual([]);
      expect(new Set(seen.map(([by, isNew]) => `${by} ${String(isNew)}`))).toEqual(
        new Set([`${before} false`, `${after} true`]),
      );
      expect(after).not.toBe(before);
      expect(service.output()).toMatch(/policy\.yaml:\d+ .*nobody-declared-this/);
      service.signal('SIGTERM');
      expect(await service.ended).toBe(0);
    } finally {
      service.signal('SIGKILL');
    }
  },
);
