import { request as httpRequest, type Server } from 'node:http';
import { duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import { SANDBOX_CLIENT } from '../crd/client-settings.ts';
import type { RecordStore } from '../store/records.ts';
import { createPatience } from '../store/time-limit.ts';
import { createApp, type Given } from './app.ts';
import { unreadableServer } from './call-client.ts';
import type { Caller, Callers } from './caller.ts';
import { createHttpServer } from './http-server.ts';
import { createLogger } from './log.ts';
import { createMetrics } from './metrics.ts';
import type { Edition } from './policies-in-force.ts';
import { rehearsedCalls } from './rehearsed-calls.ts';

/**
 * Sends the rehearsed calls through the whole service, while it still waits for its threads. They are nobody's calls: nothing
 * is logged, counted or kept of them, no server is asked, and they come over no network.
 * @param given what the service is made of
 * @throws Error when a call is not answered 200
 * @returns the policies that were determined, by id
 */
export async function rehearse(given: Given & { readonly records: RecordStore }): Promise<readonly string[]> {
  const { records } = given;
  // Threads rehearse by themselves.
  const edition: Edition = { ...given.policies.current(), threads: undefined };
  const done: string[] = [];
  let day = '';
  const app = createApp(
    {
      ...given,
      policies: {
        current: () => edition,
        enter: () => ({ edition, leave: () => undefined }),
        lastReload: () => undefined,
      },
      callers: CALLERS,
      logger: createLogger('silent'),
      metrics: createMetrics(),
      today: () => day,
      fhirClient: () => unreadableServer({ kind: 'unavailable', reason: 'nobody is asked' }),
      records: {
        ...records,
        keep: ({ determination = [] }) => {
          done.push(...determination.map(({ policy }) => policy));
          return records.check();
        },
      },
      // A store that is away is told of by the check of it.
      patience: createPatience(LONGEST),
    },
    [],
  );
  const server = createHttpServer(app);
  for (const { body, asOf } of rehearsedCalls(edition.library)) {
    day = asOf;
    await call(server, body);
  }
  return done;
}

/** Milliseconds. */
const LONGEST = 10_000;

const CALLER: Caller = {
  client: 'rehearsal',
  tenant: undefined,
  settings: SANDBOX_CLIENT,
  fhirServers: [],
  isSandbox: false,
  isTest: true,
  rate: { name: 'rehearsal', perMinute: 1000 },
  origins: undefined,
};
const CALLERS: Callers = {
  isSandbox: false,
  origins: () => undefined,
  identify: () => Promise.resolve({ caller: CALLER, admitBody: () => Promise.resolve() }),
};

/** An order-sign call to a server that listens nowhere. */
async function call(server: Server, body: Buffer): Promise<void> {
  const [ours, its] = duplexPair();
  server.emit('connection', its);
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  httpRequest({
    createConnection: () => ours,
    method: 'POST',
    path: '/cds-services/order-sign',
    headers: { 'content-type': 'application/json', 'content-length': body.byteLength },
  })
    .on('response', (response) => {
      text(response).then(() => {
        resolve(response.statusCode);
      }, reject);
    })
    .on('error', reject)
    .end(body);
  const status = await promise;
  if (status !== 200) throw new Error(`a rehearsed call was answered ${status ?? 'nothing'}`);
}
