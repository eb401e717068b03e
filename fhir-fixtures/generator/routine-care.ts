import type { FhirResource, Observation } from 'fhir/r4.js';
import { type Day, at, daysAfter, yearsBetween } from './calendar.ts';
import { concept, cpt, cvx, icd10cm, rxnorm, snomed } from './codings.ts';
import { type ComorbidityName, comorbidityOf } from './comorbidities.ts';
import { primaryCareVisit, visitOf } from './encounters.ts';
import { bloodCount, chemistry } from './laboratory-panels.ts';
import { cancelled, repeated, result } from './laboratory.ts';
import {
  allergy,
  clinicalStatus,
  diagnosis,
  encounterDiagnosis,
  immunization,
  verificationStatus,
} from './medical-history.ts';
import type { Person } from './person.ts';
import { procedure } from './procedures.ts';
import { report } from './reports.ts';
import { smokingStatus, vitalSigns } from './vital-signs.ts';

export interface Background {
  /** First of the annual visits; one each year from then on. */
  readonly from: Day;
  readonly years: number;
  readonly comorbidities: readonly ComorbidityName[];
  readonly surgery?: keyof typeof surgeries;
  readonly allergy?: keyof typeof allergens;
  readonly smoking?: 'former' | 'never';
  readonly systolic?: number;
}

const surgeries = {
  appendectomy: {
    name: 'Appendectomy',
    code: snomed('80146002', 'Excision of appendix (procedure)'),
    year: '1987',
  },
  cholecystectomy: {
    name: 'Laparoscopic cholecystectomy',
    code: snomed('38102005', 'Cholecystectomy (procedure)'),
    year: '2004-06',
  },
  cataract: {
    name: 'Cataract extraction, right eye',
    code: cpt('66984', 'Xcapsl ctrc rmvl w/o ecp'),
    year: '2017-10-11',
  },
} as const;

const allergens = {
  penicillin: { substance: concept('Penicillin', rxnorm('70618', 'penicillin')), reaction: 'hives' },
  allopurinol: { substance: concept('Allopurinol', rxnorm('519', 'allopurinol')), reaction: 'rash' },
  codeine: { substance: concept('Codeine', rxnorm('2670', 'codeine')), reaction: 'nausea' },
} as const;

const influenza = concept('Influenza', cvx('150', 'influenza, injectable, quadrivalent, preservative free'));
const influenzaHighDose = concept(
  'Influenza, high dose',
  cvx('135', 'Influenza, high dose seasonal, preservative-free'),
);

/** The ordinary record around the illness: annual visits, long-term medicines, vaccines, old surgery. */
export function routineCare(who: Person, background: Background): readonly FhirResource[] {
  const has = (name: ComorbidityName): boolean => background.comorbidities.includes(name);
  const visits = Array.from({ length: background.years }, (_, year) =>
    daysAfter(background.from, year * 364),
  );
  return [
    ...background.comorbidities.flatMap((name, index) => comorbidityOf(who, name, index)),
    ...(background.surgery === undefined ? [] : [pastSurgery(who, background.surgery)]),
    ...(background.allergy === undefined ? [] : [knownAllergy(who, background.allergy, background.from)]),
    smokingStatus(who, background.from, background.smoking ?? 'never', visitOf(who, background.from)),
    ...visits.flatMap((day, year) =>
      annualVisit(who, day, year, has('diabetes'), has('hyperlipidemia'), background.systolic),
    ),
  ];
}

const pastSurgery = (who: Person, name: keyof typeof surgeries): FhirResource =>
  procedure(who, name, concept(surgeries[name].name, surgeries[name].code), surgeries[name].year);

const knownAllergy = (who: Person, name: keyof typeof allergens, recorded: Day): FhirResource =>
  allergy(who, name, allergens[name].substance, allergens[name].reaction, recorded);

function annualVisit(
  who: Person,
  day: Day,
  year: number,
  diabetic: boolean,
  lipids: boolean,
  systolic?: number,
): readonly FhirResource[] {
  const encounter = visitOf(who, day);
  const draw = { state: 'healthy', encounter, diabetic } as const;
  return [
    primaryCareVisit(who, day, 'Annual wellness visit'),
    ...vitalSigns(who, day, encounter, systolic),
    ...(year % 2 === 0 ? chemistry(who, day, draw) : bloodCount(who, day, draw)),
    ...(diabetic ? [result(who, day, 'a1c', 6.9 + (year % 3) * 0.2, { encounter })] : []),
    ...(lipids ? [result(who, day, 'ldl', 84 + year * 3, { encounter })] : []),
    immunization(
      who,
      'influenza',
      yearsBetween(who.birthDate, day) < 65 ? influenza : influenzaHighDose,
      daysAfter(day, 20),
    ),
  ];
}

/** A thyroid test that the laboratory could not run, and one that it ran twice. */
export function laboratoryIncidents(who: Person, day: Day): readonly Observation[] {
  const potassium = result(who, day, 'potassium', 4.4);
  return [
    cancelled(result(who, day, 'tsh', 2), 'Specimen hemolyzed; recollection requested.'),
    potassium,
    repeated(potassium, day),
  ];
}

/** A chest pain visit whose diagnosis was only ever a question, and the film that answered it. */
export const ruledOutEmbolism = (who: Person, day: Day): readonly FhirResource[] => [
  primaryCareVisit(who, day, 'Pleuritic chest pain'),
  encounterDiagnosis(who, `rule-out-embolism-${day}`, {
    clinicalStatus: clinicalStatus('inactive'),
    verificationStatus: verificationStatus('unconfirmed'),
    code: diagnosis(
      'Rule out pulmonary embolism',
      icd10cm('I26.99', 'Other pulmonary embolism without acute cor pulmonale'),
    ),
    encounter: visitOf(who, day),
    recordedDate: day,
  }),
  report(
    who,
    `chest-${day}`,
    'chestRadiograph',
    day,
    'Chest radiograph, two views',
    'Lungs are clear. No effusion or pneumothorax. Heart size within normal limits. No acute cardiopulmonary process.',
    { effectiveDateTime: at(day, '11:15') },
  ),
];

/** Vaccines of later life. */
export const laterVaccines = (who: Person, day: Day): readonly FhirResource[] => [
  immunization(
    who,
    'pneumococcal',
    concept('Pneumococcal conjugate PCV20', cvx('216', 'Pneumococcal conjugate vaccine, 20 valent')),
    day,
  ),
  immunization(
    who,
    'zoster',
    concept('Zoster, recombinant', cvx('187', 'zoster vaccine recombinant')),
    daysAfter(day, 35),
  ),
];
