import { CompiledQuery, sql, type Compilable, type Kysely } from 'kysely';
import type { Database, Page, PageEnd } from './database.ts';
import {
  isSameDelivery,
  type FindKey,
  type Found,
  type Period,
  type UsedToken,
  type WrittenTable,
} from './records.ts';
import type { Row, Tables } from './tables.ts';

export const RECORD_STORE = { name: 'the record store' };

/** The columns by which the rows of a table age, and by which those of one instant are told apart. */
const ORDER: Readonly<Record<WrittenTable, { readonly age: string; readonly key: string }>> = {
  determination: { age: 'asked_at', key: 'id' },
  card: { age: 'issued_at', key: 'uuid' },
  feedback: { age: 'received_at', key: 'sequence' },
  answers: { age: 'received_at', key: 'id' },
  payer_answer: { age: 'answered_at', key: 'id' },
  audit_event: { age: 'at', key: 'sequence' },
};
export const TABLES = Object.keys(ORDER) as readonly WrittenTable[];

/** @param commit the databases differ in how many rows are best written at once */
export function recordDatabase(
  query: Kysely<Tables>,
  commit: Database['commit'],
  close: Database['close'],
): Database {
  const payerQuery = (key: 'patient' | 'member' | 'request', value: string, client: string) =>
    query
      .selectFrom('payer_answer')
      .selectAll()
      .where(key, '=', value)
      .where('client', '=', client)
      .orderBy('answered_at')
      .orderBy('id');
  const payerAnswersOf = builtOnce(query, payerQuery('patient', GIVEN, GIVEN));
  const answersOf = builtOnce(
    query,
    query
      .selectFrom('answers')
      .selectAll()
      .where('patient', '=', GIVEN)
      .where('client', '=', GIVEN)
      .orderBy('received_at')
      .orderBy('id'),
  );
  return {
    commit,
    close,
    answersOf,
    payerAnswers: (key, value, client) => payerQuery(key, value, client).execute(),
    async allAnswersOf(patient, client) {
      const [forms, payer] = await Promise.all([answersOf(patient, client), payerAnswersOf(patient, client)]);
      return { forms, payer };
    },
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
    answers: (id, client) =>
      query
        .selectFrom('answers')
        .selectAll()
        .where('id', '=', id)
        .where('client', '=', client)
        .executeTakeFirst(),
    async use(tokens) {
      const firsts = new Map<string, UsedToken>();
      for (const token of tokens) if (!firsts.has(keyOf(token))) firsts.set(keyOf(token), token);
      const accepted = await query
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
      return tokens.map((token) => {
        const first = firsts.get(keyOf(token));
        return keys.has(keyOf(token)) && (first === token || isSameDelivery(token, first));
      });
    },
    async forgetTokens(now) {
      await query.deleteFrom('used_token').where('expires', '<', now).execute();
    },
    page: (table, period, after) => pageOf(query, table, period, after),
    async find(key) {
      const found: Found[] = [];
      for (const { client, hook_instance } of await callsOf(query, key)) {
        const [determinations, events] = await Promise.all([
          query
            .selectFrom('determination')
            .selectAll()
            .where('hook_instance', '=', hook_instance)
            .where('client', '=', client)
            .orderBy('asked_at')
            .orderBy('id')
            .execute(),
          query
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
      const deleted = new Map<string, number>();
      for (const table of TABLES) {
        const { numDeletedRows } = await query
          .deleteFrom(table)
          .where(sql.ref(ORDER[table].age), '<', before)
          .executeTakeFirstOrThrow();
        deleted.set(table, Number(numDeletedRows));
      }
      return deleted;
    },
    async check() {
      await query.selectFrom('determination').select('id').limit(1).execute();
    },
  };
}

/** Stands in a query that is built once for a value that is given each time. */
const GIVEN = '';

/** What every call asks is not built anew for each. @returns rows, for the values in the order in which the query names them */
function builtOnce<Row>(
  query: Kysely<Tables>,
  built: Compilable<Row>,
): (...given: readonly string[]) => Promise<readonly Row[]> {
  const { sql: text } = built.compile();
  return async (...given) => (await query.executeQuery<Row>(CompiledQuery.raw(text, [...given]))).rows;
}

const keyOf = ({ issuer, jti, body }: Pick<UsedToken, 'issuer' | 'jti' | 'body'>): string =>
  JSON.stringify([issuer, jti, body]);

const PAGE = 500;

/** From where the last page ended: no cursor is held open, whatever the reader does meanwhile. */
async function pageOf<Table extends WrittenTable>(
  query: Kysely<Tables>,
  table: Table,
  { from, to }: Period,
  after: PageEnd | undefined,
): Promise<Page<Table>> {
  const { age, key } = ORDER[table];
  const { rows } = await sql<Row<Table>>`
    select * from ${sql.table(table)}
    where ${sql.ref(age)} >= ${from} and ${sql.ref(age)} < ${to}
    ${after === undefined ? sql`` : sql`and (${sql.ref(age)}, ${sql.ref(key)}) > (${after.age}, ${after.key})`}
    order by ${sql.ref(age)}, ${sql.ref(key)} limit ${PAGE}
  `.execute(query);
  const last = rows.at(-1) as Readonly<Record<string, unknown>> | undefined;
  return {
    rows,
    end: last === undefined || rows.length < PAGE ? undefined : { age: last[age], key: last[key] },
  };
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
