import { mkdirSync, writeFileSync } from 'node:fs';
import { fileTexts, storiesText } from './fixture.ts';
import { fixtures } from './fixtures.ts';

const root = new URL('../', import.meta.url);

const all = fixtures();
writeFileSync(new URL('stories.json', root), storiesText(all));
for (const fixture of all) {
  const folder = new URL(`${fixture.name}/`, root);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(fileTexts(fixture))) writeFileSync(new URL(file, folder), text);
}
