import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { createRecordStore } from '../../src/store/records.ts';
import { omit } from '../cli/command-line.ts';
import { keyPair, ORDER_SIGN, seconds, sign, type KeyPair } from '../server/production.ts';
import { clientsFile, startProcess, type StartedProcess } from '../server/started-process.ts';
import { freePort } from '../support/free-port.ts';
import { movingAddress, type MovingAddress } from '../support/moving-address.ts';
import { postgresPrograms, startPostgres, type Postgres } from '../support/postgres.ts';
import { startStandby } from '../support/standby.ts';
import { inRepository } from './files.ts';
import { nginxProgram, startNginx, type Nginx } from './nginx.ts';

/**
 * Two replicas behind the nginx of `deploy/nginx.conf`, on one PostgreSQL with a standby: what replicas gain, and what is
 * lost when one is killed, one is replaced, and the database fails over, while calls go on.
 */

const HOST = 'cds.example.org';
const ISSUER = 'https://ehr.example.org';
const CALLERS = 6;

/** What callers saw: each call is a CAR-T order with its chart, under a token of its own that may be used once. */
interface Tally {
  sent: number;
  answered: number;
  /** Ids of determinations that were answered: those are acknowledged. */
  readonly ids: string[];
  readonly failures: string[];
}

const programs = postgresPrograms();
const nginxPath = nginxProgram();
describe.skipIf(programs === undefined || nginxPath === undefined)('two replicas', () => {
  const ports: number[] = [];
  const replicas: StartedProcess[] = [];
  let primary: Postgres;
  let standby: Postgres;
  let address: MovingAddress;
  let nginx: Nginx;
  let clients: ReturnType<typeof clientsFile>;
  let key: KeyPair;
  let agent: Agent;
  let body = '';

  const startReplica = async (index: number): Promise<StartedProcess> => {
    const replica = await startProcess({
      SERVICE_MODE: 'production',
      PUBLIC_URL: `https://${HOST}`,
      CLIENTS: clients.path,
      DATABASE_URL: `postgres://cartograph@127.0.0.1:${address.port}/postgres`,
      PORT: String(ports[index]),
      THREADS: '1',
    });
    if (replica.base === '') throw new Error(replica.output());
    replicas[index] = replica;
    return replica;
  };
  const answers = (index: number): number => replicas[index]?.output().split('"msg":"answered"').length ?? 0;

  beforeAll(async () => {
    key = await keyPair('ES256', 'one');
    clients = clientsFile({
      hospital: { issuer: ISSUER, keys: [key.jwk], algorithms: ['ES256'], 'requests-per-minute': 100_000 },
    });
    primary = await startPostgres(programs ?? '');
    standby = await startStandby(programs ?? '', primary);
    address = await movingAddress(primary.port);
    ports.push(await freePort(), await freePort());
    nginx = await startNginx(nginxPath ?? '', HOST, ports);
    agent = new Agent({ connections: CALLERS, connect: { ca: nginx.certificate, servername: HOST } });
    const fixture = (file: string): Record<string, unknown> =>
      JSON.parse(
        readFileSync(inRepository(`fhir-fixtures/b-all-second-relapse-outpatient/${file}`), 'utf8'),
      ) as Record<string, unknown>;
    // The chart comes with the call: no FHIR server is needed.
    body = JSON.stringify({
      ...omit(fixture('order-sign.json'), 'fhirServer'),
      prefetch: { chart: fixture('chart.json') },
    });
  }, 90_000);
  afterAll(async () => {
    for (const replica of replicas) replica.signal('SIGKILL');
    await Promise.all(replicas.map(({ ended }) => ended));
    await agent.close();
    await nginx.stop();
    address.close();
    for (const server of [primary, standby]) server.stop();
    clients.remove();
  });

  let tokens = 0;
  async function call(tally: Tally): Promise<void> {
    const now = seconds(new Date());
    const token = await sign(key, {
      iss: ISSUER,
      aud: `https://${HOST}${ORDER_SIGN}`,
      iat: now,
      exp: now + 300,
      jti: `scale-${(tokens += 1)}`,
    });
    tally.sent += 1;
    try {
      const answer = await request(`https://127.0.0.1:${nginx.port}${ORDER_SIGN}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', host: HOST, authorization: `Bearer ${token}` },
        body,
        dispatcher: agent,
      });
      const text = await answer.body.text();
      if (answer.statusCode !== 200) tally.failures.push(`${answer.statusCode} ${text}`);
      else {
        tally.answered += 1;
        tally.ids.push(
          ...[...text.matchAll(/"coverage-assertion-id","valueString":"(\w+)"/g)].map(([, id]) => id ?? ''),
        );
      }
    } catch (error) {
      tally.failures.push(String(error));
    }
  }
  /** Calls from several callers at once until it is stopped. @param rest milliseconds of a caller between two calls */
  function load(rest: number): { readonly tally: Tally; readonly stop: () => Promise<Tally> } {
    const tally: Tally = { sent: 0, answered: 0, ids: [], failures: [] };
    let isOver = false;
    const callers = Array.from({ length: CALLERS }, async () => {
      while (!isOver) {
        await call(tally);
        await pause(rest);
      }
    });
    return {
      tally,
      stop: async () => {
        isOver = true;
        await Promise.all(callers);
        return tally;
      },
    };
  }
  const until = async (condition: () => boolean): Promise<void> => {
    const limit = Date.now() + 60_000;
    while (!condition()) {
      if (Date.now() > limit) throw new Error('not reached in a minute');
      await pause(20);
    }
  };
  const total: Tally = { sent: 0, answered: 0, ids: [], failures: [] };
  const add = ({ sent, answered, ids, failures }: Tally): void => {
    total.sent += sent;
    total.answered += answered;
    total.ids.push(...ids);
    total.failures.push(...failures);
  };
  /** Answers in a second. */
  async function rate(calls: number): Promise<number> {
    const started = performance.now();
    const { tally, stop } = load(0);
    await until(() => tally.answered >= calls);
    const answered = tally.answered / ((performance.now() - started) / 1000);
    add(await stop());
    return answered;
  }
  async function foundAgain(): Promise<number> {
    const store = createRecordStore(() => openDatabase({ kind: 'postgres', url: standby.url }));
    const owner = JSON.stringify(['hospital', undefined]);
    const rows = await Promise.all(total.ids.map((id) => store.determination(id, owner)));
    await store.close();
    return rows.filter((row) => row !== undefined).length;
  }

  it('answer every call while one is killed, one replaced and the database fails over; what was acknowledged is found again', async () => {
    await startReplica(0);
    await rate(20);
    const one = await rate(100);
    await startReplica(1);
    await rate(20);
    const two = await rate(100);
    process.stdout.write(`two replicas: ${(two / one).toFixed(2)} of the throughput of one\n`);

    // A process that starts beside the load needs its share of the cores.
    const { tally, stop } = load(100);
    const more = (calls: number): Promise<void> => {
      const before = tally.answered;
      return until(() => tally.answered > before + calls);
    };
    await more(20);
    replicas[0]?.signal('SIGKILL');
    await more(20);
    await startReplica(0);
    // It is back for nginx too before the other one goes.
    await until(() => answers(0) > 5);
    replicas[1]?.signal('SIGTERM');
    expect(await replicas[1]?.ended).toBe(0);
    await startReplica(1);
    await until(() => answers(1) > 5);
    const before = tally.ids.length;
    primary.kill();
    await more(10);
    standby.promote();
    address.moveTo(standby.port);
    const after = tally.ids.length;
    await until(() => tally.ids.length > after + 50);
    add(await stop());

    const found = await foundAgain();
    process.stdout.write(
      `two replicas, one killed, one replaced, database failed over: ${total.sent} sent, ${total.answered} answered, ` +
        `${nginx.sentAgain()} sent again by nginx, ${total.ids.length} acknowledged (${before} before the fail-over), ${found} found again\n`,
    );
    expect(total.failures).toEqual([]);
    expect(total.answered).toBe(total.sent);
    expect(found).toBe(total.ids.length);
    expect(new Set(total.ids).size).toBe(total.ids.length);
  }, 240_000);
});
