import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { checkedFiles } from '../../src/server/checked-files.ts';
import { PolicyProblems } from '../../src/server/policies.ts';
import { readPolicyFiles, type PolicyFiles } from '../../src/server/policy-files.ts';

/** What a check of the policy files has found, kept for the next start. */

const folder = fileURLToPath(new URL('../../cds-services', import.meta.url));
const cache = mkdtempSync(join(tmpdir(), 'cartograph-checked-'));
const file = join(cache, 'checked-policies');
afterAll(() => {
  rmSync(cache, { recursive: true });
});

const files = readPolicyFiles(folder);
const found = await checkedFiles(files, folder, cache);
const written = readFileSync(file);

/** The files with another text in one of them. */
const changed = (edition: string, change: (text: string) => string): PolicyFiles => ({
  edition,
  files: files.files.map(({ path, text }) => ({
    path,
    text: path === 'carepartners-ct-aucatzyl/policy.yaml' ? change(text) : text,
  })),
});

it('holds for the same files', async () => {
  const { ino } = statSync(file);
  expect(await checkedFiles(files, folder, cache)).toStrictEqual(found);
  expect(statSync(file).ino).toBe(ino);
});

it('holds for no other files: they are checked', async () => {
  const other = await checkedFiles(
    changed('retitled', (text) => text.replace(/title: .+/, 'title: Another title')),
    folder,
    cache,
  );
  expect(other.values.get('carepartners-ct-aucatzyl/policy.yaml')).toMatchObject({
    title: 'Another title',
  });
  const broken = changed('broken', (text) => text.replace(/fact: .+/, 'fact: nobody-declared-this'));
  await expect(checkedFiles(broken, folder, cache)).rejects.toThrow(PolicyProblems);
  await expect(checkedFiles(broken, folder, cache)).rejects.toThrow(
    /policy\.yaml:\d+ .*nobody-declared-this/,
  );
});

it.each([
  [
    'with a byte changed',
    (at: number) => Buffer.from(written.map((byte, index) => (index === at ? byte ^ 1 : byte))),
  ],
  ['cut off', (at: number) => written.subarray(0, at)],
  ['empty', () => Buffer.alloc(0)],
])('holds no more once it is %s', async (_, damaged) => {
  writeFileSync(file, damaged(written.length - 1000));
  expect(await checkedFiles(files, folder, cache)).toStrictEqual(found);
  expect(readFileSync(file)).toEqual(written);
});

it('is found anew where nothing can be kept', async () => {
  expect(await checkedFiles(files, folder, join(cache, 'nowhere'))).toStrictEqual(found);
});
