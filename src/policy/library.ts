import type * as z from 'zod';
import { checkCriteria, checkValueSet, checkVersions, factNames, readValueSet } from './checks.ts';
import { buildFact } from './fact-building.ts';
import {
  codeSystemsSchema,
  companionOrdersSchema,
  productsSchema,
  diseasesSchema,
  queriesSchema,
  settingsSchema,
  payerSchema,
  planLinesSchema,
  type DataFile,
} from './data-files.ts';
import { conditionOf, hasElement, type checkCondition, type Condition } from '../fhir/fhirpath.ts';
import { createTerminology, type Terminology } from '../fhir/terminology.ts';
import { referencesOf, typesOf, type Fact, type Retrieve } from './fact.ts';
import { factsFileSchema } from './fact-schema.ts';
import type { RetrieveSource } from './retrieve-schema.ts';
import { readIngredients } from './ingredients.ts';
import type { ParsedFile, Problem, YamlParser } from './parse.ts';
import {
  buildPolicy,
  flatten,
  policySchema,
  type Criterion,
  type NamesOrAny,
  type Policy,
} from './policy.ts';
import { suggestion } from './suggestion.ts';
import {
  ancestry,
  type ChartQuery,
  type CompanionOrder,
  type Disease,
  type Payer,
  type PlanLines,
  type ProductLibrary,
} from './vocabulary.ts';
import { readVignetteIndexes, type VignetteIndex } from './vignette-index.ts';

/** Everything in `cds-services/`, checked and compiled. */
export interface Library {
  readonly terminology: Terminology;
  /** Ingredients by `system|code`. */
  readonly ingredients: ReadonlyMap<string, readonly string[]>;
  readonly settings: { readonly inpatient: readonly string[]; readonly outpatient: readonly string[] };
  readonly products: ProductLibrary;
  readonly diseases: ReadonlyMap<string, Disease>;
  readonly payers: ReadonlyMap<string, Payer>;
  readonly planLines: PlanLines;
  readonly queries: readonly ChartQuery[];
  readonly facts: ReadonlyMap<string, Fact>;
  readonly policies: readonly Policy[];
  readonly companionOrders: readonly CompanionOrder[];
  /** What the project's vignettes show of each policy that they were counted for. */
  readonly vignettes: readonly VignetteIndex[];
}

/** How the files of a library are read: to be checked, or as they were found right before. */
export interface Reading {
  readonly parse: YamlParser;
  /** @throws Error with what is wrong with an expression over a resource type */
  readonly checkCondition: typeof checkCondition;
}

/**
 * Makes a library of the files of `cds-services/`: every name is resolved.
 * @returns the library, or all problems at once
 */
export function buildLibrary(
  files: readonly DataFile[],
  { parse, checkCondition }: Reading,
): Library | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  /** Files of the wrong shape: the names that they use are checked all the same. */
  const failed: ParsedFile<unknown>[] = [];
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
    const parsed = parse(file.path, file.text, schema);
    if ('value' in parsed) return parsed;
    problems.push(...parsed.problems);
    if (parsed.raw !== undefined) failed.push(parsed.raw);
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

  const ingredients = readIngredients(files, terminology, problems);
  const vignettes = readVignetteIndexes(files, problems);

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
      const fact = buildFact(id, source, (retrieve, path, isPresence = false) => ({
        ...compileRetrieve(file, [id, ...path], id, retrieve),
        isPresence,
      }));
      facts.set(id, fact);
    }
  }
  function compileRetrieve(
    file: ParsedFile<unknown>,
    path: readonly PropertyKey[],
    fact: string,
    { where, code = [], ...retrieve }: RetrieveSource,
  ): Omit<Retrieve, 'isPresence'> {
    checkValueSets(
      file,
      path,
      [
        ...code,
        ...(retrieve.value ?? []),
        ...(retrieve.focus ?? []),
        ...(retrieve.with ?? []),
        ...(retrieve.reported ?? []),
      ],
      `fact "${fact}"`,
    );
    for (const disease of retrieve.for ?? [])
      checkName(file, path, 'disease', disease, diseaseMap, `fact "${fact}"`);
    for (const type of retrieve.resource) {
      if (retrieve.shows !== undefined && !hasElement(type, retrieve.shows))
        report(
          file,
          [...path, 'shows'],
          `fact "${fact}" shows ${type}.${retrieve.shows}, which R4 does not have`,
        );
    }
    const conditions = new Map<string, Condition>();
    if (where !== undefined)
      for (const type of retrieve.resource) {
        try {
          checkCondition(where, type, terminology);
          conditions.set(type, conditionOf(where, terminology));
        } catch (error) {
          report(
            file,
            path,
            `fact "${fact}": the expression ${error instanceof Error ? error.message : String(error)}`,
          );
        }
      }
    return { ...retrieve, code, conditions };
  }
  for (const file of factFiles) {
    for (const [id, source] of Object.entries(file.value)) {
      const fact = facts.get(id);
      for (const { name: wanted, kind } of fact === undefined ? [] : referencesOf(fact)) {
        if (facts.get(wanted)?.kind !== kind) {
          const known = [...facts.values()]
            .filter((other) => other.kind === kind)
            .map(({ name: other }) => other);
          report(
            file,
            [id],
            `fact "${id}" needs a fact with ${kind}; "${wanted}" is not one${suggestion(wanted, known)}`,
          );
        }
      }
      if (fact?.kind === 'failures') checkValueSets(file, [id, 'failures'], fact.reasons, `fact "${id}"`);
      if (fact?.kind === 'paired')
        checkValueSets(file, [id, 'paired', 'with'], [...fact.present, ...fact.absent], `fact "${id}"`);
      if (fact?.kind === 'events') {
        for (const { drugs } of fact.apart) checkValueSets(file, [id, 'apart'], drugs, `fact "${id}"`);
      }
      if (fact?.kind === 'lines')
        checkValueSets(file, [id, 'lines', 'holding'], fact.holding.flat(), `fact "${id}"`);
      for (const disease of fact?.kind === 'lines' ? (fact.assigned?.diseases ?? []) : [])
        checkName(file, [id, 'lines'], 'disease', disease, diseaseMap, `fact "${id}"`);
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
    for (const type of new Set([...facts.values()].flatMap(typesOf))) {
      if (!queryList.some((query) => query.type === type)) {
        report(queries, [], `facts read ${type}, and no query asks for it`);
      }
    }
  }

  const companionOrders: CompanionOrder[] = [];
  for (const file of every(/^shared\/companion-orders\.yaml$/, companionOrdersSchema)) {
    for (const [id, { 'value-set': valueSet, ...order }] of Object.entries(file.value)) {
      const where = `order "${id}"`;
      checkValueSets(file, [id, 'value-set'], [valueSet], where);
      for (const fact of order.supplies) checkName(file, [id, 'supplies'], 'fact', fact, facts, where);
      const coded = (element: 'code' | 'detail'): CompanionOrder['code'] | undefined => {
        const found = order[element];
        const key = found === undefined ? undefined : terminology.coding(found)?.key;
        const display = key === undefined ? undefined : terminology.display(key);
        if (found === undefined) return undefined;
        if (display === undefined || (element === 'code' && !terminology.includes([valueSet], key ?? '')))
          report(
            file,
            [id, element],
            `${where}: ${found.code} is not a code of a value set that it can come from`,
          );
        return { ...found, display: display ?? found.code };
      };
      const code = coded('code');
      if (code !== undefined)
        companionOrders.push({
          ...order,
          id,
          valueSet,
          code,
          detail: coded('detail'),
          category: order.category,
        });
    }
  }

  const productIds = new Set(Object.keys(products?.value.products ?? {}));
  const policies: Policy[] = [];
  const policyFiles = every(/^[^/]+\/policy\.yaml$/, policySchema);
  checkVersions(policyFiles, report);
  for (const file of policyFiles) {
    const source = file.value;
    const where = `policy "${source.id}"`;
    const before = problems.length;
    checkName(file, ['payer'], 'payer', source.payer, payers, where);
    const doubtful = source['doubtful-lines'];
    for (const line of [
      ...source.lines,
      ...(doubtful?.lines ?? []),
      ...(source['excluded-lines']?.lines ?? []),
      ...(source['prior-authorization']['by-line'] ?? []).flatMap(({ lines }) => lines),
    ])
      checkName(file, ['lines'], 'plan line', line, lineNames, where);
    const anomalies = new Map(Object.entries(source.anomalies ?? {}));
    if (doubtful !== undefined)
      checkName(file, ['doubtful-lines'], 'anomaly', doubtful.anomaly, anomalies, where);
    const indications = new Set(source.indications.map((indication) => indication.id));
    for (const [index, form] of (source.submit.forms ?? []).entries()) {
      for (const indication of form.indications ?? [])
        checkName(file, ['submit', 'forms', index], 'indication', indication, indications, where);
    }
    for (const product of listed(source.products))
      checkName(file, ['products'], 'product', product, productIds, where);
    for (const [index, indication] of source.indications.entries()) {
      if (indication.products === 'any' && source.products !== 'any')
        report(
          file,
          ['indications', index, 'products'],
          `indication "${indication.id}" is for any product, and the policy lists some`,
        );
      for (const product of listed(indication.products)) {
        checkName(
          file,
          ['indications', index, 'products'],
          'product',
          product,
          source.products === 'any' ? productIds : new Set(source.products),
          `indication "${indication.id}"`,
        );
      }
      for (const anomaly of indication.anomalies ?? [])
        checkName(file, ['indications', index, 'anomalies'], 'anomaly', anomaly, anomalies, where);
      for (const disease of listed(indication.diseases)) {
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
    checkCriteria(file, source, { facts, valueSets: terminology.valueSets }, checkName, report);
    if (problems.length === before) policies.push(buildPolicy(source));
  }
  for (const file of failed.filter((item) => /^[^/]+\/policy\.yaml$/.test(item.file))) {
    for (const { path, fact } of factNames(file.value))
      checkName(file, path, 'fact', fact, facts, 'a criterion');
  }
  if (policies.length === 0 && problems.length === 0) {
    problems.push({ file: '.', line: 1, message: 'no <policy>/policy.yaml was found' });
  }

  if (problems.length > 0)
    return { problems: problems.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line) };
  return {
    terminology,
    ingredients,
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
    companionOrders,
    vignettes,
  };
}

const listed = (names: NamesOrAny): readonly string[] => (names === 'any' ? [] : names);

/** The facts that a policy asks, and those that they refer to. */
export const factsOf = ({ indications }: Policy, facts: ReadonlyMap<string, Fact>): readonly Fact[] =>
  factsAsked(
    indications.flatMap(({ criteria }) => criteria),
    facts,
  );

/** The facts that criteria and their parts ask, and those that they refer to. */
export function factsAsked(
  criteria: readonly Criterion[],
  facts: ReadonlyMap<string, Fact>,
): readonly Fact[] {
  const asked = flatten(criteria)
    .flatMap(({ when, signals, within, test, ifNot, anomalies }) => [
      ...(when === undefined ? [] : [when]),
      ...(ifNot?.reviewIf === undefined ? [] : [ifNot.reviewIf]),
      ...anomalies.flatMap((anomaly) => anomaly.if?.fact ?? []),
      ...signals,
      ...(within === undefined ? [] : [within.therapy]),
      ...(within !== undefined && 'remission' in within ? [within.remission] : []),
      ...(test.kind === 'fact' ? [test.fact] : []),
    ])
    .flatMap((id) => facts.get(id) ?? []);
  const found = new Set(asked);
  for (const fact of found)
    for (const { name: id } of referencesOf(fact)) {
      const referred = facts.get(id);
      if (referred !== undefined) found.add(referred);
    }
  return [...found];
}
