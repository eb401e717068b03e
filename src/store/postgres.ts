import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { DatabaseError, Pool, types, type PoolConfig } from 'pg';

/** PostgreSQL's text holds every character but U+0000, with which it would refuse the row and those beside it. */
const storable = (parameter: unknown): unknown =>
  typeof parameter === 'string' ? parameter.replaceAll('\0', '\uFFFD') : parameter;

/** Connections of one process; a replica needs few, since writes are grouped. */
export const CONNECTIONS = 8;

// Row numbers are read as numbers: 2^53 of them are enough.
types.setTypeParser(types.builtins.INT8, Number);

/**
 * Connections to a PostgreSQL server under one address, behind which another server may take over. One that was shut down
 * breaks its connections, which the pool replaces. One that vanished with its host says nothing, and one that is now a
 * standby goes on answering: then every connection is made anew, since all of them lead to the same server.
 */
export function postgresPool(url: string, queryMilliseconds: number): PostgresPool {
  const options: PoolConfig = {
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: 2000,
    query_timeout: queryMilliseconds,
    keepAlive: true,
  };
  let pool = newPool(options);
  const abandon = (left: Pool): void => {
    // Of several queries that wait for a lost server, the first one sees to it.
    if (left !== pool) return;
    pool = newPool(options);
    void left.end();
  };
  return {
    options,
    async connect() {
      const from = pool;
      const client = await from.connect();
      let lost: Error | undefined;
      const query = async (sql: string, parameters: unknown[]): Promise<PostgresQueryResult<unknown>> => {
        // Such as the rollback that follows.
        if (lost !== undefined) throw lost;
        try {
          return (await client.query(sql, parameters.map(storable))) as PostgresQueryResult<unknown>;
        } catch (error) {
          if (isOfLostServer(error)) {
            lost = error;
            abandon(from);
          }
          throw error;
        }
      };
      return {
        query: query as PostgresPoolClient['query'],
        release: (destroy) => {
          client.release(destroy === true || lost !== undefined);
        },
      };
    },
    end: () => pool.end(),
  };
}

function newPool(options: PoolConfig): Pool {
  const pool = new Pool(options);
  // A connection that breaks is replaced by the pool, and a query on it is rejected. The events say the same again, for
  // idle connections and for busy ones; without listeners they would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** PostgreSQL, Appendix A: read_only_sql_transaction, which a standby answers to a write. */
const READ_ONLY = '25006';

/** pg has no code for a query that was not answered within `query_timeout`. */
const isOfLostServer = (error: unknown): error is Error =>
  error instanceof DatabaseError
    ? error.code === READ_ONLY
    : error instanceof Error && error.message === 'Query read timeout';
