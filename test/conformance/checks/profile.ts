import { objects, property, text } from '../../../src/fhir/json.ts';
import { invalidity } from './fhir-validity.ts';
import { coverageInformation, coverageInformationProblems, isCarrier } from './coverage-information.ts';
import { present } from './json-field.ts';
import type { Problem, Version } from './finding.ts';

/**
 * `valid()` of the suite without the Java validator: FHIR R4, the elements that CRD's profiles make mandatory, and the
 * coverage-information extension by its own table and invariants.
 */

/** Mandatory elements by type, CRD 2.0.1 profiles; `a|b` for a choice. A draft order has status `draft`. */
const MANDATORY: Readonly<Record<string, readonly string[]>> = {
  ServiceRequest: ['status', 'intent', 'code', 'subject', 'authoredOn', 'requester'],
  MedicationRequest: [
    'status',
    'intent',
    'medicationCodeableConcept|medicationReference',
    'subject',
    'authoredOn',
    'requester',
  ],
  DeviceRequest: [
    'status',
    'intent',
    'codeCodeableConcept|codeReference',
    'subject',
    'authoredOn',
    'requester',
  ],
  NutritionOrder: ['status', 'intent', 'patient', 'dateTime', 'orderer'],
  VisionPrescription: ['status', 'created', 'patient', 'dateWritten', 'prescriber', 'lensSpecification'],
  CommunicationRequest: ['basedOn', 'status', 'subject', 'payload', 'authoredOn', 'requester'],
  Appointment: ['status', 'participant'],
  Encounter: ['status', 'class', 'type', 'subject'],
  Coverage: ['status', 'beneficiary', 'payor'],
  Patient: ['identifier', 'name', 'gender'],
  Practitioner: ['identifier', 'name'],
};

/** Only in 2.0.1: later profiles leave these open. */
const MANDATORY_2_0_1: Readonly<Record<string, readonly string[]>> = {
  Appointment: ['start', 'end', 'requestedPeriod'],
};

const DRAFT_TYPES = [
  'ServiceRequest',
  'MedicationRequest',
  'DeviceRequest',
  'NutritionOrder',
  'CommunicationRequest',
];

/** profile-taskquestionnaire; the after-completion input stands in 2.0.1 alone (1..*). */
const TASK = ['status', 'intent', 'code', 'for', 'authoredOn', 'requester', 'input'];

export function profileProblems(resource: unknown, version: Version): readonly Problem[] {
  const type = text(property(resource, 'resourceType')) ?? '';
  return [
    ...invalidity(resource),
    ...elementProblems(resource, type, version),
    ...(coverageInformation(resource).length === 0 || isCarrier(type, version)
      ? []
      : [{ message: `may not carry coverage information in ${version}`, path: type }]),
    ...coverageInformation(resource).flatMap(({ extension, path }) =>
      coverageInformationProblems(extension, version).map((problem) => ({
        message: `${problem.id}: ${problem.message}`,
        path: `${path}.${problem.path}`,
      })),
    ),
  ];
}

function elementProblems(resource: unknown, type: string, version: Version): readonly Problem[] {
  const mandatory = [
    ...(type === 'Task' ? TASK : (MANDATORY[type] ?? [])),
    ...(version === '2.0.1' ? (MANDATORY_2_0_1[type] ?? []) : []),
  ];
  const missing = mandatory
    .filter((choice) => !choice.split('|').some((element) => present(property(resource, element))))
    .map((element) => ({ message: 'is mandatory in the CRD profile', path: `${type}.${element}` }));
  const status = property(resource, 'status');
  const notDraft =
    version === '2.0.1' && DRAFT_TYPES.includes(type) && status !== undefined && status !== 'draft'
      ? [{ message: 'is draft in the CRD 2.0.1 profile', path: `${type}.status` }]
      : [];
  return [...missing, ...notDraft, ...(type === 'Task' ? taskProblems(resource, version) : [])];
}

const codesOf = (concept: unknown): readonly unknown[] =>
  objects(property(concept, 'coding')).map(({ code }) => code);

function taskProblems(task: unknown, version: Version): readonly Problem[] {
  const inputs = objects(property(task, 'input'));
  const holds = (code: string) => inputs.some((input) => codesOf(input['type']).includes(code));
  const expected: readonly (readonly [boolean, string, string])[] = [
    [property(task, 'status') === 'ready', 'is ready', 'Task.status'],
    [property(task, 'intent') === 'order', 'is order', 'Task.intent'],
    [
      codesOf(property(task, 'code')).includes('complete-questionnaire'),
      'is complete-questionnaire',
      'Task.code',
    ],
    [holds('questionnaire'), 'holds the questionnaire', 'Task.input'],
    [
      version !== '2.0.1' || holds('after-completion-action'),
      'says what happens after completion (2.0.1)',
      'Task.input',
    ],
    [
      version === '2.0.1' || !holds('after-completion-action'),
      'has no after-completion input (2.2)',
      'Task.input',
    ],
    [version === '2.0.1' || property(task, 'focus') === undefined, 'is not there (2.2)', 'Task.focus'],
  ];
  return expected
    .filter(([holds]) => !holds)
    .map(([, what, path]) => ({ message: `expected: ${what}`, path }));
}
