import type { ChartRecord } from '../fhir/chart.ts';
import { parseDate, type DateInterval } from '../fhir/date.ts';
import { objects, property, text, type JsonObject } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';
import type { Form } from '../policy/form.ts';

/** What a QuestionnaireResponse must fit to count as evidence. */
export interface ResponseScope {
  readonly asOf: DateInterval;
  /** The order under evaluation, `Type/id`; undefined where none is. */
  readonly order: string | undefined;
  /** Forms of the policy under evaluation. */
  readonly forms: readonly Form[];
}

const COUNTED = new Set(['completed', 'amended']);
const AUTHORS = /^(Practitioner|PractitionerRole)\//;
const ORDERS =
  /^(Appointment|CommunicationRequest|DeviceRequest|MedicationRequest|NutritionOrder|ServiceRequest|SupplyRequest|VisionPrescription)\//;
const QR_CONTEXT = 'http://hl7.org/fhir/us/davinci-dtr/StructureDefinition/qr-context';

/**
 * Why none of a response's answers count, as a clause about it; undefined when they do. It must be completed or amended,
 * by a Practitioner or PractitionerRole, about this patient, dated and not after the request (`determination.md`,
 * "Attestations"); where it names its order or one of our questionnaires, it must be this order and the version in force.
 */
export function responseProblem(
  { resource, hasSubject }: Pick<ChartRecord, 'resource' | 'hasSubject'>,
  { asOf, order, forms }: ResponseScope,
): string | undefined {
  const status = text(resource['status']);
  if (status === undefined || !COUNTED.has(status))
    return `its status is ${status !== undefined && /^[a-z-]{1,30}$/.test(status) ? `"${status}"` : 'not stated'}, not completed or amended`;
  if (!hasSubject) return 'it does not say whom it is about';
  const author = resource['author'];
  const isByClinician =
    AUTHORS.test(relativeReference(property(author, 'reference')) ?? '') ||
    ['Practitioner', 'PractitionerRole'].includes(text(property(author, 'type')) ?? '');
  if (!isByClinician) return 'its author is no Practitioner or PractitionerRole: nobody has signed it';
  if (resource['authored'] === undefined) return 'it does not say when it was given (authored)';
  const authored = parseDate(resource['authored']);
  if (authored === null) return 'the date on which it was given (authored) cannot be read';
  if (authored.low > asOf.high) return 'it is dated after the request';
  const named = namedForm(resource, forms);
  if (named !== undefined) {
    const { version } = named.form.policy;
    if (named.version === undefined)
      return `it does not say which version of the questionnaire it answers; ${version} is in force`;
    if (named.version !== version) return `it answers another version of the questionnaire than ${version}`;
  }
  const orders = ordersOf(resource);
  if (order !== undefined && orders.length > 0 && !orders.includes(order)) return 'it is about another order';
  return undefined;
}

/** The form that a response names as its questionnaire, by the id at the end of the canonical, and the version it names. */
export function namedForm(
  resource: JsonObject,
  forms: readonly Form[],
): { readonly form: Form; readonly version: string | undefined } | undefined {
  const [url = '', version] = (text(resource['questionnaire']) ?? '').split('|');
  const form = forms.find(({ id }) => url.endsWith(`/Questionnaire/${id}`));
  return form === undefined ? undefined : { form, version };
}

/** The orders that a response names: in DTR's context extension, or in `basedOn`. */
export const ordersOf = (resource: JsonObject): readonly string[] =>
  [
    ...objects(resource['extension'])
      .filter(({ url }) => url === QR_CONTEXT)
      .map((extension) => extension['valueReference']),
    ...objects(resource['basedOn']),
  ].flatMap((reference) => {
    const relative = relativeReference(reference);
    return relative !== undefined && ORDERS.test(relative) ? [relative] : [];
  });

const MAX_ITEMS = 10_000;

/** Items at every level, walked without recursion: a form may be nested as deep as its sender likes. */
export function itemsOf(resource: JsonObject): readonly JsonObject[] {
  const found: JsonObject[] = [];
  const open: JsonObject[] = [...objects(resource['item'])];
  while (open.length > 0 && found.length < MAX_ITEMS) {
    const item = open.pop();
    if (item === undefined) break;
    found.push(item);
    for (const nested of [item, ...objects(item['answer'])]) open.push(...objects(nested['item']));
  }
  return found;
}
