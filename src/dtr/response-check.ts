import { parseDate } from '../fhir/date.ts';
import { isObject, text } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';
import { readResponse } from '../engine/form-answers.ts';
import { responseProblem } from '../engine/responses.ts';
import type { Form } from '../policy/form.ts';
import type { Library } from '../policy/library.ts';
import type { Issue } from '../fhir/operation-outcome.ts';
import { formNamed } from './package.ts';
import { structureIssues } from './response-structure.ts';

/** What a response that is sent in must be about, where its sender says for which determination it was asked. */
export interface Expected {
  /** `Patient/id` and `Type/id`. */
  readonly patient: string;
  readonly order: string;
  readonly policy: string;
}

/**
 * Everything that keeps a QuestionnaireResponse, or one of its items, from counting: what makes it no FHIR, else the rules
 * by which the engine reads it, each problem at its item.
 * @param asOf the day of the request
 */
export function responseIssues(
  body: unknown,
  {
    forms,
    library,
    asOf,
  }: { readonly forms: readonly Form[]; readonly library: Library; readonly asOf: string },
  expected?: Expected,
): readonly Issue[] {
  if (!isObject(body) || body['resourceType'] !== 'QuestionnaireResponse')
    return [issue('structure', 'the body is not a QuestionnaireResponse', 'QuestionnaireResponse')];
  const misshapen = structureIssues(body);
  if (misshapen.length > 0) return misshapen;
  const day = parseDate(asOf);
  if (day === null) throw new Error(`asOf "${asOf}" is not a FHIR date`);
  const canonical = text(body['questionnaire']);
  const form = canonical === undefined ? undefined : formNamed(canonical, forms);
  const patient = relativeReference(body['subject']);
  const isPatient = patient?.startsWith('Patient/') === true;
  const scope = { asOf: day, order: expected?.order, forms: form === undefined ? [] : [form] };
  const problem = responseProblem({ resource: body, hasSubject: true }, scope);
  const whole = [
    ...(form === undefined
      ? [issue('not-found', unnamed(canonical, forms), 'QuestionnaireResponse.questionnaire')]
      : []),
    ...(isPatient ? [] : [issue('required', 'subject must be a Patient', 'QuestionnaireResponse.subject')]),
    ...(expected !== undefined && isPatient && patient !== expected.patient
      ? [
          issue(
            'business-rule',
            'it is about another patient than the determination',
            'QuestionnaireResponse.subject',
          ),
        ]
      : []),
    ...(expected !== undefined && form !== undefined && form.policy.id !== expected.policy
      ? [
          issue(
            'business-rule',
            'it answers another policy than the determination',
            'QuestionnaireResponse.questionnaire',
          ),
        ]
      : []),
    ...(problem === undefined ? [] : [issue('business-rule', problem, 'QuestionnaireResponse')]),
  ];
  if (form === undefined) return whole;
  const { problems } = readResponse(
    { resource: body, reference: 'QuestionnaireResponse' },
    scope,
    library.terminology,
    undefined,
  );
  return [
    ...whole,
    ...problems.map(({ linkId, reason }) =>
      linkId === undefined
        ? issue('invalid', reason, 'QuestionnaireResponse.item')
        : issue(
            'invalid',
            `item "${linkId}": ${reason}`,
            `QuestionnaireResponse.repeat(item).where(linkId = '${linkId.replaceAll("'", "\\'")}')`,
          ),
    ),
  ];
}

const issue = (code: Issue['code'], message: string, expression: string): Issue => ({
  severity: 'error',
  code,
  text: message,
  expression,
});

function unnamed(canonical: string | undefined, forms: readonly Form[]): string {
  if (canonical === undefined) return 'it does not name its questionnaire';
  const other = formNamed(canonical.split('|')[0] ?? '', forms);
  return other === undefined
    ? 'it answers a questionnaire that is not served here'
    : `it answers another version of the questionnaire than ${other.policy.version}`;
}
