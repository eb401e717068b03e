import type { Extension, FhirResource, Identifier, Patient, Reference } from 'fhir/r4.js';
import type { Day } from './calendar.ts';
import { coded, concept, hl7 } from './codings.ts';
import { digitsOf } from './random.ts';

/** Who a chart is about. `code` starts every id of that chart: all charts live in one sandbox server. */
export interface Person {
  readonly code: string;
  readonly given: readonly [string, ...string[]];
  readonly family: string;
  readonly gender: 'female' | 'male';
  readonly birthDate: Day;
  readonly race: keyof typeof races;
  readonly hispanic?: boolean;
  readonly town: readonly [city: string, postalCode: string];
  /** cm */
  readonly height: number;
  /** kg */
  readonly weight: number;
  readonly oncologist: string;
  readonly primaryCare: string;
  /** The hospital that keeps the chart; Farmington River unless said otherwise. */
  readonly hospital?: keyof typeof hospitals;
}

/** CDC Race and Ethnicity code system. */
const cdcRace = 'urn:oid:2.16.840.1.113883.6.238';
const races = {
  asian: { code: '2028-9', display: 'Asian' },
  black: { code: '2054-5', display: 'Black or African American' },
  white: { code: '2106-3', display: 'White' },
} as const;

const hospitals = {
  farmington: {
    name: 'Farmington River Cancer Center',
    site: 'farmington-river.example.org',
    address: {
      line: ['200 River Glen Road'],
      city: 'Farmington',
      state: 'CT',
      postalCode: '06032',
      country: 'US',
    },
  },
  sudbury: {
    name: 'Sudbury Valley Cancer Institute',
    site: 'sudbury-valley.example.org',
    address: {
      line: ['41 Mill Pond Street'],
      city: 'Framingham',
      state: 'MA',
      postalCode: '01702',
      country: 'US',
    },
  },
  bayside: {
    name: 'Bayside Children and Adult Medical Center',
    site: 'bayside-medical.example.org',
    address: { line: ['9 Harbor Walk'], city: 'Quincy', state: 'MA', postalCode: '02169', country: 'US' },
  },
} as const;

const hospitalRecord = (who: Person) => hospitals[who.hospital ?? 'farmington'];

/** Host of the hospital's servers: the document store, the namespace of its record numbers. */
export const siteOf = (who: Person): string => hospitalRecord(who).site;

/** State of a postal code, for the towns that patients come from. */
const stateOf = (postalCode: string): string =>
  postalCode.startsWith('06') ? 'CT' : postalCode.startsWith('1') ? 'NY' : 'MA';

export const idOf = (who: Person, name: string): string => `${who.code}-${name}`;
export const patientId = (who: Person): string => who.code;
export const nameOf = (who: Person): string => `${who.given[0]} ${who.family}`;
export const subjectOf = (who: Person): Reference => ({ reference: `Patient/${patientId(who)}` });
export const oncologistOf = (who: Person): Reference => ({
  reference: `Practitioner/${idOf(who, 'oncologist')}`,
  display: who.oncologist,
});
export const primaryCareOf = (who: Person): Reference => ({
  reference: `Practitioner/${idOf(who, 'primary-care')}`,
  display: who.primaryCare,
});
export const hospitalOf = (who: Person): Reference => ({
  reference: `Organization/${idOf(who, 'hospital')}`,
  display: hospitalRecord(who).name,
});

/** Body surface by Mosteller, m2. */
export const bodySurface = (who: Person): number => Math.sqrt((who.height * who.weight) / 3600);

/** The patient and the people and places that every chart of ours refers to. */
export function registration(who: Person): readonly FhirResource[] {
  return [
    patient(who),
    {
      resourceType: 'Organization',
      id: idOf(who, 'hospital'),
      active: true,
      type: [coded(hl7('organization-type', 'prov', 'Healthcare Provider'))],
      name: hospitalRecord(who).name,
      address: [{ ...hospitalRecord(who).address, line: [...hospitalRecord(who).address.line] }],
    },
    practitioner(who, 'oncologist', who.oncologist),
    practitioner(who, 'primary-care', who.primaryCare),
    {
      resourceType: 'PractitionerRole',
      id: idOf(who, 'oncologist-role'),
      active: true,
      practitioner: oncologistOf(who),
      organization: hospitalOf(who),
      specialty: [
        concept('Hematology & Oncology', {
          system: 'http://nucc.org/provider-taxonomy',
          code: '207RH0003X',
          display: 'Hematology & Oncology Physician',
        }),
      ],
    },
  ];
}

function patient(who: Person): Patient {
  const [city, postalCode] = who.town;
  return {
    resourceType: 'Patient',
    id: patientId(who),
    extension: [
      usCore('us-core-race', races[who.race]),
      usCore(
        'us-core-ethnicity',
        who.hispanic === true
          ? { code: '2135-2', display: 'Hispanic or Latino' }
          : { code: '2186-5', display: 'Not Hispanic or Latino' },
      ),
    ],
    identifier: [medicalRecordNumber(who)],
    active: true,
    name: [{ use: 'official', family: who.family, given: [...who.given] }],
    telecom: [{ system: 'phone', use: 'home', value: `860-555-01${digitsOf(`phone ${who.code}`, 2)}` }],
    gender: who.gender,
    birthDate: who.birthDate,
    address: [
      {
        use: 'home',
        line: [`${digitsOf(`house ${who.code}`, 2)} Orchard Hill Road`],
        city,
        state: stateOf(postalCode),
        postalCode,
        country: 'US',
      },
    ],
    communication: [
      {
        language: concept('English', { system: 'urn:ietf:bcp:47', code: 'en', display: 'English' }),
        preferred: true,
      },
    ],
    generalPractitioner: [primaryCareOf(who)],
    managingOrganization: hospitalOf(who),
  };
}

const usCore = (profile: string, value: { readonly code: string; readonly display: string }): Extension => ({
  url: `http://hl7.org/fhir/us/core/StructureDefinition/${profile}`,
  extension: [
    { url: 'ombCategory', valueCoding: { system: cdcRace, ...value } },
    { url: 'text', valueString: value.display },
  ],
});

const medicalRecordNumber = (who: Person): Identifier => ({
  type: coded(hl7('v2-0203', 'MR', 'Medical record number')),
  system: `http://${siteOf(who)}/mrn`,
  value: digitsOf(`mrn ${who.code}`, 8),
});

const practitioner = (who: Person, name: string, display: string): FhirResource => {
  const [given = '', family = ''] = display.replace(', MD', '').split(' ');
  return {
    resourceType: 'Practitioner',
    id: idOf(who, name),
    // Issued NPIs begin with 1 or 2: one that begins with 9 belongs to nobody.
    identifier: [{ system: 'http://hl7.org/fhir/sid/us-npi', value: `9${digitsOf(`npi ${display}`, 9)}` }],
    active: true,
    name: [{ family, given: [given], suffix: ['MD'], text: display }],
  };
};
