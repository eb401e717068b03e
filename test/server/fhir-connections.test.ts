import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createFhirClient, DEFAULT_LIMITS, type QueryLog } from '../../src/server/fhir-client.ts';
import { createFhirConnections, type FhirConnections } from '../../src/server/fhir-connections.ts';
import { searchset } from './charts.ts';
import { fakeFhirServer, sendJson, type Answering, type FakeFhirServer } from './fake-fhir-server.ts';

const open: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((item) => item.close()));
});
async function serve(answering: Answering): Promise<FakeFhirServer> {
  const server = await fakeFhirServer([], answering);
  open.push(server);
  return server;
}
const connect = (settings: Parameters<typeof createFhirConnections>[0] = {}): FhirConnections => {
  const connections = createFhirConnections(settings);
  open.push(connections);
  return connections;
};
const clientOf = (
  { base }: Pick<FakeFhirServer, 'base'>,
  connections: FhirConnections,
  milliseconds = 3000,
  log: (query: QueryLog) => void = () => undefined,
  limits = DEFAULT_LIMITS,
) =>
  createFhirClient(
    { server: { base, networks: ['loopback'] }, authorization: undefined, patientId: '1', milliseconds },
    connections,
    log,
    limits,
  );
const fine: Answering = (_url, response) => sendJson(response, searchset([]));
const failing: Answering = (_url, response) => {
  response.writeHead(500).end();
  return true;
};

describe('queries to one server', () => {
  it('go out in parallel, as many as are allowed, whoever asks', async () => {
    let under = 0;
    let most = 0;
    const server = await serve((_url, response) => {
      most = Math.max(most, (under += 1));
      setTimeout(() => {
        under -= 1;
        sendJson(response, searchset([]));
      }, 30);
      return true;
    });
    const connections = connect({ queriesAtOnce: 5 });
    const found = await Promise.all(
      [clientOf(server, connections), clientOf(server, connections)].flatMap((client) =>
        Array.from({ length: 10 }, (_, index) => client.search(`Condition?patient=${index}`)),
      ),
    );
    expect(found.every(({ failure }) => failure === undefined)).toBe(true);
    expect(most).toBe(5);
  });

  it('that wait when the time of their call is up are given up, and are not sent', async () => {
    const server = await serve(() => true);
    const connections = connect({ queriesAtOnce: 1 });
    void clientOf(server, connections, 1500).search('Condition?patient=1');
    const started = performance.now();
    const { failure } = await clientOf(server, connections, 200).search('Condition?patient=2');
    expect(failure?.kind).toBe('timeout');
    expect(performance.now() - started).toBeLessThan(1000);
    await wait(1800);
    expect(server.queries.map(({ url }) => url)).toEqual(['Condition?patient=1']);
  });

  it('that are too many to wait are told so', async () => {
    const server = await serve(() => true);
    const connections = connect({ queriesAtOnce: 1, queriesWaiting: 1 });
    const client = clientOf(server, connections, 300);
    const found = await Promise.all([1, 2, 3].map((id) => client.search(`Condition?patient=${id}`)));
    expect(found.map(({ failure }) => failure?.reason)).toContain(
      'too many queries are waiting for the server',
    );
  });

  it('do not wait for those to another server', async () => {
    const slow = await serve(() => true);
    const quick = await serve(fine);
    const connections = connect({ queriesAtOnce: 1 });
    void clientOf(slow, connections, 800).search('Condition?patient=1');
    expect((await clientOf(quick, connections, 700).search('Condition?patient=1')).failure).toBeUndefined();
  });

  it('of one call read no more together than a call may', async () => {
    const server = await serve((_url, response) =>
      sendJson(response, searchset([], { padding: 'x'.repeat(60_000) })),
    );
    const client = clientOf(server, connect(), 3000, undefined, { ...DEFAULT_LIMITS, callBytes: 200_000 });
    const found = await Promise.all(
      Array.from({ length: 10 }, (_, index) => client.search(`Condition?patient=${index}`)),
    );
    const whole = found.filter(({ failure }) => failure === undefined);
    expect(whole.length).toBeLessThanOrEqual(3);
    expect(found.find(({ failure }) => failure !== undefined)?.failure?.reason).toBe(
      'the answer is too large',
    );
  });
});

describe('the circuit breaker of a server', () => {
  const fail = async (server: FakeFhirServer, connections: FhirConnections, times: number): Promise<void> => {
    const client = clientOf(server, connections);
    for (let index = 0; index < times; index += 1) await client.search(`Condition?patient=${index}`);
  };

  it('stays closed while a single call fails', async () => {
    const server = await serve(failing);
    const connections = connect();
    await fail(server, connections, 20);
    expect(server.queries).toHaveLength(20);
  });

  it('stays closed when callers leave a slow server, and when queries are sent too late to be answered', async () => {
    let isSlow = true;
    const server = await serve((_url, response) => isSlow || sendJson(response, searchset([])));
    const connections = connect();
    const { base } = server;
    for (let index = 0; index < 40; index += 1) {
      const left = new AbortController();
      const given = {
        server: { base, networks: ['loopback' as const] },
        authorization: undefined,
        patientId: '1',
      };
      const log = (): void => undefined;
      const client = createFhirClient(
        { ...given, milliseconds: 5000, signal: left.signal },
        connections,
        log,
      );
      const search = client.search(`Condition?patient=${index}`);
      setTimeout(() => {
        left.abort();
      }, 10);
      await search;
      await clientOf(server, connections, 10).search(`Condition?patient=${index}`);
    }
    isSlow = false;
    expect((await clientOf(server, connections).search('Condition?patient=1')).failure).toBeUndefined();
  });

  it('opens when most of many queries fail, lets one through after a pause, and closes when that one succeeds', async () => {
    let isDown = true;
    const server = await serve((...given) => (isDown ? failing : fine)(...given));
    const connections = connect({ pauseMilliseconds: 300 });
    await fail(server, connections, 40);
    const sent = server.queries.length;
    expect(sent).toBeLessThan(40);
    const client = clientOf(server, connections);
    const logged: QueryLog[] = [];
    const watched = clientOf(server, connections, 3000, (query) => logged.push(query));
    expect((await watched.search('Condition?patient=x')).failure?.reason).toMatch(/left alone/);
    expect(logged.map(({ tries, failure }) => [tries, failure])).toEqual([[0, 'unavailable']]);
    expect(server.queries).toHaveLength(sent);

    await wait(350);
    await Promise.all([1, 2, 3].map((id) => client.search(`Condition?patient=${id}`)));
    expect(server.queries, 'one trial, and the pause begins again').toHaveLength(sent + 1);

    isDown = false;
    await wait(350);
    const found = await Promise.all([1, 2, 3].map((id) => client.search(`Condition?patient=${id}`)));
    expect(found.map(({ failure }) => failure)).toEqual([undefined, undefined, undefined]);
  });

  it('is that server’s alone', async () => {
    const down = await serve(failing);
    const up = await serve(fine);
    const connections = connect();
    await fail(down, connections, 40);
    expect((await clientOf(up, connections).search('Condition?patient=1')).failure).toBeUndefined();
  });

  it.each([400, 401, 403, 404, 429])(
    'does not count what is no fault of the server: HTTP %i',
    async (status) => {
      const server = await serve((_url, response) => {
        response.writeHead(status, { 'retry-after': '3600' }).end();
        return true;
      });
      const connections = connect();
      await fail(server, connections, 40);
      expect(server.queries).toHaveLength(40);
    },
  );
});

describe('what is remembered of servers', () => {
  it('is bounded: the one not called for longest is forgotten', () => {
    const connections = connect({ servers: 2 });
    const to = (host: string) =>
      connections.to({ base: `https://${host}.example.org`, networks: ['public'] });
    const [a, b] = [to('a'), to('b')];
    expect(to('a')).toBe(a);
    to('c');
    expect(to('a')).toBe(a);
    expect(to('b')).not.toBe(b);
  });

  it('is kept apart by the networks that are allowed', () => {
    const connections = connect();
    const base = 'https://ehr.example.org';
    expect(connections.to({ base, networks: ['public'] })).not.toBe(
      connections.to({ base, networks: ['public', 'private'] }),
    );
  });
});
