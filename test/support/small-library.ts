import type { DataFile } from '../../src/policy/data-files.ts';
import { createLibrary } from '../../src/policy/checked-library.ts';
import type { Library } from '../../src/policy/library.ts';
import type { Problem } from '../../src/policy/parse.ts';

export const loinc = 'http://loinc.org';
export const snomed = 'http://snomed.info/sct';
export const rxnorm = 'http://www.nlm.nih.gov/research/umls/rxnorm';
export const icd10 = 'http://hl7.org/fhir/sid/icd-10-cm';
export const ucum = 'http://unitsofmeasure.org';

/** Codes of the small library, each in a value set of its own. */
export const CODES = {
  'dx-tumor': { system: snomed, code: '1001' },
  'dx-narrow-tumor': { system: snomed, code: '1002' },
  'dx-other-tumor': { system: snomed, code: '1003' },
  'rx-product': { system: rxnorm, code: '2001' },
  'rx-drug': { system: rxnorm, code: '2002' },
  'px-scan': { system: snomed, code: '3001' },
  'lab-calcium': { system: loinc, code: '17861-6' },
  'lab-status': { system: loinc, code: '97509-4' },
  'status-worse': { system: snomed, code: '4001' },
  'status-better': { system: snomed, code: '4002' },
  'pos-inpatient': { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
  'pos-outpatient': { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
} as const;
export type ValueSetId = keyof typeof CODES;

const valueSet = (id: ValueSetId): DataFile => ({
  path: `shared/value-sets/${id}.json`,
  text: JSON.stringify({
    resourceType: 'ValueSet',
    id,
    title: id,
    version: '1',
    compose: {
      include: [{ system: CODES[id].system, concept: [{ code: CODES[id].code, display: id }] }],
    },
  }),
});

/** One fact of each kind, and one for each way a question is decided. */
const FACTS = `
has-tumor:
  ask: Is the tumor recorded?
  yes: [{ resource: Condition, code: dx-tumor }]
  no: [{ resource: Condition, code: dx-other-tumor, confirmed: true }]
  missing: { what: Record of the tumor, value-set: dx-tumor }
had-drug:
  ask: Was the drug given?
  yes: [{ resource: [MedicationAdministration, MedicationStatement], code: rx-drug }]
  signs: [{ resource: MedicationRequest, code: rx-drug }]
had-product:
  ask: Was the product given before this course?
  yes: [{ resource: [MedicationAdministration, Procedure], code: rx-product, before: course }]
had-scan:
  ask: Was the scan done?
  yes: [{ resource: Procedure, code: px-scan }]
therapy:
  ask: Which drugs were given, and when?
  events: [{ resource: MedicationAdministration, code: rx-drug }]
progressed:
  ask: Did the tumor worsen after the latest therapy?
  yes: [{ resource: Observation, code: lab-status, value: status-worse, since: therapy }]
  doubt: [{ resource: Observation, code: lab-status, value: status-better }]
  missing: { what: Response assessment }
calcium:
  ask: What is the latest calcium?
  latest: { resource: Observation, code: lab-calcium, unit: mg/dL }
  missing: { what: Calcium, value-set: lab-calcium }
episodes:
  ask: When was the tumor in remission, and when did it come back?
  episodes:
    therapy: therapy
    remission: [{ resource: Observation, code: lab-status, value: status-better }]
    recurrence:
      - { resource: Condition, code: dx-narrow-tumor }
      - { resource: Condition, code: dx-tumor, confirmed: true, where: "clinicalStatus.coding.exists(code = 'relapse')", dated: recorded }
calcium-now:
  ask: What is the calcium in the present episode, since the last therapy?
  latest:
    resource: Observation
    code: lab-calcium
    unit: mg/dL
    episode: episodes
    stale-after: therapy
    any-in-episode: review
  doubt: [{ resource: Condition, code: dx-other-tumor }]
calcium-with-status:
  ask: What is the calcium of the latest specimen with a bad status?
  paired:
    resource: Observation
    code: lab-calcium
    unit: mg/dL
    with: { code: lab-status, unit: '%', present: status-worse, absent: status-better }
drugs-failed:
  ask: How many drugs have failed?
  failures:
    drugs: [{ resource: [MedicationAdministration, MedicationStatement], code: [rx-drug, rx-product] }]
    progression: [{ resource: Observation, code: lab-status, value: status-worse }]
    reasons: status-worse
days-since-scan:
  ask: How many days before the infusion was the last scan?
  days-before-infusion:
    events: [{ resource: Procedure, code: px-scan }]
    unclear: [{ resource: Condition, code: dx-other-tumor }]
status-latest:
  ask: Is the latest status bad?
  yes: [{ resource: Observation, code: lab-status, value: status-worse }]
  no: [{ resource: Observation, code: lab-status, value: status-better }]
  latest-decides: true
  incomplete: [{ resource: Condition, code: dx-other-tumor }]
status-ever:
  ask: Was the status ever bad?
  yes: [{ resource: Observation, code: lab-status, value: status-worse }]
  no: [{ resource: Observation, code: lab-status, value: status-better, untreated: episodes }]
  yes-prevails: true
status-since-last-dose:
  ask: Was the status bad after the last dose?
  yes: [{ resource: Observation, code: lab-status, value: status-worse, newer-than: therapy }]
drug-ordered:
  ask: Is the drug or another product ordered?
  yes: [{ resource: MedicationRequest, code: [rx-drug, rx-product], intended: true, other-than: ordered-product }]
changed:
  ask: Did the tumor change its kind? No record says so.
  no: [{ resource: Condition, code: dx-other-tumor }]
  doubt-of-no: [{ resource: Condition, code: dx-narrow-tumor }]
age-unplanned:
  ask: How old is the patient at the infusion, or within half a year?
  age: infusion
  unplanned-months: 6
age:
  ask: How old is the patient at the infusion?
  age: infusion
outpatient:
  ask: Is the infusion planned in an outpatient setting?
  setting: outpatient
inpatient:
  ask: Is the infusion planned in an inpatient setting?
  setting: inpatient
tumor-reported:
  ask: Does a report of the scan show the tumor?
  yes: [{ resource: Condition, code: dx-tumor, reported: px-scan }]
`;

const policy = (criteria: string, definitions: string): string => `id: small
title: Small policy
payer: small-payer
version: '1'
effective: '2025-01-01'
lines: [one]
prior-authorization: { inpatient: required, outpatient: not-required }
submit: { text: Send it }
otherwise: not covered
products: [product]
anomalies:
  always: { text: Touches the criterion always }
  open: { text: Touches the criterion while it is open }
${definitions === '' ? '' : `definitions:\n${indent(definitions, 2)}`}
indications:
  - id: tumor
    title: Tumor
    products: [product]
    diseases: [tumor]
    criteria:
${indent(criteria, 6)}
`;

const indent = (text: string, by: number): string =>
  text
    .split('\n')
    .map((line) => `${' '.repeat(by)}${line}`)
    .join('\n');

/** The files of a library with one payer, one product, and one policy of the given criteria (YAML, a list). */
export const smallFiles = (criteria: string, definitions = ''): readonly DataFile[] => [
  {
    path: 'shared/code-systems.yaml',
    text: `
- { uri: '${snomed}', name: SNOMED CT, aliases: ['urn:oid:2.16.840.1.113883.6.96'] }
- { uri: '${loinc}', name: LOINC }
- { uri: '${rxnorm}', name: RxNorm }
- { uri: '${icd10}', name: ICD-10-CM, form: icd-10 }
- { uri: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', name: ActCode }
`,
  },
  ...(Object.keys(CODES) as ValueSetId[]).map(valueSet),
  { path: 'shared/settings.yaml', text: 'inpatient: [pos-inpatient]\noutpatient: [pos-outpatient]\n' },
  {
    path: 'shared/products.yaml',
    text: `
products:
  product: { generic: productcel, brand: Product, codes: [rx-product], names: [productcel], course-days: 12 }
general: { codes: [], names: [cell therapy] }
unclassified: { codes: [] }
`,
  },
  {
    path: 'shared/diseases.yaml',
    text: `
tumor: { codes: [dx-tumor], icd-10-cm: [C91.0], names: [tumor] }
narrow-tumor: { within: tumor, codes: [dx-narrow-tumor], names: [narrow tumor] }
other-tumor: { codes: [dx-other-tumor], names: [other tumor] }
`,
  },
  { path: 'payers/plan-lines.yaml', text: 'lines: { one: Line one, two: Line two }\nsigns: []\n' },
  { path: 'payers/small-payer.yaml', text: 'id: small-payer\nname: Small Payer\nnames: [Small Payer]\n' },
  {
    path: 'shared/queries.yaml',
    text: [
      'Condition',
      'Observation',
      'Procedure',
      'MedicationRequest',
      'MedicationAdministration',
      'MedicationStatement',
    ]
      .map((type) => `${type.charAt(0).toLowerCase()}${type.slice(1)}s: { resource: ${type} }`)
      .join('\n'),
  },
  { path: 'shared/facts/small.yaml', text: FACTS },
  { path: 'small/policy.yaml', text: policy(criteria, definitions) },
];

/** @throws Error with every problem of the files */
export function libraryOf(files: readonly DataFile[]): Library {
  const library = createLibrary(files);
  if ('problems' in library) throw new Error(printed(library.problems).join('\n'));
  return library;
}

const built = new Map<string, Library>();

/** Built once for the same criteria, so that a property may ask for it at every run. */
export function smallLibrary(criteria: string, definitions = ''): Library {
  const key = `${criteria}\n---\n${definitions}`;
  const library = built.get(key) ?? libraryOf(smallFiles(criteria, definitions));
  built.set(key, library);
  return library;
}

/** `file:line message`, as the service prints them when it does not start. */
export const printed = (problems: readonly Problem[]): readonly string[] =>
  problems.map(({ file, line, message }) => `${file}:${line} ${message}`);
