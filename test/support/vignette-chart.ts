import type { Bundle } from 'fhir/r4.js';
import type { JsonObject } from '../../src/fhir/json.ts';
import { codingOf, conceptOf } from './code-shorthand.ts';
import type { Vignette } from './vignette.ts';
import type { Coverage, Entry, Medication } from './vignette-schema.ts';

/** A vignette as FHIR: everything that the EHR holds of the patient, and the order that is about to be signed. */
export interface VignetteChart {
  readonly chart: Bundle;
  readonly order: JsonObject;
  readonly encounterId: string | undefined;
}

export const PATIENT = 'p1';
const CONDITION_STATUS = 'http://terminology.hl7.org/CodeSystem/condition-';
const MORPHOLOGY = 'http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-histology-morphology-behavior';

export function vignetteChart(vignette: Vignette): VignetteChart {
  const counts = new Map<string, number>();
  const nextId = (kind: string): string => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return `${kind}-${count}`;
  };
  const { order, encounter } = orderOf(vignette);
  const prefix = Object.keys(vignette.expect)[0]?.split(' ')[0] ?? '';
  const resources = [
    { resourceType: 'Patient', id: PATIENT, ...vignette.patient },
    { resourceType: 'Practitioner', id: 'oncologist', name: [{ family: 'Raman' }] },
    ...vignette.coverages.map((one) => coverageOf(one, nextId)),
    ...(encounter === undefined ? [] : [encounter]),
    ...vignette.chart.map((entry) => resourceOf(entry, nextId, prefix)),
  ];
  return {
    chart: {
      resourceType: 'Bundle',
      type: 'collection',
      entry: resources.map((resource) => ({ resource })),
    } as unknown as Bundle,
    order,
    encounterId: encounter === undefined ? undefined : ENCOUNTER,
  };
}

const ENCOUNTER = 'infusion';

function orderOf({ order, asOf }: Vignette): {
  readonly order: JsonObject;
  readonly encounter: JsonObject | undefined;
} {
  const type = order.type ?? 'MedicationRequest';
  const setting = order.setting ?? 'IMP';
  const planned = order.planned === undefined || order.planned === 'none' ? [] : [order.planned].flat();
  const item = conceptOf(order.product, order.text);
  const items = {
    MedicationRequest: 'medicationCodeableConcept',
    ServiceRequest: 'code',
    DeviceRequest: 'codeCodeableConcept',
  };
  return {
    order: {
      resourceType: type,
      id: order.id ?? 'car-t',
      status: 'draft',
      intent: 'order',
      ...subjectOf(undefined),
      ...(setting === 'none' ? {} : { encounter: { reference: `Encounter/${ENCOUNTER}` } }),
      authoredOn: order.authored ?? asOf,
      ...(item === undefined ? {} : { [items[type]]: item }),
      ...(planned.length === 0
        ? {}
        : type === 'MedicationRequest'
          ? { dosageInstruction: [{ timing: { event: planned } }] }
          : dated('occurrence', planned[0])),
      ...(order.category === undefined ? {} : { category: [conceptOf(order.category)] }),
      ...(order.location === undefined ? {} : { locationCode: [conceptOf(order.location)] }),
      ...(order.reason === undefined ? {} : { reasonCode: [conceptOf(order.reason)] }),
      ...(order['reason-reference'] === undefined
        ? {}
        : { reasonReference: [{ reference: order['reason-reference'] }] }),
      ...order.also,
    },
    encounter:
      setting === 'none'
        ? undefined
        : {
            resourceType: 'Encounter',
            id: ENCOUNTER,
            status: 'planned',
            class: codingOf(`act ${setting}`),
            ...subjectOf(undefined),
          },
  };
}

function coverageOf(coverage: Coverage, nextId: (kind: string) => string): JsonObject {
  const line = coverage.line ?? 'sopt 111';
  const type = conceptOf(line === 'none' ? undefined : [line], coverage.text);
  const coverageClass = 'http://terminology.hl7.org/CodeSystem/coverage-class';
  return {
    resourceType: 'Coverage',
    id: coverage.id ?? nextId('coverage'),
    status: coverage.status ?? 'active',
    beneficiary: { reference: `Patient/${PATIENT}` },
    payor: [payorOf(coverage.payer ?? 'CarePartners of Connecticut')],
    ...(type === undefined ? {} : { type }),
    ...(coverage.plan === undefined
      ? {}
      : { class: [{ type: { coding: [{ system: coverageClass, code: 'plan' }] }, value: coverage.plan }] }),
    ...(coverage.period === undefined ? {} : { period: periodOf(coverage.period) }),
    ...(coverage.order === undefined ? {} : { order: coverage.order }),
  };
}

/** By name, or by an identifier printed as `system|value`. */
function payorOf(printed: string): JsonObject {
  const [system, value] = printed.split('|');
  return value === undefined ? { display: printed } : { identifier: { system, value } };
}

/** A resource of the chart; ids are the kind and a number where the vignette gives none. */
function resourceOf(entry: Entry, nextId: (kind: string) => string, prefix: string): JsonObject {
  const { condition, observation, procedure, report, document, answers, resource } = entry;
  const base = (
    type: string,
    kind: string,
    { id, subject }: { id?: string | undefined; subject?: string | undefined },
  ) => ({
    resourceType: type,
    id: id ?? nextId(kind),
    ...subjectOf(subject),
  });
  if (resource !== undefined) return resource;
  if (condition !== undefined) {
    const { verification = 'confirmed', clinical = 'active', category = 'problem-list-item' } = condition;
    const morphology = conceptOf(condition.morphology);
    return {
      ...base('Condition', 'condition', condition),
      category: [{ coding: [{ system: `${CONDITION_STATUS}category`, code: category }] }],
      ...defined('code', conceptOf(condition.code, condition.text)),
      ...(morphology === undefined
        ? {}
        : { extension: [{ url: MORPHOLOGY, valueCodeableConcept: morphology }] }),
      ...statusConcept('verificationStatus', 'ver-status', verification),
      ...statusConcept('clinicalStatus', 'clinical', clinical),
      ...dated('onset', condition.onset),
      ...defined('recordedDate', condition.recorded),
      ...(condition.evidence === undefined
        ? {}
        : { evidence: [{ detail: [{ reference: condition.evidence }] }] }),
    };
  }
  if (observation !== undefined) {
    const { category = 'laboratory', status = 'final', focus } = observation;
    return {
      ...base('Observation', 'observation', observation),
      status,
      ...(category === 'none'
        ? {}
        : {
            category: [
              {
                coding: [
                  { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: category },
                ],
              },
            ],
          }),
      code: conceptOf(observation.code),
      ...dated('effective', observation.date),
      ...defined('valueCodeableConcept', conceptOf(observation.value)),
      ...defined('valueString', observation.words),
      ...defined('valueQuantity', quantityOf(observation.quantity)),
      ...defined(
        'performer',
        observation.performer === undefined ? undefined : [{ reference: observation.performer }],
      ),
      ...defined(
        'focus',
        focus?.map((item) => ({ reference: item })),
      ),
    };
  }
  if (procedure !== undefined) {
    return {
      ...base('Procedure', 'procedure', procedure),
      status: procedure.status ?? 'completed',
      ...defined('code', conceptOf(procedure.code, procedure.text)),
      ...dated('performed', procedure.date),
      ...(procedure.order === undefined ? {} : { basedOn: [{ reference: procedure.order }] }),
    };
  }
  if (report !== undefined) {
    return {
      ...base('DiagnosticReport', 'report', report),
      status: report.status ?? 'final',
      code: conceptOf(report.code ?? ['loinc 60567-5 Comprehensive pathology report']),
      ...dated('effective', report.date),
      ...(report.conclusion === undefined ? {} : { conclusionCode: [conceptOf(report.conclusion)] }),
      ...defined('conclusion', report.words),
    };
  }
  if (document !== undefined) {
    return {
      ...base('DocumentReference', 'document', document),
      status: document.status ?? 'current',
      ...defined('type', conceptOf(document.code, document.text)),
      ...defined('date', document.date),
    };
  }
  if (answers !== undefined) {
    return {
      ...base('QuestionnaireResponse', 'answers', answers),
      status: answers.status ?? 'completed',
      author: { reference: answers.author ?? 'Practitioner/oncologist' },
      ...defined('authored', answers.authored),
      item: Object.entries(answers.to).map(([id, answer]) => ({
        linkId: linkIdOf(id, prefix),
        answer: [typeof answer === 'boolean' ? { valueBoolean: answer } : { valueString: answer }],
      })),
    };
  }
  return medicationOf(entry, base);
}

/** A criterion's id in full: short ids are of the first indication in `expect`, `def/...` of its policy. */
function linkIdOf(id: string, prefix: string): string {
  const policy = prefix.split('/')[0] ?? '';
  if (id.startsWith(`${policy}/`)) return id;
  return id.startsWith('def/') ? `${policy}/${id}` : `${prefix}/${id}`;
}

type Base = (type: string, kind: string, ids: Medication) => JsonObject;

/** The four medication resources differ in the names of their date and of the order that they fulfil. */
const MEDICATIONS = {
  administration: {
    type: 'MedicationAdministration',
    status: 'completed',
    date: 'effective',
    order: 'request',
  },
  statement: { type: 'MedicationStatement', status: 'completed', date: 'effective', order: 'basedOn' },
  dispense: {
    type: 'MedicationDispense',
    status: 'completed',
    date: 'whenHandedOver',
    order: 'authorizingPrescription',
  },
  request: { type: 'MedicationRequest', status: 'active', date: 'authoredOn', order: 'basedOn' },
} as const;

function medicationOf(entry: Entry, base: Base): JsonObject {
  for (const kind of ['administration', 'statement', 'dispense', 'request'] as const) {
    const given = entry[kind];
    if (given === undefined) continue;
    const { type, status, date, order } = MEDICATIONS[kind];
    const target = given.order === undefined ? undefined : { reference: given.order };
    return {
      ...base(type, kind, given),
      status: given.status ?? status,
      ...(kind === 'request' ? { intent: 'order' } : {}),
      ...defined('medicationCodeableConcept', conceptOf(given.drug, given.text)),
      ...(given.medication === undefined ? {} : { medicationReference: { reference: given.medication } }),
      ...(date === 'effective' ? dated(date, given.date) : defined(date, given.date)),
      ...(given.reason === undefined ? {} : { reasonCode: [conceptOf(given.reason)] }),
      ...(given['reason-reference'] === undefined
        ? {}
        : { reasonReference: [{ reference: given['reason-reference'] }] }),
      ...(target === undefined ? {} : { [order]: order === 'request' ? target : [target] }),
      ...defined('doNotPerform', given['do-not-perform']),
      ...defined(
        'daysSupply',
        given.supply === undefined ? undefined : { value: given.supply, ...UCUM, unit: 'days', code: 'd' },
      ),
    };
  }
  throw new Error('a chart item without a resource');
}

const UCUM = { system: 'http://unitsofmeasure.org' };

function quantityOf(printed: string | undefined): JsonObject | undefined {
  const [, comparator, value, unit] = /^(<=|<|>=|>)?(-?[\d.]+) (\S+)$/.exec(printed ?? '') ?? [];
  return value === undefined
    ? undefined
    : { ...defined('comparator', comparator), value: Number(value), ...UCUM, unit, code: unit };
}

const defined = (name: string, value: unknown): JsonObject => (value === undefined ? {} : { [name]: value });

/** Whom it is about: the patient unless stated, nobody for `none`. */
const subjectOf = (subject: string | undefined): JsonObject =>
  subject === 'none' ? {} : { subject: { reference: subject ?? `Patient/${PATIENT}` } };

const statusConcept = (element: string, system: string, status: string): JsonObject =>
  status === 'none'
    ? {}
    : { [element]: { coding: [{ system: `${CONDITION_STATUS}${system}`, code: status }] } };

/** `onsetDateTime` or `onsetPeriod`, by what is printed. */
const dated = (name: string, date: string | undefined): JsonObject =>
  date === undefined
    ? {}
    : date.includes('/')
      ? { [`${name}Period`]: periodOf(date) }
      : { [`${name}DateTime`]: date };

function periodOf(printed: string): JsonObject {
  const [start = '', end = ''] = printed.split('/');
  return { ...(start === '' ? {} : { start }), ...(end === '' ? {} : { end }) };
}
