import { sql, type Kysely } from 'kysely';
import { PAGE, pagesOf } from './pages.ts';
import type { ImpactTables } from './tables.ts';

/** Lines of a file that are put away together. */
export interface Batch {
  readonly file: string;
  /** Lines of the file that are in this batch or before it. */
  readonly lines: number;
  /** Place of the batch among all. */
  readonly sequence: number;
  /** NDJSON by chart. */
  readonly pieces: ReadonlyMap<string, readonly string[]>;
  readonly shared: readonly { readonly type: string; readonly reference: string; readonly body: string }[];
  readonly unread: readonly { readonly line: number; readonly problem: string }[];
  /** Resource types in the pieces. */
  readonly types: ReadonlySet<string>;
}

/** The lines of the charts' files, as they are put away. */
export interface StagedLines {
  /** Lines of each file that are put away already. */
  readonly linesOf: (file: string) => Promise<number>;
  readonly nextSequence: () => Promise<number>;
  readonly putAway: (batch: Batch) => Promise<void>;
  /** Numbers the charts, once all lines are put away. */
  readonly finishStaging: () => Promise<void>;
  readonly types: () => Promise<ReadonlySet<string>>;
  readonly unread: () => AsyncIterable<{
    readonly file: string;
    readonly line: number;
    readonly problem: string;
  }>;
}

export function stagedLines(query: Kysely<ImpactTables>, run: string): StagedLines {
  return {
    async linesOf(file) {
      const row = await query
        .selectFrom('impact_file')
        .select('lines')
        .where('run', '=', run)
        .where('file', '=', file)
        .executeTakeFirst();
      return row?.lines ?? 0;
    },
    async nextSequence() {
      const row = await query
        .selectFrom('impact_piece')
        .select(({ fn }) => fn.max('sequence').as('last'))
        .where('run', '=', run)
        .executeTakeFirst();
      return Number(row?.last ?? 0) + 1;
    },
    async putAway({ file, lines, sequence, pieces, shared, unread, types }) {
      // Together or not at all: a run that is stopped goes on after the last whole batch.
      await query.transaction().execute(async (transaction) => {
        for (const page of pagesOf([...pieces]))
          await transaction
            .insertInto('impact_piece')
            .values(page.map(([chart, body]) => ({ run, chart, sequence, body: body.join('\n') })))
            .execute();
        for (const page of pagesOf(shared))
          await transaction
            .insertInto('impact_shared')
            .values(page.map((resource) => ({ run, ...resource })))
            .execute();
        for (const page of pagesOf(unread))
          await transaction
            .insertInto('impact_unread')
            .values(page.map((line) => ({ run, file, ...line })))
            .execute();
        if (types.size > 0)
          await transaction
            .insertInto('impact_type')
            .values([...types].map((type) => ({ run, type })))
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        await transaction
          .insertInto('impact_file')
          .values({ run, file, lines })
          .onConflict((conflict) => conflict.columns(['run', 'file']).doUpdateSet({ lines }))
          .execute();
      });
    },
    async finishStaging() {
      await query.transaction().execute(async (transaction) => {
        await sql`
          insert into impact_chart (run, number, chart, size, is_changed)
          select run, row_number() over (order by chart), chart, sum(length(body)), 0
          from impact_piece where run = ${run} group by run, chart
        `.execute(transaction);
        await transaction.updateTable('impact_run').set({ is_staged: 1 }).where('id', '=', run).execute();
      });
    },
    async types() {
      const rows = await query.selectFrom('impact_type').select('type').where('run', '=', run).execute();
      return new Set(rows.map(({ type }) => type));
    },
    async *unread() {
      for (let after = { file: '', line: 0 }; ;) {
        const { file, line } = after;
        const rows = await query
          .selectFrom('impact_unread')
          .select(['file', 'line', 'problem'])
          .where('run', '=', run)
          .where((row) =>
            row.or([row('file', '>', file), row.and([row('file', '=', file), row('line', '>', line)])]),
          )
          .orderBy('file')
          .orderBy('line')
          .limit(PAGE)
          .execute();
        yield* rows;
        const last = rows.at(-1);
        if (last === undefined) return;
        after = last;
      }
    },
  };
}
