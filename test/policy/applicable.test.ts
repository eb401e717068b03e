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
import { ungovernedWords } from '../../src/engine/explanation.ts';
import type { DataFile } from '../../src/policy/data-files.ts';
import { createLibrary } from '../../src/policy/checked-library.ts';
import type { Library } from '../../src/policy/library.ts';
import { dataFiles } from '../../src/server/policy-files.ts';
import { libraryOf, printed, smallFiles } from '../support/small-library.ts';

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

const COMMERCIAL = ['commercial-hmo', 'commercial-pos', 'commercial-ppo', 'indemnity', 'commercial-other'];
const ADVANTAGE = [
  'medicare-advantage-hmo',
  'medicare-advantage-ppo',
  'medicare-advantage-pos',
  'medicare-advantage-other',
];

describe('the plan line of a code', () => {
  /** Every code of the two systems whose meaning was verified (clinical/valuesets.json, cov-type-sopt, cov-type-v3). */
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    [sopt, '1', [...ADVANTAGE, 'medicare-original', 'dual']],
    [sopt, '11', ADVANTAGE],
    [sopt, '111', ['medicare-advantage-hmo']],
    [sopt, '112', ['medicare-advantage-ppo']],
    [sopt, '113', ['medicare-advantage-pos']],
    [sopt, '119', ['medicare-advantage-other']],
    [sopt, '12', ['medicare-original']],
    [sopt, '14', ['dual']],
    [sopt, '2', ['medicaid', 'dual']],
    [sopt, '21', ['medicaid', 'dual']],
    [sopt, '211', ['medicaid', 'dual']],
    [sopt, '5', COMMERCIAL],
    [sopt, '51', COMMERCIAL],
    [sopt, '511', ['commercial-hmo']],
    [sopt, '512', ['commercial-ppo']],
    [sopt, '513', ['commercial-pos']],
    [sopt, '52', ['indemnity']],
    [sopt, '521', ['indemnity']],
    [sopt, '522', COMMERCIAL],
    [sopt, '6', COMMERCIAL],
    [sopt, '61', COMMERCIAL],
    [sopt, '611', ['commercial-hmo']],
    [sopt, '612', ['commercial-ppo']],
    [sopt, '613', ['commercial-pos']],
    [sopt, '619', COMMERCIAL],
    [sopt, '62', ['indemnity']],
    [actCode, 'HMO', ['commercial-hmo', 'medicare-advantage-hmo', 'medicaid']],
    [actCode, 'PPO', ['commercial-ppo', 'medicare-advantage-ppo']],
    [actCode, 'POS', ['commercial-pos', 'medicare-advantage-pos']],
    [
      actCode,
      'MCPOL',
      [...COMMERCIAL.filter((line) => line !== 'indemnity'), ...ADVANTAGE, 'medicaid', 'dual'],
    ],
    [actCode, 'PUBLICPOL', [...ADVANTAGE, 'medicare-original', 'medicaid', 'dual']],
    [actCode, 'EHCPOL', ALL_LINES],
    [actCode, 'HIP', ALL_LINES],
    [actCode, 'SUBSIDIZ', ALL_LINES],
    [actCode, 'RETIRE', ALL_LINES],
  ];
  it.each(rows)('%s|%s', (system, code, expected) => {
    expect(lines(type({ system, code }))).toEqual(expected.toSorted());
  });

  it('is in a row above for every code of the file', () => {
    const known = new Set(rows.map(([system, code]) => `${system}|${code}`));
    const printed = library.planLines.signs.flatMap(({ codes }) =>
      codes.map(({ system, code }) => `${system}|${code}`),
    );
    expect(printed.filter((code) => !known.has(code))).toEqual([]);
  });
});

describe('the plan line of words', () => {
  it.each<[string, readonly string[]]>([
    ['Medicare HMO Blue', ['medicare-advantage-hmo']],
    ['Medicare PPO Blue', ['medicare-advantage-ppo']],
    ['Medicare Advantage', ADVANTAGE],
    ['Original Medicare', ['medicare-original']],
    ['Medicare and Medicaid', ['dual']],
    ['Dual Special Needs Plan (D-SNP)', ['dual']],
    ['Managed Medicaid', ['medicaid', 'dual']],
    ['Commercial', COMMERCIAL],
    ['Commercial point-of-service', ['commercial-pos']],
    ['HMO', ['commercial-hmo', 'medicare-advantage-hmo', 'medicaid']],
    ['PPO Choice', ['commercial-ppo', 'medicare-advantage-ppo']],
    ['Blue Care Elect POS', ['commercial-pos', 'medicare-advantage-pos']],
    ['Indemnity plan', ['indemnity']],
    // Neither says which of the two it is.
    ['Medicare HMO POS', ALL_LINES],
    ['Gold 1000', ALL_LINES],
  ])('%s', (words, expected) => {
    expect(lines({ type: { text: words } })).toEqual(expected.toSorted());
    const plan = { type: { coding: [{ system: coverageClass, code: 'plan' }] }, value: 'X1', name: words };
    expect(lines({ class: [plan] })).toEqual(expected.toSorted());
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
    expect(rest[0]?.periods).toEqual([{ effective: '2025-09-01', until: undefined }]);
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

describe('versions of one policy', () => {
  const criteria = "- { id: '1', title: T, locator: L, attest: clinician }";
  interface Version {
    readonly version: string;
    readonly from: string;
    readonly until?: string;
    readonly folder?: string;
    readonly lines?: string;
  }
  const filesOf = (versions: readonly Version[]): readonly DataFile[] =>
    smallFiles(criteria).flatMap((file) =>
      file.path !== 'small/policy.yaml'
        ? [file]
        : versions.map(
            ({ version, from, until, folder = `small@${version}`, lines: ofVersion = '[one]' }) => ({
              path: `${folder}/policy.yaml`,
              text: file.text
                .replace("version: '1'", `version: '${version}'`)
                .replace("effective: '2025-01-01'", `effective: '${from}'`)
                .replace('lines: [one]', `lines: ${ofVersion}`)
                .concat(until === undefined ? '' : `until: '${until}'\n`),
            }),
          ),
    );
  const inForce = (versions: readonly Version[], on: string): readonly string[] => {
    const small = libraryOf(filesOf(versions));
    const coverage = coverageOf({ payor: [{ display: 'Small Payer' }] }, [], small);
    const { applicable, rest } = applicablePolicies(
      null,
      [{ ...coverage, lines: new Set(['one']) }],
      day(on),
      small,
    );
    return [
      ...applicable.map(({ policy, doubt }) => `${policy.version}${doubt === undefined ? '' : ': doubt'}`),
      ...rest.map(({ reason }) => reason),
    ];
  };
  const first: Version = { version: '1', from: '2025-01-01', until: '2025-06-30' };
  const second: Version = { version: '2', from: '2025-09-01', folder: 'small' };

  it.each([
    ['2024-12-31', ['not-in-force']],
    ['2025-01-01', ['1']],
    ['2025-06-30', ['1']],
    ['2025-07-01', ['not-in-force']],
    ['2025-08-31', ['not-in-force']],
    ['2025-09-01', ['2']],
    // Either of them, and nobody can say which.
    ['2025', ['2: doubt', '1: doubt']],
    ['2025-06', ['1']],
  ])('on %s', (on, expected) => {
    expect(inForce([second, first], on)).toEqual(expected);
  });

  it('say all their periods where none is in force', () => {
    const small = libraryOf(filesOf([second, first]));
    const coverage = coverageOf({ payor: [{ display: 'Small Payer' }] }, [], small);
    const { rest } = applicablePolicies(null, [coverage], day('2025-07-15'), small);
    expect(rest[0]?.periods).toEqual([
      { effective: '2025-01-01', until: '2025-06-30' },
      { effective: '2025-09-01', until: undefined },
    ]);
    expect(ungovernedWords('not-in-force', 'Small Payer', rest[0]?.periods).sentence).toBe(
      'No version of the policy of Small Payer is in force on the date of service. On file: 2025-01-01 to 2025-06-30, from 2025-09-01.',
    );
  });

  it('have plan lines of their own: the version in force decides', () => {
    const other = { ...second, lines: '[two]' };
    expect(inForce([first, other], '2025-06-30')).toEqual(['1']);
    expect(inForce([first, other], '2025-09-01')).toEqual(['other-plan-line']);
    expect(inForce([first, other], '2025-07-15')).toEqual(['not-in-force']);
  });

  it.each<[string, readonly Version[], readonly string[]]>([
    [
      'overlap on one day',
      [{ ...first, until: '2025-09-01' }, second],
      [
        'small@1/policy.yaml:22 policy "small" version 1 and version 2 are both in force on 2025-09-01 (small/policy.yaml); end version 1 on an earlier day with until',
      ],
    ],
    [
      'overlap because the earlier one has no end',
      [{ version: '1', from: '2025-01-01' }, second],
      [
        'small@1/policy.yaml:5 policy "small" version 1 and version 2 are both in force on 2025-09-01 (small/policy.yaml); end version 1 on an earlier day with until',
      ],
    ],
    [
      'have one name',
      [first, { ...second, version: '1' }],
      ['small/policy.yaml:1 policy "small" version 1 is declared twice'],
    ],
    [
      'end before they begin',
      [{ ...first, until: '2024-06-30' }, second],
      ['small@1/policy.yaml:22 policy "small" version 1 ends on 2024-06-30, before it begins on 2025-01-01'],
    ],
    [
      'stand in a folder that says another',
      [{ ...first, folder: 'small@0' }, second],
      [
        'small@0/policy.yaml:1 policy "small" version 1 stands in the folder "small@0"; name it "small" or "small@1"',
      ],
    ],
  ])('that %s are refused', (_name, versions, expected) => {
    const built = createLibrary(filesOf(versions));
    expect('problems' in built ? printed(built.problems) : []).toEqual(expected);
  });

  it('of different policies may be in force on one day', () => {
    const files = filesOf([first]);
    const another = files
      .filter(({ path }) => path.endsWith('policy.yaml'))
      .map(({ text }) => ({ path: 'other/policy.yaml', text: text.replace('id: small', 'id: other') }));
    expect(libraryOf([...files, ...another]).policies.map(({ id }) => id)).toEqual(['small', 'other']);
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
