import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLibrary } from '../../src/policy/checked-library.ts';
import { loadLibrary, PolicyProblems } from '../../src/server/policies.ts';
import { dataFiles } from '../../src/server/policy-files.ts';
import { printed, smallFiles } from '../support/small-library.ts';

const folder = fileURLToPath(new URL('../../cds-services', import.meta.url));
const files = dataFiles(folder);
const POLICY = 'carepartners-ct-tecartus/policy.yaml';
const PATIENT = 'shared/facts/patient.yaml';
const CELLULAR = 'shared/facts/cellular-therapy.yaml';
const LYMPHOMA = 'shared/facts/lymphoma-therapy.yaml';
const MANTLE = 'shared/facts/mantle-cell-lymphoma.yaml';
const B_ALL_FACTS = 'shared/facts/acute-lymphoblastic-leukemia.yaml';
const B_ALL = 'shared/value-sets/dx-b-all.json';

const textOf = (path: string): string => {
  const file = files.find((item) => item.path === path);
  if (file === undefined) throw new Error(`cds-services has no ${path}`);
  return file.text;
};
const replaced = (path: string, from: string, to: string): string => {
  const text = textOf(path);
  if (!text.includes(from)) throw new Error(`${path} no longer says ${from}`);
  return text.replace(from, () => to);
};
const problemsWith = (changes: Readonly<Record<string, string>>): readonly string[] => {
  const library = createLibrary(files.map(({ path, text }) => ({ path, text: changes[path] ?? text })));
  return 'problems' in library ? printed(library.problems) : [];
};
const lineOf = (text: string, marker: string): number =>
  text.slice(0, text.indexOf(marker)).split('\n').length;

it('the files as they are have no problem', () => {
  expect(problemsWith({})).toEqual([]);
});

describe('one mistake gives its file, its line, and what to do', () => {
  /** File, what is replaced, by what, where the mistake then stands (its line), what is said of it. */
  const mistakes: readonly (readonly [name: string, string, string, string, string, string])[] = [
    [
      'an undeclared fact',
      POLICY,
      'fact: diagnosis-mantle-cell-lymphoma',
      'fact: diagnosis-mantel-cell-lymphoma',
      'diagnosis-mantel',
      'criterion "1.a/diagnosis" asks for the undeclared fact "diagnosis-mantel-cell-lymphoma"; did you mean "diagnosis-mantle-cell-lymphoma"?',
    ],
    [
      'an undeclared fact that is like none',
      POLICY,
      'none: [{ fact: prior-tecartus }]',
      'none: [{ fact: haemoglobin-before-apheresis }]',
      'haemoglobin',
      'criterion "limit.one-time" asks for the undeclared fact "haemoglobin-before-apheresis"',
    ],
    [
      'an element to show that the resource does not have',
      B_ALL_FACTS,
      'shows: clinicalStatus',
      'shows: clinicalState',
      'shows: clinicalState',
      'fact "all-relapsed-or-refractory" shows Condition.clinicalState, which R4 does not have',
    ],
    [
      'an undeclared guard',
      POLICY,
      'when: outpatient-setting',
      'when: outpatient-seting',
      'outpatient-seting',
      'criterion "outpatient" asks for the undeclared fact "outpatient-seting"; did you mean "outpatient-setting"?',
    ],
    [
      'a quantity as a guard',
      POLICY,
      'when: outpatient-setting',
      'when: age-at-infusion',
      'when: age-at-infusion',
      'criterion "outpatient": "age-at-infusion" is a quantity; add at-least, more-than, at-most or less-than',
    ],
    [
      'events as a guard',
      POLICY,
      'when: outpatient-setting',
      'when: lymphoma-therapy',
      'when: lymphoma-therapy',
      'criterion "outpatient": "lymphoma-therapy" lists events and answers no question',
    ],
    [
      'an id that is not quoted',
      POLICY,
      "- id: '2'",
      '- id: 1.10',
      'id: 1.10',
      'indications[0].criteria[1].id: quote the number: YAML reads 1.10 as 1.1',
    ],
    [
      'an id that is there twice',
      POLICY,
      "- id: '2'",
      "- id: '1'",
      "id: '1'\n        title: Age",
      'criterion "1" is there twice',
    ],
    [
      'two forms in one criterion',
      POLICY,
      'attest: clinician',
      'attest: clinician\n        fact: outpatient-setting',
      'id: outpatient',
      'indications[0].criteria[2]: a criterion needs exactly one of fact, definition, attest, review, all, any, none, readings; this one has fact and attest',
    ],
    [
      'a criterion that asks nothing',
      POLICY,
      '        attest: clinician\n',
      '',
      'id: outpatient',
      'indications[0].criteria[2]: a criterion needs exactly one of fact, definition, attest, review, all, any, none, readings; this one has none',
    ],
    [
      'a missing locator',
      POLICY,
      '        locator: Limitations, 1\n',
      '',
      'id: limit.one-time',
      'indications[0].criteria[3]: criterion "limit.one-time" needs a title and a locator',
    ],
    [
      'an unknown key',
      POLICY,
      'otherwise: ',
      'titel: x\notherwise: ',
      'titel',
      'titel: unknown key "titel"; remove it or correct its spelling',
    ],
    [
      'a threshold on a yes-or-no fact',
      POLICY,
      'fact: diagnosis-mantle-cell-lymphoma',
      'fact: diagnosis-mantle-cell-lymphoma\n                at-least: { value: 18, unit: a }',
      'fact: diagnosis-mantle',
      'criterion "1.a/diagnosis": "diagnosis-mantle-cell-lymphoma" is not a quantity and cannot be compared',
    ],
    [
      'a quantity without a threshold',
      POLICY,
      '        at-least: { value: 18, unit: a }\n',
      '',
      'fact: age-at-request',
      'criterion "2": "age-at-request-and-infusion" is a quantity; add at-least, more-than, at-most or less-than',
    ],
    [
      'a threshold in another unit than the fact',
      POLICY,
      'at-least: { value: 18, unit: a }',
      'at-least: { value: 216, unit: mo }',
      'at-least',
      'criterion "2": "age-at-request-and-infusion" is in a; write the limit in it',
    ],
    [
      'two thresholds',
      POLICY,
      'at-least: { value: 18, unit: a }',
      'at-least: { value: 18, unit: a }\n        less-than: { value: 26, unit: a }',
      "id: '2'",
      'indications[0].criteria[1]: one comparison a criterion; use all for a range',
    ],
    [
      'an undeclared anomaly',
      POLICY,
      'anomalies: [A-CPT-01]',
      'anomalies: [A-CPT-99]',
      'anomalies: [A-CPT-99]',
      'criterion "1.b" asks for the undeclared anomaly "A-CPT-99"; did you mean "A-CPT-01"?',
    ],
    [
      'an undeclared definition',
      POLICY,
      'definition: relapsed-or-refractory',
      'definition: relapsed-or-refractry',
      'relapsed-or-refractry',
      'criterion "1.a" asks for the undeclared definition "relapsed-or-refractry"; did you mean "relapsed-or-refractory"?',
    ],
    [
      'an unknown plan line',
      POLICY,
      'lines: [medicare-advantage-hmo,',
      'lines: [medicare-advantage-hmmo,',
      'hmmo',
      'policy "carepartners-ct-tecartus" asks for the undeclared plan line "medicare-advantage-hmmo"; did you mean "medicare-advantage-hmo"?',
    ],
    [
      'an unknown payer',
      POLICY,
      'payer: carepartners-ct',
      'payer: carepartner-ct',
      'payer:',
      'policy "carepartners-ct-tecartus" asks for the undeclared payer "carepartner-ct"; did you mean "carepartners-ct"?',
    ],
    [
      'an unknown disease',
      POLICY,
      'diseases: [mantle-cell-lymphoma, b-all]',
      'diseases: [mantle-cell-lymphomas, b-all]',
      'diseases:',
      'indication "tecartus" asks for the undeclared disease "mantle-cell-lymphomas"; did you mean "mantle-cell-lymphoma"?',
    ],
    [
      'a date that does not exist',
      POLICY,
      "effective: '2025-09-01'",
      "effective: '2025-02-30'",
      'effective:',
      'effective: write the date as "2025-09-01"',
    ],
    [
      'a version that YAML reads as a number',
      POLICY,
      "version: '2025-09'",
      'version: 2025.10',
      'version:',
      'version: quote the version',
    ],
    [
      'a key that is there twice',
      POLICY,
      '        when: outpatient-setting',
      '        when: outpatient-setting\n        when: x',
      'when: x',
      'is not YAML from here on: Map keys must be unique',
    ],
    [
      'broken YAML',
      POLICY,
      '    criteria:\n',
      '    criteria: [\n',
      "- id: '1'",
      'is not YAML from here on: Block collections are not allowed within flow collections',
    ],
    [
      'an undeclared value set',
      CELLULAR,
      'code: px-cart-any,',
      'code: px-car-any,',
      '{ resource: Procedure, code: px-car-any',
      'fact "prior-car-t" asks for the undeclared value set "px-car-any"; did you mean "px-cart-any"?',
    ],
    [
      'since without events',
      MANTLE,
      'since: lymphoma-therapy,',
      'since: diagnosis-mantle-cell-lymphoma,',
      'mantle-cell-lymphoma-progressed:',
      'fact "mantle-cell-lymphoma-progressed" needs a fact with events; "diagnosis-mantle-cell-lymphoma" is not one',
    ],
    [
      'a misspelt since',
      MANTLE,
      'since: lymphoma-therapy,',
      'since: lymphoma-terapy,',
      'mantle-cell-lymphoma-progressed:',
      'fact "mantle-cell-lymphoma-progressed" needs a fact with events; "lymphoma-terapy" is not one; did you mean "lymphoma-therapy"?',
    ],
    [
      'a misspelt element in FHIRPath',
      MANTLE,
      'where: "clinicalStatus.coding',
      'where: "clinicalStatuss.coding',
      '- resource: Condition\n      code: dx-mantle-cell',
      'fact "mantle-cell-lymphoma-progressed": the expression reads the element "clinicalStatuss", which R4 does not have',
    ],
    [
      'an unknown reason',
      LYMPHOMA,
      'for: [lymphoma]',
      'for: [lymfoma]',
      'resource: [MedicationAdministration',
      'fact "lymphoma-therapy" asks for the undeclared disease "lymfoma"; did you mean "lymphoma"?',
    ],
    [
      'a disease within an unknown one',
      'shared/diseases.yaml',
      'within: leukemia',
      'within: leukaemia',
      'within: leukaemia',
      'disease "all" asks for the undeclared disease "leukaemia"; did you mean "leukemia"?',
    ],
    [
      'a value set under an alias',
      B_ALL,
      'http://snomed.info/sct',
      'https://snomed.info/sct',
      '{',
      'compose.include[0].system "https://snomed.info/sct" is not the preferred URI of a system in code-systems.yaml',
    ],
    [
      'another resource in the place of a value set',
      B_ALL,
      '"resourceType": "ValueSet"',
      '"resourceType": "CodeSystem"',
      '{',
      'is not a FHIR ValueSet',
    ],
    [
      'a plan line sign of no line',
      'payers/plan-lines.yaml',
      'lines: [medicare-advantage-hmo]',
      'lines: [medicare-advantage-hmoo]',
      'lines: [medicare-advantage-hmoo]',
      'a sign asks for the undeclared plan line "medicare-advantage-hmoo"; did you mean "medicare-advantage-hmo"?',
    ],
    [
      'a product without its value set',
      'shared/products.yaml',
      'codes: [rx-cart-kymriah]',
      'codes: [rx-cart-kymria]',
      'codes: [rx-cart-kymria]',
      'product "kymriah" asks for the undeclared value set "rx-cart-kymria"; did you mean "rx-cart-kymriah"?',
    ],
    [
      'a setting without its value set',
      'shared/settings.yaml',
      'pos-inpatient',
      'pos-in-patient',
      'pos-in-patient',
      'inpatient asks for the undeclared value set "pos-in-patient"; did you mean "pos-inpatient"?',
    ],
    [
      'a type that facts read and no query asks for',
      'shared/queries.yaml',
      'procedures: { resource: Procedure }\n',
      '',
      '#',
      'facts read Procedure, and no query asks for it',
    ],
  ];

  it.each(mistakes)('%s', (_name, path, from, to, marker, message) => {
    const text = replaced(path, from, to);
    expect(problemsWith({ [path]: text })).toEqual([`${path}:${lineOf(text, marker)} ${message}`]);
  });
});

describe('a mistake that others follow from is named with its file and line', () => {
  const mistakes: readonly (readonly [name: string, string, string, string, string, string])[] = [
    [
      'a product of no code',
      POLICY,
      'products: [tecartus]',
      'products: [tecartis]',
      'products: [tecartis]',
      'policy "carepartners-ct-tecartus" asks for the undeclared product "tecartis"; did you mean "tecartus"?',
    ],
    [
      'a fact of no kind',
      PATIENT,
      'age: infusion',
      'agee: infusion',
      'agee',
      'age-at-infusion.agee: unknown key "agee"; remove it or correct its spelling',
    ],
    [
      'a disease in a circle',
      'shared/diseases.yaml',
      'within: leukemia',
      'within: b-all',
      'within: b-all',
      'disease "all" stands within itself',
    ],
    [
      'a value set whose id is not that of its file',
      B_ALL,
      '"id": "dx-b-all"',
      '"id": "b-all"',
      '{',
      'its id is "b-all" but its file says "dx-b-all"; make them the same',
    ],
    [
      'a payer identifier that is not quoted',
      'payers/carepartners-ct.yaml',
      'identifiers: []',
      "identifiers: [{ system: 'urn:x', value: 53228 }]",
      'identifiers:',
      'identifiers[0].value: quote the value',
    ],
    [
      'an unknown key of a payer',
      'payers/carepartners-ct.yaml',
      'names:',
      'nmes:',
      'nmes:',
      'nmes: unknown key "nmes"; remove it or correct its spelling',
    ],
    [
      'a code that is not quoted',
      'payers/plan-lines.yaml',
      "code: '111'",
      'code: 111',
      'code: 111',
      'signs[0].codes[0].code: quote the code',
    ],
  ];

  it.each(mistakes)('%s', (_name, path, from, to, marker, message) => {
    const text = replaced(path, from, to);
    expect(problemsWith({ [path]: text })).toContain(`${path}:${lineOf(text, marker)} ${message}`);
  });

  it.each([
    [
      'a resource that facts cannot read',
      '{ resource: Condition, code: dx-mantle',
      '{ resource: Conditions, code: dx-mantle',
      'yes[0].resource: Invalid option',
    ],
    [
      'FHIRPath that does not parse',
      `where: "clinicalStatus.coding.exists(code = 'relapse' or code = 'recurrence')"`,
      'where: "clinicalStatus.coding.exists("',
      'the expression does not parse as FHIRPath',
    ],
  ])('%s', (_name, from, to, message) => {
    const problems = problemsWith({ [MANTLE]: replaced(MANTLE, from, to) });
    expect(problems.filter((problem) => problem.includes(message))).toHaveLength(1);
  });

  it('a value set that is not JSON', () => {
    expect(
      problemsWith({ [B_ALL]: '{' }).filter((problem) => problem.startsWith(`${B_ALL}:1 is not JSON`)),
    ).toHaveLength(1);
  });

  it('a value set without codes', () => {
    expect(problemsWith({ [B_ALL]: '{"resourceType":"ValueSet","id":"dx-b-all"}' })).toContain(
      `${B_ALL}:1 holds no code`,
    );
  });

  it('an empty policy', () => {
    expect(problemsWith({ [POLICY]: '' })).toEqual([
      `${POLICY}:1 (file): Invalid input: expected object, received null`,
    ]);
  });
});

it('all problems of all files come at once, by file and line', () => {
  const problems = problemsWith({
    [POLICY]: replaced(POLICY, 'when: outpatient-setting', 'when: outpatient-seting').replace(
      'anomalies: [A-CPT-01]',
      'anomalies: [A-CPT-99]',
    ),
    [LYMPHOMA]: replaced(LYMPHOMA, 'for: [lymphoma]', 'for: [lymfoma]'),
    'shared/settings.yaml': replaced('shared/settings.yaml', 'pos-inpatient', 'pos-in-patient'),
  });
  expect(problems.map((problem) => problem.replace(/^(\S+):\d+ .*"(.*)".*"(.*)".*$/, '$1 $2'))).toEqual([
    `${POLICY} A-CPT-99`,
    `${POLICY} outpatient-seting`,
    `${LYMPHOMA} lymfoma`,
    'shared/settings.yaml pos-in-patient',
  ]);
});

describe('what only small policies show', () => {
  const criterion = "- { id: '1', title: T, locator: L, definition: outer }";
  const problemsOf = (criteria: string, definitions = ''): readonly string[] => {
    const library = createLibrary(smallFiles(criteria, definitions));
    return 'problems' in library ? library.problems.map(({ message }) => message) : [];
  };

  it('a definition may not use itself, not even in a part', () => {
    const definitions = `outer:
  title: T
  locator: L
  all: [{ id: x, title: T, locator: L, all: [{ definition: outer }] }]`;
    expect(problemsOf(criterion, definitions)).toEqual(['definition "outer" uses itself']);
  });

  it('a criterion of an indication needs an id', () => {
    expect(problemsOf('- { title: T, locator: L, attest: clinician }')).toEqual([
      'indications[0].criteria: every criterion of an indication needs an id',
    ]);
  });

  it('a policy folder without a policy is a problem', () => {
    const library = createLibrary(smallFiles(criterion).filter(({ path }) => path !== 'small/policy.yaml'));
    expect('problems' in library ? printed(library.problems) : []).toEqual([
      '.:1 no <policy>/policy.yaml was found',
    ]);
  });

  it('files that are missing are named', () => {
    const library = createLibrary([]);
    expect('problems' in library ? printed(library.problems) : []).toEqual([
      'payers/plan-lines.yaml:1 this file is missing',
      'shared/code-systems.yaml:1 this file is missing',
      'shared/diseases.yaml:1 this file is missing',
      'shared/products.yaml:1 this file is missing',
      'shared/queries.yaml:1 this file is missing',
      'shared/settings.yaml:1 this file is missing',
    ]);
  });
});

describe('a folder with a mistake', () => {
  let copy = '';
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'cds-services-'));
    cpSync(folder, copy, { recursive: true });
  });
  afterAll(() => {
    rmSync(copy, { recursive: true });
  });

  it('loads without it', () => {
    expect(loadLibrary(copy).policies.length).toBe(loadLibrary(folder).policies.length);
  });

  it('stops the start, with the path that an editor opens', () => {
    const text = replaced(POLICY, 'when: outpatient-setting', 'when: outpatient-seting');
    writeFileSync(join(copy, POLICY), text);
    let thrown: unknown;
    try {
      loadLibrary(copy);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(PolicyProblems);
    expect((thrown as Error).message).toBe(
      [
        '1 problem(s) in the policy files:',
        `  ${join(copy, POLICY)}:${lineOf(text, 'outpatient-seting')} criterion "outpatient" asks for the undeclared fact "outpatient-seting"; did you mean "outpatient-setting"?`,
      ].join('\n'),
    );
  });
});
