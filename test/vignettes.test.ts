import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { CriterionResult } from '../src/engine/criteria.ts';
import type { Determination } from '../src/engine/determination.ts';
import { flatten } from '../src/policy/policy.ts';
import { loadLibrary } from '../src/server/policies.ts';
import { DELIVERIES, evaluateBy, startFhirServers, type FhirServers } from './support/deliveries.ts';
import { keysOf, report, said } from './support/expectation.ts';
import { assertRules } from './support/rules.ts';
import { vignetteChart, type VignetteChart } from './support/vignette-chart.ts';
import { parseVignettes, type Vignette } from './support/vignette.ts';

const folder = new URL('determinations/', import.meta.url);
const library = loadLibrary(fileURLToPath(new URL('../cds-services', import.meta.url)));
const criterionIds = parse(
  readFileSync(new URL('support/criteria-ids.yaml', import.meta.url), 'utf8'),
) as Readonly<Record<string, readonly string[]>>;

const files = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => {
    const parsed = parseVignettes(name, readFileSync(new URL(name, folder), 'utf8'));
    if ('problems' in parsed) {
      throw new Error(
        parsed.problems.map(({ file, line, message }) => `${file}:${line} ${message}`).join('\n'),
      );
    }
    return {
      name,
      cases: parsed.vignettes.map((vignette) => ({ vignette, sent: vignetteChart(vignette) })),
    };
  });

/** All of them unless `test/run.ts` names some. */
const deliveries = DELIVERIES.filter((delivery) =>
  (process.env['DELIVERIES'] ?? DELIVERIES.join()).split(',').includes(delivery),
);

let servers: FhirServers;
beforeAll(async () => {
  servers = await startFhirServers(files.flatMap(({ cases }) => cases.map(({ sent }) => sent.chart)));
});
afterAll(() => servers.close());

const OTHER_PATIENT = 'chart.other-patient';

/** A search by patient never returns what is about somebody else; a whole chart may hold it, and says so. */
const withoutOtherPatients = (determination: Determination): Determination => ({
  ...determination,
  anomalies: determination.anomalies.filter(({ id }) => id !== OTHER_PATIENT),
});

const evaluations = (vignette: Vignette, sent: VignetteChart) =>
  Promise.all(
    deliveries.map(async (delivery) => {
      const base = servers.baseOf(sent.chart);
      const evaluation = await evaluateBy(delivery, sent, base, vignette.asOf, library);
      return {
        delivery,
        determinations: evaluation.determinations.map(({ determination }) => determination),
        ungoverned: evaluation.ungoverned.map(({ reason }) => reason),
      };
    }),
  );

describe.each(files)('$name', ({ name, cases }) => {
  it.each(cases)('$vignette.name', async ({ vignette, sent }) => {
    const all = await evaluations(vignette, sent);
    for (const { delivery, determinations, ungoverned } of all) {
      const title = `${name}, ${vignette.name}, by ${delivery}: ${vignette.story}`;
      const context = `${title}\n${report(determinations)}\n`;
      const keys = keysOf(determinations);
      expect(keys, context).toEqual(Object.keys(vignette.expect));
      for (const [index, determination] of determinations.entries()) {
        const stated = vignette.expect[keys[index] ?? ''] ?? { criteria: {} };
        const expected =
          delivery === 'collection' || stated.anomalies === undefined
            ? stated
            : { ...stated, anomalies: stated.anomalies.filter((id) => id !== OTHER_PATIENT) };
        expect(said(determination, expected), context).toEqual(expected);
        assertRules(determination, sent.chart, library, criterionIds);
      }
      if (vignette.ungoverned !== undefined) expect(ungoverned, context).toEqual([vignette.ungoverned]);
      expect(determinations.map(withoutOtherPatients), `${title}: as by ${all[0]?.delivery}`).toEqual(
        all[0]?.determinations.map(withoutOtherPatients),
      );
    }
  });
});

describe('the list of criteria', () => {
  const covered = library.policies.flatMap((policy) =>
    policy.indications.map((indication) => [`${policy.id}/${indication.id}`, indication] as const),
  );
  it.each(Object.entries(criterionIds))('of %s is what the policy file has', (key, ids) => {
    const indication = covered.find(([name]) => name === key)?.[1];
    expect(flatten(indication?.criteria ?? []).flatMap(({ id }) => id ?? [])).toEqual(ids);
  });
  const policies = [...new Set(Object.keys(criterionIds).map((key) => key.split('/')[0] ?? ''))];
  it.each(policies)('has every indication of %s', (policy) => {
    const names = covered.map(([name]) => name).filter((name) => name.startsWith(`${policy}/`));
    expect(Object.keys(criterionIds).filter((name) => name.startsWith(`${policy}/`))).toEqual(names);
  });
});

describe('a vignette file', () => {
  const problems = (text: string): readonly string[] => {
    const parsed = parseVignettes('x.yaml', text);
    return 'problems' in parsed ? parsed.problems.map(({ line, message }) => `${line} ${message}`) : [];
  };
  const whole = `- name: a
  story: one
  asOf: 2026-03-02
  order: { product: hcpcs Q2058 }
  chart:
    - condition: { code: icd10 C91.02 }
  expect: none`;
  it.each([
    ['is read', whole, []],
    [
      'with a misspelt field',
      whole.replace('condition: { code', 'condition: { kode'),
      ['6 [0].chart[0].condition.kode: unknown key "kode"; remove it or correct its spelling'],
    ],
    [
      'with a code system that nobody knows',
      whole.replace('icd10', 'icd11'),
      [
        '6 [0].chart[0].condition.code: write a code as "snomed 277571004" or "http://system|code"; this system is not in code-shorthand.ts',
      ],
    ],
    [
      'with two resources in one item',
      whole.replace('C91.02 }', 'C91.02 }\n      report: { words: x }'),
      ['6 [0].chart[0]: one resource for each item of the list'],
    ],
    ['without a date', whole.replace('  asOf: 2026-03-02\n', ''), ['1 vignette "a" needs asOf']],
    ['without an expectation', whole.replace('\n  expect: none', ''), ['1 vignette "a" needs expect']],
    [
      'with a base that does not stand in it',
      `${whole}\n- { name: c, story: two, base: b }`,
      [
        '8 vignette "c" has the base "b", which does not stand above it; did you mean "a"?',
        '8 vignette "c" needs asOf',
      ],
    ],
    [
      'with an unknown without what it needs',
      whole.replace('expect: none', 'expect: { p/i: { "1": unknown } }'),
      [
        '7 [0].expect.p/i.1: write met, not-met, not-applicable, or an unknown with what it needs: [unknown, attestation]',
      ],
    ],
  ])('%s', (_name, text, expected) => {
    expect(problems(text)).toEqual(expected);
  });
});

describe('the rules', () => {
  const [first] = files.flatMap(({ cases }) =>
    cases.filter(({ vignette }) => vignette.name === 'relapse-coded-inpatient'),
  );
  const broken = async (change: (criterion: CriterionResult) => CriterionResult): Promise<() => void> => {
    if (first === undefined) throw new Error('relapse-coded-inpatient is not there');
    const { vignette, sent } = first;
    const base = servers.baseOf(sent.chart);
    const { determinations } = await evaluateBy('server', sent, base, vignette.asOf, library);
    const determination = determinations[0]?.determination;
    if (determination === undefined) throw new Error('relapse-coded-inpatient gives no determination');
    return () => {
      const criteria = determination.criteria.map(change);
      assertRules({ ...determination, criteria }, sent.chart, library, criterionIds);
    };
  };
  const at =
    (id: string, fields: Partial<CriterionResult>) =>
    (criterion: CriterionResult): CriterionResult =>
      criterion.id.endsWith(id) ? { ...criterion, ...fields } : criterion;

  it.each<[string, (criterion: CriterionResult) => CriterionResult, RegExp]>([
    ['met without evidence', at('/1', { evidence: [] }), /met needs evidence/],
    [
      'evidence that the chart does not hold',
      at('/1', { evidence: [{ reference: 'Condition/made-up', path: 'Condition.code', value: '' }] }),
      /evidence is in the chart/,
    ],
    ['needs on what is decided', at('/1', { needs: 'review' }), /exactly when it is unknown/],
    ['a decision that does not follow', at('/1', { status: 'not-met' }), /decision by its criteria/],
    ['a criterion out of the list', at('/1', { id: 'carepartners-ct-aucatzyl/aucatzyl/9' }), /order/],
  ])('refuse %s', async (_name, change, message) => {
    expect(await broken(change)).toThrow(message);
  });
});
