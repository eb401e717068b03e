import type { Fact, Retrieve } from '../policy/fact.ts';
import { answeredBy, answerKey } from '../policy/form.ts';
import { isReported } from './references.ts';
import { evidenceKey, union } from './evaluated.ts';
import type { FormAnswer } from './form-answers.ts';
import type { Answer } from './result.ts';
import { evidenceWorth, worthByTime, type Hit, type Timeline } from './retrieve.ts';
import type { Scope } from './scope.ts';

/**
 * What the chart says, and what it says with the answers of a form beside it: an answer closes what the chart leaves
 * open. Where it would change what the chart says, nobody decides but a person, and both are shown.
 */
export function together(byChart: Answer, withAnswers: Answer): Answer {
  const evidence = union([byChart.evidence, withAnswers.evidence], evidenceKey);
  if (byChart.isBroken === true) return { ...byChart, evidence };
  return byChart.truth === null || byChart.truth === withAnswers.truth
    ? withAnswers
    : { ...withAnswers, truth: null, needs: 'review', evidence, dates: [] };
}

/** A condition that a clinician says is not there: nothing in a chart may ever deny it. */
export function denied(answers: readonly FormAnswer[], byChart: Answer): Answer | undefined {
  const isDenied = answers.every(({ item, says }) => item.criterion === undefined && says === false);
  const evidence = [...byChart.evidence, ...answers.map((answer) => answer.evidence)];
  return isDenied
    ? { ...byChart, truth: false, needs: undefined, evidence, missing: [], dates: [] }
    : undefined;
}

/**
 * The answers that stand beside the records of a retrieve, placed in time as those are. Where a report of some kind is
 * asked for, a document of the chart that an answer refers to must be one; what is attached is what the clinician who was
 * asked for it says it is.
 */
export function answerHits(
  retrieve: Retrieve,
  fact: Fact,
  answers: readonly FormAnswer[],
  scope: Scope,
  timeline: Timeline,
): readonly Hit[] {
  return answers
    .filter(({ item, says, record }) => {
      if (item.retrieve !== undefined) return answerKey(item) === answerKey({ ...item, retrieve });
      // Yes to the whole question stands with the first thing that would say so, no with the first that denies it.
      if (fact.kind === 'question' && says !== undefined) return retrieve === (says ? fact.yes : fact.no)[0];
      return record.codes.some(
        ({ coding }) =>
          coding.key !== undefined && scope.library.terminology.includes(answeredBy(retrieve), coding.key),
      );
    })
    .map(({ record, evidence, document }) => {
      const isOther =
        document !== undefined &&
        retrieve.reported !== undefined &&
        !isReported(document, retrieve.reported, scope);
      if (isOther) return { record, standing: 'sign', evidence: { ...evidence, note: NOT_REPORTED } };
      const worth = worthByTime(record, record.type, retrieve, scope, timeline);
      return { record, standing: worth.standing, evidence: evidenceWorth(evidence, worth) };
    });
}

const NOT_REPORTED = 'the document that it refers to is not stated to be a report of the kind asked for';
