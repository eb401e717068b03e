import { describe, expect, it } from 'vitest';
import { objects, property, type JsonObject } from '../../src/fhir/json.ts';
import { coverageInformation, coverageInformationProblems } from './checks/coverage-information.ts';
import { VERSIONS, type Version } from './checks/finding.ts';
import { readObject } from './data.ts';

/** That the checks of the extension pass what is right and catch each thing that is wrong. */

type Part = Readonly<Record<string, unknown>>;

const code = (url: string, valueCode: string): Part => ({ url, valueCode });
const REASON: Part = { url: 'reason', valueCodeableConcept: { text: 'why' } };
const BASE: readonly Part[] = [
  { url: 'coverage', valueReference: { reference: 'Coverage/1' } },
  { url: 'date', valueDate: '2026-03-02' },
  { url: 'coverage-assertion-id', valueString: 'a1' },
];
const COVERED = [code('covered', 'covered'), code('pa-needed', 'no-auth')];

const ids = (parts: readonly Part[], version: Version): readonly string[] => [
  ...new Set(coverageInformationProblems({ extension: [...BASE, ...parts] }, version).map(({ id }) => id)),
];

const detail = (detailCode: string, value: Part, system: string, category?: string): Part => ({
  url: 'detail',
  extension: [
    ...(category === undefined ? [] : [code('category', category)]),
    { url: 'code', valueCodeableConcept: { coding: [{ system, code: detailCode }] } },
    { url: 'value', ...value },
  ],
});
const TEMP = 'http://hl7.org/fhir/us/davinci-crd/CodeSystem/temp';
const DETAIL = 'http://terminology.hl7.org/CodeSystem/crd-coverage-detail';

const BOTH: readonly Version[] = VERSIONS;
const cases: readonly (readonly [string, readonly Part[], string | undefined, readonly Version[]])[] = [
  ['covered without authorization', COVERED, undefined, BOTH],
  ['not covered', [code('covered', 'not-covered'), REASON], undefined, BOTH],
  ['a sub-extension that is not defined', [...COVERED, code('covered-maybe', 'x')], 'CI-element', BOTH],
  [
    'response after 2.0.1',
    [
      ...COVERED,
      code('doc-needed', 'clinical'),
      { url: 'response', valueReference: { reference: 'QuestionnaireResponse/1' } },
    ],
    'CI-element',
    ['2.2.1'],
  ],
  [
    'expiry-date in 2.0.1',
    [...COVERED, { url: 'expiry-date', valueDate: '2026-12-31' }],
    'CI-element',
    ['2.0.1'],
  ],
  ['covered twice', [...COVERED, code('covered', 'covered')], 'CI-cardinality', BOTH],
  ['covered missing', [code('pa-needed', 'no-auth')], 'CI-cardinality', BOTH],
  [
    'doc-needed twice in 2.0.1',
    [...COVERED, code('doc-needed', 'clinical'), code('doc-needed', 'admin')],
    'CI-cardinality',
    ['2.0.1'],
  ],
  [
    'doc-needed twice in 2.2.1',
    [...COVERED, code('doc-needed', 'clinical'), code('doc-needed', 'admin')],
    undefined,
    ['2.2.1'],
  ],
  [
    'a code as a string',
    [{ url: 'covered', valueString: 'covered' }, code('pa-needed', 'no-auth')],
    'CI-type',
    BOTH,
  ],
  [
    'two values',
    [...COVERED, { url: 'billingCode', valueCoding: { system: 's', code: 'c' }, valueString: 'c' }],
    'CI-type',
    BOTH,
  ],
  [
    'a billing code without a system',
    [...COVERED, { url: 'billingCode', valueCoding: { code: 'c' } }],
    'CI-type',
    BOTH,
  ],
  [
    'a contact point in 2.2.1',
    [...COVERED, { url: 'contact', valueContactPoint: { value: '1' } }],
    'CI-type',
    ['2.2.1'],
  ],
  [
    'a contact detail in 2.0.1',
    [...COVERED, { url: 'contact', valueContactDetail: { name: '1' } }],
    'CI-type',
    ['2.0.1'],
  ],
  ['an unknown covered', [code('covered', 'maybe'), code('pa-needed', 'no-auth')], 'CI-code', BOTH],
  ['an unknown pa-needed', [code('covered', 'covered'), code('pa-needed', 'noauth')], 'CI-code', BOTH],
  ['an unknown doc-needed', [...COVERED, code('doc-needed', 'no-doc')], 'CI-code', BOTH],
  ['doc-needed both after 2.0.1', [...COVERED, code('doc-needed', 'both')], 'CI-code', ['2.2.1']],
  ['doc-needed patient in 2.0.1', [...COVERED, code('doc-needed', 'patient')], 'CI-code', ['2.0.1']],
  ['an unknown doc-purpose', [...COVERED, code('doc-purpose', 'PA'), REASON], 'CI-code', BOTH],
  [
    'info-needed detail-code in 2.0.1',
    [code('covered', 'conditional'), code('pa-needed', 'conditional'), code('info-needed', 'detail-code')],
    'CI-code',
    ['2.0.1'],
  ],
  [
    'indeterminate in 2.0.1',
    [code('covered', 'indeterminate'), code('pa-needed', 'indeterminate'), REASON],
    'CI-code',
    ['2.0.1'],
  ],
  [
    'indeterminate in 2.2.1',
    [code('covered', 'indeterminate'), code('pa-needed', 'indeterminate'), REASON],
    undefined,
    ['2.2.1'],
  ],
  [
    'a 2.2 reason in 2.0.1',
    [
      ...COVERED,
      { url: 'reason', valueCodeableConcept: { coding: [{ system: TEMP, code: 'technical' }], text: 'x' } },
    ],
    'CI-code',
    ['2.0.1'],
  ],
  [
    'a 2.0.1 detail',
    [...COVERED, detail('allowed-quantity', { valueQuantity: { value: 1 } }, TEMP)],
    undefined,
    ['2.0.1'],
  ],
  [
    'a 2.2.1 detail',
    [...COVERED, detail('allowed-quantity', { valueQuantity: { value: 1 } }, DETAIL, 'cat-limitation')],
    undefined,
    ['2.2.1'],
  ],
  [
    'a detail without category in 2.2.1',
    [...COVERED, detail('allowed-quantity', { valueQuantity: { value: 1 } }, DETAIL)],
    'CI-cardinality',
    ['2.2.1'],
  ],
  [
    'a detail of another category',
    [...COVERED, detail('allowed-quantity', { valueQuantity: { value: 1 } }, DETAIL, 'cat-other')],
    'CI-code',
    ['2.2.1'],
  ],
  [
    'a detail of another system',
    [...COVERED, detail('allowed-quantity', { valueQuantity: { value: 1 } }, TEMP, 'cat-limitation')],
    'CI-code',
    ['2.2.1'],
  ],
  [
    'a detail with another type of value',
    [...COVERED, detail('allowed-quantity', { valueBoolean: true }, TEMP)],
    'CI-type',
    ['2.0.1'],
  ],
  [
    'a date with time',
    [...COVERED, { url: 'expiry-date', valueDate: '2026-03-02T10:00:00Z' }],
    'CI-type',
    ['2.2.1'],
  ],
  [
    'a questionnaire without doc-needed',
    [...COVERED, { url: 'questionnaire', valueCanonical: 'http://x/q|1' }],
    'crd-ci-q1',
    BOTH,
  ],
  [
    'not covered with pa-needed',
    [code('covered', 'not-covered'), code('pa-needed', 'no-auth')],
    'crd-ci-q2',
    BOTH,
  ],
  ['covered without pa-needed in 2.0.1', [code('covered', 'covered')], 'crd-ci-q2', ['2.0.1']],
  ['info-needed with nothing conditional', [...COVERED, code('info-needed', 'performer')], 'crd-ci-q3', BOTH],
  [
    'conditional without info-needed in 2.2.1',
    [code('covered', 'conditional'), code('pa-needed', 'conditional')],
    'crd-ci-q3',
    ['2.2.1'],
  ],
  ['no-auth with withpa', [...COVERED, code('doc-purpose', 'withpa'), REASON], 'crd-ci-q4', BOTH],
  [
    'auth-needed with withpa',
    [
      code('covered', 'covered'),
      code('pa-needed', 'auth-needed'),
      code('doc-needed', 'clinical'),
      code('doc-purpose', 'withpa'),
      REASON,
    ],
    undefined,
    BOTH,
  ],
  [
    'satisfied without its id',
    [code('covered', 'covered'), code('pa-needed', 'satisfied')],
    'crd-ci-q5',
    BOTH,
  ],
  [
    'an id with nothing satisfied',
    [...COVERED, { url: 'satisfied-pa-id', valueString: 'x' }],
    'crd-ci-q5',
    BOTH,
  ],
  [
    'OTH without a reason in 2.2.1',
    [code('covered', 'conditional'), code('pa-needed', 'conditional'), code('info-needed', 'OTH')],
    'crd-ci-q6',
    ['2.2.1'],
  ],
  [
    'a local reason without text in 2.2.1',
    [...COVERED, { url: 'reason', valueCodeableConcept: { coding: [{ system: 'http://x', code: 'y' }] } }],
    'crd-ci-q7',
    ['2.2.1'],
  ],
  [
    'a doc-purpose without a reason in 2.2.1',
    [...COVERED, code('doc-needed', 'clinical'), code('doc-purpose', 'withclaim')],
    'crd-ci-q8',
    ['2.2.1'],
  ],
  [
    'indeterminate without a reason in 2.2.1',
    [code('covered', 'indeterminate'), code('pa-needed', 'indeterminate')],
    'crd-ci-q9',
    ['2.2.1'],
  ],
];

describe.each(VERSIONS)('coverage information %s', (version) => {
  it.each(cases.filter(([, , , versions]) => versions.includes(version)))('%s', (_, parts, expected) => {
    expect(ids(parts, version)).toEqual(expected === undefined ? [] : [expected]);
  });
});

const extensionsOf = (resource: unknown): readonly JsonObject[] =>
  coverageInformation(resource).map(({ extension }) => extension);
const resourcesOf = (response: JsonObject): readonly unknown[] =>
  objects(response['systemActions']).map((action) => property(action, 'resource'));

describe('published and worked examples', () => {
  it.each([
    ['worked-order-sign-response-2.0.1', '2.0.1'],
    ['worked-order-sign-response-2.2.1', '2.2.1'],
  ] as const)('%s breaks no rule of %s', (name, version) => {
    const extensions = resourcesOf(readObject(name)).flatMap(extensionsOf);
    expect(extensions).toHaveLength(2);
    expect(extensions.flatMap((extension) => coverageInformationProblems(extension, version))).toEqual([]);
  });

  it('the guide’s annotated 2.0.1 order breaks no rule', () => {
    const [extension] = extensionsOf(readObject('crd-2.0.1-medicationrequest-annotated'));
    expect(coverageInformationProblems(extension, '2.0.1')).toEqual([]);
  });

  it('the kit’s conditional sample lacks pa-needed in 2.0.1 and a reason in 2.2.1', () => {
    const [extension] = extensionsOf(
      readObject('inferno-fixture-coverage-info-conditional-invalid')['resource'],
    );
    expect(coverageInformationProblems(extension, '2.0.1').map(({ id }) => id)).toEqual(['crd-ci-q2']);
    expect(coverageInformationProblems(extension, '2.2.1').map(({ id }) => id)).toEqual(['crd-ci-q8']);
  });
});
