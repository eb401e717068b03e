import { isUcum } from '../../src/fhir/quantity.ts';
import type { DataFile } from '../../src/policy/data-files.ts';
import { factsFileSchema } from '../../src/policy/fact-schema.ts';
import { CLINICAL, type RetrieveSource } from '../../src/policy/retrieve-schema.ts';
import type { Library } from '../../src/policy/library.ts';
import { parseYaml, type ParsedFile } from '../../src/policy/parse.ts';
import type { Finding } from './findings.ts';

/** Retrieves that can find nothing, and units that are none. */

const ICD10 = 'http://hl7.org/fhir/sid/icd-10-cm';
const SNOMED = 'http://snomed.info/sct';
const LOINC = 'http://loinc.org';
const ICDO3 = 'http://terminology.hl7.org/CodeSystem/icd-o-3';
const HCPCS = 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets';
const CPT = 'http://www.ama-assn.org/go/cpt';
const DRUGS = [
  'http://www.nlm.nih.gov/research/umls/rxnorm',
  'http://hl7.org/fhir/sid/ndc',
  'http://www.whocc.no/atc',
  SNOMED,
  HCPCS,
];
const PROCEDURES = [CPT, HCPCS, SNOMED, 'http://www.cms.gov/Medicare/Coding/ICD10'];

/** Code systems that each element is coded in: R4's example bindings and US Core, and what billing adds. */
const SYSTEMS: Readonly<Record<string, readonly string[]>> = {
  'Condition.code': [ICD10, SNOMED, ICDO3],
  'Condition.morphology': [SNOMED, ICDO3],
  'Observation.code': [LOINC, SNOMED],
  'Procedure.code': PROCEDURES,
  'MedicationStatement.code': DRUGS,
  'MedicationRequest.code': DRUGS,
  'MedicationAdministration.code': DRUGS,
  'MedicationDispense.code': DRUGS,
  'DiagnosticReport.code': [LOINC, SNOMED, CPT],
  'DiagnosticReport.conclusionCode': [SNOMED, ICD10, ICDO3],
  'DocumentReference.code': [LOINC, SNOMED],
  'ServiceRequest.code': [...PROCEDURES, ...DRUGS, LOINC],
};

export function factFindings(files: readonly DataFile[], library: Library): readonly Finding[] {
  return files
    .filter(({ path }) => path.startsWith('shared/facts/'))
    .flatMap(({ path, text }) => {
      const parsed = parseYaml(path, text, factsFileSchema);
      return 'value' in parsed ? ofFile(parsed, library) : [];
    });
}

function ofFile(parsed: ParsedFile<object>, library: Library): readonly Finding[] {
  const findings: Finding[] = [];
  const walk = (value: unknown, path: readonly PropertyKey[]): void => {
    if (typeof value !== 'object' || value === null) return;
    const problem = (key: string | undefined, message: string): void => {
      findings.push({
        kind: 'problem',
        file: parsed.file,
        line: parsed.lineOf(key === undefined ? path : [...path, key]),
        message: `fact "${String(path[0])}": ${message}`,
      });
    };
    if ('resource' in value && 'code' in value) ofRetrieve(value as RetrieveSource, library, problem);
    if ('unit' in value && typeof value.unit === 'string' && !isUcum(value.unit))
      problem('unit', `"${value.unit}" is not a UCUM unit`);
    for (const [key, item] of Object.entries(value))
      walk(item, [...path, Array.isArray(value) ? Number(key) : key]);
  };
  walk(parsed.value, []);
  return findings;
}

function ofRetrieve(
  retrieve: RetrieveSource,
  { terminology }: Library,
  problem: (key: string | undefined, message: string) => void,
): void {
  const { element = 'code', code, clinical, where = '' } = retrieve;
  const types = [retrieve.resource].flat();
  const fits = (type: string, set: string): boolean => {
    const systems = SYSTEMS[`${type}.${element}`];
    const keys = [...(terminology.valueSets.get(set)?.concepts.keys() ?? [])];
    return (
      systems === undefined || keys.some((key) => systems.some((system) => key.startsWith(`${system}|`)))
    );
  };
  const sets = code ?? [];
  const systemless = types.filter((type) => !sets.some((set) => fits(type, set)));
  for (const type of systemless)
    problem('code', `no code of ${sets.join(', ')} is of a system that ${type}.${element} is coded in`);
  for (const set of systemless.length === types.length ? [] : sets)
    if (!types.some((type) => fits(type, set)))
      problem('code', `no code of ${set} is of a system that ${types.join(' or ')} ${element} is coded in`);
  if (!types.includes('Condition') && clinical !== undefined)
    problem('clinical', 'clinical statuses are asked of a Condition, and none is read');
  const asked = clinicalStatuses(where);
  const accepted = CLINICAL[clinical ?? 'active'];
  if (asked.length > 0 && !asked.some((status) => accepted.includes(status)))
    problem(
      'where',
      `can never be true: it asks for the clinical status ${asked.join(' or ')}, and only ${accepted.join(', ')} count`,
    );
  const [one, other] = contradiction(where);
  if (other !== undefined)
    problem('where', `can never be true: ${String(one)} and ${other} are asked of the same element`);
}

/** Codes that `clinicalStatus.coding.exists(code = 'a' or code = 'b')` asks for. */
const clinicalStatuses = (where: string): readonly string[] => {
  const asked = /clinicalStatus\.coding\.(?:exists|where)\(([^)]*)\)/.exec(where)?.[1] ?? '';
  return / and /.test(asked)
    ? []
    : [...asked.matchAll(/code\s*=\s*'([^']+)'/g)].flatMap((item) => item[1] ?? []);
};

/** `status = 'a' and status = 'b'`: two values asked of one element, with nothing between them but "and". */
function contradiction(where: string): readonly string[] {
  for (const clause of where.split(/[()]|\bor\b/)) {
    const asked = [...clause.matchAll(/([A-Za-z.]+)\s*=\s*('[^']*'|[\d.]+)/g)];
    for (const [index, [text, element, value]] of asked.entries()) {
      const other = asked.slice(index + 1).find((item) => item[1] === element && item[2] !== value);
      if (other !== undefined) return [text, other[0]];
    }
  }
  return [];
}
