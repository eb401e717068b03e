import { useEffect, useState } from 'react';
import type { DeterminedCourse, PatientCourse } from '../../engine/patient-course.ts';
import { ApiProblem, readCourses, type Exchange, type StoredDetermination } from '../api.ts';
import { useSession } from '../session.tsx';

export type CourseReading =
  | { readonly kind: 'loading' }
  | { readonly kind: 'problem'; readonly problem: ApiProblem }
  | { readonly kind: 'read'; readonly course: PatientCourse };

interface Loaded {
  readonly exchange: Exchange | undefined;
  readonly courses: readonly DeterminedCourse[];
  readonly problem: ApiProblem | undefined;
}

/** The patient's course as a determination of the last call read it. */
export function useCourse(determination: StoredDetermination): CourseReading {
  const { exchange } = useSession();
  const [loaded, setLoaded] = useState<Loaded>({ exchange: undefined, courses: [], problem: undefined });
  useEffect(() => {
    if (exchange === undefined) return;
    const controller = new AbortController();
    readCourses(exchange, controller.signal).then(
      (courses) => {
        setLoaded({ exchange, courses, problem: undefined });
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        const problem =
          error instanceof ApiProblem ? error : new ApiProblem(undefined, 'page', String(error));
        setLoaded({ exchange, courses: [], problem });
      },
    );
    return () => {
      controller.abort();
    };
  }, [exchange]);
  if (loaded.exchange !== exchange) return { kind: 'loading' };
  if (loaded.problem !== undefined) return { kind: 'problem', problem: loaded.problem };
  const found = loaded.courses.find(
    ({ order, coverage, policy }) =>
      order === determination.order &&
      coverage === determination.coverage &&
      policy === determination.policy.id,
  );
  return found === undefined
    ? {
        kind: 'problem',
        problem: new ApiProblem(undefined, 'no-course', 'The service read no course for this determination.'),
      }
    : { kind: 'read', course: found.course };
}
