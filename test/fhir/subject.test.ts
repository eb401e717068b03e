import { describe, expect, it } from 'vitest';
import { isAboutOthers } from '../../src/fhir/subject.ts';

const about = (id: string, more: object = {}) => ({
  resource: { resourceType: 'Procedure', id, subject: { reference: `Patient/${id}` }, ...more },
});
const medication = { resource: { resourceType: 'Medication', id: 'm' } };

describe('an answer', () => {
  it.each<readonly [string, Parameters<typeof isAboutOthers>[0], boolean]>([
    ['about nobody', [], false],
    ['about another patient', [about('b'), medication], true],
    ['about both', [about('b'), about('a')], false],
    [
      'about this patient, in an absolute reference',
      [about('b', { subject: { reference: 'https://x.org/fhir/Patient/a' } })],
      false,
    ],
    ['that does not say', [about('b', { subject: undefined }), medication], false],
    ['with another Patient', [{ resource: { resourceType: 'Patient', id: 'b' } }], true],
    [
      'with this Patient and another’s record',
      [{ resource: { resourceType: 'Patient', id: 'a' } }, about('b')],
      false,
    ],
    [
      'about a Patient by full URL',
      [
        { fullUrl: 'urn:uuid:1', resource: { resourceType: 'Patient', id: 'b' } },
        about('x', { subject: { reference: 'urn:uuid:1' } }),
      ],
      true,
    ],
    [
      'with another’s Coverage alone',
      [{ resource: { resourceType: 'Coverage', id: 'c', beneficiary: { reference: 'Patient/b' } } }],
      false,
    ],
    ['that cannot be read', [{ resource: null }, { resource: 'x' }, { resource: { subject: 5 } }], false],
  ])('%s', (_name, intakes, expected) => {
    expect(isAboutOthers(intakes, 'Patient/a')).toBe(expected);
  });
});
