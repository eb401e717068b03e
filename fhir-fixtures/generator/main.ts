import { mkdirSync, writeFileSync } from 'node:fs';
import { fileTexts } from './fixture.ts';
import { fixtures } from './fixtures.ts';

const root = new URL('../', import.meta.url);

for (const fixture of fixtures()) {
  const folder = new URL(`${fixture.name}/`, root);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(fileTexts(fixture))) writeFileSync(new URL(file, folder), text);
}
