import * as z from 'zod';
import { FACT_TYPES, name } from './retrieve-schema.ts';

/** The shapes of the data files of `cds-services/` beside facts and policies. */

/** A file of `cds-services/`, its path relative to that folder. */
export interface DataFile {
  readonly path: string;
  readonly text: string;
}

const words = z.array(z.string().min(1)).default([]);
const valueSetNames = z.array(name).default([]);

export const codeSystemsSchema = z.array(
  z.strictObject({
    uri: z.string().min(1),
    name: z.string().min(1),
    form: z.enum(['icd-10', 'icd-o-3', 'ndc']).optional(),
    aliases: z.array(z.string()).default([]),
  }),
);
export const productsSchema = z.strictObject({
  products: z.record(
    name,
    z.strictObject({
      generic: z.string(),
      brand: z.string(),
      codes: z.array(name).min(1),
      names: words,
      'course-days': z.int().min(0).default(0),
    }),
  ),
  general: z.strictObject({ codes: valueSetNames, names: words }),
  unclassified: z.strictObject({ codes: valueSetNames }),
});
export const diseasesSchema = z.record(
  name,
  z.strictObject({
    within: name.optional(),
    codes: valueSetNames,
    'icd-10-cm': z.array(z.string()).default([]),
    names: words,
  }),
);
export const queriesSchema = z.record(
  z.string().regex(/^[a-z][A-Za-z]*$/, 'a prefetch key is written in camel case'),
  z.strictObject({
    resource: z.enum([...FACT_TYPES, 'QuestionnaireResponse']),
    search: z
      .string()
      .regex(/^[a-z-]+=[^&,]+$/, 'one parameter with one value')
      .optional(),
  }),
);
const orderCode = z.strictObject({ system: z.string().min(1), code: z.string({ error: 'quote the code' }) });
export const companionOrdersSchema = z.record(
  name,
  z.strictObject({
    title: z.string().min(1),
    'value-set': name,
    code: orderCode,
    detail: orderCode.optional(),
    category: z
      .strictObject({ system: z.string().min(1), code: z.string(), display: z.string().min(1) })
      .optional(),
    supplies: z.array(name).min(1),
  }),
);
export const settingsSchema = z.strictObject({
  inpatient: z.array(name).min(1),
  outpatient: z.array(name).min(1),
});
export const payerSchema = z.strictObject({
  id: name,
  name: z.string().min(1),
  identifiers: z
    .array(z.strictObject({ system: z.string(), value: z.string({ error: 'quote the value' }) }))
    .default([]),
  names: words,
});
export const planLinesSchema = z.strictObject({
  lines: z.record(name, z.string().min(1)),
  signs: z.array(
    z.strictObject({
      lines: z.array(name).min(1),
      codes: z
        .array(z.strictObject({ system: z.string(), code: z.string({ error: 'quote the code' }) }))
        .default([]),
      words,
    }),
  ),
});
