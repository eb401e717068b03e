import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bundle, FhirResource } from 'fhir/r4.js';
import { determineCommand } from '../../src/cli/command.ts';
import type { Surroundings } from '../../src/cli/surroundings.ts';
import type { Determination } from '../../src/engine/determination.ts';
import { loadLibrary } from '../../src/server/policies.ts';

/** The command, as its own process and inside this one, and the files that it is given. */

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

const folder = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const program = folder('src/cli.ts');
export const library = loadLibrary(folder('cds-services'));

/** The fixtures' orders are of this day. */
export const AS_OF = ['--as-of', '2026-03-02'] as const;

/** `node src/cli.ts …` with its output piped, and without the color settings of whoever runs the tests. */
export function runProcess(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  workingFolder = folder('.'),
): Promise<Outcome> {
  const inherited = omit(process.env, 'FORCE_COLOR', 'NO_COLOR');
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [program, ...args],
      { cwd: workingFolder, env: { ...inherited, ...environment }, maxBuffer: 64 * 1024 * 1024 },
      (_failure, out, error) => {
        resolve({ code: child.exitCode ?? -1, out, error });
      },
    );
  });
}

/** The same without a process of its own: fast enough for a table of mistakes. */
export async function runInside(
  args: readonly string[],
  surroundings: Partial<Surroundings> = {},
): Promise<Outcome> {
  let out = '';
  let error = '';
  const code = await determineCommand(args, {
    workingFolder: folder('.'),
    fixtureFolder: folder('fhir-fixtures'),
    library: () => library,
    environment: {},
    today: () => '2026-03-02',
    newUuid: () => 'f0000000-0000-4000-8000-000000000000',
    paint: (_style, text) => text,
    out: (text) => (out += text),
    error: (text) => (error += text),
    ...surroundings,
  });
  return { code, out, error };
}

/** A shallow copy without some elements. */
export const omit = (value: object, ...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));

export const determinationsOf = ({ out }: Outcome): readonly (Determination & { readonly id: string })[] =>
  (JSON.parse(out) as { readonly determinations: readonly (Determination & { readonly id: string })[] })
    .determinations;

interface OrderSign {
  readonly hook: string;
  readonly context: {
    readonly patientId: string;
    readonly draftOrders: { readonly entry: readonly { readonly resource: FhirResource }[] };
  };
}

export interface FixtureFiles {
  readonly chart: Bundle;
  readonly request: OrderSign;
  readonly resources: readonly FhirResource[];
  /** The order for CAR-T, which other orders may stand before. */
  readonly draft: FhirResource;
}

export function fixture(name: string): FixtureFiles {
  const read = (file: string): unknown =>
    JSON.parse(readFileSync(join(folder('fhir-fixtures'), name, file), 'utf8'));
  const chart = read('chart.json') as Bundle;
  const request = read('order-sign.json') as OrderSign;
  const drafts = request.context.draftOrders.entry.map(({ resource }) => resource);
  const draft = drafts.find((resource) => 'insurance' in resource);
  if (draft === undefined) throw new Error(`fixture ${name} orders no CAR-T`);
  return {
    chart,
    request,
    draft,
    resources: (chart.entry ?? []).flatMap(({ resource }) =>
      resource === undefined ? [] : [resource as FhirResource],
    ),
  };
}

/** A folder of files that goes away again. */
export function scratchFolder(): {
  readonly path: string;
  /** @param content text, or a value to write as JSON */
  readonly write: (name: string, content: unknown) => string;
  readonly remove: () => void;
} {
  const path = mkdtempSync(join(tmpdir(), 'determine-'));
  return {
    path,
    write: (name, content) => {
      const file = join(path, name);
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
      return file;
    },
    remove: () => {
      rmSync(path, { recursive: true });
    },
  };
}

/** Not wider than the terminal, but for one word that no line could hold, after its label. */
export const fits = (line: string): boolean =>
  line.length <= 80 || line.trim().split(/ +/).slice(-1).join('').length > 60;
