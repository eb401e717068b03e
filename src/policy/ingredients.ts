import * as z from 'zod';
import type { Terminology } from '../fhir/terminology.ts';
import type { DataFile } from './data-files.ts';
import type { Problem } from './parse.ts';

/** Ingredient by code, by code system. A combination names its ingredients with ` / ` between them. */
const ingredientsSchema = z.record(z.string(), z.record(z.string(), z.string().min(1)));

const PATH = 'shared/ingredients.json';

/**
 * `shared/ingredients.json`: brand, clinical drug, billing and classification codes of a drug to its ingredients, so
 * that a switch of brand or route is no change of therapy.
 * @returns ingredients by `system|code`; empty without the file
 */
export function readIngredients(
  files: readonly DataFile[],
  terminology: Terminology,
  problems: Problem[],
): ReadonlyMap<string, readonly string[]> {
  const ingredients = new Map<string, readonly string[]>();
  const file = files.find(({ path }) => path === PATH);
  if (file === undefined) return ingredients;
  const report = (message: string): void => void problems.push({ file: PATH, line: 1, message });
  let value: unknown;
  try {
    value = JSON.parse(file.text);
  } catch (error) {
    report(`is not JSON: ${error instanceof Error ? error.message : String(error)}`);
    return ingredients;
  }
  const parsed = ingredientsSchema.safeParse(value);
  if (!parsed.success) {
    report('is not a list of ingredients by code, by code system');
    return ingredients;
  }
  for (const [system, codes] of Object.entries(parsed.data)) {
    for (const [code, names] of Object.entries(codes)) {
      const key = terminology.coding({ system, code })?.key;
      if (key === undefined) {
        report(`"${system}" is not a system in code-systems.yaml`);
        break;
      }
      ingredients.set(key, names.split(' / '));
    }
  }
  return ingredients;
}
