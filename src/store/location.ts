import { join } from 'node:path';
import * as z from 'zod';
import type { Location } from './database.ts';

/** The file's name in the data folder. */
const FILE = 'records.sqlite';

const schema = z.object({
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'DATABASE_URL must be a postgres:// URL' })
    .optional(),
  DATA_FOLDER: z.string().min(1, 'DATA_FOLDER must be a path').default('data'),
});

/**
 * Where records are kept: in PostgreSQL when `DATABASE_URL` names one, else in a file of the data folder.
 * @returns the location, or what is wrong with the settings
 */
export function locationOf(
  environment: Readonly<Record<string, string | undefined>>,
): Location | { readonly problems: readonly string[] } {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const read = schema.safeParse(given);
  if (!read.success) return { problems: read.error.issues.map(({ message }) => message) };
  const { DATABASE_URL, DATA_FOLDER } = read.data;
  return DATABASE_URL === undefined
    ? { kind: 'sqlite', file: join(DATA_FOLDER, FILE) }
    : { kind: 'postgres', url: DATABASE_URL };
}
