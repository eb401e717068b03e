import type { QuestionnaireResponse, QuestionnaireResponseItem } from 'fhir/r4.js';
import { at } from './calendar.ts';
import { type Person, idOf, oncologistOf, subjectOf } from './person.ts';

const statements = {
  'limit.one-time': 'This order is for a single infusion course.',
  'limit.prior-car-t': 'The patient has had no CAR-T therapy of any form before, clinical trials included.',
  '3': 'The patient has had no CAR-T therapy before.',
  outpatient: 'I have assessed the patient; outpatient administration is clinically appropriate.',
  'outpatient.1': 'I have assessed the patient; outpatient administration is clinically appropriate.',
  'outpatient.2':
    'The patient meets and understands the requirements for safety and monitoring after the infusion.',
} as const;

type Criterion = keyof typeof statements;

const saysYes = (indication: string, criterion: Criterion): QuestionnaireResponseItem => ({
  linkId: `${indication}/${criterion}`,
  text: statements[criterion],
  answer: [{ valueBoolean: true }],
});

export interface Attestation {
  /** `<policy>/<indication>`, the first half of a criterion's id. */
  readonly indication: string;
  readonly criteria: readonly Criterion[];
  /** Criteria that the form keeps in a group of their own. */
  readonly grouped?: readonly Criterion[];
  readonly status?: QuestionnaireResponse['status'];
}

/** The oncologist's answers of the day before the order, one item a criterion, every one yes. */
export const attestation = (
  who: Person,
  { indication, criteria, grouped = [], status = 'completed' }: Attestation,
): QuestionnaireResponse => ({
  resourceType: 'QuestionnaireResponse',
  id: idOf(who, 'attestation'),
  status,
  subject: subjectOf(who),
  authored: at('2026-03-01', '16:45'),
  author: oncologistOf(who),
  item: [
    ...criteria.map((criterion) => saysYes(indication, criterion)),
    ...(grouped.length === 0
      ? []
      : [
          {
            linkId: 'outpatient-administration',
            text: 'Outpatient administration',
            item: grouped.map((criterion) => saysYes(indication, criterion)),
          },
        ]),
  ],
});
