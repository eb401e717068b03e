import { fileURLToPath } from 'node:url';
import evaluate from '../../src/impact/chart-thread.ts';
import { impactCommand } from '../../src/impact/command.ts';

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

const folder = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** The command in this process, over the policies of the project. @param dataFolder where stopped runs are kept */
export async function impact(
  dataFolder: string,
  argv: readonly string[],
  databaseUrl?: string,
): Promise<Run> {
  const written = { out: '', error: '' };
  const code = await impactCommand(argv, {
    workingFolder: dataFolder,
    policyFolder: folder('cds-services'),
    dataFolder,
    databaseUrl,
    today: () => '2026-03-02',
    output: () => ({
      write: (text) => {
        written.out += text;
        return Promise.resolve();
      },
      end: () => Promise.resolve(),
    }),
    error: (text) => {
      written.error += text;
    },
    progress: () => ({ advance: () => undefined, end: () => undefined }),
    // In this thread: a thread of its own reads all policies first.
    threads: () => ({
      count: 1,
      evaluate: (settings, chart) => evaluate({ settings, chart }),
      close: () => Promise.resolve(),
    }),
    work: () => Promise.reject(new Error('a worker is a process of its own here')),
  });
  return { code, ...written };
}

/** The command as a process of its own. */
export const IMPACT = folder('src/impact.ts');
