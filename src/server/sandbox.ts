import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Router, type Request } from 'express';
import type { Bundle } from 'fhir/r4.js';
import { sandboxRoutes } from '../sandbox/routes.ts';
import { createStore } from '../sandbox/store.ts';
import { ServiceError } from './errors.ts';

/** A fixture patient: a chart, and a hook request made for it. */
export interface SandboxFixture {
  readonly name: string;
  /** What the chart tells, in one line. */
  readonly story: string;
  readonly chart: Bundle;
  readonly request: Readonly<Record<string, unknown>>;
}

/**
 * The fixtures of a folder: one folder each, with chart.json and order-sign.json, and their stories in one file. A chart or
 * request is read when it is first asked for: most of them never are.
 */
export function readFixtures(folder: string): readonly SandboxFixture[] {
  const stories = JSON.parse(readFileSync(join(folder, 'stories.json'), 'utf8')) as Record<string, string>;
  const read = (name: string, file: string): unknown =>
    JSON.parse(readFileSync(join(folder, name, file), 'utf8'));
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'chart.json')))
    .map(({ name }) => {
      let chart: Bundle | undefined;
      let request: SandboxFixture['request'] | undefined;
      return {
        name,
        story: stories[name] ?? '',
        get chart() {
          return (chart ??= read(name, 'chart.json') as Bundle);
        },
        get request() {
          return (request ??= read(name, 'order-sign.json') as SandboxFixture['request']);
        },
      };
    });
}

/** @throws ServiceError 404 */
export function fixtureNamed(fixtures: readonly SandboxFixture[], wanted: string): SandboxFixture {
  const fixture = fixtures.find(({ name }) => name === wanted);
  if (fixture === undefined)
    throw new ServiceError('not-found', 'there is no such fixture; GET /sandbox/hooks lists them', '(url)');
  return fixture;
}

/** The sandbox's FHIR server as this process reaches it. */
export const sandboxBase = (request: Request): string =>
  `http://localhost:${request.socket.localPort ?? 8080}/sandbox/fhir`;

/**
 * The sandbox EHR: its FHIR server under `/sandbox/fhir`, its hook requests under `/sandbox/hooks`. The charts are read with
 * the first query: a start does not wait for what many starts never need.
 */
export function sandboxEhrRoutes(fixtures: readonly SandboxFixture[]): Router {
  const router = Router();
  let fhir: Router | undefined;
  router.use('/sandbox/fhir', (request, response, next) => {
    fhir ??= sandboxRoutes(createStore(fixtures.map(({ chart }) => chart)));
    fhir(request, response, next);
  });
  router.get('/sandbox/hooks', (_request, response) => {
    response.json({ requests: fixtures.map(({ name }) => name) });
  });
  router.get('/sandbox/hooks/:name', (request, response) => {
    const fixture = fixtureNamed(fixtures, request.params.name);
    response.json({ ...fixture.request, fhirServer: sandboxBase(request) });
  });
  return router;
}
