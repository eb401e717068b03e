import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createChart } from '../../src/fhir/chart.ts';
import { parseDate, type DateInterval } from '../../src/fhir/date.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import {
  applicablePolicies,
  isActiveOn,
  readCoverage,
  type ReadCoverage,
} from '../../src/policy/applicable.ts';
import type { Library } from '../../src/policy/library.ts';
import { dataFiles } from '../../src/server/policies.ts';
import { libraryOf, smallFiles } from '../support/small-library.ts';

const NAIC = 'urn:oid:2.16.840.1.113883.6.300';
const sopt = 'https://nahdo.org/sopt';
const actCode = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const coverageClass = 'http://terminology.hl7.org/CodeSystem/coverage-class';

/** The real payers, and one that has an identifier, as a payer agreed at onboarding would. */
const library = libraryOf([
  ...dataFiles(fileURLToPath(new URL('../../cds-services', import.meta.url))),
  {
    path: 'payers/numbered.yaml',
    text: `id: numbered\nname: Numbered Health\nidentifiers: [{ system: '${NAIC}', value: '00001' }]\nnames: [Numbered Health Plan]\n`,
  },
]);

const coverageOf = (
  resource: JsonObject,
  payors: readonly JsonObject[] = [],
  from: Library = library,
): ReadCoverage => {
  const chart = createChart(
    'p1',
    [
      {
        resource: {
          resourceType: 'Coverage',
          id: 'c1',
          beneficiary: { reference: 'Patient/p1' },
          ...resource,
        },
      },
    ],
    new Map(),
    from.terminology,
  );
  const [record] = chart.of('Coverage');
  if (record === undefined) throw new Error('the Coverage is not in the chart');
  return readCoverage(record, payors, from);
};
const lines = (resource: JsonObject): readonly string[] => [...coverageOf(resource).lines].toSorted();
const ALL_LINES = [...library.planLines.lines.keys()].toSorted();
const type = (...codings: readonly JsonObject[]): JsonObject => ({ type: { coding: codings } });
const day = (text: string): DateInterval => {
  const parsed = parseDate(text);
  if (parsed === null) throw new Error(`"${text}" is no date`);
  return parsed;
};

describe('the payer of a Coverage', () => {
  const organization = (more: JsonObject): JsonObject => ({ resourceType: 'Organization', ...more });
  it.each<[string, JsonObject, readonly JsonObject[], string | undefined]>([
    [
      'by its identifier',
      {},
      [organization({ identifier: [{ system: NAIC, value: '00001' }], name: 'Some Other Name' })],
      'numbered',
    ],
    [
      'by the identifier of the reference',
      { payor: [{ identifier: { system: NAIC, value: '00001' } }] },
      [],
      'numbered',
    ],
    [
      'not by a value of another system',
      {},
      [organization({ identifier: [{ system: 'urn:x', value: '00001' }] })],
      undefined,
    ],
    ['not by a value without a system', {}, [organization({ identifier: [{ value: '00001' }] })], undefined],
    ['by name', {}, [organization({ name: 'CarePartners of Connecticut' })], 'carepartners-ct'],
    [
      'whatever case and punctuation',
      {},
      [organization({ name: 'CAREPARTNERS, of Connecticut.' })],
      'carepartners-ct',
    ],
    ['by alias', {}, [organization({ name: 'CPCT', alias: ['CarePartners of CT'] })], 'carepartners-ct'],
    ['by display', { payor: [{ display: 'Care Partners of Connecticut' }] }, [], 'carepartners-ct'],
    ['not by part of a name', {}, [organization({ name: 'CarePartners of Connecticut Dental' })], undefined],
    ['not by part of it either', {}, [organization({ name: 'CarePartners' })], undefined],
    ['not without a payor', {}, [], undefined],
  ])('is read %s', (_name, resource, payors, expected) => {
    expect(coverageOf(resource, payors).payer?.id).toBe(expected);
  });

  it('that is none of ours is named as the Coverage names it', () => {
    expect(coverageOf({ payor: [{ display: 'Other Health' }] }).payerName).toBe('Other Health');
    expect(coverageOf({}).payerName).toBe('a payer that the Coverage does not name');
  });

  it('comes with the order among coverages, last when there is none', () => {
    expect(coverageOf({ order: 2 }).order).toBe(2);
    expect(coverageOf({ order: '1' }).order).toBe(Infinity);
  });
});

describe('the plan line of a Coverage (facts.md 2.7)', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ['SOPT 111', type({ system: sopt, code: '111' }), ['medicare-advantage-hmo']],
    ['SOPT 112', type({ system: sopt, code: '112' }), ['medicare-advantage-ppo']],
    ['SOPT 113', type({ system: sopt, code: '113' }), ['medicare-advantage-pos']],
    ['SOPT 12', type({ system: sopt, code: '12' }), ['medicare-original']],
    ['SOPT 512', type({ system: sopt, code: '512' }), ['commercial-ppo']],
    ['SOPT 62', type({ system: sopt, code: '62' }), ['indemnity']],
    [
      'SOPT by its object identifier',
      type({ system: 'urn:oid:2.16.840.1.113883.3.221.5', code: '111' }),
      ['medicare-advantage-hmo'],
    ],
    [
      'v3 HMO, which does not tell commercial from Medicare',
      type({ system: actCode, code: 'HMO' }),
      ['commercial-hmo', 'medicaid', 'medicare-advantage-hmo'],
    ],
    [
      'v3 PPO, which does not either',
      type({ system: actCode, code: 'PPO' }),
      ['commercial-ppo', 'medicare-advantage-ppo'],
    ],
    [
      'SOPT 11 narrowed by v3 PPO',
      type({ system: sopt, code: '11' }, { system: actCode, code: 'PPO' }),
      ['medicare-advantage-ppo'],
    ],
    ['words', { type: { text: 'Medicare Advantage HMO' } }, ['medicare-advantage-hmo']],
    ['words in another case', { type: { text: 'MEDICARE-ADVANTAGE (PPO)' } }, ['medicare-advantage-ppo']],
    [
      'the words of a code that is not understood',
      type({ system: 'urn:local', code: '7', display: 'Commercial PPO' }),
      ['commercial-ppo'],
    ],
    [
      'the name of a plan',
      {
        class: [
          {
            type: { coding: [{ system: coverageClass, code: 'plan' }] },
            value: 'M1',
            name: 'Medicare Advantage PPO',
          },
        ],
      },
      ['medicare-advantage-ppo'],
    ],
    [
      'a drug benefit number, which names no line',
      { class: [{ type: { coding: [{ system: coverageClass, code: 'rxbin' }] }, value: 'Commercial PPO' }] },
      ALL_LINES,
    ],
    ['nothing', {}, ALL_LINES],
    ['a code of no sign', type({ system: sopt, code: '9999' }), ALL_LINES],
    [
      'signs that contradict each other',
      type({ system: sopt, code: '111' }, { system: sopt, code: '512' }),
      ALL_LINES,
    ],
    [
      'a code and words that do',
      { type: { coding: [{ system: sopt, code: '111' }], text: 'Commercial HMO' } },
      ALL_LINES,
    ],
  ])('%s', (_name, resource, expected) => {
    expect(lines(resource)).toEqual(expected.toSorted());
  });

  it('is told with what it was read from', () => {
    expect(
      coverageOf({ type: { coding: [{ system: sopt, code: '111' }], text: 'Medicare Advantage HMO' } })
        .lineSigns,
    ).toEqual([
      { path: 'Coverage.type', value: '111' },
      { path: 'Coverage.type', value: 'Medicare Advantage HMO' },
    ]);
    expect(coverageOf({}).lineSigns).toEqual([]);
  });
});

describe('the policies that govern an order', () => {
  const product = (id: string) => library.products.products.find((item) => item.id === id) ?? null;
  const payor = { payor: [{ display: 'CarePartners of Connecticut' }] };
  const governing = (resource: JsonObject, productId: string | null, on: string) => {
    const { applicable, rest } = applicablePolicies(
      productId === null ? null : product(productId),
      [coverageOf({ ...payor, ...resource })],
      day(on),
      library,
    );
    return {
      applicable: applicable.map(({ policy, doubt }) => [policy.id, doubt]),
      rest: rest.map(({ reason }) => reason),
    };
  };
  const hmo = type({ system: sopt, code: '111' });

  it('are those of payer, product, line and date', () => {
    expect(governing(hmo, 'tecartus', '2026-03-02')).toEqual({
      applicable: [['carepartners-ct-tecartus', undefined]],
      rest: [],
    });
  });

  it('for an order that names no product are all of the payer', () => {
    const { applicable } = governing(hmo, null, '2026-03-02');
    expect(applicable.map(([id]) => id)).toEqual(
      library.policies.filter(({ payer }) => payer === 'carepartners-ct').map(({ id }) => id),
    );
  });

  it.each<[string, JsonObject, string, string, string]>([
    ['for an unknown payer', { payor: [{ display: 'Other' }] }, 'tecartus', '2026-03-02', 'unknown-payer'],
    ['for a product that the payer has no policy on', hmo, 'kymriah', '2026-03-02', 'no-policy-for-product'],
    [
      'for another plan line',
      type({ system: sopt, code: '512' }),
      'tecartus',
      '2026-03-02',
      'other-plan-line',
    ],
    ['before it is in force', hmo, 'tecartus', '2025-08-31', 'not-in-force'],
  ])('are none %s', (_name, resource, productId, on, reason) => {
    expect(governing(resource, productId, on)).toEqual({ applicable: [], rest: [reason] });
  });

  it('begin on the effective day itself', () => {
    expect(governing(hmo, 'tecartus', '2025-09-01').applicable).toEqual([
      ['carepartners-ct-tecartus', undefined],
    ]);
  });

  it('say the first day when none is in force yet', () => {
    const { rest } = applicablePolicies(
      product('tecartus'),
      [coverageOf({ ...payor, ...hmo })],
      day('2025-01-01'),
      library,
    );
    expect(rest[0]?.effective).toBe('2025-09-01');
  });

  it('are in doubt where the line cannot be told, and say which elements were read', () => {
    expect(governing({}, 'tecartus', '2026-03-02').applicable[0]?.[1]).toBe(
      'The coverage does not say which plan line it is; the policy applies to Medicare Advantage HMO, Medicare Advantage PPO only.',
    );
    expect(
      governing(type({ system: actCode, code: 'PPO' }), 'tecartus', '2026-03-02').applicable[0]?.[1],
    ).toBe(
      'The coverage does not tell Commercial PPO, Medicare Advantage PPO apart; the policy applies to Medicare Advantage HMO, Medicare Advantage PPO only.',
    );
  });

  it('are in doubt where the date is not exact enough', () => {
    expect(governing(hmo, 'tecartus', '2025').applicable[0]?.[1]).toBe(
      'The date of service (2025) is not exact enough to say that the policy, effective 2025-09-01, is in force.',
    );
  });
});

describe('a policy with a last day', () => {
  const criteria = "- { id: '1', title: T, locator: L, attest: clinician }";
  const replaced = libraryOf(
    smallFiles(criteria).map((file) =>
      file.path === 'small/policy.yaml' ? { ...file, text: `${file.text}until: '2025-12-31'\n` } : file,
    ),
  );
  const reasons = (on: string): readonly string[] => {
    const coverage = coverageOf({ payor: [{ display: 'Small Payer' }] }, [], replaced);
    const { applicable, rest } = applicablePolicies(null, [coverage], day(on), replaced);
    return [...applicable.map(({ policy }) => policy.id), ...rest.map(({ reason }) => reason)];
  };

  it('governs on that day, and no longer on the next', () => {
    expect(reasons('2025-12-31')).toEqual(['small']);
    expect(reasons('2026-01-01')).toEqual(['not-in-force']);
  });
});

describe('a coverage is active on the date of service', () => {
  it.each<[string, JsonObject, string, boolean]>([
    ['by status', { status: 'active' }, '2026-03-15', true],
    ['without a status', {}, '2026-03-15', true],
    ['not when cancelled', { status: 'cancelled' }, '2026-03-15', false],
    ['not as a draft', { status: 'draft' }, '2026-03-15', false],
    ['not when entered in error', { status: 'entered-in-error' }, '2026-03-15', false],
    [
      'within its period',
      { status: 'active', period: { start: '2026-01-01', end: '2026-12-31' } },
      '2026-03-15',
      true,
    ],
    ['on its first day', { status: 'active', period: { start: '2026-03-15' } }, '2026-03-15', true],
    ['on its last day', { status: 'active', period: { end: '2026-03-15' } }, '2026-03-15', true],
    ['not on the day before', { status: 'active', period: { start: '2026-03-16' } }, '2026-03-15', false],
    ['not on the day after', { status: 'active', period: { end: '2026-03-14' } }, '2026-03-15', false],
    [
      'as far as a partial date tells',
      { status: 'active', period: { start: '2026-03-16' } },
      '2026-03',
      true,
    ],
    ['when its period cannot be read', { status: 'active', period: { start: 'spring' } }, '2026-03-15', true],
  ])('%s', (_name, coverage, on, expected) => {
    expect(isActiveOn(coverage, day(on))).toBe(expected);
  });
});
