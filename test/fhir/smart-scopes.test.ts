import { describe, expect, it } from 'vitest';
import { allowsRead, allowsSearch, smartScopes } from '../../src/fhir/smart-scopes.ts';

const may = (printed: string, type: string, query = ''): readonly [boolean, boolean] => {
  const scopes = smartScopes(printed);
  return [allowsRead(scopes, type), allowsSearch(scopes, type, new URLSearchParams(query))];
};

describe('SMART scopes', () => {
  it.each<readonly [string, string, boolean, boolean]>([
    ['patient/Observation.read', 'Observation', true, true],
    ['patient/Observation.read', 'Condition', false, false],
    ['user/*.read', 'Condition', true, true],
    ['system/*.*', 'Condition', true, true],
    ['patient/*.rs', 'Procedure', true, true],
    ['patient/*.cruds', 'Procedure', true, true],
    ['patient/*.r', 'Procedure', true, false],
    ['patient/*.s', 'Procedure', false, true],
    ['patient/*.write', 'Procedure', false, false],
    ['patient/*.cud', 'Procedure', false, false],
    ['patient/*.', 'Procedure', false, false],
    ['patient/*.sr', 'Procedure', false, false],
    ['patient/*', 'Procedure', false, false],
    ['patients/*.read', 'Procedure', false, false],
    ['patient/procedure.read', 'Procedure', false, false],
    ['patient/Procedures.read', 'Procedure', false, false],
    ['xpatient/Procedure.read', 'Procedure', false, false],
    ['patient/Procedure.readall', 'Procedure', false, false],
    ['launch openid fhirUser offline_access', 'Procedure', false, false],
    ['', 'Procedure', false, false],
    ['launch  patient/Condition.rs\tpatient/Procedure.read', 'Procedure', true, true],
  ])('%s: %s may be read %s, searched %s', (printed, type, read, search) => {
    expect(may(printed, type)).toEqual([read, search]);
  });

  it.each<readonly [string, boolean]>([
    ['patient=1', false],
    ['patient=1&category=laboratory', true],
    ['patient=1&category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory', true],
    ['patient=1&category=vital-signs', false],
    ['patient=1&code=laboratory', false],
  ])('a granular one covers only what is as narrow: %s, %s', (query, expected) => {
    const scope =
      'patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory';
    expect(may(scope, 'Observation', query)).toEqual([true, expected]);
  });
});
