import type { Kysely } from 'kysely';
import type { Location } from '../store/database.ts';
import { dialectOf } from '../store/dialect.ts';
import { openTables } from '../store/open-tables.ts';
import type { ChartOutcome, ChartText } from './chart-evaluation.ts';
import type { RunSettings } from './settings.ts';
import { PAGE } from './pages.ts';
import { sharedResources } from './shared-resources.ts';
import { stagedLines, type StagedLines } from './staged-lines.ts';
import { impactMigrations, type ImpactTables } from './tables.ts';

/** A chart that is to be evaluated. */
export interface OpenChart {
  readonly number: number;
  /** Characters. */
  readonly size: number;
}

/** A chart and what came of it. */
export interface EvaluatedChart {
  readonly number: number;
  readonly patient: string;
  readonly outcome: ChartOutcome;
}

export interface Counts {
  readonly charts: number;
  readonly evaluated: number;
  readonly patients: number;
  readonly unreadLines: number;
}

/** One run in the database. All memory that it needs is for one batch, one page or one chart. */
export interface RunStore extends StagedLines {
  /** The settings of a run, once it is there. */
  readonly settings: () => Promise<RunSettings | undefined>;
  readonly begin: (settings: RunSettings) => Promise<void>;
  readonly isStaged: () => Promise<boolean>;
  readonly counts: () => Promise<Counts>;
  readonly evaluatedCount: () => Promise<number>;
  /** The next charts that are to be evaluated, after a number and up to another. */
  readonly open: (after: number, to: number, limit: number) => Promise<readonly OpenChart[]>;
  readonly chart: (number: number) => Promise<ChartText>;
  readonly keep: (charts: readonly EvaluatedChart[]) => Promise<void>;
  /** Evaluated charts in order. @param changed only those with an order that comes out otherwise */
  readonly outcomes: (changed: boolean) => AsyncIterable<EvaluatedChart & { readonly chart: string }>;
  /** Deletes all of the run, charts and outcomes. */
  readonly remove: () => Promise<void>;
}

export interface OpenRuns {
  readonly run: (id: string) => RunStore;
  readonly ids: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

const TABLES = [
  'impact_piece',
  'impact_shared',
  'impact_unread',
  'impact_type',
  'impact_chart',
  'impact_file',
] as const;

/** An hour: numbering the charts of a large export is one query. */
const QUERY_MILLISECONDS = 3_600_000;

/** @throws Error when the database cannot be opened */
export async function openRuns(location: Location): Promise<OpenRuns> {
  const { query, close } = await openTables<ImpactTables>(
    await dialectOf(location, QUERY_MILLISECONDS),
    impactMigrations(location.kind === 'postgres' ? 'postgres' : 'sqlite'),
    { name: 'the store of the comparison', prefix: 'impact' },
  );
  return {
    run: (id) => runStore(query, id),
    ids: async () => (await query.selectFrom('impact_run').select('id').execute()).map(({ id }) => id),
    close,
  };
}

function runStore(query: Kysely<ImpactTables>, run: string): RunStore {
  const referred = sharedResources(query, run);
  return {
    ...stagedLines(query, run),
    async settings() {
      const row = await query
        .selectFrom('impact_run')
        .select('settings')
        .where('id', '=', run)
        .executeTakeFirst();
      return row === undefined ? undefined : (JSON.parse(row.settings) as RunSettings);
    },
    async begin(settings) {
      await query
        .insertInto('impact_run')
        .values({ id: run, settings: JSON.stringify(settings), is_staged: 0 })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    async isStaged() {
      const row = await query
        .selectFrom('impact_run')
        .select('is_staged')
        .where('id', '=', run)
        .executeTakeFirst();
      return row?.is_staged === 1;
    },
    async counts() {
      const charts = await query
        .selectFrom('impact_chart')
        .select(({ fn }) => [
          fn.countAll().as('charts'),
          fn.count('outcome').as('evaluated'),
          fn.count('patient').distinct().as('patients'),
        ])
        .where('run', '=', run)
        .executeTakeFirstOrThrow();
      const unread = await query
        .selectFrom('impact_unread')
        .select(({ fn }) => fn.countAll().as('lines'))
        .where('run', '=', run)
        .executeTakeFirstOrThrow();
      return {
        charts: Number(charts.charts),
        evaluated: Number(charts.evaluated),
        patients: Number(charts.patients),
        unreadLines: Number(unread.lines),
      };
    },
    async evaluatedCount() {
      const row = await query
        .selectFrom('impact_chart')
        .select(({ fn }) => fn.countAll().as('count'))
        .where('run', '=', run)
        .where('outcome', 'is not', null)
        .executeTakeFirstOrThrow();
      return Number(row.count);
    },
    async open(after, to, limit) {
      const rows = await query
        .selectFrom('impact_chart')
        .select(['number', 'size'])
        .where('run', '=', run)
        .where('number', '>', after)
        .where('number', '<=', to)
        .where('outcome', 'is', null)
        .orderBy('number')
        .limit(limit)
        .execute();
      return rows.map(({ number, size }) => ({ number, size: Number(size) }));
    },
    async chart(number) {
      const rows = await query
        .selectFrom('impact_chart')
        .innerJoin('impact_piece', (join) =>
          join
            .onRef('impact_piece.run', '=', 'impact_chart.run')
            .onRef('impact_piece.chart', '=', 'impact_chart.chart'),
        )
        .select(['impact_chart.chart', 'impact_piece.body'])
        .where('impact_chart.run', '=', run)
        .where('impact_chart.number', '=', number)
        .orderBy('impact_piece.sequence')
        .execute();
      const lines = rows.map(({ body }) => body);
      const [, patient] = /^Patient\/([^:]+)$/.exec(rows[0]?.chart ?? '') ?? [];
      return { lines: lines.join('\n'), shared: await referred(lines), patient };
    },
    async keep(charts) {
      await query.transaction().execute(async (transaction) => {
        for (const { number, patient, outcome } of charts)
          await transaction
            .updateTable('impact_chart')
            .set({
              patient,
              outcome: JSON.stringify(outcome),
              is_changed: outcome.orders.some(({ changes }) => changes.length > 0) ? 1 : 0,
            })
            .where('run', '=', run)
            .where('number', '=', number)
            .execute();
      });
    },
    async *outcomes(changed) {
      for (let after = 0; ;) {
        const rows = await query
          .selectFrom('impact_chart')
          .select(['number', 'chart', 'patient', 'outcome'])
          .where('run', '=', run)
          .where('number', '>', after)
          .where('outcome', 'is not', null)
          .$if(changed, (select) => select.where('is_changed', '=', 1))
          .orderBy('number')
          .limit(PAGE)
          .execute();
        for (const { number, chart, patient, outcome } of rows)
          yield {
            number,
            chart,
            patient: patient ?? '',
            // Written by this program, in the shape of its own type.
            outcome: JSON.parse(outcome ?? '') as ChartOutcome,
          };
        const last = rows.at(-1);
        if (last === undefined) return;
        after = last.number;
      }
    },
    async remove() {
      for (const table of TABLES) await query.deleteFrom(table).where('run', '=', run).execute();
      await query.deleteFrom('impact_run').where('id', '=', run).execute();
    },
  };
}
