import type { DataFile } from '../../src/policy/data-files.ts';
import { factsFileSchema } from '../../src/policy/fact-schema.ts';
import { createLibrary } from '../../src/policy/checked-library.ts';
import { factsOf, type Library } from '../../src/policy/library.ts';
import { parseYaml, type ParsedFile, type Problem } from '../../src/policy/parse.ts';
import { isForProduct, policySchema, type Policy, type PolicySource } from '../../src/policy/policy.ts';
import { coverageOf, gapsOf, shortId } from './coverage.ts';
import { factFindings } from './fact-findings.ts';
import { criterionFindings } from './criterion-findings.ts';
import { usedValueSets } from './used-value-sets.ts';
import { policiesOf, readVignettes } from './vignette-files.ts';

/** What is wrong although the files load. A `to-do` is one that the author has written down. A `note` is no fault. */
export interface Finding extends Problem {
  readonly kind: 'problem' | 'to-do' | 'note';
}

/** A policy file as it is written, with the policy that was built of it. */
interface PolicyFile {
  readonly source: ParsedFile<PolicySource>;
  readonly policy: Policy;
}

/** Everything that is wrong in the policies' files and their vignettes, sorted by file and line. */
export function findingsOf(
  files: readonly DataFile[],
  vignetteTexts: readonly DataFile[],
): readonly Finding[] {
  const library = createLibrary(files);
  const { vignettes, problems } = readVignettes(vignetteTexts);
  const vignetteProblems = problems.map((item) => ({ ...item, kind: 'problem' as const }));
  if ('problems' in library)
    return sorted([
      ...library.problems.map((item) => ({ ...item, kind: 'problem' as const })),
      ...vignetteProblems,
    ]);
  const policies = policyFiles(files, library);
  return sorted([
    ...vignetteProblems,
    ...toDos([...files, ...vignetteTexts]),
    ...unused(files, library),
    ...factFindings(files, library),
    ...gapsBetweenVersions(policies),
    ...policies.flatMap(({ source, policy }) => [
      ...policyFindings(source, policy),
      ...criterionFindings(source, library),
      ...uncovered(
        source,
        policy,
        library,
        vignettes.filter((item) => policiesOf(item).includes(policy.id)),
      ),
    ]),
  ]);
}

const sorted = (findings: readonly Finding[]): readonly Finding[] =>
  findings.toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line);

function policyFiles(files: readonly DataFile[], library: Library): readonly PolicyFile[] {
  return files
    .filter(({ path }) => /^[^/]+\/policy\.yaml$/.test(path))
    .flatMap(({ path, text }) => {
      const source = parseYaml(path, text, policySchema);
      if (!('value' in source)) return [];
      const { id, version } = source.value;
      const policy = library.policies.find((item) => item.id === id && item.version === version);
      return policy === undefined ? [] : [{ source, policy }];
    });
}

/** `# TODO: what is to be done`, or the word in a value. */
const toDos = (files: readonly DataFile[]): readonly Finding[] =>
  files
    .filter(({ path }) => path.endsWith('.yaml'))
    .flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) => {
        const what = /\bTODO\b:?\s*(.*)$/.exec(line)?.[1];
        return what === undefined
          ? []
          : [{ kind: 'to-do' as const, file: path, line: index + 1, message: `to do: ${what}` }];
      }),
    );

/** Facts that no policy asks, and value sets that nothing names. */
function unused(files: readonly DataFile[], library: Library): readonly Finding[] {
  const asked = new Set(
    library.policies.flatMap((policy) => factsOf(policy, library.facts)).map(({ name }) => name),
  );
  const dead = files
    .filter(({ path }) => path.startsWith('shared/facts/'))
    .flatMap(({ path, text }) => {
      const parsed = parseYaml(path, text, factsFileSchema);
      if (!('value' in parsed)) return [];
      return Object.keys(parsed.value)
        .filter((name) => !asked.has(name))
        .map((name) => ({
          kind: 'problem' as const,
          file: path,
          line: parsed.lineOf([name]),
          message: `no policy asks the fact "${name}"; remove it`,
        }));
    });
  const used = usedValueSets(library);
  const idle = [...library.terminology.valueSets.keys()]
    .filter((id) => !used.has(id))
    .map((id) => ({
      kind: 'problem' as const,
      file: `shared/value-sets/${id}.json`,
      line: 1,
      message: `nothing uses the value set "${id}"; remove it`,
    }));
  return [...dead, ...idle];
}

/** A day on which no version is in force is allowed, and said. */
function gapsBetweenVersions(policies: readonly PolicyFile[]): readonly Finding[] {
  const byStart = policies.toSorted((a, b) => (a.policy.effective < b.policy.effective ? -1 : 1));
  return byStart.flatMap(({ source, policy }) => {
    const next = byStart.find(
      (item) => item.policy.id === policy.id && item.policy.effective > policy.effective,
    )?.policy;
    if (policy.until === undefined || next === undefined) return [];
    if (dayAfter(policy.until) === next.effective) return [];
    const message = `policy "${policy.id}": no version is in force after ${policy.until} until ${next.effective}`;
    return [{ kind: 'note' as const, file: source.file, line: source.lineOf(['until']), message }];
  });
}

const dayAfter = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

/** Anomalies and definitions that stand nowhere, products without an indication, indications without a form. */
function policyFindings(
  { file, value, lineOf }: ParsedFile<PolicySource>,
  policy: Policy,
): readonly Finding[] {
  const problem = (path: readonly PropertyKey[], message: string): Finding => ({
    kind: 'problem',
    file,
    line: lineOf(path),
    message,
  });
  const text = JSON.stringify([value.indications, value.definitions]);
  const attached = new Set([
    ...[...text.matchAll(/"id":"([^"]+)","only"/g)].map((match) => match[1]),
    ...policy.indications.flatMap(({ anomalies }) => anomalies),
    policy.doubtfulLines?.anomaly,
  ]);
  const { forms } = policy.submit;
  return [
    ...[...policy.anomalies]
      .filter(([id, { general }]) => general === false && !attached.has(id))
      .map(([id]) =>
        problem(
          ['anomalies', id],
          `the anomaly "${id}" is attached to no criterion; attach it, or make it general`,
        ),
      ),
    ...Object.keys(value.definitions ?? {})
      .filter((name) => !text.includes(`"definition":"${name}"`))
      .map((name) => problem(['definitions', name], `no criterion uses the definition "${name}"`)),
    ...(policy.products === 'any' ? [] : policy.products)
      .filter((id) => !policy.indications.some(({ products }) => isForProduct(products, { id })))
      .map((id) => problem(['products'], `no indication is for the product "${id}"`)),
    ...policy.indications.flatMap(({ id, anomalies }, index) => {
      const hasForm = forms.some((form) => form.indications.length === 0 || form.indications.includes(id));
      // Where the payer prints none, an anomaly of the indication says so.
      const isSaid = anomalies.some((anomaly) => /\bform\b/i.test(policy.anomalies.get(anomaly)?.text ?? ''));
      return forms.length === 0 || hasForm || isSaid
        ? []
        : [
            problem(
              ['indications', index, 'id'],
              `no form of "submit" is for the indication "${id}"; add it, or an anomaly of the indication that says that the payer prints none`,
            ),
          ];
    }),
  ];
}

/** Statuses of criteria that no vignette shows. */
function uncovered(
  { file, value, lineOf }: ParsedFile<PolicySource>,
  policy: Policy,
  library: Library,
  vignettes: Parameters<typeof coverageOf>[2],
): readonly Finding[] {
  const lines = linesOfIds(value, lineOf);
  return coverageOf(policy, library, vignettes).flatMap((row) => {
    const gaps = gapsOf(row);
    if (gaps.length === 0) return [];
    const number = shortId(policy.id, row.indication, row.id);
    const line = lines.get(`${row.indication} ${number}`) ?? lines.get(number) ?? 1;
    const message = `no vignette shows "${row.indication}" criterion "${number}" as ${gaps.join(', ')}`;
    return [{ kind: 'problem' as const, file, line, message }];
  });
}

/** Line by `<indication> <number>`, and of a definition's criteria by `def/<name>/<number>`. */
function linesOfIds(
  value: PolicySource,
  lineOf: ParsedFile<PolicySource>['lineOf'],
): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const walk = (part: unknown, path: readonly PropertyKey[], prefix: string): void => {
    if (typeof part !== 'object' || part === null) return;
    const id = (part as { id?: unknown }).id;
    if (typeof id === 'string') lines.set(`${prefix}${id}`, lineOf([...path, 'id']));
    for (const [key, item] of Object.entries(part))
      walk(item, [...path, Array.isArray(part) ? Number(key) : key], prefix);
  };
  for (const [index, { id, criteria }] of value.indications.entries())
    walk(criteria, ['indications', index, 'criteria'], `${id} `);
  for (const [name, definition] of Object.entries(value.definitions ?? {})) {
    lines.set(`def/${name}`, lineOf(['definitions', name]));
    walk(definition, ['definitions', name], `def/${name}/`);
  }
  return lines;
}
