import type { Bundle, FhirResource } from 'fhir/r4.js';
import { type Person, idOf, oncologistOf, patientId, registration } from './person.ts';
import { uuidOf } from './random.ts';

/** One synthetic patient and the hook request made about them. */
export interface Fixture {
  readonly name: string;
  readonly story: string;
  readonly files: { readonly 'chart.json': Bundle<FhirResource>; readonly 'order-sign.json': HookRequest };
}

/** CDS Hooks 2.0.1, "order-sign". */
export interface HookRequest {
  readonly hook: 'order-sign';
  readonly hookInstance: string;
  readonly fhirServer: string;
  readonly context: {
    readonly userId: string;
    readonly patientId: string;
    readonly encounterId: string;
    readonly draftOrders: DraftOrders;
  };
}

/** A Bundle of draft orders; an EHR may leave out its type and shape its orders wrongly, so resources stay open. */
export interface DraftOrders {
  readonly resourceType: 'Bundle';
  readonly type?: 'collection';
  readonly entry: readonly { readonly fullUrl?: string; readonly resource: object }[];
}

export interface Vignette {
  readonly name: string;
  readonly story: string;
  readonly who: Person;
  /** Everything in the chart beyond the registration. */
  readonly records: readonly FhirResource[];
  readonly draftOrders: DraftOrders;
  /** The encounter in which the order is signed, by its name in the chart. */
  readonly encounter: string;
  readonly userId?: string;
  /** Entries without fullUrl, as some EHRs export them. */
  readonly withoutFullUrl?: boolean;
}

const typeOrder: readonly FhirResource['resourceType'][] = [
  'Patient',
  'Coverage',
  'Organization',
  'Practitioner',
  'PractitionerRole',
  'Encounter',
  'Condition',
  'FamilyMemberHistory',
  'AllergyIntolerance',
  'Immunization',
  'Procedure',
  'CarePlan',
  'Medication',
  'MedicationRequest',
  'MedicationAdministration',
  'MedicationDispense',
  'MedicationStatement',
  'Specimen',
  'Observation',
  'DiagnosticReport',
  'DocumentReference',
  'Claim',
  'ClaimResponse',
];

const rank = ({ resourceType }: FhirResource): number => {
  const place = typeOrder.indexOf(resourceType);
  return place === -1 ? typeOrder.length : place;
};

/** The fixture of a vignette: its chart grouped by resource type, and its order-sign request. */
export function fixtureOf(vignette: Vignette): Fixture {
  const { name, story, who } = vignette;
  const resources = [...registration(who), ...vignette.records].toSorted((a, b) => rank(a) - rank(b));
  return {
    name,
    story,
    files: {
      'chart.json': {
        resourceType: 'Bundle',
        id: idOf(who, 'chart'),
        type: 'collection',
        entry: resources.map((resource) =>
          vignette.withoutFullUrl === true ? { resource } : { fullUrl: urnOf(resource), resource },
        ),
      },
      'order-sign.json': {
        hook: 'order-sign',
        hookInstance: uuidOf(`hook ${name}`),
        fhirServer: 'http://localhost:8080/sandbox/fhir',
        context: {
          userId: vignette.userId ?? oncologistOf(who).reference ?? '',
          patientId: patientId(who),
          encounterId: idOf(who, vignette.encounter),
          draftOrders: vignette.draftOrders,
        },
      },
    },
  };
}

/** Every fixture's story by its name, for those who choose one. */
export const storiesText = (fixtures: readonly Fixture[]): string =>
  `${JSON.stringify(
    Object.fromEntries(
      fixtures.map(({ name, story }) => [name, story]).toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    ),
    null,
    2,
  )}\n`;

export const urnOf = ({ resourceType, id }: FhirResource): string =>
  `urn:uuid:${uuidOf(`${resourceType}/${id ?? ''}`)}`;

/** The text of a fixture's files: a chart with one entry to a line, so that a diff shows which records changed. */
export function fileTexts({ files }: Fixture): Readonly<Record<keyof Fixture['files'], string>> {
  const { entry = [], ...bundle } = files['chart.json'];
  const head = JSON.stringify(bundle).slice(0, -1);
  return {
    'chart.json': `${head},"entry":[\n${entry.map((line) => JSON.stringify(line)).join(',\n')}\n]}\n`,
    'order-sign.json': `${JSON.stringify(files['order-sign.json'], null, 2)}\n`,
  };
}
