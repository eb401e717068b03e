import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../fhir/json.ts';
import { concerns } from './audit.ts';
import { ownerOf, type Caller } from './caller.ts';
import type {
  IdentifiedDetermination,
  KeptForms,
  PayerAnswer,
  RecordKeeping,
  Subject,
} from './record-keeping.ts';

/**
 * What is kept for one caller, as far as an evaluation asks for it. What goes in and comes out is plain data, so that it
 * can be asked from any thread.
 */
export interface CallerRecords {
  /**
   * Completed forms that were sent in, and what the sandbox payer has answered: elsewhere the EHR holds the payer's answers.
   * @param patient `Patient/id`
   */
  readonly answersOf: (patient: string) => Promise<readonly JsonObject[]>;
  /** The completed forms alone. @param patient `Patient/id` */
  readonly responsesOf: (patient: string) => Promise<readonly JsonObject[]>;
  readonly determination: (id: string) => Promise<IdentifiedDetermination | undefined>;
  readonly forms: (id: string) => Promise<KeptForms | undefined>;
  readonly payerAnswers: (key: 'member' | 'request', value: string) => Promise<readonly PayerAnswer[]>;
  readonly keepPayerAnswer: (answer: PayerAnswer) => Promise<void>;
  /** Says for the audit trail whom the request is about, before anything can go wrong with it. */
  readonly concerns: (subjects: readonly Subject[]) => Promise<void>;
}

/** @param response to the request that they are asked for: a determination that is read is what that request is about */
export function callerRecords(
  keeping: RecordKeeping,
  caller: Caller,
  response: ServerResponse,
): CallerRecords {
  const owner = ownerOf(caller);
  return {
    answersOf: (patient) =>
      caller.isSandbox ? keeping.answersOf(patient, owner) : keeping.responsesOf(patient, owner),
    responsesOf: (patient) => keeping.responsesOf(patient, owner),
    async determination(id) {
      const found = await keeping.determination(id, owner);
      concerns(response, [namedDetermination(id, found)]);
      return found;
    },
    forms: (id) => keeping.forms(id, owner),
    payerAnswers: (key, value) => keeping.payerAnswers(key, value, owner),
    keepPayerAnswer: (answer) => keeping.keepPayerAnswer(answer, owner),
    concerns: (subjects) => Promise.resolve(concerns(response, subjects)),
  };
}

/** What cannot be an id of ours is the caller's word, and not kept. */
const ID = /^[\w-]{1,64}$/;

function namedDetermination(id: string, found: IdentifiedDetermination | undefined): Subject {
  return {
    ...(ID.test(id) ? { determination: id } : {}),
    ...(found === undefined ? {} : { patient: found.patient, hookInstance: found.hookInstance }),
  };
}
