import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const POLICIES = fileURLToPath(new URL('../../cds-services', import.meta.url));

/** A copy of a policy's folder with one text changed. @throws Error when the text is not there */
export function changedPolicy(to: string, policy: string, from: string, into: string): string {
  cpSync(join(POLICIES, policy), to, { recursive: true });
  const file = join(to, 'policy.yaml');
  const text = readFileSync(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${policy} does not say ${from}`);
  writeFileSync(file, text.replaceAll(from, into));
  return to;
}
