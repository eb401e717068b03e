import { isMap, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type * as z from 'zod';

/** A mistake in one of our data files: where, what, and what to do about it. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** A parsed file that still knows the line of each of its elements. */
export interface ParsedFile<T> {
  readonly file: string;
  readonly value: T;
  readonly lineOf: (path: readonly PropertyKey[]) => number;
}

/** A file with problems; `raw` is what it holds all the same, for checks that need no shape. */
export interface FailedFile {
  readonly problems: readonly Problem[];
  readonly raw: ParsedFile<unknown> | undefined;
}

export type YamlParser = typeof parseYaml;

/** YAML text to a checked value, or every problem in it with its line. */
export function parseYaml<S extends z.ZodType>(
  file: string,
  text: string,
  schema: S,
): ParsedFile<z.output<S>> | FailedFile {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    merge: true,
    prettyErrors: false,
  });
  // What follows the first error of syntax follows from it.
  const [error] = document.errors;
  if (error !== undefined) {
    const problems = [
      {
        file,
        line: lines.linePos(error.pos[0]).line,
        message: `is not YAML from here on: ${error.message}`,
      },
    ];
    return { problems, raw: undefined };
  }
  const lineOf = (path: readonly PropertyKey[]): number => lines.linePos(offsetOf(document, path)).line;
  const raw: unknown = document.toJS();
  const result = schema.safeParse(raw);
  if (result.success) return { file, value: result.data, lineOf };
  const problems = result.error.issues
    .flatMap((issue) => explain(issue))
    .map(({ path, message }) => ({ file, line: lineOf(path), message: `${pathName(path)}: ${message}` }));
  return { problems, raw: { file, value: raw, lineOf } };
}

/** The branch of a union that came nearest is the one whose problems help the author. */
function explain(issue: z.core.$ZodIssue): readonly { path: readonly PropertyKey[]; message: string }[] {
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const unknownKeys = (branch: readonly z.core.$ZodIssue[]): number =>
      branch.reduce(
        (count, item) => count + (item.code === 'unrecognized_keys' ? item.keys.length * 10 : 1),
        0,
      );
    const nearest = issue.errors.reduce((a, b) => (unknownKeys(b) < unknownKeys(a) ? b : a));
    return nearest.flatMap((inner) => explain({ ...inner, path: [...issue.path, ...inner.path] }));
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: `unknown key "${key}"; remove it or correct its spelling`,
    }));
  }
  // What is wrong with the name of an entry.
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => ({ path: issue.path, message }));
  return [{ path: issue.path, message: issue.message }];
}

const pathName = (path: readonly PropertyKey[]): string =>
  path.length === 0
    ? '(file)'
    : path
        .map((step, index) =>
          typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`,
        )
        .join('');

function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => String((item.key as { value?: unknown } | null)?.value) === String(step),
      );
      if (pair === undefined) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}
