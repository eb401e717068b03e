import { isDeepStrictEqual } from 'node:util';
import { LineCounter, isMap, isSeq, parseDocument, type Document, type Node } from 'yaml';
import * as z from 'zod';
import type { DataFile } from '../../src/policy/data-files.ts';
import { COMPARISONS } from '../../src/policy/criterion.ts';
import type { Fact } from '../../src/policy/fact.ts';
import { factSchema } from '../../src/policy/fact-schema.ts';
import { factsOf, type Library } from '../../src/policy/library.ts';
import type { Policy } from '../../src/policy/policy.ts';

/** A data file with one thing in it changed. */
export interface Mutant {
  readonly file: string;
  readonly line: number;
  /** What was changed, without its line: the same from one run to the next. */
  readonly change: string;
  readonly text: () => string;
  /** The entries of the file that are otherwise then, such as facts: every use of an anchor too. */
  readonly touched: () => readonly string[];
}

type Path = readonly (string | number)[];
type Json = { [key: string]: unknown };
/** Changes a file's content in place. */
type Edit = (root: Json) => void;
type Add = (path: Path, what: string, edit: Edit) => void;

/** Every single change of the policies' files, of the facts that they ask and of their products' courses. */
export function mutantsOf(
  policies: readonly Policy[],
  files: readonly DataFile[],
  library: Library,
): readonly Mutant[] {
  const asked = new Set(policies.flatMap((policy) => factsOf(policy, library.facts)).map(({ name }) => name));
  const folders = new Set(policies.flatMap(({ id, version }) => [id, `${id}@${version}`]));
  const products = new Set(
    policies.flatMap(({ products: named }) =>
      named === 'any' ? library.products.products.map(({ id }) => id) : named,
    ),
  );
  return files.flatMap((file) => {
    const [folder = ''] = file.path.split('/');
    if (file.path.endsWith('/policy.yaml') && folders.has(folder)) {
      const policy = policies.find(({ id, version }) => folder === id || folder === `${id}@${version}`);
      const facts = policy === undefined ? [] : factsOf(policy, library.facts);
      return inFile(file, (root, add) => {
        ofPolicy(root, facts, add);
      });
    }
    if (file.path.startsWith('shared/facts/'))
      return inFile(file, (root, add) => {
        for (const [name, fact] of Object.entries(root))
          if (asked.has(name) && isJson(fact)) ofFact(fact, [name], add);
      });
    if (file.path === 'shared/products.yaml')
      return inFile(file, (root, add) => {
        for (const product of products) {
          const path = ['products', product, 'course-days'];
          ofStep(at(root, path), path, 'course-days', add);
        }
      });
    return [];
  });
}

/** The changes of one file, such as `lymphoma-course` or `bcbsma-942/policy`; of every file without a name. */
export const mutantsIn = (
  name: string | undefined,
  policies: readonly Policy[],
  files: readonly DataFile[],
  library: Library,
): readonly Mutant[] =>
  mutantsOf(policies, files, library).filter(
    ({ file }) => name === undefined || `/${file}`.endsWith(`/${name}.yaml`),
  );

/** An anchor is one place of the file, wherever it is used or merged: a change of what it holds changes every use. */
function inFile({ path: file, text }: DataFile, find: (root: Json, add: Add) => void): readonly Mutant[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  // What an anchor holds is one object here, under `<<` too, and stays one when it is cloned.
  const root: unknown = document.toJS();
  if (!isJson(root)) return [];
  const mutants: Mutant[] = [];
  const tried = new Map<unknown, Set<string>>();
  find(root, (path, what, edit) => {
    const parent = at(root, path.slice(0, -1));
    const changes = tried.get(parent) ?? new Set();
    const key = `${String(path.at(-1))} ${what}`;
    if (changes.has(key)) return;
    tried.set(parent, changes.add(key));
    const mutated = (): Json => {
      const copy = structuredClone(root);
      edit(copy);
      return merged(copy);
    };
    mutants.push({
      file,
      line: lines.linePos(offsetOf(document, path)).line,
      change: `${placeOf(root, path)}: ${what}`,
      // JSON is YAML.
      text: () => JSON.stringify(mutated()),
      touched: () => {
        const [before, after] = [merged(root), mutated()];
        return Object.keys(before).filter((key) => !isDeepStrictEqual(before[key], after[key]));
      },
    });
  });
  return mutants;
}

/** What `<<` stands for, in its place: what is beside it goes before what it brings. */
function merged(node: Json): Json {
  const within = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(within) : isJson(value) ? merged(value) : value;
  const { '<<': brought, ...own } = node;
  const all = isJson(brought) ? { ...merged(brought), ...own } : own;
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [key, within(value)]));
}

/** Where the path stands in the file; the use of an anchor, when it leads into what the anchor holds. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(key) === String(step));
      if (pair === undefined) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}

/** `abecma-mm 3/lines at-least`: the ids on the way, or the whole path where there is none. */
function placeOf(root: Json, path: Path): string {
  const ids: string[] = path[0] === 'definitions' ? [String(path[1])] : [];
  let rest = ids.length === 0 ? 0 : 2;
  for (const index of path.keys()) {
    const node = at(root, path.slice(0, index + 1));
    if (isJson(node) && typeof node['id'] === 'string') {
      ids.push(node['id']);
      rest = index + 1;
    }
  }
  return [...ids, path.slice(rest).join('.')].filter((part) => part !== '').join(' ');
}

const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const at = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, step) =>
      Array.isArray(value) ? (value as unknown[])[Number(step)] : isJson(value) ? value[step] : undefined,
    root,
  );

const setAt = (root: Json, path: Path, value: unknown): void => {
  const parent = at(root, path.slice(0, -1));
  const last = path.at(-1) ?? '';
  if (Array.isArray(parent)) parent[Number(last)] = value;
  else if (isJson(parent)) parent[last] = value;
};

const removeAt = (root: Json, path: Path): void => {
  const parent = at(root, path.slice(0, -1));
  const last = path.at(-1) ?? '';
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (isJson(parent)) delete parent[last];
};

const BOUNDARY = {
  'at-least': 'more-than',
  'more-than': 'at-least',
  'at-most': 'less-than',
  'less-than': 'at-most',
};
const REVERSED = {
  'at-least': 'at-most',
  'more-than': 'less-than',
  'at-most': 'at-least',
  'less-than': 'more-than',
};

function ofPolicy(root: Json, facts: readonly Fact[], add: Add): void {
  ofDate(root, 'effective', add);
  ofDate(root, 'until', add);
  ofList(root['lines'], ['lines'], add);
  ofRemoval(root, 'doubtful-lines', [], add);
  for (const key of ['doubtful-lines', 'excluded-lines'])
    ofList(at(root, [key, 'lines']), [key, 'lines'], add);
  for (const [key, value] of Object.entries(root['definitions'] ?? {}))
    ofCriterion(value, ['definitions', key], facts, add);
  for (const [index, indication] of items(root['indications']).entries()) {
    if (!isJson(indication)) continue;
    const path = ['indications', index];
    ofList(indication['diseases'], [...path, 'diseases'], add);
    for (const [at, criterion] of items(indication['criteria']).entries())
      ofCriterion(criterion, [...path, 'criteria', at], facts, add);
  }
}

/** @param isExclusion it stands under a `none`: there a `none` of one part and an `any` of it are the same */
function ofCriterion(node: unknown, path: Path, facts: readonly Fact[], add: Add, isExclusion = false): void {
  if (!isJson(node)) return;
  ofLimit(node, path, add);
  for (const kind of ['all', 'any', 'none'] as const) {
    const parts = items(node[kind]);
    const other = kind === 'all' ? 'any' : kind === 'any' ? 'all' : 'any';
    if (parts.length > (kind === 'none' && !isExclusion ? 0 : 1))
      add([...path, kind], `${kind} becomes ${other}`, renamed(path, kind, other));
    for (const [index, part] of parts.entries()) {
      const place = [...path, kind, index];
      if (parts.length > 1 && isJson(part) && !('id' in part) && !('definition' in part))
        add(place, 'left out', (root) => {
          removeAt(root, place);
        });
      ofCriterion(part, place, facts, add, isExclusion || kind === 'none');
    }
  }
  const readings = items(node['readings']);
  for (const [index, part] of readings.entries()) {
    add([...path, 'readings', index], 'left out', (root) => {
      removeAt(root, [...path, 'readings', index]);
      // One reading alone is none among several.
      if (readings.length === 2) renamed(path, 'readings', 'all')(root);
    });
    ofCriterion(part, [...path, 'readings', index], facts, add, isExclusion);
  }
  for (const key of ['when', 'when-judged', 'within', 'if-not', 'if-so', 'attestable', 'open'])
    ofRemoval(node, key, path, add);
  if (isJson(node['if-not']))
    add([...path, 'if-not'], 'becomes review', (root) => {
      setAt(root, [...path, 'if-not'], 'review');
    });
  const within = node['within'];
  if (isJson(within)) {
    for (const key of ['days', 'months']) ofStep(within[key], [...path, 'within', key], key, add);
    ofRemoval(within, 'drugs', [...path, 'within'], add);
    ofList(within['drugs'], [...path, 'within', 'drugs'], add);
  }
  const anomalies = items(node['anomalies']);
  for (const [index, anomaly] of anomalies.entries()) {
    const place = [...path, 'anomalies', index];
    add(place, `${isJson(anomaly) ? String(anomaly['id']) : String(anomaly)} left out`, (root) => {
      removeAt(root, anomalies.length === 1 ? [...path, 'anomalies'] : place);
    });
    if (!isJson(anomaly)) continue;
    for (const key of ['only', 'if']) ofRemoval(anomaly, key, place, add);
    if (isJson(anomaly['if'])) ofLimit(anomaly['if'], [...place, 'if'], add);
  }
  const other = otherFact(node['fact'], facts);
  if (other !== undefined)
    add([...path, 'fact'], `${String(node['fact'])} becomes ${other}`, (root) => {
      setAt(root, [...path, 'fact'], other);
    });
}

function ofLimit(node: Json, path: Path, add: Add): void {
  for (const comparison of COMPARISONS) {
    const limit = node[comparison];
    if (!isJson(limit)) continue;
    for (const other of [BOUNDARY[comparison], REVERSED[comparison]])
      add([...path, comparison], `${comparison} becomes ${other}`, renamed(path, comparison, other));
    ofStep(limit['value'], [...path, comparison, 'value'], comparison, add);
    if (isJson(limit['also-printed']))
      ofStep(
        limit['also-printed']['value'],
        [...path, comparison, 'also-printed', 'value'],
        'also-printed',
        add,
      );
  }
}

/** Another fact that answers in the same way, so that the file still loads. */
function otherFact(name: unknown, facts: readonly Fact[]): string | undefined {
  const fact = facts.find((item) => item.name === name);
  if (fact === undefined) return undefined;
  const unit = (item: Fact): string => ('unit' in item ? item.unit : '');
  const alike = facts.filter((item) => item.kind === fact.kind && unit(item) === unit(fact));
  const next = alike[(alike.indexOf(fact) + 1) % alike.length];
  return next === fact ? undefined : next?.name;
}

/** What is shown and never decides is left alone. */
const SHOWN: readonly string[] = ['ask', 'signs', 'shows', 'missing'];
/** Without these a retrieve looks for nothing: only one of several codes or words can be left out. */
const SOUGHT: readonly string[] = ['code', 'words'];
/** What a fact may say or leave unsaid, by the schema of its file. */
const OPTIONAL: ReadonlySet<string> = new Set(
  optionalKeys(factSchema).filter((key) => !SOUGHT.includes(key)),
);
const FLIPS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  age: { infusion: 'request-and-infusion', 'request-and-infusion': 'infusion' },
  setting: { inpatient: 'outpatient', outpatient: 'inpatient' },
  clinical: { present: 'ever', unresolved: 'present', ever: 'present', remission: 'present' },
  change: { rise: 'fall', fall: 'rise', 'rise-percent': 'rise', highest: 'lowest', lowest: 'highest' },
};

function ofFact(fact: Json, path: Path, add: Add): void {
  if ('yes' in fact && 'no' in fact)
    add(path, 'yes and no change places', (root) => {
      const [yes, no] = [at(root, [...path, 'yes']), at(root, [...path, 'no'])];
      setAt(root, [...path, 'yes'], no);
      setAt(root, [...path, 'no'], yes);
    });
  inFact(fact, path, add);
}

function inFact(node: unknown, path: Path, add: Add): void {
  if (Array.isArray(node)) for (const [index, item] of node.entries()) inFact(item, [...path, index], add);
  if (!isJson(node)) return;
  for (const [key, value] of Object.entries(node)) {
    if (SHOWN.includes(key)) continue;
    const place = [...path, key];
    const flipped = typeof value === 'string' ? FLIPS[key]?.[value] : undefined;
    if (flipped !== undefined)
      add(place, `becomes ${flipped}`, (root) => {
        setAt(root, place, flipped);
      });
    ofStep(value, place, key, add);
    ofList(value, place, add);
    if (OPTIONAL.has(key) && !isNeeded(key, node)) ofRemoval(node, key, path, add);
    inFact(value, place, add);
  }
}

/** What a question cannot do without; and of several pieces of evidence for the same, each is left out by itself. */
const isNeeded = (key: string, node: Json): boolean =>
  (['yes', 'no'].includes(key) && !('yes' in node && 'no' in node)) ||
  (items(node[key]).length > 1 && items(node[key]).every(isJson));

/** Keys that a schema lets its author leave out, at any depth. */
function optionalKeys(schema: unknown): readonly string[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(optionalKeys);
  if (schema instanceof z.ZodArray) return optionalKeys(schema.element);
  if (schema instanceof z.ZodOptional) return optionalKeys(schema.unwrap());
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([key, value]) => [
    ...(value instanceof z.ZodOptional ? [key] : []),
    ...optionalKeys(value),
  ]);
}

/** Each item of a list of several left out. */
function ofList(node: unknown, path: Path, add: Add): void {
  const list = items(node);
  if (list.length < 2) return;
  for (const [index, item] of list.entries()) {
    const what = typeof item === 'string' ? `${item} left out` : 'left out';
    const place = [...path, index];
    add(place, what, (root) => {
      removeAt(root, place);
    });
  }
}

function ofRemoval(node: Json, key: string, path: Path, add: Add): void {
  if (!(key in node)) return;
  const place = [...path, key];
  add(place, 'left out', (root) => {
    removeAt(root, place);
  });
}

/** One step up and one down, in the last digit that is printed; whole numbers of ten or more by one. */
function ofStep(value: unknown, path: Path, name: string, add: Add): void {
  if (typeof value !== 'number') return;
  const decimals = String(value).split('.')[1]?.length ?? 0;
  for (const step of [1, -1]) {
    const other = Number((value + step * 10 ** -decimals).toFixed(decimals));
    // What is at least 0 is true of every count; the lint names a limit like that.
    if (other > 0 || (other === 0 && name !== 'at-least'))
      add(path, `${name} ${value} becomes ${other}`, (root) => {
        setAt(root, path, other);
      });
  }
}

function ofDate(root: Json, key: string, add: Add): void {
  const value = root[key];
  if (typeof value !== 'string') return;
  for (const step of [1, -1]) {
    const other = new Date(Date.parse(`${value}T00:00:00Z`) + step * 86_400_000).toISOString().slice(0, 10);
    add([key], `${value} becomes ${other}`, (root) => {
      setAt(root, [key], other);
    });
  }
}

const renamed =
  (path: Path, key: string, other: string): Edit =>
  (root) => {
    setAt(root, [...path, other], at(root, [...path, key]));
    removeAt(root, [...path, key]);
  };

const items = (node: unknown): readonly unknown[] => (Array.isArray(node) ? node : []);
