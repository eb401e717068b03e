import { isObject, type JsonObject } from '../fhir/json.ts';
import type { Terminology } from '../fhir/terminology.ts';
import type { DataFile } from './data-files.ts';
import type { Fact } from './fact.ts';
import type { ParsedFile, Problem } from './parse.ts';
import { COMPARISONS, type CriterionSource } from './criterion.ts';
import type { PolicySource } from './policy.ts';

/** Checks of one file against the others: every name that it uses must be declared, every use must make sense. */

/** Forms of a criterion that hold criteria. */
const COMPOSITES = ['all', 'any', 'none', 'readings'] as const;

/** UCUM unit of a fact whose answer is a quantity: limits are written in it. */
function unitOf(fact: Fact): string | undefined {
  switch (fact.kind) {
    case 'measurement':
    case 'paired':
      return fact.unit;
    case 'series':
      return fact.change === 'rise-percent' ? '%' : fact.unit;
    case 'age':
      return 'a';
    case 'lines':
    case 'failures':
      return '1';
    case 'days-before':
      return 'd';
    case 'question':
    case 'setting':
    case 'events':
    case 'episodes':
      return undefined;
  }
}

/** The definitions that a criterion uses, through others too. */
function reachable(
  criterion: CriterionSource,
  definitions: ReadonlyMap<string, CriterionSource>,
  seen: Set<string> = new Set(),
): ReadonlySet<string> {
  const used = criterion.definition;
  const definition = used === undefined ? undefined : definitions.get(used);
  if (used !== undefined && definition !== undefined && !seen.has(used)) {
    seen.add(used);
    reachable(definition, definitions, seen);
  }
  for (const kind of COMPOSITES) for (const part of criterion[kind] ?? []) reachable(part, definitions, seen);
  return seen;
}

/** What criteria may name. */
export interface Declared {
  readonly facts: ReadonlyMap<string, Fact>;
  readonly valueSets: ReadonlyMap<string, unknown>;
}

/** Every criterion and definition of a policy: its facts, comparisons, anomalies and parts. */
export function checkCriteria(
  file: ParsedFile<unknown>,
  source: PolicySource,
  { facts, valueSets }: Declared,
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
  /** A fact that is asked, and the limits that it is compared with. */
  const checkFact = (
    wanted: string | undefined,
    limits: Pick<CriterionSource, (typeof COMPARISONS)[number]>,
    path: readonly PropertyKey[],
    where: string,
  ): void => {
    if (wanted === undefined) return;
    checkName(file, path, 'fact', wanted, facts, where);
    const fact = facts.get(wanted);
    if (fact === undefined) return;
    const unit = unitOf(fact);
    const compared = COMPARISONS.filter((comparison) => limits[comparison] !== undefined);
    if (fact.kind === 'events' || fact.kind === 'episodes')
      report(file, path, `${where}: "${wanted}" lists ${fact.kind} and answers no question`);
    if (unit !== undefined && compared.length === 0)
      report(
        file,
        path,
        `${where}: "${wanted}" is a quantity; add at-least, more-than, at-most or less-than`,
      );
    if (unit === undefined && compared.length > 0)
      report(file, path, `${where}: "${wanted}" is not a quantity and cannot be compared`);
    for (const comparison of compared)
      if (unit !== undefined && limits[comparison]?.unit !== unit)
        report(
          file,
          [...path.slice(0, -1), comparison],
          `${where}: "${wanted}" is in ${unit}; write the limit in it`,
        );
  };
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
    checkFact(criterion.fact, criterion, [...path, 'fact'], where);
    checkFact(criterion.when, {}, [...path, 'when'], where);
    const ifNot = criterion['if-not'];
    if (ifNot !== undefined && ifNot !== 'review')
      checkFact(ifNot['review-if'], {}, [...path, 'if-not', 'review-if'], where);
    for (const [index, { if: condition }] of (criterion.anomalies ?? []).entries())
      if (condition !== undefined)
        checkFact(condition.fact, condition, [...path, 'anomalies', index, 'if'], where);
    for (const { id } of criterion.anomalies ?? []) {
      checkName(file, [...path, 'anomalies'], 'anomaly', id, anomalies, where);
    }
    for (const wanted of criterion.signals ?? [])
      checkName(file, [...path, 'signals'], 'fact', wanted, facts, where);
    if (criterion.within !== undefined) {
      const { within } = criterion;
      const { therapy } = within;
      if ('remission' in within) {
        checkName(file, [...path, 'within'], 'fact', within.remission, facts, where);
        if (facts.has(within.remission) && facts.get(within.remission)?.kind !== 'question')
          report(file, [...path, 'within'], `${where}: "${within.remission}" is no question with evidence`);
      }
      for (const drug of 'drugs' in within ? (within.drugs ?? []) : [])
        checkName(file, [...path, 'within'], 'value set', drug, valueSets, where);
      checkName(file, [...path, 'within'], 'fact', therapy, facts, where);
      if (facts.has(therapy) && facts.get(therapy)?.kind !== 'events')
        report(
          file,
          [...path, 'within'],
          `${where}: within needs a fact with events; "${therapy}" is not one`,
        );
    }
    if (criterion.definition !== undefined) {
      checkName(file, [...path, 'definition'], 'definition', criterion.definition, definitions, where);
    }
    for (const kind of COMPOSITES) {
      for (const [index, part] of (criterion[kind] ?? []).entries()) {
        check(part, [...path, kind, index], where, seen);
      }
    }
  };
  for (const [id, definition] of definitions) {
    if (reachable(definition, definitions).has(id))
      report(file, ['definitions', id], `definition "${id}" uses itself`);
    check(definition, ['definitions', id], `definition "${id}"`, new Set());
  }
  for (const [index, indication] of source.indications.entries()) {
    const seen = new Set<string>();
    for (const [at, criterion] of indication.criteria.entries()) {
      check(criterion, ['indications', index, 'criteria', at], `indication "${indication.id}"`, seen);
    }
  }
}

/** A value set file as JSON; what is wrong goes to `problems`. */
export function readValueSet(
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

/**
 * Several versions of one policy stand side by side, each in a folder of its own: `<id>` or `<id>@<version>`. A day on
 * which none of them is in force is allowed; a day on which two are is not.
 */
export function checkVersions(
  files: readonly ParsedFile<PolicySource>[],
  report: (file: ParsedFile<unknown>, path: readonly PropertyKey[], message: string) => void,
): void {
  for (const file of files) {
    const { id, version, effective, until } = file.value;
    const where = `policy "${id}" version ${version}`;
    const folder = file.file.split('/')[0] ?? '';
    if (folder !== id && folder !== `${id}@${version}`)
      report(
        file,
        ['id'],
        `${where} stands in the folder "${folder}"; name it "${id}" or "${id}@${version}"`,
      );
    if (until !== undefined && until < effective)
      report(file, ['until'], `${where} ends on ${until}, before it begins on ${effective}`);
  }
  const byStart = files.toSorted((a, b) => (a.value.effective < b.value.effective ? -1 : 1));
  for (const [index, later] of byStart.entries()) {
    const { id, version, effective } = later.value;
    for (const earlier of byStart.slice(0, index).filter(({ value }) => value.id === id)) {
      const { until, version: other } = earlier.value;
      if (version === other) report(later, ['id'], `policy "${id}" version ${version} is declared twice`);
      else if (until === undefined || until >= effective)
        report(
          earlier,
          [until === undefined ? 'effective' : 'until'],
          `policy "${id}" version ${other} and version ${version} are both in force on ${effective} (${later.file}); end version ${other} on an earlier day with until`,
        );
    }
  }
}

export function checkValueSet(
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

/** Every fact that a policy file of whatever shape names, and where. */
export function factNames(
  value: unknown,
  path: readonly PropertyKey[] = [],
): readonly { readonly path: readonly PropertyKey[]; readonly fact: string }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => factNames(item, [...path, index]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    (key === 'fact' || key === 'when' || key === 'review-if') && typeof item === 'string'
      ? [{ path: [...path, key], fact: item }]
      : factNames(item, [...path, key]),
  );
}
