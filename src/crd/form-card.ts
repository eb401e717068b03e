import { neededForms } from '../engine/needed-forms.ts';
import { objects, type JsonObject } from '../fhir/json.ts';
import { questionnaireCanonical } from '../policy/form.ts';
import type { Indication } from '../policy/policy.ts';
import type { Card } from './card.ts';
import { escaped, shortened } from './card-text.ts';
import { needsDocuments } from './coverage-outcome.ts';
import type { Determined, Evaluation } from './evaluation.ts';
import { copied, LABEL_LIMIT, requester, type SuggestionScope } from './suggestion-cards.ts';
import { TEMP_CODES } from './wire-version.ts';

const SDC_CODES = 'http://hl7.org/fhir/uv/sdc/CodeSystem/temp';

/**
 * Form Completion: a Task for the questionnaire that asks for what is missing; where no diagnosis decides, one for each
 * that may be meant. 2.2 leaves forms to DTR (`crd.md` 6).
 */
export function formCard(
  item: Determined,
  orders: readonly string[],
  evaluation: Evaluation,
  scope: SuggestionScope,
): Card | undefined {
  const { governed, determination, order } = item;
  if (scope.version === '2.2' || !needsDocuments(determination)) return undefined;
  const forms = neededForms(determination, governed.policy, scope.library.facts);
  if (forms.length === 0) return undefined;
  const payor = (evaluation.coverages ?? [])
    .filter(({ read }) => read.reference === determination.coverage)
    .flatMap(({ resource }) => objects(resource['payor']))
    .find(({ reference }) => typeof reference === 'string' && !reference.startsWith('#'));
  const task = (questionnaire: string): JsonObject => ({
    resourceType: 'Task',
    id: scope.newUuid(),
    basedOn: orders.map((reference) => ({ reference })),
    status: 'ready',
    intent: 'order',
    code: { coding: [{ system: SDC_CODES, code: 'complete-questionnaire' }] },
    for: { reference: determination.patient },
    ...copied(order.resource, ['encounter']),
    authoredOn: scope.asOf,
    ...(payor === undefined ? requester(order.resource, scope) : { requester: payor }),
    reasonCode: {
      coding: [{ system: TEMP_CODES, code: 'reason-prior-auth' }],
      text: 'Needed for prior authorization',
    },
    input: [
      {
        type: { coding: [{ system: SDC_CODES, code: 'questionnaire' }], text: 'questionnaire' },
        valueCanonical: questionnaire,
      },
      {
        type: {
          coding: [{ system: TEMP_CODES, code: 'after-completion-action' }],
          text: 'after-completion-action',
        },
        valueCodeableConcept: { coding: [{ system: TEMP_CODES, code: 'prior-auth-include' }] },
      },
    ],
  });
  return {
    uuid: scope.newUuid(),
    summary: shortened(`Questionnaire for the request for ${governed.order.product?.brand ?? 'CAR-T'}`),
    indicator: 'info',
    detail: `For ${orders.map((reference) => escaped(reference)).join(', ')}: the questions of ${escaped(governed.policy.title)} that the chart leaves open.`,
    source: { label: governed.payer.name },
    suggestions: forms.map(({ form }) => ({
      label: labelOf(form.indication),
      uuid: scope.newUuid(),
      actions: [
        {
          type: 'create',
          description: 'Adds a task to complete the questionnaire',
          resource: task(questionnaireCanonical(scope.fhirBase, form)),
        },
      ],
    })),
    selectionBehavior: 'at-most-one',
  };
}

/** Where the button has no room for more, the indication alone: cut, it could name another disease. */
function labelOf({ title }: Indication): string {
  const labels = [`Add a task for the questionnaire: ${title}`, `Questionnaire: ${title}`];
  return labels.find(({ length }) => length <= LABEL_LIMIT) ?? shortened(title, LABEL_LIMIT);
}
