import { describe, expect, it } from 'vitest';
import { shownValue, standingOf, type Standing } from '../../src/engine/usability.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import type { Retrieve } from '../../src/policy/fact.ts';
import { retrieveSchema } from '../../src/policy/retrieve-schema.ts';
import { smallLibrary } from '../support/small-library.ts';
import { chartOf, condition, without } from './small-chart.ts';

const library = smallLibrary("- { id: '1', title: T, locator: L, attest: clinician }");
const standing = (resource: JsonObject, more: object = {}, isPresence = false): Standing => {
  const type = String(resource['resourceType']);
  const retrieve: Retrieve = {
    ...retrieveSchema.parse({ resource: type, code: 'dx-tumor', ...more }),
    code: ['dx-tumor'],
    conditions: new Map(),
    isPresence,
  };
  const [record] = chartOf(library, [{ subject: { reference: 'Patient/p1' }, id: 'x', ...resource }]).of(
    type,
  );
  if (record === undefined) throw new Error(`the ${type} is not in the chart`);
  return standingOf(record, retrieve);
};
const worth = (...given: Parameters<typeof standing>): string => standing(...given).standing;

/** facts.md 2.1, row by row; every other status of the type is no evidence. */
const TABLE: Readonly<
  Record<string, { proof: readonly string[]; sign: readonly string[]; none: readonly string[] }>
> = {
  Observation: {
    proof: ['final', 'amended', 'corrected'],
    sign: ['preliminary'],
    none: ['cancelled', 'entered-in-error', 'registered', 'unknown'],
  },
  DiagnosticReport: {
    proof: ['final', 'amended', 'corrected', 'appended'],
    sign: ['preliminary'],
    none: ['cancelled', 'entered-in-error', 'registered', 'partial', 'unknown'],
  },
  Procedure: {
    proof: ['completed'],
    sign: ['in-progress', 'stopped'],
    none: ['not-done', 'entered-in-error', 'preparation', 'on-hold'],
  },
  MedicationAdministration: {
    proof: ['completed', 'in-progress'],
    sign: ['stopped', 'on-hold'],
    none: ['not-done', 'entered-in-error'],
  },
  MedicationDispense: {
    proof: ['completed'],
    sign: [],
    none: ['cancelled', 'declined', 'entered-in-error'],
  },
  MedicationStatement: {
    proof: ['active', 'completed', 'stopped'],
    sign: ['unknown', 'on-hold'],
    none: ['not-taken', 'entered-in-error', 'intended'],
  },
  MedicationRequest: {
    proof: [],
    sign: ['active', 'completed'],
    none: ['draft', 'cancelled', 'entered-in-error'],
  },
  ServiceRequest: {
    proof: [],
    sign: ['active', 'completed'],
    none: ['draft', 'revoked', 'entered-in-error'],
  },
  DocumentReference: { proof: [], sign: ['current'], none: ['superseded', 'entered-in-error'] },
};

describe.each(Object.entries(TABLE))('%s by its status', (resourceType, row) => {
  const cases = (['proof', 'sign', 'none'] as const).flatMap((expected) =>
    row[expected].map((status) => [status, expected] as const),
  );
  it.each(cases)('%s: %s', (status, expected) => {
    expect(worth({ resourceType, status })).toBe(expected);
  });

  it('without one, or with one of no meaning, is never proof', () => {
    expect(worth({ resourceType })).toBe('sign');
    expect(worth({ resourceType, status: 'constructor' })).toBe('none');
  });

  it('about nobody is never proof', () => {
    const status = row.proof[0] ?? row.sign[0] ?? '';
    expect(worth({ resourceType, status, subject: { display: 'somebody' } })).toBe('sign');
  });
});

describe('a Condition', () => {
  const verified = (code: unknown): JsonObject =>
    condition('x', 'dx-tumor', { verificationStatus: { coding: [{ code }] } });
  const clinical = (code: unknown): JsonObject =>
    condition('x', 'dx-tumor', { clinicalStatus: { coding: [{ code }] } });

  it.each([
    ['confirmed', 'proof'],
    ['unconfirmed', 'sign'],
    ['provisional', 'sign'],
    ['differential', 'sign'],
    ['refuted', 'none'],
    ['entered-in-error', 'none'],
    ['somehow', 'sign'],
  ])('verified as %s: %s', (code, expected) => {
    expect(worth(verified(code))).toBe(expected);
  });

  it('with no verification status is recorded: proof, unless confirmation is asked for', () => {
    const recorded = without('verificationStatus', condition('x', 'dx-tumor'));
    expect(worth(recorded)).toBe('proof');
    expect(standing(recorded, { confirmed: true })).toEqual({
      standing: 'sign',
      note: 'recorded, but not stated to be confirmed',
    });
  });

  it.each([
    ['active', 'proof'],
    ['recurrence', 'proof'],
    ['relapse', 'proof'],
    ['inactive', 'sign'],
    ['remission', 'sign'],
    ['resolved', 'sign'],
    ['somehow', 'sign'],
  ])('that is %s: %s', (code, expected) => {
    expect(worth(clinical(code))).toBe(expected);
  });

  it('in remission is proof where the question takes it, and active then is not', () => {
    expect(worth(clinical('remission'), { clinical: 'remission' })).toBe('proof');
    expect(worth(clinical('active'), { clinical: 'remission' })).toBe('sign');
  });

  it.each([
    ['present', ['active', 'recurrence', 'relapse', 'remission']],
    ['unresolved', ['active', 'recurrence', 'relapse', 'remission', 'inactive']],
    ['ever', ['active', 'recurrence', 'relapse', 'remission', 'inactive', 'resolved']],
  ] as const)('counts as %s', (word, counted) => {
    const all = ['active', 'recurrence', 'relapse', 'remission', 'inactive', 'resolved', 'somehow'];
    expect(all.filter((code) => worth(clinical(code), { clinical: word }) === 'proof')).toEqual(counted);
  });

  it('without a clinical status is proof', () => {
    const unstated = without('clinicalStatus', condition('x', 'dx-tumor'));
    expect(worth(unstated)).toBe('proof');
  });

  it('refuted stays refuted, in whatever form the status comes', () => {
    expect(worth(condition('x', 'dx-tumor', { verificationStatus: 'refuted' }))).toBe('none');
    expect(
      worth(condition('x', 'dx-tumor', { verificationStatus: { coding: [{}, { code: 'refuted' }] } })),
    ).toBe('none');
  });
});

describe('no evidence', () => {
  it('is a result that is absent', () => {
    expect(
      worth({ resourceType: 'Observation', status: 'final', dataAbsentReason: { text: 'clotted' } }),
    ).toBe('none');
  });

  it('is an order not to give', () => {
    expect(worth({ resourceType: 'MedicationRequest', status: 'active', doNotPerform: true })).toBe('none');
  });

  it('is a document entered in error', () => {
    expect(
      worth({ resourceType: 'DocumentReference', status: 'current', docStatus: 'entered-in-error' }),
    ).toBe('none');
  });
});

describe('a result that speaks of a donor', () => {
  it.each<[string, JsonObject]>([
    ['in its code', { code: { text: 'HLA typing, donor' } }],
    ['in the display of its code', { code: { coding: [{ code: '1', display: 'CD3 Donor cells' }] } }],
    ['in its specimen', { specimen: { display: 'Blood, donor' } }],
    ['in its focus', { focus: [{ display: 'Related donor' }] }],
  ])('%s is a sign', (_name, more) => {
    expect(standing({ resourceType: 'Observation', status: 'final', ...more })).toEqual({
      standing: 'sign',
      note: 'may be a result of the donor',
    });
  });
});

describe('the value of an element that is shown', () => {
  it.each<[JsonObject, string | undefined]>([
    [{ clinicalStatus: { coding: [{ code: 'relapse' }] } }, 'relapse'],
    [{ clinicalStatus: { text: 'relapsed' } }, 'relapsed'],
    [{ clinicalStatus: 'relapse' }, 'relapse'],
    [{ clinicalStatus: true }, 'true'],
    [{ clinicalStatus: 3 }, '3'],
    [{ clinicalStatus: {} }, undefined],
    [{}, undefined],
  ])('%j', (resource, expected) => {
    expect(shownValue(resource, 'clinicalStatus')).toBe(expected);
  });
});

describe('where that it exists is what is asked', () => {
  const document = (more: JsonObject): string =>
    standing({ resourceType: 'DocumentReference', status: 'current', ...more }, {}, true).standing;

  it.each([
    ['a current document', {}, 'proof'],
    ['a final document', { docStatus: 'final' }, 'proof'],
    ['an amended document', { docStatus: 'amended' }, 'proof'],
    ['a document that is not yet signed', { docStatus: 'preliminary' }, 'sign'],
    ['a document entered in error', { docStatus: 'entered-in-error' }, 'none'],
    ['a superseded document', { status: 'superseded' }, 'none'],
  ])('%s', (_name, more, expected) => {
    expect(document(more)).toBe(expected);
  });

  const result = (more: JsonObject): string =>
    standing({ resourceType: 'Observation', status: 'final', ...more }, {}, true).standing;

  it.each([
    ['a result with any value', { valueString: 'x' }, 'proof'],
    ['a panel by its members', { hasMember: [{ reference: 'Observation/y' }] }, 'proof'],
    ['a panel by its components', { component: [{ valueInteger: 1 }] }, 'proof'],
    ['a result without a value', {}, 'sign'],
    ['components without a value', { component: [{ code: {} }] }, 'sign'],
    ['a preliminary result', { status: 'preliminary', valueString: 'x' }, 'sign'],
    ['a cancelled result', { status: 'cancelled', valueString: 'x' }, 'none'],
    ['a result that is stated to be absent', { dataAbsentReason: {}, valueString: 'x' }, 'none'],
  ])('%s', (_name, more, expected) => {
    expect(result(more)).toBe(expected);
  });
});
