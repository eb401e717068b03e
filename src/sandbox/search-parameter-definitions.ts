import type { FhirResource } from 'fhir/r4.js';

/** What a search parameter's element holds: `code` is a token whose element has no system of its own. */
export type ElementKind = 'reference' | 'token' | 'code' | 'date';

/** Names as in the R4 search parameter registry, each with its path; `|` unites, `[x]` is a choice of types. */
export type Definitions = Readonly<Partial<Record<ElementKind, Readonly<Record<string, string>>>>>;

/** The parameter `patient` finds only references to a Patient, whatever its element may hold. */
const ofSubject = { patient: 'subject', subject: 'subject' };
const ofSubjectInEncounter = { ...ofSubject, encounter: 'encounter' };
const ofSubjectInContext = { ...ofSubject, context: 'context' };
const medication = { medication: 'medication[x]' };
const medicationCode = { identifier: 'identifier', code: 'medication[x]' };
const identified = { identifier: 'identifier' };
const concept = { identifier: 'identifier', category: 'category', code: 'code' };
const clinicalStatus = { 'clinical-status': 'clinicalStatus', 'verification-status': 'verificationStatus' };
const status = { status: 'status' };
const order = { status: 'status', intent: 'intent', priority: 'priority' };

export const everyResource: Definitions = { code: { _id: 'id' }, date: { _lastUpdated: 'meta.lastUpdated' } };

export const definitions: Readonly<Partial<Record<FhirResource['resourceType'], Definitions>>> = {
  AllergyIntolerance: {
    reference: { patient: 'patient', asserter: 'asserter', recorder: 'recorder' },
    token: { ...identified, ...clinicalStatus, code: 'code | reaction.substance' },
    code: { category: 'category', criticality: 'criticality', type: 'type' },
    date: { date: 'recordedDate', onset: 'reaction.onset' },
  },
  Appointment: {
    reference: { patient: 'participant.actor', actor: 'participant.actor', 'based-on': 'basedOn' },
    token: { ...identified, 'service-type': 'serviceType', specialty: 'specialty' },
    code: status,
    date: { date: 'start' },
  },
  CarePlan: {
    reference: { ...ofSubjectInEncounter, condition: 'addresses' },
    token: { ...identified, category: 'category', 'activity-code': 'activity.detail.code' },
    code: { status: 'status', intent: 'intent' },
    date: { date: 'period', 'activity-date': 'activity.detail.scheduled[x]' },
  },
  CommunicationRequest: {
    reference: { ...ofSubjectInEncounter, requester: 'requester', recipient: 'recipient' },
    token: { ...identified, category: 'category' },
    code: { status: 'status', priority: 'priority' },
    date: { authored: 'authoredOn', occurrence: 'occurrence[x]' },
  },
  Condition: {
    reference: { ...ofSubjectInEncounter, asserter: 'asserter' },
    token: { ...concept, ...clinicalStatus, severity: 'severity', stage: 'stage.summary' },
    date: { 'onset-date': 'onset[x]', 'recorded-date': 'recordedDate', 'abatement-date': 'abatement[x]' },
  },
  Coverage: {
    reference: {
      patient: 'beneficiary',
      beneficiary: 'beneficiary',
      payor: 'payor',
      subscriber: 'subscriber',
      'policy-holder': 'policyHolder',
    },
    token: { ...identified, type: 'type', 'class-type': 'class.type' },
    code: status,
  },
  DeviceRequest: {
    reference: {
      ...ofSubjectInEncounter,
      device: 'code[x]',
      requester: 'requester',
      performer: 'performer',
      insurance: 'insurance',
    },
    token: { ...identified, code: 'code[x]' },
    code: { status: 'status', intent: 'intent' },
    date: { 'authored-on': 'authoredOn', 'event-date': 'occurrence[x]' },
  },
  DiagnosticReport: {
    reference: {
      ...ofSubjectInEncounter,
      'based-on': 'basedOn',
      performer: 'performer',
      result: 'result',
      specimen: 'specimen',
    },
    token: { ...concept, conclusion: 'conclusionCode' },
    code: status,
    date: { date: 'effective[x]', issued: 'issued' },
  },
  DocumentReference: {
    reference: { ...ofSubject, encounter: 'context.encounter', author: 'author', custodian: 'custodian' },
    token: { identifier: 'masterIdentifier | identifier', category: 'category', type: 'type' },
    code: status,
    date: { date: 'date', period: 'context.period' },
  },
  Claim: {
    reference: {
      patient: 'patient',
      provider: 'provider',
      insurer: 'insurer',
      encounter: 'item.encounter',
      facility: 'facility',
    },
    token: { ...identified, priority: 'priority' },
    code: { ...status, use: 'use' },
    date: { created: 'created' },
  },
  ClaimResponse: {
    reference: { patient: 'patient', insurer: 'insurer', request: 'request', requestor: 'requestor' },
    token: identified,
    code: { ...status, outcome: 'outcome', use: 'use' },
    date: { created: 'created' },
  },
  EpisodeOfCare: {
    reference: {
      patient: 'patient',
      condition: 'diagnosis.condition',
      'care-manager': 'careManager',
      organization: 'managingOrganization',
    },
    token: { ...identified, type: 'type' },
    code: status,
    date: { date: 'period' },
  },
  Encounter: {
    reference: {
      ...ofSubject,
      'based-on': 'basedOn',
      diagnosis: 'diagnosis.condition',
      location: 'location.location',
      'part-of': 'partOf',
      participant: 'participant.individual',
      'service-provider': 'serviceProvider',
    },
    token: { ...identified, class: 'class', type: 'type', 'reason-code': 'reasonCode' },
    code: status,
    date: { date: 'period' },
  },
  FamilyMemberHistory: {
    reference: { patient: 'patient' },
    token: { ...identified, code: 'condition.code', relationship: 'relationship' },
    code: status,
    date: { date: 'date' },
  },
  Immunization: {
    reference: { patient: 'patient', location: 'location', performer: 'performer.actor' },
    token: { ...identified, 'vaccine-code': 'vaccineCode', 'status-reason': 'statusReason' },
    code: status,
    date: { date: 'occurrence[x]' },
  },
  Location: {
    reference: { organization: 'managingOrganization', partof: 'partOf' },
    token: { ...identified, type: 'type' },
    code: status,
  },
  Medication: {
    reference: { ingredient: 'ingredient.item[x]', manufacturer: 'manufacturer' },
    token: { ...identified, code: 'code', form: 'form', 'ingredient-code': 'ingredient.item[x]' },
    code: status,
  },
  MedicationAdministration: {
    reference: { ...ofSubjectInContext, ...medication, performer: 'performer.actor', request: 'request' },
    token: { ...medicationCode, 'reason-given': 'reasonCode', 'reason-not-given': 'statusReason' },
    code: status,
    date: { 'effective-time': 'effective[x]' },
  },
  MedicationDispense: {
    reference: {
      ...ofSubjectInContext,
      ...medication,
      performer: 'performer.actor',
      prescription: 'authorizingPrescription',
    },
    token: { ...medicationCode, type: 'type' },
    code: status,
    date: { whenhandedover: 'whenHandedOver', whenprepared: 'whenPrepared' },
  },
  MedicationRequest: {
    reference: {
      ...ofSubjectInEncounter,
      ...medication,
      requester: 'requester',
      'intended-performer': 'performer',
      'intended-dispenser': 'dispenseRequest.performer',
    },
    token: { ...medicationCode, category: 'category' },
    code: order,
    date: { authoredon: 'authoredOn', date: 'dosageInstruction.timing.event' },
  },
  MedicationStatement: {
    reference: { ...ofSubjectInContext, ...medication, source: 'informationSource' },
    token: { ...medicationCode, category: 'category' },
    code: status,
    date: { effective: 'effective[x]' },
  },
  NutritionOrder: {
    reference: { patient: 'patient', encounter: 'encounter', provider: 'orderer' },
    token: { ...identified, oraldiet: 'oralDiet.type' },
    code: status,
    date: { datetime: 'dateTime' },
  },
  Observation: {
    reference: {
      ...ofSubjectInEncounter,
      'based-on': 'basedOn',
      'derived-from': 'derivedFrom',
      focus: 'focus',
      'has-member': 'hasMember',
      performer: 'performer',
      specimen: 'specimen',
    },
    token: {
      ...concept,
      'component-code': 'component.code',
      'combo-code': 'code | component.code',
      'value-concept': 'value[x]',
      method: 'method',
    },
    code: status,
    date: { date: 'effective[x]' },
  },
  Organization: {
    reference: { partof: 'partOf', endpoint: 'endpoint' },
    token: { ...identified, type: 'type' },
    code: { active: 'active' },
  },
  Patient: {
    reference: { 'general-practitioner': 'generalPractitioner', organization: 'managingOrganization' },
    token: identified,
    code: { active: 'active', gender: 'gender' },
    date: { birthdate: 'birthDate' },
  },
  Practitioner: { token: identified, code: { active: 'active', gender: 'gender' } },
  PractitionerRole: {
    reference: { practitioner: 'practitioner', organization: 'organization', location: 'location' },
    token: { ...identified, role: 'code', specialty: 'specialty' },
    code: { active: 'active' },
    date: { date: 'period' },
  },
  Procedure: {
    reference: {
      ...ofSubjectInEncounter,
      'based-on': 'basedOn',
      location: 'location',
      performer: 'performer.actor',
      'reason-reference': 'reasonReference',
    },
    token: { ...concept, 'reason-code': 'reasonCode' },
    code: status,
    date: { date: 'performed[x]' },
  },
  QuestionnaireResponse: {
    reference: { ...ofSubjectInEncounter, author: 'author', source: 'source', 'based-on': 'basedOn' },
    token: identified,
    code: status,
    date: { authored: 'authored' },
  },
  RelatedPerson: {
    reference: { patient: 'patient' },
    token: { ...identified, relationship: 'relationship' },
  },
  ResearchStudy: {
    reference: { partof: 'partOf', site: 'site', sponsor: 'sponsor' },
    token: { ...identified, category: 'category', focus: 'focus' },
    code: status,
    date: { date: 'period' },
  },
  ResearchSubject: {
    reference: { patient: 'individual', individual: 'individual', study: 'study' },
    token: identified,
    code: status,
    date: { date: 'period' },
  },
  ServiceRequest: {
    reference: {
      ...ofSubjectInEncounter,
      'based-on': 'basedOn',
      performer: 'performer',
      requester: 'requester',
      specimen: 'specimen',
    },
    token: { ...concept, 'body-site': 'bodySite', requisition: 'requisition' },
    code: order,
    date: { authored: 'authoredOn', occurrence: 'occurrence[x]' },
  },
  Specimen: {
    reference: { ...ofSubject, parent: 'parent', collector: 'collection.collector' },
    token: { identifier: 'identifier', accession: 'accessionIdentifier', type: 'type' },
    code: status,
    date: { collected: 'collection.collected[x]' },
  },
  Task: {
    reference: {
      patient: 'for',
      subject: 'for',
      encounter: 'encounter',
      'based-on': 'basedOn',
      focus: 'focus',
      owner: 'owner',
      requester: 'requester',
    },
    token: { ...identified, code: 'code', 'business-status': 'businessStatus' },
    code: order,
    date: { 'authored-on': 'authoredOn', modified: 'lastModified', period: 'executionPeriod' },
  },
  VisionPrescription: {
    reference: { patient: 'patient', encounter: 'encounter', prescriber: 'prescriber' },
    token: identified,
    code: status,
    date: { datewritten: 'dateWritten' },
  },
};
