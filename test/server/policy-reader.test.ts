import { readFileSync } from 'node:fs';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import type { CriterionDescription, PolicyList, ReadPolicy } from '../../src/policy/policy-description.ts';

import { factsOf } from '../../src/policy/library.ts';
import { flatten } from '../../src/policy/policy.ts';
import { readAll, FOLDERS, SERVICES } from '../policy-tools/command.ts';
import { vignetteIndex, vignetteIndexPath } from '../policy-tools/vignette-index.ts';
import type { VignetteIndex } from '../../src/policy/vignette-index.ts';
import { createService, library } from './service.ts';

/** The policies as people read them over HTTP. */

const app = createService();
const read = async (path: string): Promise<ReadPolicy> => (await request(app).get(path)).body as ReadPolicy;

const all = (criteria: readonly CriterionDescription[]): readonly CriterionDescription[] =>
  criteria.flatMap((criterion) => [
    criterion,
    ...('parts' in criterion.test ? all(criterion.test.parts) : []),
  ]);

describe('the policies on file', () => {
  it('are listed with version, days in force, products and size', async () => {
    const { policies } = (await request(app).get('/policies')).body as PolicyList;
    expect(policies.map(({ id, version, effective }) => [id, version, effective])).toEqual(
      library.policies.map(({ id, version, effective }) => [id, version, effective]),
    );
    for (const { payer, products, indications, criteria } of policies) {
      expect(payer).not.toBe('');
      expect(products.length).toBeGreaterThan(0);
      expect(criteria).toBeGreaterThan(indications);
    }
  });

  it.each(library.policies.map((policy) => [policy.id, policy] as const))(
    '%s is read whole: every criterion, every fact that it asks, every value set that these name',
    async (id, policy) => {
      const answer = await read(`/policies/${id}@${policy.version}`);
      expect(answer.indications.map(({ id: indication }) => indication)).toEqual(
        policy.indications.map(({ id: indication }) => indication),
      );
      const criteria = answer.indications.flatMap((indication) => all(indication.criteria));
      expect(criteria.map((criterion) => [criterion.id, criterion.locator])).toEqual(
        policy.indications
          .flatMap((indication) => flatten(indication.criteria))
          .map((criterion) => [criterion.id, criterion.locator]),
      );
      expect(answer.facts.map(({ name }) => name)).toEqual(
        factsOf(policy, library.facts).map(({ name }) => name),
      );
      const facts = new Set(answer.facts.map(({ name }) => name));
      for (const { test, when } of criteria) {
        if (test.kind === 'fact') expect(facts).toContain(test.fact);
        if (when !== undefined) expect(facts).toContain(when);
      }
      const sets = new Map(answer.valueSets.map((set) => [set.id, set]));
      for (const { name, valueSets } of answer.facts)
        for (const set of valueSets) expect(sets.get(set)?.codes.length, `${name} ${set}`).toBeGreaterThan(0);
      expect(answer.anomalies.map((anomaly) => anomaly.id)).toEqual([...policy.anomalies.keys()]);
      for (const { codes } of answer.products) expect(codes.length).toBeGreaterThan(0);
    },
  );

  it('without a version are the newest of several, and each is read by its own', async () => {
    const [policy] = library.policies;
    if (policy === undefined) throw new Error('there is no policy');
    const newer = { ...policy, version: '2099-01', effective: '2099-01-01' };
    const older = { ...policy, until: '2098-12-31' };
    const service = createService({ library: { ...library, policies: [older, newer] } });
    const newest = (await request(service).get(`/policies/${policy.id}`)).body as ReadPolicy;
    expect(newest.version).toBe('2099-01');
    expect(newest.versions).toEqual([
      { version: '2099-01', effective: '2099-01-01' },
      { version: policy.version, effective: policy.effective, until: '2098-12-31' },
    ]);
    expect(newest.tests).toBeNull();
    const named = await request(service).get(`/policies/${policy.id}@${policy.version}`);
    expect((named.body as ReadPolicy).until).toBe('2098-12-31');
  });

  it('that are not there are 404', async () => {
    const [policy] = library.policies;
    for (const path of ['/policies/none', `/policies/${policy?.id ?? ''}@1900`, '/policies/..%2Fshared']) {
      const response = await request(app).get(path);
      expect([path, response.status, (response.body as { code: string }).code]).toEqual([
        path,
        404,
        'not-found',
      ]);
    }
  });
});

describe('the vignettes that stand beside a policy', () => {
  const tools = readAll(FOLDERS);
  if ('lines' in tools) throw new Error(tools.lines.join('\n'));

  it.each(tools.library.policies.map((policy) => [policy.id, policy] as const))(
    'are those that show %s in each status: npm run policy:test',
    (_id, policy) => {
      const written = JSON.parse(readFileSync(vignetteIndexPath(policy, SERVICES), 'utf8')) as VignetteIndex;
      expect(written).toEqual(vignetteIndex(policy, tools.library, tools.vignettes));
    },
  );

  it('are told with the policy; those of another version are not', async () => {
    const [policy] = library.policies;
    if (policy === undefined) throw new Error('there is no policy');
    const { tests } = await read(`/policies/${policy.id}`);
    const shown = tests?.criteria.find(({ met }) => (met ?? []).length > 0);
    const [first] = shown?.met ?? [];
    expect(tests?.vignettes[first ?? -1]?.story).not.toBe('');
    const older = library.vignettes.map((index) => ({ ...index, version: '1900' }));
    const service = createService({ library: { ...library, vignettes: older } });
    const answer = await request(service).get(`/policies/${policy.id}`);
    expect((answer.body as ReadPolicy).tests).toBeNull();
  });
});
