import type { Extension } from 'fhir/r4.js';
import { createCallData, readMissing, type CallData } from '../crd/gather.ts';
import { plannedDate, type HookOrder } from '../crd/order.ts';
import type { Supplied } from '../crd/prefetch.ts';
import type { Intake } from '../fhir/intake.ts';
import { isObject, objects, property, text, type JsonObject } from '../fhir/json.ts';
import type { FhirClient } from '../fhir/client.ts';
import type { Issue } from '../fhir/operation-outcome.ts';
import { relativeReference } from '../fhir/reference.ts';
import { subjectOf } from '../fhir/subject.ts';
import { neededFor, typeOf, type Records, type RequestInput } from '../pas/request-input.ts';
import type { Library } from '../policy/library.ts';
import type { AskedOrder } from './hook-call.ts';
import type { IdentifiedDetermination } from './record-keeping.ts';

/** What an authorization request is to be made of, and where its records can be read. */
export interface AuthorizationSources {
  readonly determination: IdentifiedDetermination;
  readonly asked: AskedOrder;
  readonly statement: Extension | undefined;
  /** Completed forms that were sent in. */
  readonly answers: readonly JsonObject[];
  readonly supplied: Supplied;
  /** Other drafts of the hook request, which the order may refer to. */
  readonly drafts: readonly Intake[];
  readonly client: FhirClient | undefined;
}

/** A request's input, and what of it could not be had. */
export interface Gathered {
  readonly input: RequestInput;
  readonly issues: readonly Issue[];
  /** Where a record is served, if it is anywhere. @param reference `Type/id` */
  readonly urlOf: (reference: string, base: string | undefined, own: string) => string | undefined;
}

/** More than enough: a record names a document, that one its author, a role its organization. */
const MOST_ROUNDS = 5;

/** Reads the records that the determination names, and what they refer to: each by its reference, nothing else of the chart. */
export async function gatherAuthorization(
  { determination, asked, statement, answers, supplied, drafts, client }: AuthorizationSources,
  library: Library,
): Promise<Gathered> {
  const { patient, product: productId, policy } = determination;
  const { ordered, medication } = withMedication(asked);
  const order: JsonObject =
    asked.encounter === undefined || ordered['encounter'] !== undefined
      ? ordered
      : { ...ordered, encounter: { reference: asked.encounter } };
  const hookOrder: HookOrder = {
    reference: determination.order,
    resource: order,
    appointment: asked.appointment,
  };
  const known = [...answers, ...objects(asked.appointment), ...objects(medication)];
  const data = createCallData(patient.slice('Patient/'.length), supplied, client, library, [
    ...known.map((resource) => ({ resource })),
    ...drafts,
  ]);
  const records = recordsOf(data, patient);
  const payer = [...library.payers.values()].find(({ name }) => name === policy.payer);
  if (payer === undefined) throw new Error('the payer of a determination is not in the library');
  const day = plannedDate(hookOrder)?.date;
  const input: RequestInput = {
    id: determination.id,
    determination,
    order,
    planned: day === undefined || day.low !== day.high ? undefined : day.text.slice(0, 10),
    course: asked.course,
    statement,
    payer,
    product: library.products.products.find(({ id }) => id === productId),
    library,
    records,
  };
  const asksForRoles = relativeReference(order['requester'])?.startsWith('Practitioner/') === true;
  if (asksForRoles && client !== undefined && records.of('PractitionerRole').length === 0) {
    const found = await client.search(
      `PractitionerRole?practitioner=${encodeURIComponent(relativeReference(order['requester']) ?? '')}`,
    );
    data.add(found.intakes);
  }
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const { parties, evidence, linked } = neededFor(input);
    const open = [...parties, ...evidence, ...linked].filter(
      (reference) => data.resolve(reference) === undefined && !data.reads.has(reference),
    );
    if (open.length === 0) break;
    await readMissing(data, open);
  }
  const { parties, evidence } = neededFor(input);
  return {
    input,
    issues: [...parties, ...evidence, ...orderedMedication(order)].flatMap((reference) =>
      unreadIssue(reference, data, records),
    ),
    urlOf: (reference, base, own) =>
      answers.some((answer) => reference === `QuestionnaireResponse/${text(answer['id']) ?? ''}`)
        ? `${own}/${reference}`
        : (fullUrlOf(reference, data) ?? (base === undefined ? undefined : `${base}/${reference}`)),
  };
}

const orderedMedication = (order: JsonObject): readonly string[] =>
  objects(order['medicationReference']).flatMap((reference) => relativeReference(reference) ?? []);

/** The order with its Medication under a reference of its own, where the two were drafts that an entry's URL alone named. */
function withMedication({ order, medication }: AskedOrder): {
  readonly ordered: JsonObject;
  readonly medication: JsonObject | undefined;
} {
  const [link] = objects(order['medicationReference']);
  if (medication === undefined || relativeReference(link) !== undefined)
    return { ordered: order, medication };
  const id = text(medication['id']) ?? text(link?.['reference'])?.split(/[/:]/).at(-1) ?? 'ordered';
  return {
    ordered: { ...order, medicationReference: { ...link, reference: `Medication/${id}` } },
    medication: { ...medication, id },
  };
}

/** What is at hand of this patient; a record that turns out to be about somebody else is not. */
function recordsOf(data: CallData, patient: string): Records {
  const isOthers = (resource: JsonObject): boolean => {
    const type = text(resource['resourceType']) ?? '';
    // The subscriber of a Coverage may be another person.
    return type !== 'Patient' && subjectOf(resource, type, patient, data.resolve) === 'other';
  };
  return {
    find(reference) {
      const resource = data.resolve(reference);
      return resource === undefined || isOthers(resource) ? undefined : resource;
    },
    of: (type) =>
      data
        .ofType(type)
        .map(({ resource }) => resource)
        .filter(isObject),
  };
}

function unreadIssue(reference: string, data: CallData, records: Records): readonly Issue[] {
  if (records.find(reference) !== undefined || typeOf(reference) === 'Organization') return [];
  const reason =
    data.resolve(reference) === undefined
      ? (data.unread.get(reference)?.reason ?? 'it was not read')
      : 'it is about somebody else';
  return [
    {
      severity: 'error',
      code: 'incomplete',
      text: `${reference} is not at hand: ${reason}`,
      expression: 'Bundle.entry',
    },
  ];
}

/** The URL under which a client sent a record. */
const fullUrlOf = (reference: string, { ofType }: CallData): string | undefined =>
  ofType(typeOf(reference))
    .filter(({ resource }) => reference === `${typeOf(reference)}/${text(property(resource, 'id')) ?? ''}`)
    .map(({ fullUrl }) => text(fullUrl))
    .find((url) => url !== undefined && /^(?:https?:|urn:uuid:)/.test(url));
