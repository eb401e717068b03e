import { sql } from 'kysely';
import type { Database } from './database.ts';
import { createGroupCommit } from './group-commit.ts';
import type { NewRow, Row, Tables } from './tables.ts';

/** Rows that belong together: committed in one transaction, or not at all. */
export type Records = { readonly [Table in WrittenTable]?: readonly NewRow<Table>[] };
export type WrittenTable = Exclude<keyof Tables, 'used_token'>;

/** A period by when something was recorded: from `from`, before `to`. RFC 3339 in UTC. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

/** One of the three. */
export interface FindKey {
  readonly assertion: string | undefined;
  readonly hookInstance: string | undefined;
  readonly suggestion: string | undefined;
}

export interface Found {
  readonly determinations: readonly Row<'determination'>[];
  readonly events: readonly Row<'audit_event'>[];
}

/**
 * What the service said and was told. Every reading is for one client; the operator's readings (`during`, `purge`) are
 * for all. Times out nothing by itself: who calls sets the limit.
 */
export interface RecordStore {
  /** Resolves when the rows are committed. */
  readonly keep: (records: Records) => Promise<void>;
  readonly determination: (id: string, client: string) => Promise<Row<'determination'> | undefined>;
  readonly card: (uuid: string, client: string) => Promise<Row<'card'> | undefined>;
  readonly answersOf: (patient: string, client: string) => Promise<readonly Row<'answers'>[]>;
  /** False when the token was used before. */
  readonly use: (token: NewRow<'used_token'>) => Promise<boolean>;
  /** Rows of a period in the order of recording, streamed. */
  readonly during: <Table extends WrittenTable>(table: Table, period: Period) => AsyncIterable<Row<Table>>;
  /** For a dispute: what one answer said, by the id of a determination, of the call, or of a suggestion in a card. */
  readonly find: (key: FindKey) => Promise<Found>;
  /** Deletes what was recorded before an instant, and the tokens that have expired by then. */
  readonly purge: (before: string) => Promise<Readonly<Record<WrittenTable | 'used_token', number>>>;
  /** Resolves when the database answers. */
  readonly check: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The columns by which the rows of a table age, and by which those of one instant are told apart. */
const ORDER: Readonly<Record<WrittenTable, { readonly age: string; readonly key: string }>> = {
  determination: { age: 'asked_at', key: 'id' },
  card: { age: 'issued_at', key: 'uuid' },
  feedback: { age: 'received_at', key: 'sequence' },
  answers: { age: 'received_at', key: 'id' },
  audit_event: { age: 'at', key: 'sequence' },
};
const TABLES = Object.keys(ORDER) as readonly WrittenTable[];

/** SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535. */
const ROWS_IN_ONE_INSERT = 500;

export function createRecordStore(database: Database): RecordStore {
  const { query, close } = database;
  const { add, settled } = createGroupCommit<Records>((group) =>
    query.transaction().execute(async (transaction) => {
      for (const table of TABLES) {
        const rows = group.flatMap((records) => [...(records[table] ?? [])]);
        for (let index = 0; index < rows.length; index += ROWS_IN_ONE_INSERT)
          await transaction
            .insertInto(table)
            // The rows come from the group's entry of the same table.
            .values(rows.slice(index, index + ROWS_IN_ONE_INSERT))
            .execute();
      }
    }),
  );
  return {
    keep: add,
    determination: (id, client) =>
      query
        .selectFrom('determination')
        .selectAll()
        .where('id', '=', id)
        .where('client', '=', client)
        .executeTakeFirst(),
    card: (uuid, client) =>
      query
        .selectFrom('card')
        .selectAll()
        .where('uuid', '=', uuid)
        .where('client', '=', client)
        .executeTakeFirst(),
    answersOf: (patient, client) =>
      query
        .selectFrom('answers')
        .selectAll()
        .where('patient', '=', patient)
        .where('client', '=', client)
        .orderBy('received_at')
        .orderBy('id')
        .execute(),
    async use(token) {
      const { numInsertedOrUpdatedRows } = await query
        .insertInto('used_token')
        .values(token)
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    during: (table, period) => pages(database, table, period),
    async find(key) {
      const hookInstances = await hookInstancesOf(database, key);
      if (hookInstances.length === 0) return { determinations: [], events: [] };
      const [determinations, events] = await Promise.all([
        query.selectFrom('determination').selectAll().where('hook_instance', 'in', hookInstances).execute(),
        query.selectFrom('audit_event').selectAll().where('hook_instance', 'in', hookInstances).execute(),
      ]);
      return { determinations, events };
    },
    async purge(before) {
      const deleted: Partial<Record<WrittenTable | 'used_token', number>> = {};
      for (const table of TABLES) {
        const { numDeletedRows } = await query
          .deleteFrom(table)
          .where(sql.ref(ORDER[table].age), '<', before)
          .executeTakeFirstOrThrow();
        deleted[table] = Number(numDeletedRows);
      }
      const { numDeletedRows } = await query
        .deleteFrom('used_token')
        .where('expires', '<', Math.floor(Date.parse(before) / 1000))
        .executeTakeFirstOrThrow();
      return { ...deleted, used_token: Number(numDeletedRows) } as Record<
        WrittenTable | 'used_token',
        number
      >;
    },
    check: async () => {
      await query.selectFrom('determination').select('id').limit(1).execute();
    },
    close: async () => {
      await settled();
      await close();
    },
  };
}

const PAGE = 500;

/** One page after another, each from where the last one ended: no cursor is held open, whatever the reader does meanwhile. */
async function* pages<Table extends WrittenTable>(
  { query }: Database,
  table: Table,
  { from, to }: Period,
): AsyncGenerator<Row<Table>> {
  const { age, key } = ORDER[table];
  let last: { readonly age: unknown; readonly key: unknown } | undefined;
  for (;;) {
    const page = (
      await sql<Row<Table>>`
      select * from ${sql.table(table)}
      where ${sql.ref(age)} >= ${from} and ${sql.ref(age)} < ${to}
      ${last === undefined ? sql`` : sql`and (${sql.ref(age)}, ${sql.ref(key)}) > (${last.age}, ${last.key})`}
      order by ${sql.ref(age)}, ${sql.ref(key)} limit ${PAGE}
    `.execute(query)
    ).rows;
    yield* page;
    const end = page.at(-1) as Readonly<Record<string, unknown>> | undefined;
    if (end === undefined || page.length < PAGE) return;
    last = { age: end[age], key: end[key] };
  }
}

/** The calls that a key of `find` belongs to. */
async function hookInstancesOf(
  { query }: Database,
  { assertion, hookInstance, suggestion }: FindKey,
): Promise<readonly string[]> {
  if (hookInstance !== undefined) return [hookInstance];
  const determinations =
    suggestion === undefined
      ? [assertion]
      : (
          await query
            .selectFrom('card')
            .select('determination')
            // The uuid of a suggestion stands in a JSON array; uuids hold nothing that LIKE would take for a pattern.
            .where('suggestions', 'like', `%"${suggestion.replaceAll(/[^\w-]/g, '')}"%`)
            .execute()
        ).map(({ determination }) => determination);
  const ids = determinations.filter((id) => id !== undefined && id !== null);
  if (ids.length === 0) return [];
  const rows = await query
    .selectFrom('determination')
    .select('hook_instance')
    .where('id', 'in', ids)
    .execute();
  return [...new Set(rows.map(({ hook_instance }) => hook_instance))];
}
