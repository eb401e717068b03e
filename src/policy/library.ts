import * as z from 'zod';
import { compileCondition } from '../fhir/fhirpath.ts';
import { isObject, type JsonObject } from '../fhir/json.ts';
import { createTerminology, type Terminology } from '../fhir/terminology.ts';
import {
  FACT_TYPES,
  factsFileSchema,
  name,
  retrievesOf,
  type Fact,
  type Retrieve,
  type RetrieveSource,
} from './fact.ts';
import { parseYaml, suggestion, type ParsedFile, type Problem } from './parse.ts';
import {
  buildPolicy,
  flatten,
  policySchema,
  type CriterionSource,
  type Policy,
  type PolicySource,
} from './policy.ts';

/** A CAR-T product: the codes that name it on an order, and the names that name it in text. */
export interface Product {
  readonly id: string;
  readonly generic: string;
  readonly brand: string;
  readonly codes: readonly string[];
  readonly names: readonly string[];
  /** Days that one course of several infusions takes; an infusion that many days earlier is the same course. */
  readonly courseDays: number;
}

/** Codes and words that say CAR-T, or any drug, without naming the product. */
export interface ProductLibrary {
  readonly products: readonly Product[];
  readonly generalCodes: readonly string[];
  readonly generalNames: readonly string[];
  readonly unclassifiedCodes: readonly string[];
}

/** A disease as charts name it, within a wider one. */
export interface Disease {
  readonly id: string;
  readonly within: string | undefined;
  readonly codes: readonly string[];
  /** ICD-10-CM categories, by their first characters, dots left out. */
  readonly icd10: readonly string[];
  readonly names: readonly string[];
}

export interface Payer {
  readonly id: string;
  readonly name: string;
  readonly identifiers: readonly { readonly system: string; readonly value: string }[];
  readonly names: readonly string[];
}

/** What one code or word in a Coverage says of its plan line: one of these lines. */
export interface PlanLineSign {
  readonly lines: readonly string[];
  readonly codes: readonly { readonly system: string; readonly code: string }[];
  readonly words: readonly string[];
}

export interface PlanLines {
  readonly lines: ReadonlyMap<string, string>;
  readonly signs: readonly PlanLineSign[];
}

/** One query for a part of a chart: a prefetch key, a resource type, and search parameters beside the patient. */
export interface ChartQuery {
  readonly key: string;
  readonly type: string;
  readonly search: string | undefined;
}

/** Everything in `cds-services/`, checked and compiled. */
export interface Library {
  readonly terminology: Terminology;
  readonly settings: { readonly inpatient: readonly string[]; readonly outpatient: readonly string[] };
  readonly products: ProductLibrary;
  readonly diseases: ReadonlyMap<string, Disease>;
  readonly payers: ReadonlyMap<string, Payer>;
  readonly planLines: PlanLines;
  readonly queries: readonly ChartQuery[];
  readonly facts: ReadonlyMap<string, Fact>;
  readonly policies: readonly Policy[];
}

/** A file of `cds-services/`, its path relative to that folder. */
export interface DataFile {
  readonly path: string;
  readonly text: string;
}

const words = z.array(z.string().min(1)).default([]);
const valueSetNames = z.array(name).default([]);

const codeSystemsSchema = z.array(
  z.strictObject({
    uri: z.string().min(1),
    name: z.string().min(1),
    form: z.enum(['icd-10', 'icd-o-3', 'ndc']).optional(),
    aliases: z.array(z.string()).default([]),
  }),
);
const productsSchema = z.strictObject({
  products: z.record(
    name,
    z.strictObject({
      generic: z.string(),
      brand: z.string(),
      codes: z.array(name).min(1),
      names: words,
      'course-days': z.int().min(0).default(0),
    }),
  ),
  general: z.strictObject({ codes: valueSetNames, names: words }),
  unclassified: z.strictObject({ codes: valueSetNames }),
});
const diseasesSchema = z.record(
  name,
  z.strictObject({
    within: name.optional(),
    codes: valueSetNames,
    'icd-10-cm': z.array(z.string()).default([]),
    names: words,
  }),
);
const queriesSchema = z.record(
  z.string().regex(/^[a-z][A-Za-z]*$/, 'a prefetch key is written in camel case'),
  z.strictObject({
    resource: z.enum([...FACT_TYPES, 'QuestionnaireResponse']),
    search: z
      .string()
      .regex(/^[a-z-]+=[^&,]+$/, 'one parameter with one value')
      .optional(),
  }),
);
const settingsSchema = z.strictObject({ inpatient: z.array(name).min(1), outpatient: z.array(name).min(1) });
const payerSchema = z.strictObject({
  id: name,
  name: z.string().min(1),
  identifiers: z
    .array(z.strictObject({ system: z.string(), value: z.string({ error: 'quote the value' }) }))
    .default([]),
  names: words,
});
const planLinesSchema = z.strictObject({
  lines: z.record(name, z.string().min(1)),
  signs: z.array(
    z.strictObject({
      lines: z.array(name).min(1),
      codes: z
        .array(z.strictObject({ system: z.string(), code: z.string({ error: 'quote the code' }) }))
        .default([]),
      words,
    }),
  ),
});

/**
 * Reads `cds-services/`: every file checked, every name resolved, every expression compiled.
 * @returns the library, or all problems at once
 */
export function createLibrary(
  files: readonly DataFile[],
): Library | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const report = (file: ParsedFile<unknown>, path: readonly PropertyKey[], message: string): void => {
    problems.push({ file: file.file, line: file.lineOf(path), message });
  };
  const read = <S extends z.ZodType>(
    file: DataFile | undefined,
    path: string,
    schema: S,
  ): ParsedFile<z.output<S>> | undefined => {
    if (file === undefined) {
      problems.push({ file: path, line: 1, message: 'this file is missing' });
      return undefined;
    }
    const parsed = parseYaml(file.path, file.text, schema);
    if ('value' in parsed) return parsed;
    problems.push(...parsed);
    return undefined;
  };
  const one = <S extends z.ZodType>(path: string, schema: S): ParsedFile<z.output<S>> | undefined =>
    read(
      files.find((file) => file.path === path),
      path,
      schema,
    );
  const every = <S extends z.ZodType>(pattern: RegExp, schema: S): readonly ParsedFile<z.output<S>>[] =>
    files
      .filter((file) => pattern.test(file.path))
      .map((file) => read(file, file.path, schema))
      .filter((parsed) => parsed !== undefined);

  const valueSets = files
    .filter(({ path }) => /^shared\/value-sets\/[^/]+\.json$/.test(path))
    .flatMap((file) => readValueSet(file, problems));
  const codeSystems = one('shared/code-systems.yaml', codeSystemsSchema);
  const terminology = createTerminology(
    codeSystems?.value ?? [],
    valueSets.map(({ resource }) => resource),
  );
  for (const { path, resource } of valueSets) checkValueSet(resource, path, terminology, problems);

  const checkName = (
    file: ParsedFile<unknown>,
    path: readonly PropertyKey[],
    kind: string,
    wanted: string,
    known: ReadonlyMap<string, unknown> | ReadonlySet<string>,
    where: string,
  ): void => {
    if (!known.has(wanted)) {
      report(
        file,
        path,
        `${where} asks for the undeclared ${kind} "${wanted}"${suggestion(wanted, known.keys())}`,
      );
    }
  };
  const checkValueSets = (
    file: ParsedFile<unknown>,
    path: readonly PropertyKey[],
    ids: readonly string[],
    where: string,
  ): void => {
    for (const id of ids) checkName(file, path, 'value set', id, terminology.valueSets, where);
  };

  const settings = one('shared/settings.yaml', settingsSchema);
  if (settings !== undefined) {
    checkValueSets(settings, ['inpatient'], settings.value.inpatient, 'inpatient');
    checkValueSets(settings, ['outpatient'], settings.value.outpatient, 'outpatient');
  }

  const products = one('shared/products.yaml', productsSchema);
  if (products !== undefined) {
    for (const [id, product] of Object.entries(products.value.products)) {
      checkValueSets(products, ['products', id, 'codes'], product.codes, `product "${id}"`);
    }
    checkValueSets(products, ['general', 'codes'], products.value.general.codes, 'general');
    checkValueSets(products, ['unclassified', 'codes'], products.value.unclassified.codes, 'unclassified');
  }

  const diseases = one('shared/diseases.yaml', diseasesSchema);
  const diseaseMap = new Map<string, Disease>(
    Object.entries(diseases?.value ?? {}).map(([id, disease]) => [
      id,
      {
        id,
        within: disease.within,
        codes: disease.codes,
        icd10: disease['icd-10-cm'].map((c) => c.replaceAll('.', '')),
        names: disease.names,
      },
    ]),
  );
  if (diseases !== undefined) {
    for (const disease of diseaseMap.values()) {
      checkValueSets(diseases, [disease.id, 'codes'], disease.codes, `disease "${disease.id}"`);
      if (disease.within !== undefined) {
        checkName(
          diseases,
          [disease.id, 'within'],
          'disease',
          disease.within,
          diseaseMap,
          `disease "${disease.id}"`,
        );
      }
      if (ancestry(disease.id, diseaseMap) === undefined) {
        report(diseases, [disease.id, 'within'], `disease "${disease.id}" stands within itself`);
      }
    }
  }

  const planLines = one('payers/plan-lines.yaml', planLinesSchema);
  const lineNames = new Map(Object.entries(planLines?.value.lines ?? {}));
  if (planLines !== undefined) {
    for (const [index, sign] of planLines.value.signs.entries()) {
      for (const line of sign.lines) {
        checkName(planLines, ['signs', index, 'lines'], 'plan line', line, lineNames, 'a sign');
      }
    }
  }
  const payers = new Map<string, Payer>();
  for (const file of every(/^payers\/(?!plan-lines)[^/]+\.yaml$/, payerSchema)) {
    if (payers.has(file.value.id)) report(file, ['id'], `payer "${file.value.id}" is declared twice`);
    payers.set(file.value.id, file.value);
  }

  const facts = new Map<string, Fact>();
  const factFiles = every(/^shared\/facts\/[^/]+\.yaml$/, factsFileSchema);
  for (const file of factFiles) {
    for (const [id, source] of Object.entries(file.value)) {
      if (facts.has(id)) report(file, [id], `fact "${id}" is declared twice`);
      const fact = buildFact(id, source, (retrieve, path) =>
        compileRetrieve(file, [id, ...path], id, retrieve),
      );
      facts.set(id, fact);
    }
  }
  function compileRetrieve(
    file: ParsedFile<unknown>,
    path: readonly PropertyKey[],
    fact: string,
    { where, ...retrieve }: RetrieveSource,
  ): Retrieve {
    checkValueSets(
      file,
      path,
      [...retrieve.code, ...(retrieve.value ?? []), ...(retrieve.focus ?? [])],
      `fact "${fact}"`,
    );
    for (const disease of retrieve.for ?? [])
      checkName(file, path, 'disease', disease, diseaseMap, `fact "${fact}"`);
    const conditions = new Map<string, ReturnType<typeof compileCondition>>();
    for (const type of where === undefined ? [] : retrieve.resource) {
      try {
        conditions.set(type, compileCondition(where ?? '', type, terminology));
      } catch (error) {
        report(
          file,
          path,
          `fact "${fact}": the expression ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
    return { ...retrieve, conditions };
  }
  for (const file of factFiles) {
    for (const [id, source] of Object.entries(file.value)) {
      const fact = facts.get(id);
      for (const { since } of fact === undefined ? [] : retrievesOf(fact)) {
        if (since !== undefined && facts.get(since)?.kind !== 'events') {
          report(
            file,
            [id],
            `fact "${id}": since needs a fact with events; "${since}" is not one${suggestion(since, facts.keys())}`,
          );
        }
      }
      const missing = 'missing' in source ? source.missing?.['value-set'] : undefined;
      if (missing !== undefined) checkValueSets(file, [id, 'missing'], [missing], `fact "${id}"`);
    }
  }

  const queries = one('shared/queries.yaml', queriesSchema);
  const queryList = Object.entries(queries?.value ?? {}).map(([key, query]) => ({
    key,
    type: query.resource,
    search: query.search,
  }));
  if (queries !== undefined) {
    for (const type of new Set(
      [...facts.values()].flatMap(retrievesOf).flatMap(({ resource }) => resource),
    )) {
      if (!queryList.some((query) => query.type === type)) {
        report(queries, [], `facts read ${type}, and no query asks for it`);
      }
    }
  }

  const productIds = new Set(Object.keys(products?.value.products ?? {}));
  const policies: Policy[] = [];
  for (const file of every(/^[^/]+\/policy\.yaml$/, policySchema)) {
    const source = file.value;
    const where = `policy "${source.id}"`;
    const before = problems.length;
    if (policies.some(({ id, version }) => id === source.id && version === source.version)) {
      report(file, ['id'], `${where} version ${source.version} is declared twice`);
    }
    checkName(file, ['payer'], 'payer', source.payer, payers, where);
    for (const line of source.lines) checkName(file, ['lines'], 'plan line', line, lineNames, where);
    for (const product of source.products)
      checkName(file, ['products'], 'product', product, productIds, where);
    for (const [index, indication] of source.indications.entries()) {
      for (const product of indication.products) {
        checkName(
          file,
          ['indications', index, 'products'],
          'product',
          product,
          new Set(source.products),
          `indication "${indication.id}"`,
        );
      }
      for (const disease of indication.diseases) {
        checkName(
          file,
          ['indications', index, 'diseases'],
          'disease',
          disease,
          diseaseMap,
          `indication "${indication.id}"`,
        );
      }
    }
    checkCriteria(file, source, facts, checkName, report);
    if (problems.length === before) policies.push(buildPolicy(source));
  }
  if (policies.length === 0 && problems.length === 0) {
    problems.push({ file: '.', line: 1, message: 'no <policy>/policy.yaml was found' });
  }

  if (problems.length > 0)
    return { problems: problems.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line) };
  return {
    terminology,
    settings: settings?.value ?? { inpatient: [], outpatient: [] },
    products: {
      products: Object.entries(products?.value.products ?? {}).map(
        ([id, { 'course-days': courseDays, ...product }]) => ({ id, ...product, courseDays }),
      ),
      generalCodes: products?.value.general.codes ?? [],
      generalNames: products?.value.general.names ?? [],
      unclassifiedCodes: products?.value.unclassified.codes ?? [],
    },
    diseases: diseaseMap,
    payers,
    planLines: { lines: lineNames, signs: planLines?.value.signs ?? [] },
    queries: queryList,
    facts,
    policies,
  };
}

/** A disease and the wider ones that it stands within; undefined when they go in a circle. */
export function ancestry(id: string, diseases: ReadonlyMap<string, Disease>): readonly string[] | undefined {
  const line: string[] = [];
  for (let at: string | undefined = id; at !== undefined; at = diseases.get(at)?.within) {
    if (line.includes(at)) return undefined;
    line.push(at);
  }
  return line;
}

/** The facts that a policy asks, and those that they refer to. */
export function factsOf(policy: Policy, facts: ReadonlyMap<string, Fact>): readonly Fact[] {
  const asked = policy.indications
    .flatMap(({ criteria }) => flatten(criteria))
    .flatMap(({ when, test }) => [
      ...(when === undefined ? [] : [when]),
      ...(test.kind === 'fact' ? [test.fact] : []),
    ])
    .flatMap((id) => facts.get(id) ?? []);
  const since = asked
    .flatMap(retrievesOf)
    .flatMap((retrieve) => (retrieve.since === undefined ? [] : (facts.get(retrieve.since) ?? [])));
  return [...new Set([...asked, ...since])];
}

function buildFact(
  id: string,
  source: z.output<typeof factsFileSchema>[string],
  compile: (retrieve: RetrieveSource, path: readonly PropertyKey[]) => Retrieve,
): Fact {
  const compileAll = (key: string, list: readonly RetrieveSource[] | undefined): readonly Retrieve[] =>
    (list ?? []).map((retrieve, index) => compile(retrieve, [key, index]));
  const missing = (value: { what: string; 'value-set'?: string | undefined } | undefined) =>
    value === undefined
      ? undefined
      : { what: value.what, ...(value['value-set'] === undefined ? {} : { valueSet: value['value-set'] }) };
  const named = { name: id, ask: source.ask };
  if ('age' in source) return { ...named, kind: 'age', at: source.age };
  if ('setting' in source) return { ...named, kind: 'setting', setting: source.setting };
  if ('events' in source) return { ...named, kind: 'events', events: compileAll('events', source.events) };
  if ('latest' in source) {
    const { unit, resource, ...rest } = source.latest;
    return {
      ...named,
      kind: 'measurement',
      unit,
      retrieve: compile({ ...rest, resource: [resource] }, ['latest']),
      missing: missing(source.missing),
    };
  }
  return {
    ...named,
    kind: 'question',
    yes: compileAll('yes', source.yes),
    no: compileAll('no', source.no),
    doubt: compileAll('doubt', source.doubt),
    signs: compileAll('signs', source.signs),
    missing: missing(source.missing),
  };
}

function checkCriteria(
  file: ParsedFile<unknown>,
  source: PolicySource,
  facts: ReadonlyMap<string, Fact>,
  checkName: (
    file: ParsedFile<unknown>,
    path: readonly PropertyKey[],
    kind: string,
    wanted: string,
    known: ReadonlyMap<string, unknown>,
    where: string,
  ) => void,
  report: (file: ParsedFile<unknown>, path: readonly PropertyKey[], message: string) => void,
): void {
  const anomalies = new Map(Object.entries(source.anomalies ?? {}));
  const definitions = new Map(Object.entries(source.definitions ?? {}));
  const check = (
    criterion: CriterionSource,
    path: readonly PropertyKey[],
    name: string,
    seen: Set<string>,
  ): void => {
    const where = criterion.id === undefined ? name : `criterion "${criterion.id}"`;
    if (criterion.id !== undefined) {
      if (seen.has(criterion.id)) report(file, [...path, 'id'], `${where} is there twice`);
      seen.add(criterion.id);
    }
    for (const key of ['fact', 'when'] as const) {
      const wanted = criterion[key];
      if (wanted === undefined) continue;
      checkName(file, [...path, key], 'fact', wanted, facts, where);
      const fact = facts.get(wanted);
      const measured = fact?.kind === 'age' || fact?.kind === 'measurement';
      const compared = ['at-least', 'more-than', 'at-most', 'less-than'].some(
        (item) => item in criterion && key === 'fact',
      );
      if (fact?.kind === 'events')
        report(file, [...path, key], `${where}: "${wanted}" lists events and answers no question`);
      if (measured && !compared)
        report(
          file,
          [...path, key],
          `${where}: "${wanted}" is a quantity; add at-least, more-than, at-most or less-than`,
        );
      if (fact !== undefined && !measured && compared)
        report(file, [...path, key], `${where}: "${wanted}" is not a quantity and cannot be compared`);
    }
    for (const { id } of criterion.anomalies ?? []) {
      checkName(file, [...path, 'anomalies'], 'anomaly', id, anomalies, where);
    }
    if (criterion.definition !== undefined) {
      checkName(file, [...path, 'definition'], 'definition', criterion.definition, definitions, where);
      if (name.startsWith('definition'))
        report(file, path, `${where}: a definition may not use another definition`);
    }
    for (const kind of ['all', 'any', 'none'] as const) {
      for (const [index, part] of (criterion[kind] ?? []).entries()) {
        check(part, [...path, kind, index], where, seen);
      }
    }
  };
  for (const [id, definition] of definitions) {
    check(definition, ['definitions', id], `definition "${id}"`, new Set());
  }
  for (const [index, indication] of source.indications.entries()) {
    const seen = new Set<string>();
    for (const [at, criterion] of indication.criteria.entries()) {
      check(criterion, ['indications', index, 'criteria', at], `indication "${indication.id}"`, seen);
    }
  }
}

function readValueSet(
  file: DataFile,
  problems: Problem[],
): readonly { readonly path: string; readonly resource: JsonObject }[] {
  try {
    const resource: unknown = JSON.parse(file.text);
    if (isObject(resource)) return [{ path: file.path, resource }];
    problems.push({ file: file.path, line: 1, message: 'is not a JSON object' });
  } catch (error) {
    problems.push({
      file: file.path,
      line: 1,
      message: `is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    });
  }
  return [];
}

function checkValueSet(
  resource: JsonObject,
  path: string,
  terminology: Terminology,
  problems: Problem[],
): void {
  const id = path.replace(/^.*\//, '').replace(/\.json$/, '');
  const report = (message: string): void => void problems.push({ file: path, line: 1, message });
  if (resource['resourceType'] !== 'ValueSet') return report('is not a FHIR ValueSet');
  if (resource['id'] !== id)
    report(`its id is "${String(resource['id'])}" but its file says "${id}"; make them the same`);
  const include = (resource['compose'] as JsonObject | undefined)?.['include'];
  for (const [index, part] of (Array.isArray(include) ? (include as readonly JsonObject[]) : []).entries()) {
    if (!terminology.codeSystems.some(({ uri }) => uri === part['system'])) {
      report(
        `compose.include[${index}].system "${String(part['system'])}" is not the preferred URI of a system in code-systems.yaml`,
      );
    }
  }
  if ((terminology.valueSets.get(id)?.concepts.size ?? 0) === 0) report('holds no code');
}
