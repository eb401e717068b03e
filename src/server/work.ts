import { authorizationAnswer, type AuthorizationCall } from './authorization-answer.ts';
import type { CallerRecords } from './caller-records.ts';
import { chartAnswer } from './chart-answer.ts';
import { courseAnswer } from './course-answer.ts';
import { evaluateCall, type Answered, type CallScope, type HookCall } from './hook-call.ts';
import { packageAnswer } from './package-answer.ts';
import { inquiryAnswer, submissionAnswer } from './payer-answer.ts';
import { populateAnswer, type PopulateCall } from './populate-answer.ts';
import type { Reply, RequestCall } from './request-call.ts';

/** What reads a chart: by name, with what it is given and gives back, all of it plain data. */
export interface Works {
  readonly hook: { readonly input: HookCall; readonly answer: Answered };
  readonly chart: { readonly input: RequestCall; readonly answer: Reply };
  readonly course: { readonly input: RequestCall; readonly answer: Reply };
  readonly package: { readonly input: RequestCall; readonly answer: Reply };
  readonly populate: { readonly input: PopulateCall; readonly answer: Reply };
  readonly authorization: { readonly input: AuthorizationCall; readonly answer: Reply };
  readonly submission: { readonly input: RequestCall; readonly answer: Reply };
  readonly inquiry: { readonly input: RequestCall; readonly answer: Reply };
}

export type Work = keyof Works;

type Doing<Name extends Work> = (
  input: Works[Name]['input'],
  scope: CallScope,
  records: CallerRecords,
  signal: AbortSignal,
) => Promise<Works[Name]['answer']>;

const WORKS: { readonly [Name in Work]: Doing<Name> } = {
  hook: evaluateCall,
  chart: chartAnswer,
  course: courseAnswer,
  package: packageAnswer,
  populate: populateAnswer,
  authorization: authorizationAnswer,
  submission: submissionAnswer,
  inquiry: inquiryAnswer,
};

/**
 * @param signal ends its queries, when nobody waits for the answer any more
 * @throws ServiceError when it gets another answer than was asked for
 */
export const work = <Name extends Work>(
  name: Name,
  input: Works[Name]['input'],
  scope: CallScope,
  records: CallerRecords,
  signal: AbortSignal,
): Promise<Works[Name]['answer']> => WORKS[name](input, scope, records, signal);
