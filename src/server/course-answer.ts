import { patientCourse, type DeterminedCourse } from '../engine/patient-course.ts';
import { bodyValue } from './body.ts';
import type { CallerRecords } from './caller-records.ts';
import { evaluatedCall, type CallScope } from './hook-call.ts';
import type { Reply, RequestCall } from './request-call.ts';

/**
 * Takes a hook request and answers with the patient's course as each of its determinations read it: the same evaluation
 * over the same chart, of which nothing is kept.
 */
export async function courseAnswer(
  call: RequestCall,
  scope: CallScope,
  records: Pick<CallerRecords, 'answersOf' | 'concerns'>,
  signal: AbortSignal,
): Promise<Reply> {
  const { evaluation, queries } = await evaluatedCall(
    bodyValue(call.body),
    { ...call, expected: undefined },
    scope,
    records,
    signal,
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
            course: patientCourse(governed, determination.indication, chart, scope.library, call.asOf),
          },
        ],
  );
  return {
    status: 200,
    type: 'json',
    text: JSON.stringify({ courses }),
    report: { queries: queries.length, courses: courses.length },
  };
}
