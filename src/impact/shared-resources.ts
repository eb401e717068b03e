import type { Kysely } from 'kysely';
import { pagesOf } from './pages.ts';
import type { ImpactTables } from './tables.ts';

/** The resources of nobody that NDJSON refers to, in the order in which they were read. */
export function sharedResources(
  query: Kysely<ImpactTables>,
  run: string,
): (lines: readonly string[]) => Promise<readonly string[]> {
  let sharedTypes: Promise<ReadonlySet<string>> | undefined;

  return async (lines) => {
    sharedTypes ??= query
      .selectFrom('impact_shared')
      .select('type')
      .distinct()
      .where('run', '=', run)
      .execute()
      .then((rows) => new Set(rows.map(({ type }) => type)));
    const types = await sharedTypes;
    const found = new Map<number, string>();
    const asked = new Set<string>();
    // What a chart refers to may refer to more: a Medication to its ingredients.
    for (let texts = lines; texts.length > 0;) {
      const references = texts
        .flatMap((text) => referencesIn(text, types))
        .filter((item) => !asked.has(item));
      const fresh = [...new Set(references)];
      for (const reference of fresh) asked.add(reference);
      const rows: { sequence: number; body: string }[] = [];
      for (const page of pagesOf(fresh))
        rows.push(
          ...(await query
            .selectFrom('impact_shared')
            .select(['sequence', 'body'])
            .where('run', '=', run)
            .where('reference', 'in', page)
            .execute()),
        );
      for (const { sequence, body } of rows) found.set(sequence, body);
      texts = rows.map(({ body }) => body);
    }
    return [...found].toSorted(([a], [b]) => a - b).map(([, body]) => body);
  };
}

/** `Type/id` of references to resources of these types, whether relative or absolute. */
const referencesIn = (text: string, types: ReadonlySet<string>): readonly string[] =>
  [
    ...text.matchAll(
      /"reference"\s*:\s*"(?:[^"\\]*\/)?([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]+)(?:\/_history\/[^"]*)?"/g,
    ),
  ]
    .filter(([, type]) => types.has(type ?? ''))
    .map(([, type, id]) => `${type ?? ''}/${id ?? ''}`);
