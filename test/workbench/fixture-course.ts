import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { evaluateRequest } from '../../src/crd/evaluate.ts';
import { readHookRequest } from '../../src/crd/hook-request.ts';
import { patientCourse, type PatientCourse } from '../../src/engine/patient-course.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { loadLibrary } from '../../src/server/policies.ts';
import type { StoredDetermination } from '../../src/workbench/api.ts';

const fixtures = new URL('../../fhir-fixtures/', import.meta.url);
const library = loadLibrary(fileURLToPath(new URL('../../cds-services', import.meta.url)));
const ORDER_DAY = '2026-03-02';

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, fixtures), 'utf8'));

/** The first determination of a fixture's order-sign, and the course behind it. */
export async function fixtureCourse(
  fixture: string,
): Promise<{ readonly determination: StoredDetermination; readonly course: PatientCourse }> {
  const request = readHookRequest(
    {
      ...(read(`${fixture}/order-sign.json`) as JsonObject),
      fhirServer: undefined,
      prefetch: { chart: read(`${fixture}/chart.json`) },
    },
    'order-sign',
  );
  if ('message' in request) throw new Error(request.message);
  const { determinations, chart } = await evaluateRequest(request, library, undefined, ORDER_DAY);
  const [first] = determinations;
  if (first === undefined || chart === undefined) throw new Error(`${fixture} has no determination`);
  const { determination, governed } = first;
  return {
    determination: { id: 'determination', ...determination },
    course: patientCourse(governed, determination.indication, chart, library, ORDER_DAY),
  };
}
