import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withParts, type Determination } from '../../src/engine/determination.ts';
import type { PlannedOrder } from '../../src/engine/result.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { icd10, smallLibrary, type ValueSetId } from '../support/small-library.ts';
import {
  administration,
  answers,
  calcium,
  concept,
  condition,
  determined,
  observation,
  patient,
  procedure,
  setting,
} from './small-chart.ts';

const T = 'title: T, locator: L';
/** One criterion of each kind. */
const library = smallLibrary(`
- { id: '1', ${T}, fact: has-tumor }
- { id: '2', ${T}, fact: calcium, at-most: { value: 11.5, unit: mg/dL } }
- { id: '3', ${T}, fact: progressed, attestable: true }
- { id: '4', ${T}, none: [{ id: 4.a, ${T}, fact: had-product }, { id: 4.b, ${T}, fact: had-scan }] }
- { id: '5', ${T}, any: [{ id: 5.a, ${T}, fact: had-drug }, { id: 5.b, ${T}, attest: clinician }] }
- { id: '6', ${T}, fact: age, at-least: { value: 18, unit: a } }
- { id: '7', ${T}, when: inpatient, attest: clinician }`);

const id = fc.integer({ min: 1, max: 9 }).map(String);
const date = fc.constantFrom('2024', '2025-06', '2025-06-01', '2026-01-15', '2026-03-01');
const coding = (code: string): JsonObject => ({ coding: [{ code }] });
const diagnosis: fc.Arbitrary<JsonObject> = fc
  .record({
    code: fc.constantFrom<ValueSetId>('dx-tumor', 'dx-narrow-tumor', 'dx-other-tumor'),
    clinicalStatus: fc.constantFrom('active', 'remission', 'resolved').map(coding),
    verificationStatus: fc.constantFrom('confirmed', 'provisional', 'refuted').map(coding),
    recordedDate: date,
    id,
  })
  .map(({ id: suffix, code, ...more }) => condition(`condition-${suffix}`, code, more));
const dose: fc.Arbitrary<JsonObject> = fc
  .record({
    code: fc.constantFrom<ValueSetId>('rx-drug', 'rx-product'),
    status: fc.constantFrom('completed', 'stopped', 'not-done'),
    effectiveDateTime: date,
    id,
  })
  .map(({ id: suffix, code, ...more }) => administration(`dose-${suffix}`, code, more));
const response: fc.Arbitrary<JsonObject> = fc
  .record({ code: fc.constantFrom<ValueSetId>('status-worse', 'status-better'), effectiveDateTime: date, id })
  .map(({ id: suffix, code, effectiveDateTime }) =>
    observation(`response-${suffix}`, 'lab-status', {
      valueCodeableConcept: concept(code),
      effectiveDateTime,
    }),
  );
const result: fc.Arbitrary<JsonObject> = fc
  .record({
    value: fc.constantFrom<unknown>(9, 11.5, 12, '12'),
    status: fc.constantFrom('final', 'preliminary'),
    effectiveDateTime: date,
    id,
  })
  .map(({ id: suffix, value, ...more }) => calcium(`calcium-${suffix}`, value, more));
const scan: fc.Arbitrary<JsonObject> = fc
  .record({ status: fc.constantFrom('completed', 'not-done', 'stopped'), performedDateTime: date, id })
  .map(({ id: suffix, ...more }) => procedure(`scan-${suffix}`, 'px-scan', more));
const form: fc.Arbitrary<JsonObject> = fc
  .record({
    given: fc.dictionary(fc.constantFrom('1', '3', '4', '4.a', '4.b', '5.b', '7'), fc.boolean()),
    authored: date,
    id,
  })
  .map(({ id: suffix, given, authored }) => answers(`form-${suffix}`, given, { authored }));

const referenceOf = (resource: JsonObject): string =>
  `${String(resource['resourceType'])}/${String(resource['id'])}`;
/** A small chart, each id once. */
const chart = fc.uniqueArray(fc.oneof(diagnosis, dose, response, result, scan, form), {
  maxLength: 8,
  selector: referenceOf,
});

const settled = (determination: Determination) =>
  withParts([
    ...determination.criteria,
    ...(determination.alternatives ?? []).flatMap(({ criteria }) => criteria),
  ]);

describe('an empty chart', () => {
  it('meets nothing and contradicts nothing', () => {
    const { criteria, decision } = determined(library, [{ resourceType: 'Patient', id: 'p1' }]);
    expect(withParts(criteria).map(({ status }) => status)).not.toContain('met');
    expect(withParts(criteria).map(({ status }) => status)).not.toContain('not-met');
    expect(decision).toBe('documentation-needed');
  });
});

describe('over any small chart', () => {
  it('nothing is met or not met without evidence that the chart holds', () => {
    fc.assert(
      fc.property(chart, (resources) => {
        const held = new Set([...resources.map(referenceOf), 'Patient/p1', 'Encounter/e1']);
        for (const { id: criterion, status, evidence } of settled(determined(library, resources))) {
          if (status !== 'met' && status !== 'not-met') continue;
          expect(evidence.length, criterion).toBeGreaterThan(0);
          expect(
            evidence.filter(({ reference }) => !held.has(reference)),
            criterion,
          ).toEqual([]);
        }
      }),
    );
  });

  it('every unknown says what it needs, and nothing else does', () => {
    fc.assert(
      fc.property(chart, (resources) => {
        for (const { status, needs } of settled(determined(library, resources)))
          expect(needs !== undefined).toBe(status === 'unknown');
      }),
    );
  });

  it('a copy that was entered in error changes nothing but the counts', () => {
    const inError = (resource: JsonObject): JsonObject => ({
      ...resource,
      id: `${String(resource['id'])}-error`,
      ...(resource['resourceType'] === 'Condition'
        ? { verificationStatus: coding('entered-in-error') }
        : { status: 'entered-in-error' }),
    });
    const withoutCounts = (determination: Determination): unknown =>
      JSON.parse(
        JSON.stringify(determination, (key, value: unknown) => (key === 'count' ? undefined : value)),
      );
    fc.assert(
      fc.property(chart, (resources) => {
        const twice = [...resources, ...resources.map(inError)];
        expect(withoutCounts(determined(library, twice))).toEqual(
          withoutCounts(determined(library, resources)),
        );
      }),
    );
  });

  it('a copy about somebody else changes no criterion but the counts', () => {
    const foreign = (resource: JsonObject): JsonObject => ({
      ...resource,
      id: `${String(resource['id'])}-other`,
      subject: { reference: 'Patient/p2' },
    });
    fc.assert(
      fc.property(chart, (resources) => {
        const shown = (list: readonly JsonObject[]) => settled(determined(library, list));
        expect(shown([...resources, ...resources.map(foreign)])).toEqual(shown(resources));
      }),
    );
  });

  it('the order of resources does not matter', () => {
    const shuffled = chart.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([before, after]) => {
        expect(determined(library, after)).toEqual(determined(library, before));
      }),
    );
  });

  it('the same chart gives the same determination, and is left as it was', () => {
    fc.assert(
      fc.property(chart, (resources) => {
        const printed = JSON.stringify(resources);
        const once = JSON.stringify(determined(library, resources));
        expect(JSON.stringify(determined(library, resources))).toBe(once);
        expect(JSON.stringify(resources)).toBe(printed);
      }),
    );
  });

  it('a source that fails or is cut short never turns a criterion to met or not met', () => {
    const type = fc.constantFrom(
      'Condition',
      'Observation',
      'Procedure',
      'MedicationAdministration',
      'MedicationStatement',
    );
    const state = fc.constantFrom('failed', 'incomplete');
    fc.assert(
      fc.property(chart, type, state, fc.boolean(), (resources, broken, how, isEmpty) => {
        const read = isEmpty ? resources.filter(({ resourceType }) => resourceType !== broken) : resources;
        const before = new Map(
          settled(determined(library, resources)).map(({ id: criterion, status }) => [criterion, status]),
        );
        for (const { id: criterion, status } of settled(
          determined(library, read, { states: { [broken]: how } }),
        ))
          expect(['unknown', before.get(criterion)], criterion).toContain(status);
      }),
    );
  });

  it('without a source that was never asked, nothing is decided that was open', () => {
    fc.assert(
      fc.property(chart, (resources) => {
        const states = { MedicationStatement: 'not-asked', Procedure: 'not-asked' } as const;
        const asked = new Map(
          settled(determined(library, resources)).map((criterion) => [criterion.id, criterion.status]),
        );
        for (const { id: criterion, status } of settled(determined(library, resources, { states })))
          expect(status, criterion).toBe(asked.get(criterion));
      }),
    );
  });
});

describe('which indication fits', () => {
  const noReason = { reason: { concepts: [], references: [] } };
  const fitted = (resources: readonly JsonObject[], order: Partial<PlannedOrder> = noReason) => {
    const { indication, decision } = determined(library, resources, { order });
    return [indication, decision];
  };
  const unconfirmed = { verificationStatus: coding('provisional') };

  it.each<[string, readonly JsonObject[], readonly (string | null)[]]>([
    ['the diagnosis', [condition('a', 'dx-tumor')], ['tumor', 'documentation-needed']],
    ['a narrower one', [condition('a', 'dx-narrow-tumor')], ['tumor', 'documentation-needed']],
    [
      'one in remission',
      [condition('a', 'dx-tumor', { clinicalStatus: coding('remission') })],
      ['tumor', 'documentation-needed'],
    ],
    ['another confirmed malignancy', [condition('a', 'dx-other-tumor')], [null, 'no-covered-indication']],
    [
      'another, not confirmed',
      [condition('a', 'dx-other-tumor', unconfirmed)],
      [null, 'documentation-needed'],
    ],
    ['the diagnosis, provisional', [condition('a', 'dx-tumor', unconfirmed)], [null, 'documentation-needed']],
    [
      'the diagnosis, refuted',
      [condition('a', 'dx-tumor', { verificationStatus: coding('refuted') })],
      [null, 'documentation-needed'],
    ],
    [
      'the diagnosis, resolved',
      [condition('a', 'dx-tumor', { clinicalStatus: coding('resolved') })],
      [null, 'documentation-needed'],
    ],
    ['nothing', [], [null, 'documentation-needed']],
    [
      'both',
      [condition('a', 'dx-tumor'), condition('b', 'dx-other-tumor')],
      ['tumor', 'documentation-needed'],
    ],
  ])('%s', (_name, resources, expected) => {
    expect(fitted(resources)).toEqual(expected);
  });

  it('where no diagnosis can be read, those of the product are alternatives', () => {
    const open = determined(library, [], { order: noReason });
    expect(open.alternatives?.map(({ indication }) => indication)).toEqual(['tumor']);
    expect(open.criteria).toEqual([]);
  });

  it('by the reason of the order first, coded or referred to', () => {
    const coded = { reason: { concepts: [{ coding: [{ system: icd10, code: 'C91.00' }] }], references: [] } };
    expect(fitted([condition('b', 'dx-other-tumor')], coded)[0]).toBe('tumor');
    const referred = { reason: { concepts: [], references: ['Condition/a'] } };
    expect(fitted([condition('a', 'dx-tumor', { clinicalStatus: coding('inactive') })], referred)[0]).toBe(
      'tumor',
    );
  });

  it('is not "none covered" while Conditions could not be read', () => {
    const partly = determined(library, [condition('a', 'dx-other-tumor')], {
      order: noReason,
      states: { Condition: 'incomplete' },
    });
    expect([partly.decision, partly.criteria.map(({ needs }) => needs).includes('data-access')]).toEqual([
      'documentation-needed',
      true,
    ]);
  });
});

describe('prior authorization', () => {
  it.each([
    ['inpatient', 'required'],
    ['outpatient', 'not-required'],
    ['unknown', 'unknown'],
  ] as const)('for a setting that is %s is %s', (value, expected) => {
    const order = { setting: { value, evidence: [], isUnread: false } };
    expect(determined(library, [], { order }).priorAuthorization).toBe(expected);
  });
});

describe('an order that names no product', () => {
  it('gets the one criterion that asks for it', () => {
    const { decision, product, indication, criteria } = determined(library, [condition('a', 'dx-tumor')], {
      order: { product: null },
    });
    expect([decision, product, indication]).toEqual(['documentation-needed', null, null]);
    expect(criteria.map(({ id: criterion, status, needs }) => [criterion, status, needs])).toEqual([
      ['small/product', 'unknown', 'documentation'],
    ]);
  });
});

describe('an oddity of the chart', () => {
  it('is told with the leaf criteria that looked there', () => {
    const foreign = { ...condition('x', 'dx-tumor'), subject: { reference: 'Patient/p2' } };
    const told = determined(library, [patient, foreign]).anomalies.find(
      ({ id: anomaly }) => anomaly === 'chart.other-patient',
    );
    expect(told?.criteria).toEqual(['small/tumor/1']);
  });
});

describe('whether authorization is required', () => {
  const library = smallLibrary("- { id: '1', title: T, locator: L, attest: clinician }");
  const [policy] = library.policies;
  if (policy === undefined) throw new Error('the library has no policy');
  const requirement = (
    byLine: typeof policy.priorAuthorization.byLine,
    place: 'inpatient' | 'outpatient' | 'unknown',
  ): string => {
    const priorAuthorization = { inpatient: 'required', outpatient: 'not-required', byLine } as const;
    const changed = { ...library, policies: [{ ...policy, priorAuthorization }] };
    return determined(changed, [], { order: { setting: setting(place) } }).priorAuthorization;
  };
  // The coverage of these determinations is of the line commercial-hmo.
  it.each([
    ['by the setting', [], 'inpatient', 'required'],
    ['by the other setting', [], 'outpatient', 'not-required'],
    ['unknown where the settings differ and none is stated', [], 'unknown', 'unknown'],
    ['by the plan line', [{ lines: ['commercial-hmo'], outpatient: 'required' }], 'outpatient', 'required'],
    [
      'by the setting where the plan line says nothing of it',
      [{ lines: ['commercial-hmo'], outpatient: 'required' }],
      'inpatient',
      'required',
    ],
    [
      'by no other plan line',
      [{ lines: ['medicaid'], outpatient: 'required' }],
      'outpatient',
      'not-required',
    ],
    [
      'alike in both settings for this line',
      [{ lines: ['commercial-hmo'], outpatient: 'required' }],
      'unknown',
      'required',
    ],
    [
      'unknown where the text is silent on the line',
      [{ lines: ['commercial-hmo'], outpatient: 'unknown' }],
      'outpatient',
      'unknown',
    ],
  ] as const)('is told %s', (_name, byLine, place, expected) => {
    expect(requirement(byLine, place)).toBe(expected);
  });
});
