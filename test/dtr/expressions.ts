import type { Bundle, Expression, FhirResource, Questionnaire, QuestionnaireItem } from 'fhir/r4.js';
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import { answerValueSet, canonicalOf } from '../../src/dtr/value-sets.ts';
import { isObject, objects, text, type JsonObject } from '../../src/fhir/json.ts';
import type { Form } from '../../src/policy/form.ts';
import { library } from '../server/service.ts';

/** An EHR that fills in a form by its own expressions, over a chart taken as it stands: no rule of ours is asked. */

const SDC = 'http://hl7.org/fhir/uv/sdc/StructureDefinition';

export const parse = (expression: string): unknown => fhirpath.parse(expression);

const expressionAt = (item: Pick<QuestionnaireItem, 'extension'>, name: string): Expression | undefined =>
  (item.extension ?? []).find(({ url }) => url === `${SDC}/sdc-questionnaire-${name}`)?.valueExpression;

const list = (items: readonly QuestionnaireItem[]): readonly QuestionnaireItem[] =>
  items.flatMap((item) => [item, ...list(item.item ?? [])]);

/** Every population expression of a questionnaire. */
export const expressionsOf = ({ item = [] }: Questionnaire): readonly Expression[] =>
  list(item).flatMap((one) =>
    ['initialExpression', 'itemPopulationContext'].flatMap((name) => expressionAt(one, name) ?? []),
  );

/** The resources of a chart that a variable's query would give, newest first where it asks for that. */
function queried(query: string, chart: Bundle): Bundle {
  const [type = '', search = ''] = query.split(/\?(.*)/s);
  const code = /&code=([^&]+)/.exec(search)?.[1]?.split(',');
  const found = (chart.entry ?? [])
    .map(({ resource }) => resource as FhirResource | undefined)
    .filter((resource) => resource?.resourceType === type)
    .filter(
      (resource) =>
        code === undefined ||
        objects((resource as unknown as JsonObject)['code'])
          .flatMap((concept) => objects(concept['coding']))
          .some((coding) => code.includes(`${text(coding['system']) ?? ''}|${text(coding['code']) ?? ''}`)),
    );
  const dated = (resource: unknown): string =>
    (isObject(resource) ? text(resource['effectiveDateTime']) : undefined) ?? '';
  const sorted = search.includes('_sort=-date')
    ? found.toSorted((a, b) => (dated(a) < dated(b) ? 1 : -1))
    : found;
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    entry: sorted.flatMap((resource) => (resource === undefined ? [] : [{ resource }])),
  };
}

/** The linkIds of the questions that the expressions of a form answer from a chart, with how many answers each. */
export function answeredByExpressions(
  form: Form,
  questionnaire: Questionnaire,
  chart: Bundle,
  patientId: string,
): ReadonlyMap<string, readonly unknown[]> {
  const patient = (chart.entry ?? []).find(({ resource }) => resource?.id === patientId)?.resource;
  const variables: Record<string, unknown> = { patient };
  for (const { valueExpression } of questionnaire.extension ?? [])
    if (valueExpression?.name !== undefined)
      variables[valueExpression.name] = queried(valueExpression.expression ?? '', chart);
  const members = new Map(
    [...form.items.values()]
      .flatMap((item) => answerValueSet(item, library.terminology) ?? [])
      .map((set) => [canonicalOf(set), new Set(set.codings.map(({ system, code }) => `${system}|${code}`))]),
  );
  const memberOf = (inputs: readonly unknown[], canonical: string): boolean =>
    inputs.some((input) => {
      const value = fhirpath.util.valData(input) as unknown;
      const codings =
        isObject(value) && value['coding'] !== undefined ? objects(value['coding']) : objects(value);
      return codings.some(
        (coding) =>
          members.get(canonical)?.has(`${text(coding['system']) ?? ''}|${text(coding['code']) ?? ''}`) ===
          true,
      );
    });
  const evaluate = (expression: string, more: Record<string, unknown> = {}): readonly unknown[] =>
    fhirpath.evaluate({}, expression, { ...variables, ...more }, r4, {
      async: false,
      userInvocationTable: { memberOf: { fn: memberOf, arity: { 1: ['String'] }, internalStructures: true } },
    }) as readonly unknown[];
  const answered = new Map<string, readonly unknown[]>();
  for (const item of list(questionnaire.item ?? [])) {
    const records = expressionAt(item, 'itemPopulationContext');
    const initial = expressionAt(item, 'initialExpression');
    // Within a repeating group an expression reads one of the group's records.
    const isInGroup = initial?.expression?.startsWith('%result.') === true;
    if (initial?.expression?.includes('%encounter') === true || isInGroup) continue;
    const values = [records, initial].flatMap((one) => evaluate(one?.expression ?? '{}'));
    if (values.length > 0) answered.set(item.linkId, values);
    if (records === undefined || values.length === 0) continue;
    for (const part of item.item ?? []) {
      const expression = expressionAt(part, 'initialExpression')?.expression;
      if (expression === undefined) continue;
      const given = values.flatMap((result) => evaluate(expression, { [records.name ?? '']: result }));
      if (given.length > 0) answered.set(part.linkId, given);
    }
  }
  return answered;
}
