import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import { describe, expect, it } from 'vitest';
import { checkCondition, conditionOf, type Condition } from '../../src/fhir/fhirpath.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { createTerminology } from '../../src/fhir/terminology.ts';

const ucum = 'http://unitsofmeasure.org';
const terminology = createTerminology(
  [{ uri: 'http://codes.example', name: 'codes', aliases: ['urn:oid:1.2'] }],
  [
    {
      resourceType: 'ValueSet',
      id: 'listed',
      compose: { include: [{ system: 'http://codes.example', concept: [{ code: 'a' }] }] },
    },
  ],
);

function compile(expression: string, type = 'Observation'): Condition {
  checkCondition(expression, type, terminology);
  return conditionOf(expression, terminology);
}
const holds = (expression: string, resource: JsonObject): boolean | null =>
  compile(expression, String(resource['resourceType'])).holds(resource, '2026-03-02');
const observation = (more: JsonObject): JsonObject => ({ resourceType: 'Observation', ...more });

describe('the engine surprises, and we rely on what it does (fhirpath.md 1.5)', () => {
  it('where(active) keeps a row whose element is false: the reason why bare paths are refused', () => {
    const patient = { resourceType: 'Patient', active: false };
    expect(fhirpath.evaluate(patient, 'Patient.where(active).exists()', {}, r4)).toEqual([true]);
    expect(fhirpath.evaluate(patient, 'Patient.exists(active)', {}, r4)).toEqual([true]);
    expect(holds('Patient.where(active = true).exists()', patient)).toBe(false);
  });

  it('!= leaves out what lacks the element', () => {
    const resource = observation({ code: { coding: [{ code: 'a' }] } });
    expect(holds("code.coding.where(display != 'refuted').exists()", resource)).toBe(false);
    expect(holds("code.coding.where(display = 'refuted').empty()", resource)).toBe(true);
  });

  it('a list is not equal to one of its members', () => {
    const resource = observation({ code: { coding: [{ code: 'a' }, { code: 'b' }] } });
    expect(holds("code.coding.code = 'a'", resource)).toBe(false);
    expect(holds("code.coding.exists(code = 'a')", resource)).toBe(true);
  });

  it.each(["false and (1 > 'a')", "true or (1 > 'a')"])('%s throws: operands are eager', (expression) => {
    expect(() => holds(expression, observation({}))).toThrow();
  });

  it('iif() evaluates only the branch that it takes', () => {
    expect(holds("iif(false, 1 > 'a', true)", observation({}))).toBe(true);
  });

  it.each([
    ['without UCUM system and code', { valueQuantity: { value: 6, unit: 'mg' } }],
    [
      'with a comparator',
      { valueQuantity: { value: 6, comparator: '<', unit: 'mg', system: ucum, code: 'mg' } },
    ],
    ['that is a string', { valueString: 'high' }],
  ])('comparing a value %s throws', (_name, value) => {
    expect(() => holds("value > 5 'mg'", observation(value))).toThrow();
  });

  it('two components compared at once throw, one by one they do not', () => {
    const resource = observation({
      component: [{ valueQuantity: { value: 1 } }, { valueQuantity: { value: 2 } }],
    });
    expect(() => holds('component.value.value > 1', resource)).toThrow();
    expect(holds('component.exists(value.value > 1)', resource)).toBe(true);
  });

  it('mass against substance is unknown, and substance is no count', () => {
    const value = (number: number, code: string) =>
      observation({ valueQuantity: { value: number, system: ucum, code } });
    expect(holds("value > 11.5 'mg/dL' or value > 2.875 'mmol/L'", value(10, 'mg/dL'))).toBeNull();
    expect(holds("value > 4 '10*3/uL'", value(5, 'mmol/L'))).toBeNull();
  });

  it('trusts a __path__ of the request: the chart takes it away before', () => {
    const forged = observation({ status: 'final', __path__: { path: 'Patient' } });
    const answer = (): unknown => fhirpath.evaluate(forged, "Observation.status = 'final'", {}, r4);
    let result: unknown;
    try {
      result = answer();
    } catch {
      result = 'throws';
    }
    expect(result).not.toEqual([true]);
  });

  it('leaves a frozen resource as it is', () => {
    const resource = Object.freeze(observation({ code: Object.freeze({ text: 'x' }), status: 'final' }));
    expect(holds("status = 'final' and code.text = 'x'", resource)).toBe(true);
  });
});

describe('%asOf', () => {
  it.each([
    ['2025-01-01', true],
    ['2026-03-02', true],
    ['2026-03-03', false],
    ['2027-01-01T00:00:00Z', false],
    ['2026', null],
    ['2026-03-02T10:00:00Z', null],
  ])('is a date: %s lies on or before 2026-03-02: %s', (effectiveDateTime, expected) => {
    expect(holds('effective <= %asOf', observation({ effectiveDateTime }))).toBe(expected);
  });
});

describe('an expression is refused when it is compiled', () => {
  it.each([
    ['today() > @2020-01-01', 'calls today(), which policy expressions may not use'],
    ['now() > @2020-01-01', 'calls now(), which policy expressions may not use'],
    ["status.matches('(a+)+$')", 'calls matches(), which policy expressions may not use'],
    ['repeat(component).exists()', 'calls repeat(), which policy expressions may not use'],
    ['descendants().exists()', 'calls descendants(), which policy expressions may not use'],
    ['subject.resolve().exists()', 'calls resolve(), which policy expressions may not use'],
    ['status.existss()', 'calls existss(), which policy expressions may not use'],
    ['code.coding.any()', 'calls any(), which policy expressions may not use'],
    ['%today = status', 'uses the unknown variable %today; allowed: %asOf'],
    ["stattus = 'final'", 'reads the element "stattus", which R4 does not have'],
    ["status.exists() and stattus = 'final'", 'reads the element "stattus", which R4 does not have'],
    ['clinicalStatus.exists()', 'reads Observation.clinicalStatus, which R4 does not have'],
    ["code.codding.exists(code = 'a')", 'reads the element "codding", which R4 does not have'],
    ["code.coding.exists(cod = 'a')", 'reads the element "cod", which R4 does not have'],
    ["code.code = 'a'", 'reads CodeableConcept.code, which R4 does not have'],
    ["code.coding.exists(text = 'a')", 'reads Coding.text, which R4 does not have'],
    ["component.where(status = 'a').exists()", 'reads Observation.component.status, which R4 does not have'],
    ["value.ofType(Quantity).coding.code = 'a'", 'reads Quantity.coding, which R4 does not have'],
    ["value.ofType(Reference).reference = 'a'", 'asks for the type Reference, where R4 has only Quantity,'],
    ['status', 'tests the bare path "status"; write "status = true"'],
    ['Observation.status', 'tests the bare path "status"'],
    ['(status)', 'tests the bare path "status"'],
    ['code.coding.exists(userSelected)', 'tests the bare path "userSelected"'],
    ['code.coding.where(userSelected).exists()', 'tests the bare path "userSelected"'],
    ["code.isIn('unheard-of')", "isIn('unheard-of') names no value set"],
    ['code.isIn(code.text)', "isIn('') names no value set"],
    ['status = ', 'does not parse as FHIRPath: line: 1'],
    ["status = 'final", 'does not parse as FHIRPath: line: 1'],
    ['', 'does not parse as FHIRPath'],
  ])('%s', (expression, message) => {
    expect(() => compile(expression)).toThrow(message);
  });

  it.each([
    ["status = 'final'", 'Observation'],
    ["Condition.clinicalStatus.coding.exists(code = 'relapse' or code = 'recurrence')", 'Condition'],
    ['value = false', 'Observation'],
    ["value.ofType(Quantity).code = 'mg/dL'", 'Observation'],
    ['value.ofType(boolean) = true', 'Observation'],
    ['component.value.exists()', 'Observation'],
    ["(code.coding | category.coding).where(display = 'a').exists()", 'Observation'],
    ["component.referenceRange.exists(text = 'a')", 'Observation'],
    ["(value as Quantity).unit = 'mg' or value is string", 'Observation'],
    ['code.coding[0].userSelected = true', 'Observation'],
    ["onset.ofType(Age).value > 3 and id = 'a'", 'Condition'],
    ["extension('http://x').value.exists()", 'Observation'],
    ['performed.start.exists()', 'Procedure'],
  ])('but not %s on %s', (expression, type) => {
    expect(compile(expression, type).expression).toBe(expression);
  });
});

describe('isIn', () => {
  it.each([
    ['a code of the value set', { coding: [{ system: 'http://codes.example', code: 'a' }] }, true],
    ['an alias of its system', { coding: [{ system: 'urn:oid:1.2', code: 'a' }] }, true],
    ['one of two codings', { coding: [{ code: 'x' }, { system: 'http://codes.example', code: 'a' }] }, true],
    ['another code', { coding: [{ system: 'http://codes.example', code: 'b' }] }, false],
    ['no system', { coding: [{ code: 'a' }] }, false],
    ['text', { text: 'a' }, false],
    ['nothing', undefined, false],
  ])('%s', (_name, code, expected) => {
    const resource = observation(code === undefined ? {} : { code });
    expect(holds("code.isIn('listed')", resource)).toBe(expected);
    expect(holds("code.coding.isIn('listed')", resource)).toBe(expected);
  });
});

describe('a resource with elements of the wrong type', () => {
  it.each([
    ["code.coding.exists(code = 'a')", observation({ code: 'a' }), false],
    ["code.coding.exists(code = 'a')", observation({ code: { coding: 'a' } }), false],
    ["code.coding.exists(code = 'a')", observation({ code: null }), false],
    ["status = 'final'", observation({ status: { code: 'final' } }), false],
    ["status = 'final'", observation({}), null],
  ])('%s on %j is %s', (expression, resource, expected) => {
    expect(holds(expression, resource)).toBe(expected);
  });

  it.each([
    ["status.startsWith('f')", observation({ status: ['final', 'final'] })],
    ["status.startsWith('f')", observation({ status: 7 })],
    ['code.coding.exists(code > 5)', observation({ code: { coding: [{ code: 'a' }] } })],
  ])('%s on %j throws, and is never an answer', (expression, resource) => {
    expect(() => holds(expression, resource)).toThrow();
  });

  it('an answer that is no boolean is none', () => {
    expect(() => holds("status | 'a'", observation({ status: 'a' }))).toThrow('not one boolean');
    expect(() => holds('1', observation({}))).toThrow('not one boolean');
  });
});
