import { openedAtUse, type Database, type PageEnd } from './database.ts';
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
  readonly determination: (id: string, client: string) => Promise<Row<'determination'> | undefined>;
  readonly card: (uuid: string, client: string) => Promise<Row<'card'> | undefined>;
  readonly answers: (id: string, client: string) => Promise<Row<'answers'> | undefined>;
  /** Completed forms about a patient, the earliest first. */
  readonly answersOf: (patient: string, client: string) => Promise<readonly Row<'answers'>[]>;
  /** The same with what the sandbox payer has answered about the patient, in one question. */
  readonly allAnswersOf: (
    patient: string,
    client: string,
  ) => Promise<{
    readonly forms: readonly Row<'answers'>[];
    readonly payer: readonly Row<'payer_answer'>[];
  }>;
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

/**
 * @param open opens the database, at the first use and again after it could not be opened: a database that comes up after
 * the service is used from then on
 */
export function createRecordStore(open: () => Promise<Database>): RecordStore {
  const database = openedAtUse(open);
  const ask =
    <Name extends keyof Database>(name: Name): Database[Name] =>
    async (...given: readonly unknown[]) => {
      const asked = (await database.use())[name] as (...given: readonly unknown[]) => Promise<never>;
      return asked(...given);
    };
  const records = createGroupCommit<Records, void>(async (group) => {
    await (await database.use()).commit(together(group));
    return group.map(() => undefined);
  });
  const tokens = createGroupCommit<UsedToken, boolean>(ask('use'));
  return {
    keep: records.add,
    use: tokens.add,
    determination: ask('determination'),
    card: ask('card'),
    answers: ask('answers'),
    answersOf: ask('answersOf'),
    allAnswersOf: ask('allAnswersOf'),
    payerAnswers: ask('payerAnswers'),
    forgetTokens: ask('forgetTokens'),
    async *during(table, period) {
      let end: PageEnd | undefined;
      do {
        const page = await (await database.use()).page(table, period, end);
        yield* page.rows;
        end = page.end;
      } while (end !== undefined);
    },
    find: ask('find'),
    purge: ask('purge'),
    check: ask('check'),
    close: async () => {
      await Promise.all([records.settled(), tokens.settled()]);
      await (await database.opened())?.close();
    },
  };
}

/** Rows of several writes as those of one. */
function together(group: readonly Records[]): Records {
  const rows: Partial<Record<WrittenTable, unknown[]>> = {};
  for (const records of group)
    for (const [table, those] of Object.entries(records) as readonly [WrittenTable, readonly unknown[]][])
      (rows[table] ??= []).push(...those);
  return rows as Records;
}

/** Whether a proxy brings a token again with the request that it brought it with. */
export const isSameDelivery = (token: UsedToken, before: UsedToken | undefined): boolean =>
  token.delivery !== '' && token.delivery === before?.delivery;
