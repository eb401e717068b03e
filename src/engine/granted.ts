import type { Chart, ChartRecord } from '../fhir/chart.ts';
import { formatDay, parseDate, parsePeriod, type DateInterval } from '../fhir/date.ts';
import { identifierKeys } from '../fhir/identifier.ts';
import { objects, property, text, type JsonObject } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';
import type { Library } from '../policy/library.ts';
import type { OrderedQuantity } from '../fhir/ordered-quantity.ts';
import type { Anomaly, Determination, GovernedOrder } from './determination.ts';
import type { PlannedOrder, Setting } from './result.ts';
import { BROKEN_SOURCES, isUnread, type Scope } from './scope.ts';

/** An authorization that the payer has given, and that the order still keeps to. */
export interface GrantedAuthorization {
  /** The payer's number, which a claim refers to. */
  readonly number: string;
  /** Of the ClaimResponse. */
  readonly reference: string;
  /** FHIR dates between which it holds. */
  readonly start: string;
  readonly end: string;
}

/** How much of each authorized line the orders of one call use: by the line, then by the order. */
export type UsedAuthorizations = Map<string, Map<string, number>>;

/**
 * The authorization of this order, from the ClaimResponses of the chart (Da Vinci PAS). It must be certified in total and
 * numbered, for this product under this coverage, hold on the planned day, be for this setting and, where its Claim names
 * an order, for this one. What is ordered must not be more than was authorized and other orders of the call have left of
 * it. What cannot be told of it does not count for it, and of several answers to one request the last one does: where
 * not all could be read, none does.
 * @param used of the call; what this order uses is noted in it
 */
export function grantedAuthorization(
  governed: GovernedOrder,
  { chart, asOf, library }: Pick<Scope, 'chart' | 'asOf' | 'library'>,
  used: UsedAuthorizations,
): GrantedAuthorization | undefined {
  if (isUnread(ANSWERS, chart, BROKEN_SOURCES)) return undefined;
  const answers = chart
    .of('ClaimResponse')
    .filter(({ resource, hasSubject }) => hasSubject && isAnswer(resource));
  const lastOf = Map.groupBy(
    answers,
    ({ resource, reference }) => text(property(resource['request'], 'reference')) ?? reference,
  );
  const day = governed.order.planned?.date ?? asOf;
  if (governed.order.planned === null && governed.order.statesUnreadableDate) return undefined;
  for (const group of lastOf.values()) {
    const last = latest(group);
    if (last === undefined) continue;
    const claim = chart.find(last.resource['request'])?.resource;
    if (claim === undefined || !isOfCoverage(claim, governed.coverage)) continue;
    for (const line of objects(last.resource['item'])) {
      const granted = grantedLine(line, last, claim, governed, day, library);
      if (granted === undefined || !isOfOrder(granted.asked, governed.order, chart)) continue;
      const key = `${last.reference} ${String(line['itemSequence'])}`;
      if (takes(governed.order, amountOf(granted.asked, line), key, used)) return granted.authorization;
    }
  }
  return undefined;
}

/** Said where the payer's answers could not be read, and one of them may be the authorization of the order. */
export function unreadAuthorization(
  priorAuthorization: Determination['priorAuthorization'],
  { chart }: Pick<Scope, 'chart'>,
): readonly Anomaly[] {
  if (priorAuthorization === 'not-required' || !isUnread(ANSWERS, chart, BROKEN_SOURCES)) return [];
  const { reason } = chart.source('ClaimResponse');
  return [
    {
      id: 'chart.authorization',
      text: `The payer’s earlier answers (ClaimResponse) could not be read${reason === undefined ? '' : `: ${reason}`}. An authorization that was given already is not known here.`,
      criteria: [],
    },
  ];
}

/**
 * True where the authorization settles that none is to be asked for: nothing in the chart speaks against a criterion by
 * now, which the payer may not know.
 */
export const isAuthorized = ({
  authorization,
  decision,
  priorAuthorization,
}: Pick<Determination, 'authorization' | 'decision' | 'priorAuthorization'>): boolean =>
  authorization !== undefined &&
  priorAuthorization !== 'not-required' &&
  (decision === 'criteria-met' || decision === 'documentation-needed');

/** What a payer's answers in advance are. */
const ANSWERS: ReadonlySet<string> = new Set(['ClaimResponse']);

/** The therapy itself is asked for as a medical claim; a pharmacy's approval of the drug is another thing. */
const MEDICAL = new Set(['institutional', 'professional']);

const isAnswer = (response: JsonObject): boolean =>
  response['status'] === 'active' &&
  response['use'] === 'preauthorization' &&
  objects(property(response['type'], 'coding')).some(({ code }) => MEDICAL.has(text(code) ?? ''));

/** Undefined where nobody can say which of them is the last. */
function latest(answers: readonly ChartRecord[]): ChartRecord | undefined {
  const [last, ...others] = answers.toSorted((a, b) => moment(b) - moment(a));
  return last !== undefined && !others.some((other) => moment(other) === moment(last)) ? last : undefined;
}

const moment = ({ resource }: ChartRecord): number => Date.parse(text(resource['created']) ?? '') || 0;

const isOfCoverage = (claim: JsonObject, coverage: string): boolean =>
  objects(claim['insurance']).some((insurance) => relativeReference(insurance['coverage']) === coverage);

const PAS = 'http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-';
const CERTIFIED = { system: 'https://codesystem.x12.org/005010/306', code: 'A1' };

const extensionOf = (element: JsonObject, name: string): JsonObject | undefined =>
  objects(element['extension']).find(({ url }) => url === `${PAS}${name}`);

function grantedLine(
  line: JsonObject,
  { resource, reference }: ChartRecord,
  claim: JsonObject,
  { order }: GovernedOrder,
  day: DateInterval,
  library: Library,
): { readonly asked: JsonObject; readonly authorization: GrantedAuthorization } | undefined {
  const asked = objects(claim['item']).find(({ sequence }) => sequence === line['itemSequence']);
  const review = objects(line['adjudication'])
    .map((adjudication) => extensionOf(adjudication, 'reviewAction'))
    .find((action) => action !== undefined);
  const number = objects(review?.['extension'])
    .filter(({ url }) => url === 'number')
    .flatMap(({ valueString }) => text(valueString) ?? [])[0];
  const action = objects(review?.['extension']).find(({ url }) => url === `${PAS}reviewActionCode`);
  const isCertified = objects(property(action?.['valueCodeableConcept'], 'coding')).some(
    ({ system, code }) => system === CERTIFIED.system && code === CERTIFIED.code,
  );
  const held = extensionOf(line, 'itemPreAuthPeriod')?.['valuePeriod'] ?? resource['preAuthPeriod'];
  const period = parsePeriod(held);
  const [start, end] = [parseDate(property(held, 'start')), parseDate(property(held, 'end'))];
  const isInForce =
    period !== null && start !== null && end !== null && period.low <= day.low && day.high <= period.high;
  if (asked === undefined || number === undefined || !isCertified || !isInForce) return undefined;
  const { terminology, settings } = library;
  const { product } = order;
  const keys = terminology.codings(asked['productOrService']).flatMap(({ key }) => key ?? []);
  const isProduct = product !== null && keys.some((key) => terminology.includes(product.codes, key));
  const place = terminology.codings(asked['locationCodeableConcept']).flatMap(({ key }) => key ?? []);
  const isHere =
    order.setting.value !== 'unknown' &&
    place.some((key) => terminology.includes(settings[order.setting.value as KnownSetting], key));
  return isProduct && isHere
    ? { asked, authorization: { number, reference, start: formatDay(start.low), end: formatDay(end.high) } }
    : undefined;
}

type KnownSetting = Exclude<Setting['value'], 'unknown'>;

/** True where the line's request names this order, one that it continues, or none. */
function isOfOrder(asked: JsonObject, { knownAs }: PlannedOrder, chart: Chart): boolean {
  const requested = extensionOf(asked, 'requestedService');
  if (requested === undefined) return true;
  const reference = requested['valueReference'];
  const identifiers = [
    ...identifierKeys(property(reference, 'identifier')),
    ...identifierKeys(chart.find(reference)?.resource['identifier']),
  ];
  return (
    knownAs.references.includes(relativeReference(reference) ?? '') ||
    knownAs.identifiers.some((identifier) => identifiers.includes(identifier))
  );
}

/** What was authorized, where the answer says it, else what was asked for; one, where neither does. */
function amountOf(asked: JsonObject, line: JsonObject): OrderedQuantity {
  const detail = objects(extensionOf(line, 'itemAuthorizedDetail')?.['extension']);
  const stated = detail.find(({ url }) => url === 'quantity')?.['valueQuantity'] ?? asked['quantity'];
  const value = property(stated, 'value');
  return { value: typeof value === 'number' ? value : 1, unit: text(property(stated, 'unit')) };
}

/** True where other orders have left enough of a line, which this order then uses; one that states no quantity uses one. */
function takes(
  { reference, quantity }: PlannedOrder,
  amount: OrderedQuantity,
  line: string,
  used: UsedAuthorizations,
): boolean {
  const users = used.get(line) ?? new Map<string, number>();
  const others = [...users].filter(([order]) => order !== reference);
  const left = amount.value - others.reduce((sum, [, taken]) => sum + taken, 0);
  const wanted = quantity?.value ?? 1;
  const isSameUnit = quantity === undefined || amount.unit === undefined || amount.unit === quantity.unit;
  if (!isSameUnit || wanted > left) return false;
  used.set(line, users.set(reference, wanted));
  return true;
}
