import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { DataFile } from '../../src/policy/data-files.ts';
import { loadLibrary } from '../../src/server/policies.ts';
import { dataFiles } from '../../src/server/policy-files.ts';
import { FOLDERS, policiesNamed, readAll, SERVICES, type Folders } from '../policy-tools/command.ts';
import { coverageOf } from '../policy-tools/coverage.ts';
import { findingsOf } from '../policy-tools/findings.ts';
import { mutantRunner } from '../policy-tools/mutant-run.ts';
import { mutantsIn, mutantsOf } from '../policy-tools/mutations.ts';
import { newPolicy } from '../policy-tools/new-policy.ts';
import { schemaFiles } from '../policy-tools/schemas.ts';
import { testReport } from '../policy-tools/test-report.ts';
import { readVignettes, vignetteFiles } from '../policy-tools/vignette-files.ts';
import { CODES, libraryOf, printed, smallFiles } from '../support/small-library.ts';

describe('the JSON Schemas', () => {
  const folder = join(SERVICES, 'schema');
  it('are what the zod schemas say: npm run policy:schema', () => {
    const written = new Map(
      readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const),
    );
    expect(written).toEqual(schemaFiles());
  });

  it('are there where a YAML file names one', () => {
    const named = [...dataFiles(SERVICES), ...vignetteFiles()].flatMap(({ path, text }) => {
      const reference = /^# yaml-language-server: \$schema=(\S+)/.exec(text)?.[1];
      const base = path.startsWith('test/') ? join(SERVICES, '..', path, '..') : join(SERVICES, path, '..');
      return reference === undefined ? [] : [{ path, target: join(base, reference) }];
    });
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter(({ target }) => !existsSync(target))).toEqual([]);
  });
});

it('our own policies and vignettes: npm run policy:lint finds nothing', () => {
  expect(printed(findingsOf(dataFiles(SERVICES), vignetteFiles()))).toEqual([]);
});

describe('a lint of a small policy', () => {
  const attested = "- { id: '1', title: T, locator: L, attest: clinician }";
  /** Shows criterion 1 in every status, so that only what a test adds is found. */
  const shown = vignettes(['met', "'1': true"], ['not-met', "'1': false"], ['[unknown, attestation]', '']);

  function vignettes(...rows: readonly (readonly [string, string])[]): DataFile {
    const text = rows
      .map(
        ([status, answer], index) => `- name: v${index}
  story: One of them.
  asOf: 2026-03-02
  order: { product: rxnorm 2001 }
  coverage: { payer: Small Payer }
  chart: [{ condition: { code: snomed 1001 } }${answer === '' ? '' : `, { answers: { to: { ${answer} } } }`}]
  expect: { small/tumor: { '1': ${status} } }`,
      )
      .join('\n');
    return { path: 'test/determinations/small.yaml', text };
  }
  const withFacts = (criteria: string, facts: string, definitions = ''): readonly DataFile[] =>
    smallFiles(criteria, definitions).map((file) =>
      file.path === 'shared/facts/small.yaml' ? { ...file, text: `${file.text}${facts}` } : file,
    );
  /** What is found in the policy file and the facts, beside what the small library leaves unused on purpose. */
  const found = (files: readonly DataFile[], vignette: DataFile = shown): readonly string[] => {
    const usual = new Set(findingsOf(smallFiles(attested), [shown]).map(({ message }) => message));
    return findingsOf(files, [vignette])
      .filter(({ message }) => !usual.has(message))
      .map(({ file, line, message }) => `${file}:${line} ${message}`)
      .filter((line) => !/criterion "[2-9]" as/.test(line));
  };
  const change = (files: readonly DataFile[], from: string, to: string): readonly DataFile[] =>
    files.map((file) =>
      file.path === 'small/policy.yaml' ? { ...file, text: file.text.replace(from, to) } : file,
    );

  it('names facts that no policy asks, and value sets that nothing uses', () => {
    const usual = printed(findingsOf(smallFiles(attested), [shown]));
    expect(usual).toContain('shared/facts/small.yaml:2 no policy asks the fact "has-tumor"; remove it');
    const more = {
      path: 'shared/value-sets/dx-idle.json',
      text: JSON.stringify({
        resourceType: 'ValueSet',
        id: 'dx-idle',
        compose: { include: [{ system: CODES['dx-tumor'].system, concept: [{ code: '9' }] }] },
      }),
    };
    expect(found([...smallFiles(attested), more])).toEqual([
      'shared/value-sets/dx-idle.json:1 nothing uses the value set "dx-idle"; remove it',
    ]);
  });

  it('names the statuses of a criterion that no vignette shows', () => {
    expect(found(smallFiles(attested), vignettes(['met', "'1': true"]))).toEqual([
      'small/policy.yaml:21 no vignette shows "tumor" criterion "1" as not-met, unknown',
    ]);
  });

  it('names to-dos', () => {
    const files = change(smallFiles(attested), 'version:', '# TODO: the version\nversion:');
    expect(found(files)).toEqual(['small/policy.yaml:4 to do: the version']);
  });

  it('passes on what keeps the files from loading', () => {
    expect(found(change(smallFiles(attested), 'payer: small-payer', 'payer: none'))).toEqual([
      'small/policy.yaml:3 policy "small" asks for the undeclared payer "none"',
    ]);
  });

  it.each<[string, string, string]>([
    [
      'a limit that no value reaches',
      "- { id: '2', title: T, locator: L, fact: age, at-least: { value: 151, unit: a } }",
      'small/policy.yaml:22 criterion "2": "at-least 151 a" is never true of "age"',
    ],
    [
      'a limit that every value reaches',
      "- { id: '2', title: T, locator: L, fact: calcium, at-least: { value: 0, unit: mg/dL } }",
      'small/policy.yaml:22 criterion "2": "at-least 0 mg/dL" is always true of "calcium"',
    ],
    [
      'a second unit that does not convert',
      "- { id: '2', title: T, locator: L, fact: calcium, more-than: { value: 11.5, unit: mg/dL, also-printed: { value: 2.9, unit: mmol/L } } }",
      'small/policy.yaml:22 criterion "2": the limit that is also printed in mmol/L does not convert to mg/dL; give "calcium" its molar unit',
    ],
    [
      'limits that shut each other out',
      "- { id: '2', title: T, locator: L, all: [{ fact: calcium, more-than: { value: 10, unit: mg/dL } }, { fact: calcium, at-most: { value: 10, unit: mg/dL } }] }",
      'small/policy.yaml:22 criterion "2": can never be met: no "calcium" is within all its limits',
    ],
    [
      'a fact that is asked for and excluded',
      "- { id: '2', title: T, locator: L, all: [{ fact: had-drug }, { none: [{ fact: had-drug }] }] }",
      'small/policy.yaml:22 criterion "2": can never be met: "had-drug" is asked for and excluded',
    ],
  ])('names %s', (_name, criterion, message) => {
    expect(found(smallFiles(`${attested}\n${criterion}`))).toEqual([message]);
  });

  it.each<[string, string, string]>([
    [
      'codes that the element never has',
      'resource: Observation, code: rx-drug',
      'no code of rx-drug is of a system that Observation.code is coded in',
    ],
    [
      'one value set among others that the element never has',
      'resource: Condition, code: [dx-tumor, lab-calcium]',
      'no code of lab-calcium is of a system that Condition code is coded in',
    ],
    [
      'a clinical status that does not count',
      `resource: Condition, code: dx-tumor, where: "clinicalStatus.coding.exists(code = 'remission')"`,
      'can never be true: it asks for the clinical status remission, and only active, recurrence, relapse count',
    ],
    [
      'clinical statuses of what has none',
      'resource: Procedure, code: px-scan, clinical: ever',
      'clinical statuses are asked of a Condition, and none is read',
    ],
    [
      'two values of one element',
      `resource: Procedure, code: px-scan, where: "status = 'completed' and status = 'stopped'"`,
      "can never be true: status = 'completed' and status = 'stopped' are asked of the same element",
    ],
  ])('names %s', (_name, retrieve, message) => {
    const facts = `odd:\n  ask: Is it?\n  yes: [{ ${retrieve} }]\n`;
    const criteria = `${attested}\n- { id: '2', title: T, locator: L, fact: odd }`;
    expect(found(withFacts(criteria, facts))).toEqual([
      expect.stringMatching(
        new RegExp(`^shared/facts/small.yaml:\\d+ fact "odd": ${RegExp.escape(message)}$`),
      ),
    ]);
  });

  it('names a unit that UCUM does not have', () => {
    const facts =
      'odd:\n  ask: How much?\n  latest: { resource: Observation, code: lab-calcium, unit: milligrams }\n';
    const criteria = `${attested}\n- { id: '2', title: T, locator: L, fact: odd, at-least: { value: 1, unit: milligrams } }`;
    expect(found(withFacts(criteria, facts))).toEqual([
      expect.stringMatching(/fact "odd": "milligrams" is not a UCUM unit$/),
    ]);
  });

  it('names definitions, products and forms that lack their other half', () => {
    const definitions = 'idle: { title: T, locator: L, attest: clinician }';
    const files = change(
      smallFiles(attested, definitions),
      'submit: { text: Send it }',
      "submit: { text: Send it, forms: [{ number: '1', title: Form, indications: [other] }] }",
    );
    const two = change(
      files,
      'indications:\n',
      'indications:\n  - { id: other, title: O, products: [product], diseases: [tumor], criteria: [{ id: "2", title: T, locator: L, attest: clinician }] }\n',
    );
    expect(found(two)).toEqual([
      'small/policy.yaml:15 no criterion uses the definition "idle"',
      'small/policy.yaml:18 no form of "submit" is for the indication "tumor"; add it, or an anomaly of the indication that says that the payer prints none',
    ]);
  });

  it('notes days on which no version is in force', () => {
    const later = smallFiles(attested).flatMap(({ path, text }) =>
      path === 'small/policy.yaml'
        ? [
            { path, text: text.replace("version: '1'", "version: '2'").replace('2025-01-01', '2026-01-01') },
            { path: 'small@1/policy.yaml', text: `${text}until: '2025-11-30'\n` },
          ]
        : [{ path, text }],
    );
    const notes = findingsOf(later, [shown]).filter(({ kind }) => kind === 'note');
    expect(notes.map(({ message }) => message)).toEqual([
      'policy "small": no version is in force after 2025-11-30 until 2026-01-01',
    ]);
  });
});

describe('a test of one policy', () => {
  const read = readAll(FOLDERS);
  if ('lines' in read) throw new Error(read.lines.join('\n'));
  const { library, vignettes } = read;
  const [policy] = library.policies;
  if (policy === undefined) throw new Error('there is no policy');

  it('runs its vignettes and counts what they show', async () => {
    const { lines, isAsExpected } = await testReport(policy, library, vignettes);
    expect(isAsExpected).toBe(true);
    const [row] = coverageOf(policy, library, vignettes);
    expect(lines).toContain(
      `${'1'.padEnd(lines.find((line) => line.startsWith('1 '))?.indexOf(String(row?.shown.met?.length)) ?? 0)}${[
        row?.shown.met?.length,
        row?.shown['not-met']?.length,
        row?.shown.unknown?.length,
        '-',
      ]
        .map((cell, index) => (index === 0 ? String(cell) : String(cell).padStart(9)))
        .join('')}`,
    );
  });

  it('says what came out otherwise', async () => {
    const [first] = vignettes.filter(({ vignette }) =>
      Object.keys(vignette.expect).some((key) => key.startsWith(`${policy.id}/`)),
    );
    if (first === undefined) throw new Error('the policy has no vignette');
    const [key = '', expected] = Object.entries(first.vignette.expect)[0] ?? [];
    const wrong = {
      ...first,
      vignette: {
        ...first.vignette,
        expect: {
          [key]: { ...expected, decision: 'criteria-met' as const, criteria: { '99': 'met' as const } },
        },
      },
    };
    const { lines, isAsExpected } = await testReport(policy, library, [wrong]);
    expect(isAsExpected).toBe(false);
    expect(lines).toContain('  criterion 99 is no such criterion; expected met');
  });

  it('names the policies there are when there is no such one', () => {
    expect(policiesNamed('bcbsma-94', library)).toEqual({
      exitCode: 64,
      lines: [
        'there is no policy "bcbsma-94"; did you mean "bcbsma-942"?',
        `policies: ${library.policies.map(({ id }) => id).join(', ')}`,
      ],
    });
  });
});

describe('a new policy', () => {
  let folders: Folders = FOLDERS;
  beforeAll(() => {
    const root = mkdtempSync(join(tmpdir(), 'policy-'));
    folders = { services: join(root, 'cds-services'), vignettes: join(root, 'determinations') };
    cpSync(SERVICES, folders.services, { recursive: true });
    mkdirSync(folders.vignettes);
  });
  afterAll(() => {
    rmSync(join(folders.services, '..'), { recursive: true });
  });

  it('loads, lints clean but for its to-dos, and its vignettes are as expected', async () => {
    expect(newPolicy(['new-1.2'], folders).exitCode).toBe(0);
    const ours = (text: string): boolean => /new-1/.test(text);
    const findings = findingsOf(dataFiles(folders.services), vignetteFiles(folders.vignettes)).filter(
      ({ file }) => ours(file),
    );
    expect(new Set(findings.map(({ kind }) => kind))).toEqual(new Set(['to-do']));
    expect(findings.length).toBeGreaterThan(10);
    const read = readAll(folders);
    if ('lines' in read) throw new Error(read.lines.join('\n'));
    const policy = read.library.policies.find(({ id }) => id === 'new-1.2');
    if (policy === undefined) throw new Error('the new policy did not load');
    const { lines, isAsExpected } = await testReport(policy, read.library, read.vignettes);
    expect(lines.slice(0, 2)).toEqual([
      'new-1.2, version draft: Title of the policy',
      '3 vignettes, all as expected.',
    ]);
    expect(isAsExpected).toBe(true);
    expect(lines.at(-1)).toBe('Every criterion is shown in every status that it can have.');
  });

  it('is of a payer that is there already, where one is named', () => {
    expect(newPolicy(['second', 'bcbsma'], folders).exitCode).toBe(0);
    expect(existsSync(join(folders.services, 'payers', 'second.yaml'))).toBe(false);
    expect(loadLibrary(folders.services).policies.find(({ id }) => id === 'second')?.payer).toBe('bcbsma');
  });

  it('never takes the place of a file', () => {
    const before = readFileSync(join(folders.services, 'bcbsma-942', 'policy.yaml'), 'utf8');
    const { lines, exitCode } = newPolicy(['bcbsma-942'], folders);
    expect(exitCode).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(/bcbsma-942\/policy\.yaml is there already; nothing was written$/),
    ]);
    expect(readFileSync(join(folders.services, 'bcbsma-942', 'policy.yaml'), 'utf8')).toBe(before);
    expect(existsSync(join(folders.services, 'payers', 'bcbsma-942.yaml'))).toBe(false);
    expect(existsSync(join(folders.vignettes, 'bcbsma-942.yaml'))).toBe(false);
  });

  it.each([[[]], [['Upper']], [['a', 'b', 'c']], [['a', 'Not A Payer']]])('is refused for %j', (args) => {
    expect(newPolicy(args, folders).exitCode).toBe(64);
  });
});

describe('the worked example of cds-services/README.md', () => {
  const blocks = [...readFileSync(join(SERVICES, 'README.md'), 'utf8').matchAll(/^```(\w+)\n(.*?)^```/gms)];
  const written = (language: string): readonly string[] =>
    blocks.filter((block) => block[1] === language).map((block) => block[2] ?? '');

  it('loads as it is printed, lints clean, and its vignettes are as expected', async () => {
    const [policy = '', facts = '', vignettes = ''] = written('yaml');
    const [valueSet = ''] = written('json');
    const files = [
      ...dataFiles(SERVICES),
      { path: 'carepartners-ct-999/policy.yaml', text: policy },
      { path: 'shared/facts/blood-counts.yaml', text: facts },
      { path: 'shared/value-sets/lab-platelet-count.json', text: valueSet },
    ];
    const vignette = { path: 'test/determinations/carepartners-ct-999.yaml', text: vignettes };
    expect(printed(findingsOf(files, [...vignetteFiles(), vignette]))).toEqual([]);
    const library = libraryOf(files);
    const example = library.policies.find(({ id }) => id === 'carepartners-ct-999');
    if (example === undefined) throw new Error('the example did not load');
    const { lines, isAsExpected } = await testReport(example, library, readVignettes([vignette]).vignettes);
    expect(isAsExpected, lines.join('\n')).toBe(true);
  });
});

describe('mutants', () => {
  const criteria = "- { id: '1', title: T, locator: L, fact: age, at-least: { value: 18, unit: a } }";
  const files = smallFiles(criteria);
  const library = libraryOf(files);
  const mutants = mutantsOf(library.policies, files, library);
  const vignetteOf = (birthDate: string, status: string): string => `- name: born-${birthDate}
  story: One of them.
  asOf: 2026-03-02
  patient: { birthDate: ${birthDate} }
  order: { product: rxnorm 2001, planned: 2026-03-15 }
  coverage: { payer: Small Payer }
  chart: [{ condition: { code: snomed 1001 } }]
  expect: { small/tumor: { '1': ${status} } }
`;
  const fates = async (...texts: readonly string[]): Promise<Readonly<Record<string, string>>> => {
    const { vignettes } = readVignettes([{ path: 'test/determinations/x.yaml', text: texts.join('') }]);
    const run = await mutantRunner(files, library, vignettes);
    const results: [string, string][] = [];
    for (const mutant of mutants.filter(({ change }) => change.startsWith('tumor 1 ')))
      results.push([mutant.change, await run(mutant)]);
    return Object.fromEntries(results);
  };

  it('are one change each, with the line that it is in', () => {
    expect(mutants.map(({ file, line, change }) => `${file}:${line} ${change}`)).toEqual([
      'shared/products.yaml:3 products.product.course-days: course-days 12 becomes 13',
      'shared/products.yaml:3 products.product.course-days: course-days 12 becomes 11',
      'shared/facts/small.yaml:92 age.age: becomes request-and-infusion',
      'small/policy.yaml:5 effective: 2025-01-01 becomes 2025-01-02',
      'small/policy.yaml:5 effective: 2025-01-01 becomes 2024-12-31',
      'small/policy.yaml:21 tumor 1 at-least: at-least becomes more-than',
      'small/policy.yaml:21 tumor 1 at-least: at-least becomes at-most',
      'small/policy.yaml:21 tumor 1 at-least.value: at-least 18 becomes 19',
      'small/policy.yaml:21 tumor 1 at-least.value: at-least 18 becomes 17',
    ]);
  });

  it('survive where no vignette stands at the limit', async () => {
    expect(await fates(vignetteOf('1970-01-01', 'met'), vignetteOf('2020-01-01', 'not-met'))).toEqual({
      'tumor 1 at-least: at-least becomes more-than': 'survived',
      'tumor 1 at-least: at-least becomes at-most': 'killed',
      'tumor 1 at-least.value: at-least 18 becomes 19': 'survived',
      'tumor 1 at-least.value: at-least 18 becomes 17': 'survived',
    });
  });

  it('are killed by a pair at the limit', async () => {
    const pair = [vignetteOf('2008-03-15', 'met'), vignetteOf('2008-03-16', 'not-met')];
    expect(new Set(Object.values(await fates(...pair)))).toEqual(new Set(['killed']));
  });

  it.each<[string, string, string]>([
    ['a quantifier', 'any: [{ attest: clinician }, { fact: has-tumor }]', 'tumor 1 any: any becomes all'],
    ['an exclusion', 'none: [{ fact: had-product }]', 'tumor 1 none: none becomes any'],
    ['a guard', 'when: outpatient, attest: clinician', 'tumor 1 when: left out'],
    [
      'a fact',
      'all: [{ fact: has-tumor }, { fact: had-drug }]',
      'tumor 1 all.0.fact: has-tumor becomes had-drug',
    ],
    ['a part', 'all: [{ fact: has-tumor }, { fact: had-drug }]', 'tumor 1 all.1: left out'],
    [
      'a window',
      'fact: progressed, within: { therapy: therapy, days: 60 }',
      'tumor 1 within.days: days 60 becomes 61',
    ],
    [
      'a window after the first regimen',
      'fact: progressed, within: { therapy: therapy, regimen: first, months: 12, remission: progressed }',
      'tumor 1 within.months: months 12 becomes 11',
    ],
    ['a reading', 'readings: [{ fact: has-tumor }, { fact: had-drug }]', 'tumor 1 readings.0: left out'],
    ['an oddity', 'attest: clinician, anomalies: [always]', 'tumor 1 anomalies.0: always left out'],
    [
      'the limit of an oddity',
      'attest: clinician, anomalies: [{ id: always, if: { fact: age, more-than: { value: 24, unit: a } } }]',
      'tumor 1 always if.more-than: more-than becomes at-least',
    ],
    [
      'when a no goes to a person',
      'fact: has-tumor, if-not: { review-if: had-drug }',
      'tumor 1 if-not: becomes review',
    ],
  ])('change %s', (_name, form, change) => {
    const changed = smallFiles(`- { id: '1', title: T, locator: L, ${form} }`);
    const built = libraryOf(changed);
    expect(mutantsOf(built.policies, changed, built).map((mutant) => mutant.change)).toContain(change);
  });

  it('change our facts', () => {
    const ours = dataFiles(SERVICES);
    const built = loadLibrary(SERVICES);
    expect(mutantsOf(built.policies, ours, built).map(({ change }) => change)).toEqual(
      expect.arrayContaining([
        'prior-car-t.yes.0.code.1: rx-cart-yescarta left out',
        'diagnosis-b-cell-all: yes and no change places',
        'outpatient-setting.setting: becomes inpatient',
        'prior-car-t.yes.1.before: left out',
        'age-at-infusion-yet-to-be-planned.unplanned-months: unplanned-months 6 becomes 7',
        'marrow-lymphoblasts.latest.stale-after: left out',
        'marrow-lymphoblasts.latest.episode: left out',
        'cd19-positive.yes.0.newer-than: left out',
        'histology-follicular.yes.0.reported: left out',
        'all-episodes.episodes.returned.at-least: at-least 5 becomes 6',
        'calcium-highest.series.molar.per: per 0.2495 becomes 0.2496',
        'philadelphia-positive.yes-prevails: left out',
      ]),
    );
  }, 30_000);

  it('change an anchor once, with every fact that uses it or merges it', () => {
    const facts = `had-one:
  ask: Was it given?
  yes: [&given { resource: MedicationAdministration, code: [rx-drug, rx-product] }]
had-two:
  ask: Was it given, or taken?
  yes: [{ <<: *given, resource: MedicationStatement }]
`;
    const criteria = "- { id: '1', title: T, locator: L, any: [{ fact: had-one }, { fact: had-two }] }";
    const anchored = smallFiles(criteria).map((file) =>
      file.path === 'shared/facts/small.yaml' ? { ...file, text: `${file.text}${facts}` } : file,
    );
    const built = libraryOf(anchored);
    const found = mutantsIn('small', built.policies, anchored, built);
    expect(found.map(({ change }) => change)).toEqual([
      'had-one.yes.0.code.0: rx-drug left out',
      'had-one.yes.0.code.1: rx-product left out',
    ]);
    const [first] = found;
    expect(first?.touched()).toEqual(['had-one', 'had-two']);
    expect(parse(first?.text() ?? '')).toMatchObject({
      'had-one': { yes: [{ resource: 'MedicationAdministration', code: ['rx-product'] }] },
      'had-two': { yes: [{ resource: 'MedicationStatement', code: ['rx-product'] }] },
    });
  });
});
