import type { Kysely } from 'kysely';
import type { Migration, MigrationProvider } from 'kysely/migration';

/**
 * Every change of the tables, in order; a name, once released, never changes. A migration adds before anything reads, so
 * that the version before it goes on working beside the new one while replicas are replaced.
 * @param kind the one column type that the two databases spell differently
 */
export const migrations = (kind: 'sqlite' | 'postgres'): MigrationProvider => ({
  getMigrations: () =>
    Promise.resolve({
      '0001-records': records(kind),
      '0002-authorization': authorization,
      '0003-deliveries': deliveries,
      '0004-card-patients': cardPatients,
    }),
});

/** What a request for authorization is made of, and what the sandbox payer answers to it. */
const authorization: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    const { schema } = database;
    await schema.alterTable('determination').addColumn('request', 'text').execute();
    await schema
      .createTable('payer_answer')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('client', 'text', (column) => column.notNull())
      .addColumn('answered_at', 'text', (column) => column.notNull())
      .addColumn('patient', 'text', (column) => column.notNull())
      .addColumn('member', 'text', (column) => column.notNull())
      .addColumn('request', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .execute();
    for (const column of ['patient', 'member', 'request'])
      await schema
        .createIndex(`payer_answer_by_${column}`)
        .on('payer_answer')
        .columns([column, 'client'])
        .execute();
  },
};

const records = (kind: 'sqlite' | 'postgres'): Migration => ({
  async up(database: Kysely<unknown>): Promise<void> {
    const { schema } = database;
    await schema
      .createTable('determination')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('client', 'text', (column) => column.notNull())
      .addColumn('asked_at', 'text', (column) => column.notNull())
      .addColumn('hook_instance', 'text', (column) => column.notNull())
      .addColumn('patient', 'text', (column) => column.notNull())
      .addColumn('order_reference', 'text', (column) => column.notNull())
      .addColumn('policy', 'text', (column) => column.notNull())
      .addColumn('policy_version', 'text', (column) => column.notNull())
      .addColumn('decision', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addColumn('forms', 'text', (column) => column.notNull())
      .execute();
    await schema
      .createTable('card')
      .addColumn('uuid', 'text', (column) => column.primaryKey())
      .addColumn('client', 'text', (column) => column.notNull())
      .addColumn('issued_at', 'text', (column) => column.notNull())
      .addColumn('service', 'text', (column) => column.notNull())
      .addColumn('topic', 'text')
      .addColumn('hook_instance', 'text', (column) => column.notNull())
      .addColumn('suggestions', 'text', (column) => column.notNull())
      .execute();
    const numbered = (table: string) =>
      kind === 'sqlite'
        ? schema
            .createTable(table)
            .addColumn('sequence', 'integer', (column) => column.primaryKey().autoIncrement())
        : schema
            .createTable(table)
            .addColumn('sequence', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity());
    await numbered('feedback')
      .addColumn('client', 'text', (column) => column.notNull())
      .addColumn('received_at', 'text', (column) => column.notNull())
      .addColumn('service', 'text', (column) => column.notNull())
      .addColumn('card', 'text', (column) => column.notNull())
      .addColumn('outcome', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .execute();
    await schema
      .createTable('answers')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('client', 'text', (column) => column.notNull())
      .addColumn('received_at', 'text', (column) => column.notNull())
      .addColumn('patient', 'text', (column) => column.notNull())
      .addColumn('questionnaire', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .execute();
    await numbered('audit_event')
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('client', 'text', (column) => column.notNull())
      .addColumn('action', 'text', (column) => column.notNull())
      .addColumn('target', 'text', (column) => column.notNull())
      .addColumn('hook_instance', 'text')
      .addColumn('patient', 'text')
      .addColumn('status', 'integer', (column) => column.notNull())
      .addColumn('milliseconds', 'integer', (column) => column.notNull())
      .addColumn('details', 'text', (column) => column.notNull())
      .execute();
    await schema
      .createTable('used_token')
      .addColumn('issuer', 'text', (column) => column.notNull())
      .addColumn('jti', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addColumn('expires', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('used_token_key', ['issuer', 'jti', 'body'])
      .execute();
    for (const [table, columns] of INDEXES)
      await schema
        .createIndex(`${table}_${columns.join('_')}`)
        .on(table)
        .columns([...columns])
        .execute();
  },
});

/** A proxy that sends a request again, which a replica broke off, brings its token again. */
const deliveries: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema
      .alterTable('used_token')
      .addColumn('delivery', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
  },
};

/** Feedback on a card is about the card's patient. */
const cardPatients: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema.alterTable('card').addColumn('patient', 'text').execute();
  },
};

/** What purging, reports, and the look-ups of a dispute go by. */
const INDEXES: readonly (readonly [string, readonly string[]])[] = [
  ['determination', ['asked_at']],
  ['determination', ['hook_instance']],
  ['card', ['issued_at']],
  ['feedback', ['received_at']],
  ['feedback', ['card']],
  ['answers', ['client', 'patient']],
  ['answers', ['received_at']],
  ['audit_event', ['at']],
  ['audit_event', ['hook_instance']],
  ['used_token', ['expires']],
];
