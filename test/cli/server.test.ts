import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sandboxRoutes } from '../../src/sandbox/routes.ts';
import { createStore } from '../../src/sandbox/store.ts';
import { determinationsOf, fixture, runInside, runProcess, scratchFolder } from './command-line.ts';

const NAME = 'b-all-relapsed-inpatient';
const { chart, draft } = fixture(NAME);
const scratch = scratchFolder();
const order = scratch.write('order.json', draft);
const authorizations: (string | undefined)[] = [];

let server: Server;
let base: string;
beforeAll(async () => {
  const app = express();
  app.use((request, _response, next) => {
    authorizations.push(request.headers.authorization);
    next();
  });
  app.use('/fhir', sandboxRoutes(createStore([chart])));
  app.use('/locked', (_request, response) => {
    response.status(401).json({ resourceType: 'OperationOutcome' });
  });
  app.use('/page', (_request, response) => {
    response.send('<html></html>');
  });
  server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  scratch.remove();
  await new Promise((resolve) => server.close(resolve));
});

const args = (path: string, ...more: readonly string[]): readonly string[] => [
  ...['--server', `${base}${path}`, '--patient', 'becker', '--order', order, '--as-of', '2026-03-02'],
  ...more,
];

describe('--server', () => {
  it('decides as the chart in a file does, from a process of its own', { timeout: 60_000 }, async () => {
    const outcome = await runProcess(args('/fhir/', '--json'));
    expect(outcome.code, outcome.error).toBe(1);
    const [fromFile] = determinationsOf(await runInside(['--chart', NAME, '--json']));
    const [fromServer] = determinationsOf(outcome);
    const statuses = (determination: typeof fromFile) =>
      determination?.criteria.map(({ id, status, needs }) => [id, status, needs]);
    expect(statuses(fromServer)).toEqual(statuses(fromFile));
    expect(fromServer?.decision).toBe('documentation-needed');
  });

  it('takes a fixture as order', async () => {
    const outcome = await runInside([
      '--server',
      `${base}/fhir`,
      '--patient',
      'Patient/becker',
      '--order',
      NAME,
      '--json',
    ]);
    expect(outcome.code, outcome.error).toBe(1);
    expect(determinationsOf(outcome)[0]?.order).toBe('MedicationRequest/becker-draft-aucatzyl');
  });

  it('uses a coverage of the caller in place of its own', async () => {
    const coverage = scratch.write('coverage.json', [
      {
        resourceType: 'Coverage',
        id: 'mine',
        status: 'active',
        payor: [{ reference: 'Organization/payer' }],
      },
      { resourceType: 'Organization', id: 'payer', name: 'CarePartners of Connecticut' },
      // Not taken: a Patient beside other resources would pass for the whole chart.
      { resourceType: 'Patient', id: 'becker' },
    ]);
    const [determination, ...others] = determinationsOf(
      await runInside(args('/fhir', '--coverage', coverage, '--json')),
    );
    expect(others).toEqual([]);
    expect(determination?.coverage).toBe('Coverage/mine');
    expect(determination?.criteria.find(({ id }) => id.endsWith('/1'))?.status, 'read from the server').toBe(
      'met',
    );
  });

  it('sends the token of the named variable and nothing without one', async () => {
    authorizations.length = 0;
    const outcome = await runInside(args('/fhir', '--token-env', 'SANDBOX_TOKEN'), {
      environment: { SANDBOX_TOKEN: 'abc.def\n' },
    });
    expect(new Set(authorizations)).toEqual(new Set(['Bearer abc.def']));
    expect(outcome.out + outcome.error).not.toContain('abc.def');
    authorizations.length = 0;
    await runInside(args('/fhir'));
    expect(new Set(authorizations)).toEqual(new Set([undefined]));
  });

  it.each([
    ['/locked', 'refused Patient/becker (HTTP 401); --token-env names the variable that holds a token'],
    ['/nothing', 'has no Patient/becker (HTTP 404)'],
    ['/page', 'does not answer as a FHIR R4 server (the server answered with a web page, not with data)'],
  ])('%s ends with 69 and with why', async (path, problem) => {
    expect(await runInside(args(path))).toEqual({
      code: 69,
      out: '',
      error: `determine: --server ${base}${path}: ${problem}\n`,
    });
  });

  it('that does not answer ends with 69', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const outcome = await runInside([
      '--server',
      `http://127.0.0.1:${port}`,
      '--patient',
      'becker',
      '--order',
      order,
    ]);
    expect(outcome).toEqual({
      code: 69,
      out: '',
      error: `determine: --server http://127.0.0.1:${port}: cannot be reached (the server could not be reached)\n`,
    });
  });

  it.each([
    [['--server', 'https://example.org/fhir'], '--server needs --patient <id>'],
    [['--server', 'https://example.org/fhir', '--patient', '1'], '--server needs --order <file>'],
    [['--server', 'example.org', '--patient', '1', '--order', 'x'], '--server example.org: not a URL'],
    [
      ['--server', 'https://me:pass@example.org', '--patient', '1', '--order', 'x'],
      '--server: a name or password does not belong in the URL',
    ],
    [
      ['--server', 'http://example.org', '--patient', '1', '--order', 'x', '--token-env', 'T'],
      '--server http://example.org: a token is sent over https only',
    ],
    [
      ['--server', 'https://example.org', '--patient', 'becker', '--order', order, '--token-env', 'T'],
      '--token-env T: the environment variable is not set',
    ],
  ])('usage: %j', async (given, problem) => {
    const outcome = await runInside(given);
    expect(outcome.code).toBe(64);
    expect(outcome.error).toContain(`determine: ${problem}`);
    expect(outcome.error).not.toContain('pass@');
  });
});
