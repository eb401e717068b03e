import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { Determination } from '../../src/engine/determination.ts';
import type { DataFile } from '../../src/policy/data-files.ts';
import type { Library } from '../../src/policy/library.ts';
import type { Problem } from '../../src/policy/parse.ts';
import { evaluateAtHand } from '../support/deliveries.ts';
import { keysOf, said } from '../support/expectation.ts';
import { vignetteChart, type VignetteChart } from '../support/vignette-chart.ts';
import { parseVignettes, type Vignette } from '../support/vignette.ts';

/** A vignette, the file that it stands in, and the call that it makes. */
export interface StoredVignette {
  readonly file: string;
  readonly vignette: Vignette;
  readonly sent: VignetteChart;
}

export const VIGNETTES = fileURLToPath(new URL('../determinations', import.meta.url));

/** Vignette files by their path in the project. */
export const vignetteFiles = (folder: string = VIGNETTES): readonly DataFile[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => ({ path: `test/determinations/${name}`, text: readFileSync(join(folder, name), 'utf8') }));

/** The vignettes of files, and what is wrong in those that could not be read. */
export function readVignettes(files: readonly DataFile[]): {
  readonly vignettes: readonly StoredVignette[];
  readonly problems: readonly Problem[];
} {
  const vignettes: StoredVignette[] = [];
  const problems: Problem[] = [];
  for (const { path, text } of files) {
    const parsed = parseVignettes(path, text);
    if ('problems' in parsed) problems.push(...parsed.problems);
    else
      vignettes.push(
        ...parsed.vignettes.map((vignette) => ({ file: path, vignette, sent: vignetteChart(vignette) })),
      );
  }
  return { vignettes, problems };
}

/** The policies that a vignette expects something of. */
export const policiesOf = ({ vignette }: StoredVignette): readonly string[] => [
  ...new Set(Object.keys(vignette.expect).map((key) => key.split('/')[0] ?? '')),
];

export interface Outcome {
  readonly determinations: readonly Determination[];
  /** What it says otherwise than expected, one sentence each; empty when it is as expected. */
  readonly differences: readonly string[];
}

/** Runs a vignette with its whole chart in the call. */
export async function runVignette({ vignette, sent }: StoredVignette, library: Library): Promise<Outcome> {
  const evaluation = await evaluateAtHand(sent, vignette.asOf, library);
  const determinations = evaluation.determinations.map(({ determination }) => determination);
  const failure = evaluation.failed[0]?.error;
  const differences =
    failure === undefined
      ? []
      : [`it failed: ${failure instanceof Error ? failure.message : 'for an unknown reason'}`];
  const keys = keysOf(determinations);
  const expectedKeys = Object.keys(vignette.expect);
  const list = (items: readonly string[]): string => (items.length === 0 ? 'none' : items.join(', '));
  if (keys.join() !== expectedKeys.join())
    differences.push(`it gives ${list(keys)}; expected ${list(expectedKeys)}`);
  for (const [index, determination] of determinations.entries()) {
    const expected = vignette.expect[keys[index] ?? ''];
    if (expected === undefined) continue;
    const found = said(determination, expected);
    for (const [field, wanted] of Object.entries(expected)) {
      if (field === 'criteria') continue;
      const value = found[field as keyof typeof found];
      if (!isSame(value, wanted)) differences.push(`${field} is ${words(value)}; expected ${words(wanted)}`);
    }
    for (const [id, wanted] of Object.entries(expected.criteria)) {
      const value = found.criteria[id];
      if (!isSame(value, wanted))
        differences.push(`criterion ${id} is ${words(value)}; expected ${words(wanted)}`);
    }
  }
  const reasons = evaluation.ungoverned.map(({ reason }) => reason).join(', ');
  if (vignette.ungoverned !== undefined && reasons !== vignette.ungoverned)
    differences.push(`it is ungoverned because of ${reasons}; expected ${vignette.ungoverned}`);
  return { determinations, differences };
}

/** Names in any order, such as those of alternatives. */
const isSame = (value: unknown, wanted: unknown): boolean =>
  words(value) === words(wanted) || isDeepStrictEqual(value, wanted);

/** `met`, `unknown (attestation)`, or anything else as it stands in JSON. */
const words = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : Array.isArray(value) && value[0] === 'unknown'
      ? `unknown (${String(value[1])})`
      : JSON.stringify(value);
