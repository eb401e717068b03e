import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../src/fhir/json.ts';

/** A file of `data/`, read anew for each caller, who may change it. */
export const readData = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./data/${name}.json`, import.meta.url), 'utf8')) as unknown;

export const readObject = (name: string): JsonObject => readData(name) as JsonObject;
export const readObjects = (name: string): readonly JsonObject[] =>
  [readData(name)].flat() as readonly JsonObject[];
