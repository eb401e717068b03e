import type { ChartAnomaly } from '../fhir/chart.ts';
import type { CriterionResult } from './criteria.ts';
import type { Anomaly } from './determination.ts';
import type { formAnswers } from './form-answers.ts';

/**
 * A chart's oddity touches the leaf criteria that looked through its resource types.
 * @param criteria every criterion that was evaluated, parts included
 */
export const chartAnomalies = (
  anomalies: readonly ChartAnomaly[],
  criteria: readonly CriterionResult[],
): readonly Anomaly[] =>
  anomalies.map(({ id, text, types }) => ({
    id,
    text,
    criteria: criteria
      .filter(
        (criterion) =>
          criterion.criteria.length === 0 &&
          criterion.searched.some(({ resourceType }) => types.includes(resourceType)),
      )
      .map((criterion) => criterion.id),
  }));

/**
 * What is wrong with a form's answers, one anomaly each: it never counts, and is never passed over.
 * @param criteria every criterion that was evaluated, parts included
 */
export const answerAnomalies = (
  problems: ReturnType<typeof formAnswers>['problems'],
  criteria: readonly CriterionResult[],
): readonly Anomaly[] =>
  problems.map(({ response, problem: { linkId, reason } }) => ({
    id: 'chart.answers',
    text:
      linkId === undefined
        ? `The answers of ${response} do not count: ${reason}.`
        : `${response}, item "${linkId}", does not count: ${reason}.`,
    criteria: criteria
      .map(({ id }) => id)
      .filter((id) => linkId === id || linkId?.startsWith(`${id}#`) === true),
  }));
