import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { omit } from '../cli/command-line.ts';

/** `src/main.ts` as a process of its own, with all that it writes. */
export interface StartedProcess {
  readonly base: string;
  readonly pid: number;
  /** stdout and stderr so far. */
  readonly output: () => string;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Resolves when the output matches. @throws Error with the output when it does not in time */
  readonly says: (pattern: RegExp) => Promise<void>;
  readonly ended: Promise<number | null>;
}

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** @returns the process once it listens, or once it has ended; `base` is empty then */
export async function startProcess(
  environment: Readonly<Record<string, string>>,
  nodeArguments: readonly string[] = [],
): Promise<StartedProcess> {
  // The test runner's own settings are not the service's.
  const inherited = omit(process.env, 'NODE_OPTIONS', 'DEBUG', 'NODE_DEBUG');
  const data = mkdtempSync(join(tmpdir(), 'cartograph-data-'));
  const child = spawn(process.execPath, [...nodeArguments, main], {
    env: { ...inherited, PORT: '0', DATA_FOLDER: data, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let isOver = false;
  void ended.then(() => {
    isOver = true;
    rmSync(data, { recursive: true, force: true });
  });
  const says = async (pattern: RegExp): Promise<void> => {
    const until = performance.now() + 45_000;
    while (!pattern.test(text)) {
      if (performance.now() > until) throw new Error(`not said: ${String(pattern)}\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await Promise.race([says(/"msg":"listening"|Try it:/), ended]);
  const port = /"port":(\d+)/.exec(text)?.[1] ?? /discovery {2}http:\/\/localhost:(\d+)/.exec(text)?.[1];
  return {
    base: isOver || port === undefined ? '' : `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    output: () => text,
    signal: (name) => child.kill(name),
    says,
    ended,
  };
}

/** A folder with a clients file in it. */
export function clientsFile(clients: Readonly<Record<string, unknown>>): {
  readonly path: string;
  readonly write: (content: Readonly<Record<string, unknown>> | string) => void;
  readonly remove: () => void;
} {
  const folder = mkdtempSync(join(tmpdir(), 'cartograph-clients-'));
  const path = join(folder, 'clients.yaml');
  const write = (content: Readonly<Record<string, unknown>> | string): void => {
    writeFileSync(path, typeof content === 'string' ? content : stringify({ clients: content }));
  };
  write(clients);
  return {
    path,
    write,
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}
