import { sql, type Generated, type Kysely } from 'kysely';
import type { Migration, MigrationProvider } from 'kysely/migration';

/**
 * What a comparison keeps while it goes on, so that it needs no memory for charts and goes on where it was stopped: in a
 * SQLite file of its own, or in the PostgreSQL database from which workers take it.
 */
export interface ImpactTables {
  readonly impact_run: RunTable;
  readonly impact_file: FileTable;
  readonly impact_piece: PieceTable;
  readonly impact_shared: SharedTable;
  readonly impact_unread: UnreadTable;
  readonly impact_type: TypeTable;
  readonly impact_chart: ChartTable;
}

interface RunTable {
  /** SHA-256 of what is compared: policies, chart files, orders, day. The same command goes on with the same run. */
  id: string;
  /** `RunSettings` as JSON. */
  settings: string;
  /** 1 once every line is in a piece and every chart has its number. */
  is_staged: number;
}

/** How far a file has been read into pieces. */
interface FileTable {
  run: string;
  file: string;
  lines: number;
}

/** Lines of one chart that stood close together in one file. */
interface PieceTable {
  run: string;
  /** `ChartTable.chart`. */
  chart: string;
  /** In the order of files and lines. */
  sequence: number;
  /** FHIR resources as NDJSON, as they came. */
  body: string;
}

/** A resource that is about no patient, and that charts may refer to: an Organization, a Medication. */
interface SharedTable {
  sequence: Generated<number>;
  run: string;
  type: string;
  /** `Type/id`. */
  reference: string;
  body: string;
}

/** A line that went into no chart, and why. */
interface UnreadTable {
  run: string;
  file: string;
  line: number;
  problem: string;
}

/** A resource type that stands in some chart. */
interface TypeTable {
  run: string;
  type: string;
}

interface ChartTable {
  run: string;
  /** From 1, in the order of `chart`. */
  number: number;
  /** Characters of its lines. */
  size: number;
  /** `Patient/id`, or for a Bundle `file:line`. */
  chart: string;
  /** `Patient/id`; null until the chart has been evaluated. */
  patient: string | null;
  /** `ChartOutcome` as JSON; null until then. */
  outcome: string | null;
  /** 1 when an order of the chart comes out otherwise. */
  is_changed: number;
}

export const impactMigrations = (kind: 'sqlite' | 'postgres'): MigrationProvider => ({
  getMigrations: () => Promise.resolve({ '0001-impact': tables(kind) }),
});

const tables = (kind: 'sqlite' | 'postgres'): Migration => ({
  async up(database: Kysely<unknown>): Promise<void> {
    const { schema } = database;
    // Keys sort by code point in both databases, so that both give the same report.
    const key = kind === 'postgres' ? sql`text collate "C"` : ('text' as const);
    await schema
      .createTable('impact_run')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('settings', 'text', (column) => column.notNull())
      .addColumn('is_staged', 'integer', (column) => column.notNull())
      .execute();
    await schema
      .createTable('impact_file')
      .addColumn('run', 'text', (column) => column.notNull())
      .addColumn('file', key, (column) => column.notNull())
      .addColumn('lines', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('impact_file_key', ['run', 'file'])
      .execute();
    await schema
      .createTable('impact_piece')
      .addColumn('run', 'text', (column) => column.notNull())
      .addColumn('chart', key, (column) => column.notNull())
      .addColumn('sequence', 'integer', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('impact_piece_key', ['run', 'chart', 'sequence'])
      .execute();
    await (
      kind === 'sqlite'
        ? schema
            .createTable('impact_shared')
            .addColumn('sequence', 'integer', (column) => column.primaryKey().autoIncrement())
        : schema
            .createTable('impact_shared')
            .addColumn('sequence', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
    )
      .addColumn('run', 'text', (column) => column.notNull())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('reference', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .execute();
    await schema
      .createIndex('impact_shared_reference')
      .on('impact_shared')
      .columns(['run', 'reference'])
      .execute();
    await schema
      .createTable('impact_unread')
      .addColumn('run', 'text', (column) => column.notNull())
      .addColumn('file', key, (column) => column.notNull())
      .addColumn('line', 'integer', (column) => column.notNull())
      .addColumn('problem', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('impact_unread_key', ['run', 'file', 'line'])
      .execute();
    await schema
      .createTable('impact_type')
      .addColumn('run', 'text', (column) => column.notNull())
      .addColumn('type', key, (column) => column.notNull())
      .addPrimaryKeyConstraint('impact_type_key', ['run', 'type'])
      .execute();
    await schema
      .createTable('impact_chart')
      .addColumn('run', 'text', (column) => column.notNull())
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('size', 'bigint', (column) => column.notNull())
      .addColumn('chart', key, (column) => column.notNull())
      .addColumn('patient', 'text')
      .addColumn('outcome', 'text')
      .addColumn('is_changed', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('impact_chart_key', ['run', 'number'])
      .execute();
  },
});
