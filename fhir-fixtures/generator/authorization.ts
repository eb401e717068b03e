import type { Claim, ClaimResponse, Coding, FhirResource } from 'fhir/r4.js';
import { type Day, at } from './calendar.ts';
import { coded, hl7 } from './codings.ts';
import { coverageOf } from './coverage.ts';
import { type Person, hospitalOf, idOf, subjectOf } from './person.ts';

const PAS = 'http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-reviewAction';
const reviewActions = { certified: ['A1', 'Certified in total'], denied: ['A3', 'Not certified'] } as const;

export interface PharmacyAnswer {
  readonly asked: Day;
  readonly answered: Day;
  readonly drug: Coding;
  readonly decision: keyof typeof reviewActions;
}

/** A request for the drug to the payer's pharmacy, and what it answered (Da Vinci PAS). */
export function pharmacyAnswer(
  who: Person,
  { asked, answered, drug, decision }: PharmacyAnswer,
): readonly FhirResource[] {
  const type = coded(hl7('claim-type', 'pharmacy', 'Pharmacy'));
  const insurer = { reference: `Organization/${idOf(who, 'payer-excellus')}` };
  const [code, display] = reviewActions[decision];
  const claim: Claim = {
    resourceType: 'Claim',
    id: idOf(who, 'drug-request'),
    status: 'active',
    type,
    use: 'preauthorization',
    patient: subjectOf(who),
    created: at(asked, '10:05'),
    insurer,
    provider: hospitalOf(who),
    priority: coded(hl7('processpriority', 'normal', 'Normal')),
    insurance: [{ sequence: 1, focal: true, coverage: coverageOf(who) }],
    item: [{ sequence: 1, productOrService: coded(drug) }],
  };
  const response: ClaimResponse = {
    resourceType: 'ClaimResponse',
    id: idOf(who, 'drug-answer'),
    status: 'active',
    type,
    use: 'preauthorization',
    patient: subjectOf(who),
    created: at(answered, '15:40'),
    insurer,
    requestor: hospitalOf(who),
    request: { reference: `Claim/${claim.id ?? ''}` },
    outcome: 'complete',
    ...(decision === 'denied'
      ? {}
      : {
          preAuthRef: `RX${answered.replaceAll('-', '')}`,
          preAuthPeriod: { start: answered, end: '2026-12-31' },
        }),
    item: [
      {
        itemSequence: 1,
        adjudication: [
          {
            category: coded(hl7('adjudication', 'submitted', 'Submitted Amount')),
            extension: [
              {
                url: PAS,
                extension: [
                  {
                    url: `${PAS}Code`,
                    valueCodeableConcept: coded({
                      system: 'https://codesystem.x12.org/005010/306',
                      code,
                      display,
                    }),
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
  };
  return [claim, response];
}
