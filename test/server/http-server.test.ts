import { connect, type AddressInfo, type Socket } from 'node:net';
import type { RequestListener, Server } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  closeGracefully,
  createHttpServer,
  DEFAULT_HTTP_LIMITS,
  type HttpLimits,
} from '../../src/server/http-server.ts';
import {
  claimsOf,
  keyPair,
  ORDER_SIGN,
  sign,
  SMALL_CALL,
  startProduction,
  type Production,
} from './production.ts';

/** Slow, large and many: what one connection may take, and how the server ends. */

// On a busy machine a process takes its time to start, and a limit to be looked at.
vi.setConfig({ testTimeout: 60_000 });

const QUICK: HttpLimits = {
  ...DEFAULT_HTTP_LIMITS,
  headers: 300,
  request: 600,
  keepAlive: 300,
  idle: 1500,
  check: 50,
};
const servers: Server[] = [];
const services: Production[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await Promise.all(services.splice(0).map((service) => service.close()));
});

async function listen(
  handler: RequestListener,
  limits: HttpLimits = QUICK,
): Promise<{ server: Server; port: number }> {
  const server = createHttpServer(handler, limits);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

/** What a raw connection gets back until it is closed, and after how many milliseconds that was. */
function raw(port: number, write: (socket: Socket) => void): Promise<{ text: string; milliseconds: number }> {
  const started = performance.now();
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('connect', () => {
      write(socket);
    });
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve({ text, milliseconds: performance.now() - started });
    });
  });
}
const drip = (socket: Socket, text: string): void => {
  const timer = setInterval(() => socket.write(text), 50);
  socket.on('close', () => {
    clearInterval(timer);
  });
};
const hello: RequestListener = (request, response) => {
  request.resume();
  request.on('end', () => response.end('hello'));
};

describe('a connection', () => {
  it('that sends its headers byte by byte is answered 408 and closed', async () => {
    const { port } = await listen(hello);
    const { text, milliseconds } = await raw(port, (socket) => {
      socket.write('GET / HTTP/1.1\r\nhost: x\r\n');
      drip(socket, 'x: y\r\n');
    });
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(milliseconds).toBeLessThan(20_000);
  });

  it('that sends its body byte by byte is answered 408 and closed', async () => {
    const { port } = await listen(hello);
    const { text, milliseconds } = await raw(port, (socket) => {
      socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n');
      drip(socket, 'x');
    });
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(milliseconds).toBeLessThan(20_000);
  });

  it('that says nothing is closed', async () => {
    const { port } = await listen(hello);
    expect((await raw(port, () => undefined)).milliseconds).toBeLessThan(20_000);
  });

  it('that stays idle after its answer is closed', async () => {
    const { port } = await listen(hello);
    const { text, milliseconds } = await raw(port, (socket) =>
      socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'),
    );
    expect(text).toMatch(/hello/);
    expect(milliseconds).toBeLessThan(4500);
  });

  it('that does not read its answer is closed', async () => {
    const { server, port } = await listen((_request, response) => {
      response.end('x'.repeat(64 * 1024 * 1024));
    });
    const closed = new Promise((resolve) =>
      server.once('connection', (socket) => socket.once('close', resolve)),
    );
    const socket = connect(port, '127.0.0.1');
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    const started = performance.now();
    await closed;
    expect(performance.now() - started).toBeLessThan(30_000);
    socket.destroy();
  });

  it('with 17 kB of headers is answered 431', async () => {
    const { port } = await listen(hello);
    const { text } = await raw(port, (socket) => {
      socket.write(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(17_000)}\r\n\r\n`);
    });
    expect(text).toMatch(/^HTTP\/1\.1 431 /);
  });

  it.each([
    ['two lengths', 'content-length: 5\r\ncontent-length: 6\r\n\r\nhello'],
    ['a length and chunks', 'content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a header name with a blank', 'x y: 1\r\n\r\n'],
  ])('with %s, as request smuggling needs, is answered 400', async (_name, rest) => {
    const { port } = await listen(hello);
    const { text } = await raw(port, (socket) => socket.write(`POST / HTTP/1.1\r\nhost: x\r\n${rest}`));
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('beyond the number there may be is closed, and the others are served', async () => {
    const { port } = await listen(hello, {
      ...QUICK,
      keepAlive: 5000,
      headers: 5000,
      request: 5000,
      connections: 2,
    });
    const open = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    await Promise.all(open.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    expect((await raw(port, (socket) => socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'))).text).toBe('');
    const answer = new Promise<string>((resolve) =>
      open[0]?.once('data', (chunk: Buffer) => {
        resolve(chunk.toString());
      }),
    );
    open[0]?.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    expect(await answer).toMatch(/^HTTP\/1\.1 200 /);
    for (const socket of open) socket.destroy();
  });
});

it('idle connections make room when nearly all are taken', async () => {
  const { port } = await listen(hello, { ...QUICK, keepAlive: 60_000, idle: 60_000, connections: 10 });
  const idle: Socket[] = [];
  for (let index = 0; index < 8; index += 1) {
    const socket = connect(port, '127.0.0.1');
    idle.push(socket);
    const answered = new Promise((resolve) => socket.once('data', resolve));
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await answered;
  }
  for (let index = 0; index < 12; index += 1) {
    const { text } = await raw(port, (socket) =>
      socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'),
    );
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
  }
  for (const socket of idle) socket.destroy();
});

describe('the end of the server', () => {
  it('finishes what it started and takes nothing new', async () => {
    const { server, port } = await listen((_request, response) => {
      setTimeout(() => response.end('late'), 400);
    });
    const begun = Promise.all(Array.from({ length: 20 }, () => fetch(`http://127.0.0.1:${port}/`)));
    await new Promise((resolve) => setTimeout(resolve, 150));
    const closed = closeGracefully(server, 5000);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
    const answers = await Promise.all((await begun).map((response) => response.text()));
    expect(answers).toEqual(Array(20).fill('late'));
    const started = performance.now();
    expect(await closed).toBe(true);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('does not wait for a connection that was opened and never used', async () => {
    const server = createHttpServer((_request, response) => response.end());
    server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const unused = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await new Promise((resolve) => server.once('connection', resolve));
    expect(await closeGracefully(server, 5000)).toBe(true);
    unused.destroy();
  });

  it('does not wait for ever', async () => {
    const { server, port } = await listen(() => undefined);
    const begun = fetch(`http://127.0.0.1:${port}/`).catch(() => 'broken off');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const started = performance.now();
    expect(await closeGracefully(server, 300)).toBe(false);
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(await begun).toBe('broken off');
  });
});

describe('too many requests', () => {
  const start = async (): Promise<{
    service: Production;
    calls: (count: number) => Promise<readonly Response[]>;
  }> => {
    const key = await keyPair('ES384', 'one');
    const other = await keyPair('ES384', 'two');
    const service = await startProduction({
      hospital: { issuer: 'https://a.example.org', keys: [key.jwk], 'requests-per-minute': 5 },
      clinic: { issuer: 'https://b.example.org', keys: [other.jwk] },
    });
    services.push(service);
    const call = async (index: number): Promise<Response> =>
      index < 0
        ? service.post(await sign(other, claimsOf('https://b.example.org')))
        : service.post(await sign(key, claimsOf('https://a.example.org')));
    return {
      service,
      calls: async (count) => {
        const answers: Response[] = [];
        for (let index = 0; index < count; index += 1) answers.push(await call(index));
        return [...answers, await call(-1)];
      },
    };
  };

  it('of a client get 429 with Retry-After, and those of another are answered', async () => {
    const { calls } = await start();
    const answers = await calls(7);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429, 200]);
    const refused = answers[5];
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused?.json()).toEqual({
      code: 'too-many-requests',
      message: 'too many requests in a minute; Retry-After says when',
      path: '(service)',
    });
  });

  it('with bad tokens are no longer explained or logged, and do not touch those who have good ones', async () => {
    const { service, calls } = await start();
    const statuses = new Map<number, number>();
    for (let index = 0; index < 70; index += 1) {
      const { status } = await service.post('x.y.z');
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(statuses).toEqual(
      new Map([
        [401, 60],
        [429, 10],
      ]),
    );
    expect(service.log.filter((line) => line.includes('"refused"'))).toHaveLength(60);
    expect(
      (await service.post('x.y.z', ORDER_SIGN, SMALL_CALL, { 'x-forwarded-for': '192.0.2.1' })).status,
    ).toBe(401);
    expect((await calls(1)).map(({ status }) => status)).toEqual([200, 200]);
  });
});

it('requests beyond the rate take no place among the tokens in use', async () => {
  const key = await keyPair('ES384', 'one');
  const issuer = 'https://a.example.org';
  for (const replay of ['strict', 'per-body']) {
    const clients = { hospital: { issuer, keys: [key.jwk], 'requests-per-minute': 2, replay } };
    const service = await startProduction(clients);
    services.push(service);
    const statuses = [];
    for (let index = 0; index < 5; index += 1)
      statuses.push((await service.post(await sign(key, claimsOf(issuer, ORDER_SIGN)))).status);
    expect(statuses, replay).toEqual([200, 200, 429, 429, 429]);
    expect(service.replayOutcomes, replay).toEqual(['kept', 'kept']);
  }
});

it('too many requests under one tenant’s name and then another’s are as many of the client', async () => {
  const key = await keyPair('ES384', 'one');
  const issuer = 'https://a.example.org';
  const service = await startProduction({
    hospital: { issuer, keys: [key.jwk], 'requests-per-minute': 3 },
    vendor: {
      issuer: `${issuer}/vendor`,
      keys: [key.jwk],
      'requests-per-minute': 1,
      tenants: { north: null, south: { 'requests-per-minute': 2 } },
    },
  });
  services.push(service);
  const statuses = async (iss: string, tenants: readonly string[]): Promise<readonly number[]> => {
    const answers: number[] = [];
    for (const tenant of tenants)
      answers.push((await service.post(await sign(key, { ...claimsOf(iss), tenant }))).status);
    return answers;
  };
  expect(await statuses(issuer, ['a', 'b', 'c', 'd'])).toEqual([200, 200, 200, 429]);
  expect(await statuses(`${issuer}/vendor`, ['north', 'north', 'south', 'south', 'south'])).toEqual([
    200, 429, 200, 200, 429,
  ]);
});

describe('an answer', () => {
  it('has headers that let nothing be rendered, framed or guessed at', async () => {
    const { service } = await start();
    for (const path of ['/cds-services', '/nothing']) {
      const { headers } = await service.get(undefined, path);
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
      expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });
  const start = async (): Promise<{ service: Production }> => {
    const key = await keyPair('ES384', 'one');
    const service = await startProduction({ hospital: { issuer: 'https://a.example.org', keys: [key.jwk] } });
    services.push(service);
    return { service };
  };
});
