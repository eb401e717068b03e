import * as z from 'zod';

/**
 * Which vignettes of the test suite show each criterion of a policy in which status. `npm run policy:test` writes it beside
 * the policy, so that a service without its tests can say how its criteria are tested.
 */
export const VIGNETTE_INDEX = 'vignettes.json';

/** Places in `vignettes`; null: the criterion can never have this status. */
const places = z.array(z.int().min(0)).nullable();

export const vignetteIndexSchema = z.strictObject({
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
