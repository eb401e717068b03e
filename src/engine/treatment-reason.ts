import type { ChartRecord } from '../fhir/chart.ts';
import { objects } from '../fhir/json.ts';
import type { Scope } from './scope.ts';

/**
 * Whether a treatment was given for one of the diseases: by the reason that it states, where one is understood. Without
 * a reason it must not be surely older than the disease is on record (`clinical/facts.md` F-CD20-ANTHRA).
 */
export function givenFor(
  record: ChartRecord,
  diseases: readonly string[],
  scope: Scope,
): 'stated' | 'earlier' | 'other' {
  const codings = [
    ...scope.library.terminology.codings(record.resource['reasonCode']),
    ...objects(record.resource['reasonReference']).flatMap((reference) =>
      (scope.chart.find(reference)?.codes ?? []).map(({ coding }) => coding),
    ),
  ].filter(({ key }) => key !== undefined);
  if (codings.length > 0) {
    const named = codings.flatMap((coding) => scope.diseases.named([coding], []).diseases);
    return isOneOf(named, diseases, scope) ? 'stated' : 'other';
  }
  return record.date !== null && record.date.high < onRecordSince(diseases, scope) ? 'earlier' : 'stated';
}

const isOneOf = (named: readonly string[], diseases: readonly string[], scope: Scope): boolean =>
  named.some((disease) => diseases.some((wanted) => scope.diseases.agree(disease, wanted)));

const firstDays = new WeakMap<Scope, Map<string, number>>();

/** The earliest day that a diagnosis of one of the diseases may be of; without any, no day is too early. */
function onRecordSince(diseases: readonly string[], scope: Scope): number {
  const known = firstDays.get(scope) ?? new Map<string, number>();
  firstDays.set(scope, known);
  const key = diseases.join(' ');
  const kept = known.get(key);
  if (kept !== undefined) return kept;
  const diagnoses = [
    ...scope.chart
      .of('Condition')
      .filter((condition) => isOneOf(scope.diseases.ofCondition(condition).diseases, diseases, scope)),
    ...scope.chart
      .of('DiagnosticReport')
      .filter(({ resource }) => resource['conclusionCode'] !== undefined)
      .filter((report) => isOneOf(scope.diseases.named(conclusionsOf(report), []).diseases, diseases, scope)),
  ];
  const first =
    diagnoses.length === 0 ? -Infinity : Math.min(...diagnoses.map(({ date }) => date?.low ?? -Infinity));
  known.set(key, first);
  return first;
}

const conclusionsOf = ({ codes }: ChartRecord): readonly ChartRecord['codes'][number]['coding'][] =>
  codes.filter(({ path }) => path === 'DiagnosticReport.conclusionCode').map(({ coding }) => coding);
