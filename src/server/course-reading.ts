import type { RequestHandler } from 'express';
import { patientCourse, type PatientCourse } from '../engine/patient-course.ts';
import { bodyValue } from './body.ts';
import { asOfDate, type Dependencies } from './call.ts';
import { callerOf, ownerOf } from './caller.ts';
import { evaluatedCall } from './hook-call.ts';
import { requestIdOf } from './request-id.ts';

/** The course behind one determination, which it names as the determination names itself. */
export interface DeterminedCourse {
  readonly order: string;
  readonly coverage: string;
  readonly policy: string;
  readonly indication: string | null;
  readonly course: PatientCourse;
}

/**
 * Takes a hook request and answers with the patient's course as each of its determinations read it: the same evaluation
 * over the same chart, of which nothing is kept.
 */
export const courseRoute =
  (dependencies: Dependencies): RequestHandler =>
  async (request, response) => {
    const caller = callerOf(request);
    const { settings, fhirServers, isSandbox } = caller;
    const asOf = asOfDate(request, caller, dependencies);
    const left = new AbortController();
    response.once('close', () => {
      left.abort();
    });
    const { evaluation, queries } = await evaluatedCall(
      bodyValue(request.body instanceof Uint8Array ? request.body : new Uint8Array()),
      {
        expected: undefined,
        asOf,
        caller: { settings, fhirServers, isSandbox },
        arrived: performance.timeOrigin + performance.now(),
      },
      dependencies,
      (patient) => dependencies.keeping.responsesOf(patient, ownerOf(caller)),
      left.signal,
    );
    const { chart, determinations } = evaluation;
    const courses = determinations.flatMap(({ determination, governed }): readonly DeterminedCourse[] =>
      chart === undefined
        ? []
        : [
            {
              order: determination.order,
              coverage: determination.coverage,
              policy: determination.policy.id,
              indication: determination.indication,
              course: patientCourse(governed, determination.indication, chart, dependencies.library, asOf),
            },
          ],
    );
    dependencies.logger.info(
      { requestId: requestIdOf(request), queries: queries.length, courses: courses.length },
      'course read',
    );
    response.set('cache-control', 'no-store').json({ courses });
  };
