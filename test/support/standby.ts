import { Client } from 'pg';
import { startPostgres, type Postgres } from './postgres.ts';

/** A standby without which the primary acknowledges nothing: it has written to disk what the primary has. */
export async function startStandby(programs: string, primary: Postgres): Promise<Postgres> {
  const standby = await startPostgres(programs, primary);
  const client = new Client({ connectionString: primary.url });
  await client.connect();
  await client.query("alter system set synchronous_standby_names = '*'");
  await client.query('select pg_reload_conf()');
  const isSynchronous = async (): Promise<boolean> => {
    const { rows } = await client.query("select 1 from pg_stat_replication where sync_state = 'sync'");
    return rows.length === 1;
  };
  while (!(await isSynchronous())) await new Promise((resolve) => setTimeout(resolve, 50));
  await client.end();
  return standby;
}
