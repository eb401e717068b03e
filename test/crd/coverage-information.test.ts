import { describe, expect, it } from 'vitest';
import { brokenInvariants, coverageInformation, type Statement } from '../../src/crd/coverage-information.ts';
import { OUTCOMES, type Outcome } from '../../src/crd/coverage-outcome.ts';
import { coverageUpdates } from '../../src/crd/coverage-updates.ts';
import { asWritten, withNumbersAsWritten } from '../../src/fhir/number-text.ts';
import { WIRE_VERSIONS } from '../../src/crd/wire-version.ts';

const TEMP = 'http://hl7.org/fhir/us/davinci-crd/CodeSystem/temp';
const base: Statement = {
  coverage: 'Coverage/1',
  covered: 'covered',
  paNeeded: 'no-auth',
  date: '2026-03-02',
  assertionId: '9f2c71d04be84c6a9a51',
};
const why = [{ text: 'because' }];
const codesOf = (
  statement: Statement,
  ...rest: [Parameters<typeof coverageInformation>[1], Parameters<typeof coverageInformation>[2]?]
) =>
  (coverageInformation(statement, ...rest).extension ?? []).map(
    ({ url, ...value }) => `${url}: ${JSON.stringify(Object.values(value)[0])}`,
  );

describe('the invariants, by intent', () => {
  it.each<readonly [string, Statement]>([
    ['crd-ci-q1', { ...base, questionnaires: ['https://x.org/Questionnaire/1|1'] }],
    ['crd-ci-q2', { ...base, covered: 'not-covered' }],
    ['crd-ci-q2', { ...base, paNeeded: undefined }],
    ['crd-ci-q3', { ...base, infoNeeded: ['OTH'], reasons: why }],
    ['crd-ci-q3', { ...base, covered: 'conditional' }],
    [
      'crd-ci-q4',
      { ...base, paNeeded: 'satisfied', satisfiedPaId: '1', docPurpose: ['withpa'], reasons: why },
    ],
    ['crd-ci-q5', { ...base, paNeeded: 'satisfied' }],
    ['crd-ci-q5', { ...base, satisfiedPaId: '1' }],
    ['crd-ci-q6', { ...base, covered: 'conditional', infoNeeded: ['OTH'] }],
    ['crd-ci-q7', { ...base, reasons: [{ coding: { system: TEMP, code: 'own' } }] }],
    ['crd-ci-q8', { ...base, docNeeded: ['clinical'], docPurpose: ['retain-doc'] }],
    ['crd-ci-q9', { ...base, covered: 'indeterminate' }],
    ['covered', { ...base, covered: 'maybe' }],
    ['pa-needed', { ...base, paNeeded: 'perhaps' }],
    ['date', { ...base, date: '2026-03-02T10:00:00Z' }],
    ['coverage-assertion-id', { ...base, assertionId: 'not-alphanumeric' }],
  ])('%s is seen', (name, statement) => {
    expect(brokenInvariants(statement, '2.2')).toEqual([name]);
  });

  it('codes of later versions are seen in earlier ones', () => {
    expect(brokenInvariants({ ...base, covered: 'indeterminate', reasons: why }, '2.0')).toEqual(['covered']);
    expect(brokenInvariants({ ...base, docNeeded: ['patient'] }, '2.0')).toEqual(['doc-needed']);
    expect(brokenInvariants({ ...base, docNeeded: ['both'] }, '2.1')).toEqual(['doc-needed']);
    const detail: Statement = { ...base, covered: 'conditional', infoNeeded: ['detail-code'] };
    expect([brokenInvariants(detail, '2.1'), brokenInvariants(detail, '2.2')]).toEqual([['info-needed'], []]);
  });

  it('what leaving out can mend is left out', () => {
    const codes = codesOf(
      {
        ...base,
        covered: 'not-covered',
        paNeeded: 'auth-needed',
        questionnaires: ['https://x.org/Questionnaire/1|1'],
        infoNeeded: ['performer'],
        satisfiedPaId: '1',
        reasons: why,
      },
      '2.0',
    );
    expect(codes.map((code) => code.split(':')[0])).toEqual([
      'coverage',
      'covered',
      'reason',
      'date',
      'coverage-assertion-id',
    ]);
  });

  it('what it cannot mend is refused, as a failure of ours', () => {
    expect(() => coverageInformation({ ...base, paNeeded: undefined }, '2.0')).toThrow('crd-ci-q2');
    expect(() => coverageInformation({ ...base, covered: 'indeterminate', reasons: why }, '2.0')).toThrow(
      'covered',
    );
  });

  it.each(Object.keys(OUTCOMES) as Outcome[])('hold for every version of the row %s', (outcome) => {
    for (const version of WIRE_VERSIONS) {
      const { covered, paNeeded, docNeeded, docPurpose, infoNeeded, reason } = {
        paNeeded: undefined,
        docNeeded: undefined,
        docPurpose: undefined,
        infoNeeded: undefined,
        reason: undefined,
        ...OUTCOMES[outcome][version],
      };
      const one = (code: string | undefined) => (code === undefined ? [] : [code]);
      const statement: Statement = {
        ...base,
        covered,
        paNeeded,
        docNeeded: one(docNeeded),
        docPurpose: one(docPurpose),
        infoNeeded: one(infoNeeded),
        reasons: [{ ...(reason === undefined ? {} : { coding: reason }), text: 'because' }],
        satisfiedPaId: paNeeded === 'satisfied' ? 'A1' : undefined,
      };
      expect(brokenInvariants(statement, version), version).toEqual([]);
      expect(() => coverageInformation(statement, version)).not.toThrow();
    }
  });
});

describe('the switches for validators', () => {
  const notCovered: Statement = { ...base, covered: 'not-covered', paNeeded: undefined, reasons: why };
  const withDocuments: Statement = {
    ...base,
    paNeeded: 'auth-needed',
    docNeeded: ['clinical'],
    docPurpose: ['withpa'],
    reasons: why,
  };
  const on = { noAuthWithNotCovered: true, withoutDocPurpose: true };

  it('q2: no-auth with not-covered, in 2.0 alone', () => {
    expect(codesOf(notCovered, '2.0', on)).toContain('pa-needed: "no-auth"');
    for (const version of ['2.1', '2.2'] as const)
      expect(codesOf(notCovered, version, on).join()).not.toContain('pa-needed');
    expect(codesOf(notCovered, '2.0').join()).not.toContain('pa-needed');
  });

  it('q4: no doc-purpose, in 2.1 and 2.2 alone', () => {
    expect(codesOf(withDocuments, '2.0', on)).toContain('doc-purpose: "withpa"');
    for (const version of ['2.1', '2.2'] as const) {
      expect(codesOf(withDocuments, version, on).join()).not.toContain('doc-purpose');
      expect(codesOf(withDocuments, version)).toContain('doc-purpose: "withpa"');
    }
  });
});

describe('every part, in each version’s form', () => {
  const full: Statement = {
    ...base,
    paNeeded: 'satisfied',
    docNeeded: ['clinical', 'admin'],
    docPurpose: ['withclaim'],
    billingCodes: [{ system: 'http://www.ama-assn.org/go/cpt', code: '38225' }],
    reasons: [{ coding: { system: TEMP, code: 'gold-card' }, text: 'gold' }],
    details: [
      { code: 'allowed-quantity', value: { valueQuantity: { value: 1 } }, qualification: 'once' },
      { code: 'policy-link', value: { valueUrl: 'https://x.org/p' } },
    ],
    dependencies: ['ServiceRequest/2'],
    questionnaires: ['https://x.org/Questionnaire/1|1'],
    responses: ['QuestionnaireResponse/1'],
    satisfiedPaId: 'GC1',
    contacts: [{ name: 'Desk', telecom: { system: 'phone', value: '1' } }],
    expiryDate: '2026-12-31',
  };
  const urls = (version: (typeof WIRE_VERSIONS)[number]) =>
    (coverageInformation(full, version).extension ?? []).map(
      ({ url, ...value }) => `${url} ${Object.keys(value)[0] ?? ''}`,
    );
  const common = [
    'coverage valueReference',
    'covered valueCode',
    'pa-needed valueCode',
    'doc-needed valueCode',
    'doc-purpose valueCode',
    'billingCode valueCoding',
    'reason valueCodeableConcept',
    'detail extension',
    'detail extension',
    'dependency valueReference',
    'questionnaire valueCanonical',
  ];
  const ids = ['date valueDate', 'coverage-assertion-id valueString', 'satisfied-pa-id valueString'];

  it('2.0: one doc-needed, response, contact point, no expiry date', () => {
    expect(urls('2.0')).toEqual([...common, 'response valueReference', ...ids, 'contact valueContactPoint']);
    expect(codesOf(full, '2.0')).toContain('doc-needed: "both"');
  });
  it('2.1: several doc-needed, contact point, expiry date', () => {
    expect(urls('2.1')).toEqual([
      ...common.toSpliced(3, 0, 'doc-needed valueCode'),
      ...ids,
      'contact valueContactPoint',
      'expiry-date valueDate',
    ]);
  });
  it('2.2: contact detail, details with their category and code system', () => {
    expect(urls('2.2')).toEqual([
      ...common.toSpliced(3, 0, 'doc-needed valueCode'),
      ...ids,
      'contact valueContactDetail',
      'expiry-date valueDate',
    ]);
    const details = (coverageInformation(full, '2.2').extension ?? []).filter(({ url }) => url === 'detail');
    expect(details.map(({ extension }) => extension)).toEqual([
      [
        { url: 'category', valueCode: 'cat-limitation' },
        {
          url: 'code',
          valueCodeableConcept: {
            coding: [
              {
                system: 'http://terminology.hl7.org/CodeSystem/crd-coverage-detail',
                code: 'allowed-quantity',
              },
            ],
          },
        },
        { url: 'value', valueQuantity: { value: 1 } },
        { url: 'qualification', valueString: 'once' },
      ],
      [
        { url: 'category', valueCode: 'cat-other' },
        {
          url: 'code',
          valueCodeableConcept: {
            coding: [
              { system: 'http://terminology.hl7.org/CodeSystem/crd-coverage-detail', code: 'policy-link' },
            ],
          },
        },
        { url: 'value', valueUrl: 'https://x.org/p' },
      ],
    ]);
    const [, link] = (coverageInformation(full, '2.0').extension ?? []).filter(({ url }) => url === 'detail');
    expect(link?.extension?.[1]).toEqual({ url: 'value', valueString: 'https://x.org/p' });
  });
});

describe('the update', () => {
  const ours = coverageInformation(base, '2.0');
  const annotate = (resource: Record<string, unknown>, coverage = 'Coverage/1', extension = ours) =>
    coverageUpdates([{ resource, coverage, id: 'assertion', extension }]);
  const order = {
    resourceType: 'ServiceRequest',
    id: 'a'.repeat(194),
    oddElement: { x: null },
    _status: { id: 's' },
  };

  it('is the whole resource, with the extension added and nothing else changed', () => {
    const extension = [{ url: 'https://x.org/own', valueString: 'y' }];
    const [action] = annotate({ ...order, extension });
    expect(action).toEqual({
      type: 'update',
      description: `Added coverage information to ServiceRequest/${order.id}`,
      resource: { ...order, extension: [...extension, ours] },
    });
  });

  it('replaces what we said of this coverage, and leaves other payers’ extensions', () => {
    const other = coverageInformation({ ...base, coverage: 'Coverage/2', assertionId: 'other' }, '2.0');
    const earlier = coverageInformation(
      { ...base, covered: 'conditional', infoNeeded: ['OTH'], reasons: why },
      '2.0',
    );
    const absolute = JSON.parse(
      JSON.stringify(earlier).replace('Coverage/1', 'https://ehr.org/fhir/Coverage/1'),
    ) as unknown;
    for (const known of [earlier, absolute]) {
      const [action] = annotate({ ...order, extension: [known, other, earlier] });
      expect(action?.resource['extension']).toEqual([ours, other]);
    }
  });

  it('is not sent when it says nothing new, whatever its date, id and order of parts', () => {
    const earlier = coverageInformation({ ...base, date: '2026-01-01', assertionId: 'earlier' }, '2.0');
    expect(annotate({ ...order, extension: [earlier] })).toEqual([]);
    const turned = { ...earlier, extension: [...(earlier.extension ?? [])].reverse() };
    expect(annotate({ ...order, extension: [turned] })).toEqual([]);
    expect(annotate({ ...order, extension: [earlier, earlier] })).toHaveLength(1);
  });

  it('is one for a resource that has statements about two coverages', () => {
    const second = coverageInformation({ ...base, coverage: 'Coverage/2', assertionId: 'second' }, '2.0');
    const resource = { ...order };
    const actions = coverageUpdates([
      { resource, coverage: 'Coverage/1', id: 'first', extension: ours },
      { resource, coverage: 'Coverage/2', id: 'second', extension: second },
    ]);
    expect(actions.map((action) => action.resource['extension'])).toEqual([[ours, second]]);
  });

  it('cannot be made for a draft without an id', () => {
    expect(annotate({ resourceType: 'ServiceRequest' })).toEqual([]);
  });

  it('keeps numbers as they were written', () => {
    const text =
      '{"resourceType":"ServiceRequest","id":"1","quantityQuantity":{"value":1.00},"x":[1.50,2,1e2,-0]}';
    const written = (json: string): unknown => {
      const whole = `{"before":"a \\" { :","context":1,"context": ${json} ,"after":[{"context":1.0}]}`;
      const value: unknown = JSON.parse(whole);
      return (withNumbersAsWritten(value, whole, ['context']) as Record<string, unknown>)['context'];
    };
    const [action] = annotate(written(text) as Record<string, unknown>);
    expect(JSON.stringify(action?.resource)).toContain(
      '"quantityQuantity":{"value":1.00},"x":[1.50,2,1e2,-0]',
    );
    expect(JSON.stringify(asWritten(written('{"a":[1,{"b":2.5}]}')))).toBe('{"a":[1,{"b":2.5}]}');
  });
});
