import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtures, startServer, type Started } from '../conformance/server.ts';
import type { DeterminedCourse } from '../../src/engine/patient-course.ts';

/** The patient's course behind the determinations of a hook request, for the page. */

const lines: string[] = [];
let server: Started;
beforeAll(async () => {
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  server = await startServer({ logger });
});
afterAll(() => server.close());

const fixture = fixtures.find(({ name }) => name === 'carvykti-late-progression');
const request = fixture?.request as { readonly context: { readonly patientId: string } };
const ask = (body: unknown): Promise<Response> =>
  server.fetch('/workbench/course', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-as-of': '2026-03-02' },
    body: JSON.stringify(body),
  });

describe('the course of a hook request', () => {
  it('names the determination that it belongs to, and the records that it is made of', async () => {
    const response = await ask({ ...request, fhirServer: `${server.base}/sandbox/fhir` });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    const { courses } = (await response.json()) as { readonly courses: readonly DeterminedCourse[] };
    expect(courses).toMatchObject([
      {
        order: 'ServiceRequest/brennan-draft-carvykti',
        coverage: 'Coverage/brennan-coverage',
        policy: 'bcbsma-942',
        indication: 'carvykti-mm',
        course: {
          planned: { from: '2026-04-16', to: '2026-04-16' },
          lines: [{ drugs: ['bortezomib', 'lenalidomide'], first: { from: '2022-02-07', to: '2022-02-07' } }],
          unread: [],
        },
      },
    ]);
    const held = new Set(
      fixture?.chart.entry?.map(({ resource }) => `${resource?.resourceType ?? ''}/${resource?.id ?? ''}`),
    );
    const named = courses.flatMap(({ course }) => [
      ...course.lines.flatMap(({ references }) => references),
      ...course.drugs.flatMap(({ records }) => records.map(({ reference }) => reference)),
      ...course.labs.flatMap(({ series }) =>
        series.flatMap(({ points }) => points.flatMap((p) => p.references)),
      ),
    ]);
    expect(named.length).toBeGreaterThan(60);
    expect(named.filter((reference) => !held.has(reference))).toEqual([]);
  });

  it('says what could not be read of the chart', async () => {
    const response = await ask({
      ...request,
      fhirServer: 'http://127.0.0.1:9/fhir',
      prefetch: {
        coverage: {
          resourceType: 'Bundle',
          type: 'searchset',
          entry: fixture?.chart.entry?.filter(({ resource }) =>
            ['Coverage', 'Organization'].includes(resource?.resourceType ?? ''),
          ),
        },
      },
    });
    const { courses } = (await response.json()) as { readonly courses: readonly DeterminedCourse[] };
    const [found] = courses;
    expect(found?.course.lines).toEqual([]);
    expect(found?.course.unread.map(({ resourceType }) => resourceType)).toEqual(
      expect.arrayContaining(['MedicationAdministration', 'Observation', 'Procedure']),
    );
  });

  it('is refused as a hook call is, and logged without the patient', async () => {
    const response = await ask({ hook: 'order-sign' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid-request', path: 'hookInstance' });
    expect((await server.fetch('/workbench/course')).status).toBe(405);
    expect(lines.join('')).toContain('"operation":"course"');
    expect(lines.filter((line) => line.includes(request.context.patientId))).toEqual([]);
  });
});
