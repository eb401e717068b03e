import type { ChartRecord } from '../fhir/chart.ts';
import { parseDate, type DateInterval } from '../fhir/date.ts';
import { objects } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';
import type { Terminology } from '../fhir/terminology.ts';
import type { PlannedOrder } from './result.ts';

/** Where a record stands to the ordered course: surely before it, part of it, or not known well enough. */
export type Position = 'before' | 'course' | 'undecided';

/**
 * Tells an earlier therapy from the one that is being ordered (`clinical/facts.md` F-PRIOR-CART): the chart may
 * already hold the course under review. A record belongs to it when it refers to the order, when it is dated on or
 * after the planned infusion, or when it is the ordered product within the days that one split course takes.
 */
export function positionToCourse(
  record: ChartRecord,
  order: PlannedOrder,
  asOf: DateInterval,
  terminology: Terminology,
): Position {
  if (refersTo(record, order.reference)) return 'course';
  const start =
    order.planned?.date ?? (order.authored === null ? asOf : { ...order.authored, high: asOf.high });
  const date = record.date;
  if (date === null) return 'undecided';
  const product = order.product;
  const isOrderedProduct =
    product !== null &&
    record.codes.some(
      ({ coding }) => coding.key !== undefined && terminology.includes(product.codes, coding.key),
    );
  const split = isOrderedProduct ? product.courseDays : 0;
  if (begunBy(date) < start.low - split) return 'before';
  return date.low >= start.high - split ? 'course' : 'undecided';
}

/** The last day on which it can have begun: a therapy without an end has begun all the same. */
const begunBy = ({ high, text }: DateInterval): number =>
  Number.isFinite(high) ? high : (parseDate(text.split('/')[0])?.high ?? high);

const refersTo = ({ resource }: ChartRecord, order: string): boolean =>
  ['request', 'basedOn', 'authorizingPrescription']
    .flatMap((element) => objects(resource[element]))
    .some((reference) => relativeReference(reference) === order);
