import { describe, expect, it } from 'vitest';
import { evaluateRequest } from '../../src/crd/evaluate.ts';
import { readHookRequest } from '../../src/crd/hook-request.ts';
import { draftResponse } from '../../src/dtr/draft.ts';
import { filledForms } from '../../src/dtr/filled-forms.ts';
import { questionnaire } from '../../src/dtr/questionnaire.ts';
import { withParts } from '../../src/engine/determination.ts';
import { fixtures } from '../conformance/server.ts';
import { library, TODAY } from '../server/service.ts';
import { answersById, linkIdsOf } from './clinician.ts';
import { answeredByExpressions } from './expressions.ts';

/**
 * Open questions that the chart can answer: those that are asked of an open criterion, for which the form's own
 * expressions, run over the chart as it stands, find something. How many of them come filled in?
 */
const BASE = 'https://cartograph.example.org/fhir';

interface Filled {
  readonly fixture: string;
  readonly answerable: readonly string[];
  readonly filled: readonly string[];
}

async function filledIn({ name, chart, request }: (typeof fixtures)[number]): Promise<readonly Filled[]> {
  const read = readHookRequest({ ...request, prefetch: { chart } }, undefined);
  if ('message' in read) throw new Error(read.message);
  const evaluation = await evaluateRequest(read, library, undefined, TODAY);
  return evaluation.determinations.flatMap(({ determination, governed }) =>
    evaluation.chart === undefined
      ? []
      : filledForms(determination, governed.policy, {
          chart: evaluation.chart,
          order: governed.order,
          library,
          asOf: TODAY,
        }).map(({ form, answers }) => {
          const made = questionnaire(form, library, BASE);
          const draft = draftResponse(made, answers, {
            version: '2.0',
            subject: determination.patient,
            coverage: determination.coverage,
            orders: [determination.order],
            authored: TODAY,
          });
          const results = [determination, ...(determination.alternatives ?? [])].flatMap(
            ({ criteria }) => criteria,
          );
          const open = new Set(
            withParts(results)
              .filter(({ status }) => status === 'unknown')
              .map(({ id }) => id),
          );
          const byExpressions = answeredByExpressions(form, made, chart, read.patientId);
          const filled = answersById(draft);
          const asked = new Set(linkIdsOf(draft));
          const answerable = [...form.items.values()]
            .filter(({ criterion }) => open.has(criterion?.id ?? ''))
            .map(({ linkId }) => linkId)
            .filter((linkId) => asked.has(linkId) && byExpressions.has(linkId));
          return {
            fixture: name,
            answerable,
            filled: answerable.filter((linkId) => filled.has(linkId) || filled.has(`${linkId}#value`)),
          };
        }),
  );
}

describe('pre-filling', () => {
  it('answers at least 70% of the open questions that the fixtures’ charts can answer', async () => {
    const all = (await Promise.all(fixtures.map(filledIn))).flat();
    const answerable = all.flatMap((item) => item.answerable).length;
    const filled = all.flatMap((item) => item.filled).length;
    process.stdout.write(
      `pre-filled: ${filled} of ${answerable} open questions that the charts can answer (${Math.round((100 * filled) / answerable)}%), ${all.length} forms\n`,
    );
    expect(answerable).toBeGreaterThanOrEqual(10);
    expect(filled / answerable).toBeGreaterThanOrEqual(0.7);
  });
});
