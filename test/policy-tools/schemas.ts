import * as z from 'zod';
import {
  codeSystemsSchema,
  companionOrdersSchema,
  diseasesSchema,
  payerSchema,
  planLinesSchema,
  productsSchema,
  queriesSchema,
  settingsSchema,
} from '../../src/policy/data-files.ts';
import { factsFileSchema } from '../../src/policy/fact-schema.ts';
import { policySchema } from '../../src/policy/policy.ts';
import { vignettesSchema } from '../support/vignette-schema.ts';

/** The kinds of YAML file, each with the schema that the service reads it by. */
const SCHEMAS: Readonly<Record<string, { readonly title: string; readonly schema: z.ZodType }>> = {
  policy: { title: 'A policy: cds-services/<policy>/policy.yaml', schema: policySchema },
  facts: { title: 'Facts: cds-services/shared/facts/*.yaml', schema: factsFileSchema },
  payer: { title: 'A payer: cds-services/payers/<payer>.yaml', schema: payerSchema },
  'plan-lines': { title: 'Plan lines: cds-services/payers/plan-lines.yaml', schema: planLinesSchema },
  products: { title: 'Products: cds-services/shared/products.yaml', schema: productsSchema },
  diseases: { title: 'Diseases: cds-services/shared/diseases.yaml', schema: diseasesSchema },
  queries: { title: 'Queries: cds-services/shared/queries.yaml', schema: queriesSchema },
  settings: { title: 'Settings: cds-services/shared/settings.yaml', schema: settingsSchema },
  'code-systems': { title: 'Code systems: cds-services/shared/code-systems.yaml', schema: codeSystemsSchema },
  'companion-orders': {
    title: 'Companion orders: cds-services/shared/companion-orders.yaml',
    schema: companionOrdersSchema,
  },
  vignettes: { title: 'Vignettes: test/determinations/*.yaml', schema: vignettesSchema },
};

/** JSON Schema text by file name: what an editor completes and checks YAML by. */
export const schemaFiles = (): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(SCHEMAS).map(([name, { title, schema }]) => {
      // Draft 7 is what editors read best; `input` is what the author writes, before defaults and transforms.
      const json = z.toJSONSchema(schema, { target: 'draft-7', io: 'input', unrepresentable: 'any' });
      return [`${name}.schema.json`, `${JSON.stringify({ ...json, title }, null, 2)}\n`] as const;
    }),
  );
