import * as z from 'zod';
import type { DataFile } from './data-files.ts';
import type { Problem } from './parse.ts';

/**
 * Which vignettes of the test suite show each criterion of a policy in which status. `npm run policy:test` writes it beside
 * the policy, so that a service without its tests can say how its criteria are tested.
 */
export const VIGNETTE_INDEX = 'vignettes.json';

/** Places in `vignettes`; null: the criterion can never have this status. */
const places = z.array(z.int().min(0)).nullable();

const vignetteIndexSchema = z.strictObject({
  policy: z.string(),
  version: z.string(),
  vignettes: z.array(z.strictObject({ name: z.string(), story: z.string() })),
  criteria: z.array(
    z.strictObject({
      indication: z.string(),
      /** Whole id. */
      id: z.string(),
      met: places,
      'not-met': places,
      unknown: places,
      'not-applicable': places,
    }),
  ),
});

export type VignetteIndex = z.output<typeof vignetteIndexSchema>;

/** The index beside each policy, where it has one. */
export const readVignetteIndexes = (
  files: readonly DataFile[],
  problems: Problem[],
): readonly VignetteIndex[] =>
  files
    .filter(({ path }) => path.endsWith(`/${VIGNETTE_INDEX}`))
    .flatMap(({ path, text }) => {
      const parsed = vignetteIndexSchema.safeParse(jsonOf(text));
      if (parsed.success) return [parsed.data];
      problems.push({ file: path, line: 1, message: 'is not as npm run policy:test writes it' });
      return [];
    });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
