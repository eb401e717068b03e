import type { ChartRecord } from '../fhir/chart.ts';
import { objects } from '../fhir/json.ts';
import type { Scope } from './scope.ts';
import { conditionStatus, eventStanding } from './usability.ts';

/** A report or document is of the kind asked for by its own code, type or category; a Condition by the reports that it rests on. */
export function isReported(record: ChartRecord, kinds: readonly string[], scope: Scope): boolean {
  const { terminology } = scope.library;
  if (record.type !== 'Condition')
    return [record.resource['code'], record.resource['type'], record.resource['category']]
      .flatMap((concept) => terminology.codings(concept))
      .some(({ key }) => key !== undefined && terminology.includes(kinds, key));
  return objects(record.resource['evidence'])
    .flatMap((evidence) => objects(evidence['detail']))
    .map((reference) => scope.chart.find(reference))
    .some(
      (report) =>
        report?.type === 'DiagnosticReport' &&
        eventStanding(report).standing === 'proof' &&
        isReported(report, kinds, scope),
    );
}

/**
 * What an Observation says it is about (`focus`): nothing, and it is taken as it stands; the disease; another one; or a
 * record that is not at hand or was refuted.
 */
export function aboutOf(
  record: ChartRecord,
  valueSets: readonly string[],
  scope: Scope,
): 'disease' | 'other' | 'unknown' {
  const printed = objects(record.resource['focus']);
  if (printed.length === 0) return record.resource['focus'] === undefined ? 'disease' : 'unknown';
  const focuses = printed.map((reference) => scope.chart.find(reference));
  const isDisease = focuses.some(
    (focus) =>
      focus !== undefined &&
      !isRefuted(focus) &&
      focus.codes.some(
        ({ coding }) => coding.key !== undefined && scope.library.terminology.includes(valueSets, coding.key),
      ),
  );
  if (isDisease) return 'disease';
  return focuses.some((focus) => focus === undefined || isRefuted(focus)) ? 'unknown' : 'other';
}

const isRefuted = ({ resource }: ChartRecord): boolean =>
  ['refuted', 'entered-in-error'].includes(conditionStatus(resource['verificationStatus']) ?? '');
