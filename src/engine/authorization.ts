import type { ChartRecord } from '../fhir/chart.ts';
import { parsePeriod } from '../fhir/date.ts';
import { objects } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';
import type { Scope } from './scope.ts';

/** What a payer's answer in advance (ClaimResponse) has to do with the order. */
export type Bearing =
  | { readonly kind: 'ordered' }
  /** It names another drug or service. */
  | { readonly kind: 'other' }
  /** Why it cannot be taken for the order. */
  | { readonly kind: 'undecided'; readonly why: string };

/**
 * Whether an answer is about the order: the order refers to it (`insurance`), its Claim was made for the order
 * (`prescription`), or the drug of either is the ordered product. One whose period leaves out the day of service is not
 * in force.
 */
export function bearingOn({ resource, reference }: ChartRecord, scope: Scope): Bearing {
  const { order, chart, library } = scope;
  const period = resource['preAuthPeriod'] === undefined ? undefined : parsePeriod(resource['preAuthPeriod']);
  const day = order.planned?.date ?? scope.asOf;
  if (period === null) return { kind: 'undecided', why: 'the period of the authorization cannot be read' };
  if (period !== undefined && (day.high < period.low || period.high < day.low))
    return { kind: 'undecided', why: `the authorization is not in force on ${day.text}` };

  const claim = chart.find(resource['request'])?.resource;
  if (
    order.authorizations.includes(reference) ||
    relativeReference(claim?.['prescription']) === order.reference
  )
    return { kind: 'ordered' };
  const services = [...objects(resource['addItem']), ...objects(claim?.['item'])].flatMap((item) =>
    library.terminology.codings(item['productOrService']),
  );
  const keys = services.flatMap(({ key }) => key ?? []);
  const isIn = (sets: readonly string[]): boolean =>
    keys.some((key) => library.terminology.includes(sets, key));
  if (order.product !== null && isIn(order.product.codes)) return { kind: 'ordered' };
  if (keys.length === 0) return { kind: 'undecided', why: 'what it is about could not be told' };
  const { products, generalCodes, unclassifiedCodes } = library.products;
  if (order.product === null && products.some(({ codes }) => isIn(codes)))
    return { kind: 'undecided', why: 'the order does not name its product' };
  return isIn(generalCodes) || isIn(unclassifiedCodes)
    ? { kind: 'undecided', why: 'it does not name the product' }
    : { kind: 'other' };
}
