import type { FhirResource, ServiceRequest } from 'fhir/r4.js';
import { type Day, at, daysAfter, orderDay } from './calendar.ts';
import { concept, cpt, loinc, snomed } from './codings.ts';
import { visit, visitOf } from './encounters.ts';
import { type BloodState, bloodCount, chemistry } from './laboratory-panels.ts';
import { finding } from './laboratory.ts';
import { type Person, idOf, nameOf, oncologistOf, subjectOf } from './person.ts';
import { echocardiogram } from './procedures.ts';
import { note } from './reports.ts';
import { ecog, vitalSigns } from './vital-signs.ts';

export interface Evaluation {
  readonly day: Day;
  readonly state: BloodState;
  readonly ecog: number;
  /** Left ventricular ejection fraction, %. */
  readonly ejectionFraction: number;
  readonly disease: string;
  readonly product: string;
  readonly diabetic?: boolean;
  readonly creatinine?: number;
  /** The conference note and the social worker's, where the center has written them already. */
  readonly team?: boolean;
}

/** The work-up of a CAR-T candidate: visit, organ function, viral serologies, echocardiogram and notes. */
export function carTEvaluation(who: Person, evaluation: Evaluation): readonly FhirResource[] {
  const { day, state, disease, product } = evaluation;
  const encounter = visitOf(who, day);
  const draw = {
    state,
    encounter,
    diabetic: evaluation.diabetic ?? false,
    ...(evaluation.creatinine === undefined ? {} : { creatinine: evaluation.creatinine }),
  };
  return [
    visit(who, day, `Cellular therapy consultation for ${disease}`),
    ...vitalSigns(who, day, encounter),
    ecog(who, day, evaluation.ecog, encounter),
    ...bloodCount(who, day, draw),
    ...chemistry(who, day, draw),
    ...serologies(who, day),
    ...echocardiogram(who, daysAfter(day, 1), evaluation.ejectionFraction),
    note(
      who,
      'cellular-therapy',
      'consultation',
      day,
      `Cellular therapy consultation: ${disease}`,
      `${nameOf(who)} seen for consideration of ${product} for ${disease}. History, prior treatment, organ function, ` +
        'expected toxicities and the need for a caregiver reviewed with the patient and family.',
    ),
    ...(evaluation.team === true
      ? [
          note(
            who,
            'conference',
            'conference',
            daysAfter(day, 2),
            'Lymphoma and leukemia conference',
            `Case presented; ${product} discussed among the options.`,
          ),
          note(
            who,
            'social-work',
            'social-work',
            daysAfter(day, 1),
            'Social work assessment before cellular therapy',
            'Caregiver, transport and lodging within 30 minutes of the center reviewed.',
          ),
        ]
      : []),
  ];
}

const negative = concept('Negative', snomed('260385009', 'Negative (qualifier value)'));
const positive = concept('Positive', snomed('10828004', 'Positive (qualifier value)'));

const serologies = (who: Person, day: Day): readonly FhirResource[] => [
  finding(
    who,
    day,
    'hbsag',
    concept(
      'Hepatitis B surface antigen',
      loinc('5195-3', 'Hepatitis B virus surface Ag [Presence] in Serum'),
    ),
    negative,
  ),
  finding(
    who,
    day,
    'anti-hbc',
    concept(
      'Hepatitis B core antibody, total',
      loinc('16933-4', 'Hepatitis B virus core Ab [Presence] in Serum'),
    ),
    negative,
  ),
  finding(
    who,
    day,
    'anti-hcv',
    concept('Hepatitis C antibody', loinc('16128-1', 'Hepatitis C virus Ab [Presence] in Serum')),
    negative,
  ),
  finding(
    who,
    day,
    'hiv',
    concept(
      'HIV-1/2 antigen and antibody',
      loinc('56888-1', 'HIV 1+2 Ab+HIV1 p24 Ag [Presence] in Serum or Plasma by Immunoassay'),
    ),
    negative,
  ),
  finding(
    who,
    day,
    'cmv-igg',
    concept('CMV IgG antibody', loinc('22244-8', 'Cytomegalovirus IgG Ab [Presence] in Serum or Plasma')),
    who.weight > 75 ? positive : negative,
  ),
];

/** The collection of T cells for the product now ordered: a plan, and no earlier treatment. */
export const plannedCollection = (who: Person, day: Day): ServiceRequest => ({
  resourceType: 'ServiceRequest',
  id: idOf(who, 'collection'),
  status: 'active',
  intent: 'order',
  code: concept('Leukapheresis for CAR-T manufacture', cpt('38225', 'Car-t hrv bld-drv t lymphcyt')),
  subject: subjectOf(who),
  occurrenceDateTime: day,
  authoredOn: at(daysAfter(orderDay, -4), '12:15'),
  requester: oncologistOf(who),
});
