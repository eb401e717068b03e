import type { Extension } from 'fhir/r4.js';
import { linksOf } from '../fhir/links.ts';
import { objects, text, type JsonObject } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';
import { withParts, type Determination } from '../engine/determination.ts';
import type { Library } from '../policy/library.ts';
import type { Payer, Product } from '../policy/vocabulary.ts';

/** What an authorization request is made from: a determination, what was ordered, and the records at hand. */
export interface RequestInput {
  /** Of the determination. */
  readonly id: string;
  readonly determination: Determination;
  /** The order as it was sent. */
  readonly order: JsonObject;
  /** `Type/id` of the treatment that the evidence was placed in time by. */
  readonly course: readonly string[];
  /** The day of the infusion, a FHIR date; undefined where the order names none. */
  readonly planned: string | undefined;
  /** The coverage information that was put on the order. */
  readonly statement: Extension | undefined;
  readonly payer: Payer;
  readonly product: Product | undefined;
  readonly library: Library;
  readonly records: Records;
}

/** Records at hand. */
export interface Records {
  /** @param reference `Type/id`, or a Reference */
  readonly find: (reference: unknown) => JsonObject | undefined;
  readonly of: (type: string) => readonly JsonObject[];
}

/** What records refer to rather than report on: it stands in the request beside what is reported. */
const NAMED = new Set([
  'CarePlan',
  'Device',
  'Encounter',
  'Group',
  'Location',
  'Medication',
  'Organization',
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'RelatedPerson',
  'Specimen',
]);
/** Where and when, which the record itself says: named by its address alone. Binaries are large. */
const LEFT = new Set(['Binary', 'Encounter', 'Location', 'Device', 'Group', 'Questionnaire']);

export const typeOf = (reference: string): string => reference.split('/')[0] ?? '';

/** What a request needs: what the evidence names, and what those records refer to directly. */
export interface Needed {
  /** `Type/id` of what the request is about: patient, coverage, and those who ask. */
  readonly parties: readonly string[];
  /** `Type/id` of each record that the determination's evidence names, in its order, and of the treatment behind it. */
  readonly evidence: readonly string[];
  /** `Type/id` of what records refer to; it may be missing. */
  readonly linked: readonly string[];
}

/** Grows as records come to hand: to be asked again until nothing new is named. */
export function neededFor({ determination, order, course, records }: RequestInput): Needed {
  const about = new Set([determination.patient, determination.coverage, determination.order]);
  const named = withParts(determination.criteria).flatMap((criterion) =>
    criterion.evidence.map(({ reference }) => reference),
  );
  const evidence = [...new Set([...named, ...course])].filter((reference) => !about.has(reference));
  const held = (references: readonly string[]): readonly JsonObject[] =>
    references.map(records.find).filter((resource) => resource !== undefined);
  const to = (element: unknown): readonly string[] =>
    objects(element).flatMap((reference) => relativeReference(reference) ?? []);
  const requester = to(order['requester']);
  const encounter = to(order['encounter']);
  const [coverage] = held([determination.coverage]);
  const roles = [...held(requester), ...rolesOf(requester, records)];
  const parties = [
    determination.patient,
    determination.coverage,
    ...to(coverage?.['payor']),
    ...to(coverage?.['subscriber']),
    ...requester,
    ...encounter,
    ...held(encounter).flatMap(({ serviceProvider }) => to(serviceProvider)),
    ...roles.flatMap((role) => [...to(role['practitioner']), ...to(role['organization'])]),
  ];
  const links = (resources: readonly JsonObject[]): readonly string[] =>
    resources
      .flatMap(linksOf)
      .map((link) => keyOf(records.find(link)) ?? link)
      .filter((reference) => /^[A-Z][A-Za-z]+\/./.test(reference) && !LEFT.has(typeOf(reference)))
      .filter((reference) => !about.has(reference));
  const linked = links([order, ...held(evidence)]);
  const medicines = links(held(linked.filter((reference) => typeOf(reference) === 'Medication')));
  // Treatment is placed in its line by the plan behind it, which the order that it was given by names.
  const plans = links(held(linked)).filter((reference) => typeOf(reference) === 'CarePlan');
  return {
    parties: [...new Set(parties)],
    evidence,
    linked: [...new Set([...linked, ...medicines, ...plans])].filter(
      (reference) => !evidence.includes(reference),
    ),
  };
}

/** `Type/id`. */
export const keyOf = (resource: JsonObject | undefined): string | undefined => {
  const [type, id] = [text(resource?.['resourceType']), text(resource?.['id'])];
  return type === undefined || id === undefined ? undefined : `${type}/${id}`;
};

const rolesOf = (requester: readonly string[], records: Records): readonly JsonObject[] =>
  records
    .of('PractitionerRole')
    .filter(({ practitioner }) => requester.includes(relativeReference(practitioner) ?? ''));

/** True of what stands in the request under its own name, not as information that supports it. */
export const isNamed = (reference: string): boolean => NAMED.has(typeOf(reference));

/** Who asks for whom, as far as the records at hand tell. */
export interface Parties {
  readonly patient: JsonObject | undefined;
  readonly coverage: JsonObject | undefined;
  /** The payer's own Organization; undefined where the Coverage only names it. */
  readonly insurer: JsonObject | undefined;
  readonly practitioner: JsonObject | undefined;
  /** The role in which the order was given; undefined where none, or more than one, is on record. */
  readonly role: JsonObject | undefined;
  /** Where the infusion is planned, else the practitioner's own. */
  readonly organization: JsonObject | undefined;
}

export function partiesOf({ determination, order, records }: RequestInput): Parties {
  const { find } = records;
  const requester = find(order['requester']);
  const isRole = text(requester?.['resourceType']) === 'PractitionerRole';
  const provider = relativeReference(find(order['encounter'])?.['serviceProvider']);
  const known = isRole
    ? objects(requester)
    : rolesOf(
        objects(order['requester']).flatMap((item) => relativeReference(item) ?? []),
        records,
      );
  const roles = known.filter(
    ({ organization }) => provider === undefined || relativeReference(organization) === provider,
  );
  const role = roles.length === 1 ? roles[0] : undefined;
  const coverage = find(determination.coverage);
  return {
    patient: find(determination.patient),
    coverage,
    insurer: objects(coverage?.['payor'])
      .map(find)
      .find((payor) => payor !== undefined),
    practitioner: isRole ? find(requester?.['practitioner']) : requester,
    role,
    organization: find(provider) ?? find(role?.['organization']),
  };
}
