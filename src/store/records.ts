import { sql, type Kysely } from 'kysely';
import type { Database } from './database.ts';
import { createGroupCommit } from './group-commit.ts';
import type { NewRow, Row, Tables } from './tables.ts';

/** Rows that belong together: committed in one transaction, or not at all. */
export type Records = { readonly [Table in WrittenTable]?: readonly NewRow<Table>[] };
export type WrittenTable = Exclude<keyof Tables, 'used_token'>;

/** A token, or a body under a token, by what tells it apart. */
export type UsedToken = NewRow<'used_token'>;

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
  /** The same for what nobody waits for: with the next records, or soon. */
  readonly keepLater: (records: Records) => Promise<void>;
  readonly determination: (id: string, client: string) => Promise<Row<'determination'> | undefined>;
  readonly card: (uuid: string, client: string) => Promise<Row<'card'> | undefined>;
  readonly answers: (id: string, client: string) => Promise<Row<'answers'> | undefined>;
  readonly answersOf: (patient: string, client: string) => Promise<readonly Row<'answers'>[]>;
  /** Answers of the sandbox payer about a patient, to a member, or to one request: the earliest first. */
  readonly payerAnswers: (
    key: 'patient' | 'member' | 'request',
    value: string,
    client: string,
  ) => Promise<readonly Row<'payer_answer'>[]>;
  /** False when the token was used before, here or by another process on the same store, unless by the same delivery. */
  readonly use: (token: UsedToken) => Promise<boolean>;
  /** Deletes the tokens that nobody would take any more. @param now seconds since 1970 */
  readonly forgetTokens: (now: number) => Promise<void>;
  /** Rows of a period in the order of recording, streamed. */
  readonly during: <Table extends WrittenTable>(table: Table, period: Period) => AsyncIterable<Row<Table>>;
  /**
   * For a dispute: what one answer said, by the id of a determination, of the call, or of a suggestion in a card. Ids of
   * calls are the clients' own: by such an id, those of every client that used it come, one client after another.
   */
  readonly find: (key: FindKey) => Promise<Found>;
  /** Deletes what was recorded before an instant: rows by table. */
  readonly purge: (before: string) => Promise<ReadonlyMap<string, number>>;
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
  payer_answer: { age: 'answered_at', key: 'id' },
  audit_event: { age: 'at', key: 'sequence' },
};
const TABLES = Object.keys(ORDER) as readonly WrittenTable[];

/** SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535. */
const ROWS_IN_ONE_INSERT = 500;

/**
 * @param open opens the database, at the first use and again after it could not be opened: a database that comes up after
 * the service is used from then on
 */
export function createRecordStore(open: () => Promise<Database>): RecordStore {
  let opening: Promise<Database> | undefined;
  const opened = (): Promise<Database> => {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  const query = async (): Promise<Kysely<Tables>> => (await opened()).query;
  const records = createGroupCommit<Records, undefined>(async (group) => {
    await (await query()).transaction().execute(async (transaction) => {
      for (const table of TABLES) {
        const rows = group.flatMap((records) => [...(records[table] ?? [])]);
        for (let index = 0; index < rows.length; index += ROWS_IN_ONE_INSERT)
          await transaction
            .insertInto(table)
            .values(rows.slice(index, index + ROWS_IN_ONE_INSERT))
            .execute();
      }
    });
    return group.map(() => undefined);
  });
  const tokens = createGroupCommit<UsedToken, boolean>(async (group) => {
    const firsts = new Map<string, UsedToken>();
    for (const token of group) if (!firsts.has(keyOf(token))) firsts.set(keyOf(token), token);
    const accepted = await (
      await query()
    )
      .insertInto('used_token')
      // In one order everywhere: processes that insert the same tokens at once must not wait for each other.
      .values([...firsts.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)))
      .onConflict((conflict) =>
        conflict
          .columns(['issuer', 'jti', 'body'])
          // Changes nothing: a row that is written is a row that is returned.
          .doUpdateSet((expression) => ({ delivery: expression.ref('excluded.delivery') }))
          .whereRef('used_token.delivery', '=', 'excluded.delivery')
          .where('used_token.delivery', '!=', ''),
      )
      .returning(['issuer', 'jti', 'body'])
      .execute();
    const keys = new Set(accepted.map(keyOf));
    return group.map((token) => {
      const first = firsts.get(keyOf(token));
      return keys.has(keyOf(token)) && (first === token || isSameDelivery(token, first));
    });
  });
  return {
    keep: records.add,
    keepLater: records.addLater,
    determination: async (id, client) =>
      (await query())
        .selectFrom('determination')
        .selectAll()
        .where('id', '=', id)
        .where('client', '=', client)
        .executeTakeFirst(),
    card: async (uuid, client) =>
      (await query())
        .selectFrom('card')
        .selectAll()
        .where('uuid', '=', uuid)
        .where('client', '=', client)
        .executeTakeFirst(),
    answers: async (id, client) =>
      (await query())
        .selectFrom('answers')
        .selectAll()
        .where('id', '=', id)
        .where('client', '=', client)
        .executeTakeFirst(),
    answersOf: async (patient, client) =>
      (await query())
        .selectFrom('answers')
        .selectAll()
        .where('patient', '=', patient)
        .where('client', '=', client)
        .orderBy('received_at')
        .orderBy('id')
        .execute(),
    payerAnswers: async (key, value, client) =>
      (await query())
        .selectFrom('payer_answer')
        .selectAll()
        .where(key, '=', value)
        .where('client', '=', client)
        .orderBy('answered_at')
        .orderBy('id')
        .execute(),
    use: tokens.add,
    forgetTokens: async (now) => {
      await (await query()).deleteFrom('used_token').where('expires', '<', now).execute();
    },
    async *during(table, period) {
      yield* pages(await query(), table, period);
    },
    async find(key) {
      const database = await query();
      const found: Found[] = [];
      for (const { client, hook_instance } of await callsOf(database, key)) {
        const [determinations, events] = await Promise.all([
          database
            .selectFrom('determination')
            .selectAll()
            .where('hook_instance', '=', hook_instance)
            .where('client', '=', client)
            .orderBy('asked_at')
            .orderBy('id')
            .execute(),
          database
            .selectFrom('audit_event')
            .selectAll()
            .where('hook_instance', '=', hook_instance)
            .where('client', '=', client)
            .orderBy('sequence')
            .execute(),
        ]);
        found.push({ determinations, events });
      }
      return {
        determinations: found.flatMap(({ determinations }) => determinations),
        events: found.flatMap(({ events }) => events),
      };
    },
    async purge(before) {
      const database = await query();
      const deleted = new Map<string, number>();
      for (const table of TABLES) {
        const { numDeletedRows } = await database
          .deleteFrom(table)
          .where(sql.ref(ORDER[table].age), '<', before)
          .executeTakeFirstOrThrow();
        deleted.set(table, Number(numDeletedRows));
      }
      return deleted;
    },
    check: async () => {
      await (await query()).selectFrom('determination').select('id').limit(1).execute();
    },
    close: async () => {
      await Promise.all([records.settled(), tokens.settled()]);
      if (opening !== undefined) await (await opening).close();
    },
  };
}

/** Whether a proxy brings a token again with the request that it brought it with. */
export const isSameDelivery = (token: UsedToken, before: UsedToken | undefined): boolean =>
  token.delivery !== '' && token.delivery === before?.delivery;

const keyOf = ({ issuer, jti, body }: Pick<UsedToken, 'issuer' | 'jti' | 'body'>): string =>
  JSON.stringify([issuer, jti, body]);

const PAGE = 500;

/** One page after another, each from where the last one ended: no cursor is held open, whatever the reader does meanwhile. */
async function* pages<Table extends WrittenTable>(
  query: Kysely<Tables>,
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

/** The calls that a key of `find` belongs to, by client. */
async function callsOf(
  query: Kysely<Tables>,
  { assertion, hookInstance, suggestion }: FindKey,
): Promise<readonly { readonly client: string; readonly hook_instance: string }[]> {
  if (hookInstance !== undefined) {
    const rows = await query
      .selectFrom('determination')
      .select('client')
      .where('hook_instance', '=', hookInstance)
      .union(query.selectFrom('audit_event').select('client').where('hook_instance', '=', hookInstance))
      .execute();
    return rows
      .map(({ client }) => ({ client, hook_instance: hookInstance }))
      .toSorted((a, b) => (a.client < b.client ? -1 : 1));
  }
  return suggestion === undefined
    ? query
        .selectFrom('determination')
        .select(['client', 'hook_instance'])
        .where('id', '=', assertion ?? '')
        .execute()
    : query
        .selectFrom('card')
        .select(['client', 'hook_instance'])
        .distinct()
        // Its uuid stands in a JSON array; a uuid holds nothing that LIKE would take for a pattern.
        .where('suggestions', 'like', `%"${suggestion.replaceAll(/[^A-Za-z0-9-]/g, '')}"%`)
        .execute();
}
