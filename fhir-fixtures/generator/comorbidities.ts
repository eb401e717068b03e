import type { FhirResource } from 'fhir/r4.js';
import { icd10cm, snomed } from './codings.ts';
import type { DrugName } from './drugs.ts';
import { diagnosis, problem } from './medical-history.ts';
import { longTerm } from './medications.ts';
import type { Person } from './person.ts';

interface Comorbidity {
  readonly problem: ReturnType<typeof diagnosis>;
  readonly medicines: readonly (readonly [DrugName, sig: string])[];
}

/** Ordinary problems of the age, with what primary care prescribes for them. */
const comorbidities = {
  hypertension: {
    problem: diagnosis(
      'Essential hypertension',
      icd10cm('I10', 'Essential (primary) hypertension'),
      snomed('38341003', 'Hypertensive disorder, systemic arterial (disorder)'),
    ),
    medicines: [['lisinopril', '20 mg by mouth daily']],
  },
  hypertensionOnAmlodipine: {
    problem: diagnosis('Hypertension', icd10cm('I10', 'Essential (primary) hypertension')),
    medicines: [['amlodipine', '5 mg by mouth daily']],
  },
  diabetes: {
    problem: diagnosis(
      'Type 2 diabetes mellitus',
      icd10cm('E11.9', 'Type 2 diabetes mellitus without complications'),
      snomed('44054006', 'Diabetes mellitus type 2 (disorder)'),
    ),
    medicines: [['metformin', '1000 mg by mouth twice daily with meals']],
  },
  hyperlipidemia: {
    problem: diagnosis(
      'Hyperlipidemia',
      icd10cm('E78.5', 'Hyperlipidemia, unspecified'),
      snomed('55822004', 'Hyperlipidemia (disorder)'),
    ),
    medicines: [['atorvastatin', '40 mg by mouth nightly']],
  },
  hypothyroidism: {
    problem: diagnosis(
      'Hypothyroidism',
      icd10cm('E03.9', 'Hypothyroidism, unspecified'),
      snomed('40930008', 'Hypothyroidism (disorder)'),
    ),
    medicines: [['levothyroxine', '75 mcg by mouth every morning']],
  },
  reflux: {
    problem: diagnosis(
      'GERD',
      icd10cm('K21.9', 'Gastro-esophageal reflux disease without esophagitis'),
      snomed('235595009', 'Gastroesophageal reflux disease (disorder)'),
    ),
    medicines: [['omeprazole', '20 mg by mouth before breakfast']],
  },
  copd: {
    problem: diagnosis(
      'COPD',
      icd10cm('J44.9', 'Chronic obstructive pulmonary disease, unspecified'),
      snomed('13645005', 'Chronic obstructive lung disease (disorder)'),
    ),
    medicines: [],
  },
  prostate: {
    problem: diagnosis(
      'BPH',
      icd10cm('N40.0', 'Benign prostatic hyperplasia without lower urinary tract symptoms'),
    ),
    medicines: [['tamsulosin', '0.4 mg by mouth nightly']],
  },
  anxiety: {
    problem: diagnosis('Anxiety', icd10cm('F41.9', 'Anxiety disorder, unspecified')),
    medicines: [['sertraline', '50 mg by mouth daily']],
  },
} as const satisfies Record<string, Comorbidity>;

export type ComorbidityName = keyof typeof comorbidities;

/** One problem and its prescriptions, the start of both by its place in the list. */
export function comorbidityOf(who: Person, name: ComorbidityName, index: number): readonly FhirResource[] {
  const { problem: code, medicines }: Comorbidity = comorbidities[name];
  const since = `${String(2009 + index * 2)}-0${String(index + 3)}-14`;
  return [
    problem(who, `problem-${name.toLowerCase()}`, {
      code,
      onsetDateTime: since.slice(0, 4),
      recordedDate: since,
    }),
    ...medicines.map(([drug, sig]) => longTerm(who, drug, since, sig)),
  ];
}
