import { mkdirSync, writeFileSync } from 'node:fs';
import { schemaFiles } from './schemas.ts';

/** `npm run policy:schema`: writes the JSON Schemas that the YAML files name in their first line. */
const folder = new URL('../../cds-services/schema/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, text] of schemaFiles()) writeFileSync(new URL(name, folder), text);
process.stdout.write(`${schemaFiles().size} schemas in cds-services/schema\n`);
