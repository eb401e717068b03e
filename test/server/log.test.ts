import { Writable } from 'node:stream';
import express from 'express';
import { afterEach, expect, it, vi } from 'vitest';
import { errorHandler } from '../../src/server/errors.ts';
import { createLogger } from '../../src/server/log.ts';
import { startServer } from './production.ts';

/** What keeps data out of the output when a mistake would let it in. */

afterEach(() => {
  vi.restoreAllMocks();
});

it('the log cuts out what stands under the names of tokens and of patients’ data, and errors’ messages', () => {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  const logger = createLogger('info', stream);
  const secret = 'Shah, born 1961';
  logger.info({ authorization: secret, access_token: secret, token: secret, body: secret, context: secret });
  logger.info({ call: { headers: { authorization: secret }, prefetch: { a: secret }, resource: secret } });
  logger.info({ one: { two: { fhirAuthorization: secret, url: secret } }, list: [{ userComment: secret }] });
  logger.info({ request: { a: secret }, req: { b: secret } });
  logger.error({ err: new Error(secret) }, 'failed');
  logger.error(new TypeError(secret));
  logger.error({ err: new RangeError(secret), code: 5 });
  expect(lines).toHaveLength(7);
  expect(lines.join('')).not.toContain(secret);
  expect(lines[5]).toContain('TypeError');
  expect(lines[4]).toContain('log.test.ts');
  expect(lines.join('')).toContain('[redacted]');
});

it('an error behind the first byte of an answer breaks the connection off, and Express does not print it', async () => {
  const print = vi.spyOn(console, 'error').mockReturnValue(undefined);
  const logged: unknown[] = [];
  const app = express();
  app.set('env', 'production');
  app.get('/', (_request, response) => {
    response.write('begun');
    throw new Error('Shah, born 1961');
  });
  app.use(errorHandler((error) => logged.push(error)));
  const server = await startServer(app as Parameters<typeof startServer>[0]);
  await expect(fetch(server.base).then((response) => response.text())).rejects.toThrow();
  expect(logged).toHaveLength(1);
  expect(print).not.toHaveBeenCalled();
  await server.close();
});
