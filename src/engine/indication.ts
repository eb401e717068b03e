import type { ChartRecord } from '../fhir/chart.ts';
import { property, text } from '../fhir/json.ts';
import type { Indication } from '../policy/policy.ts';
import { BROKEN_SOURCES, type Scope } from './scope.ts';
import { conditionStatus } from './usability.ts';

/** Which indications the patient's diagnoses fit. */
export type Fit =
  | { readonly kind: 'fitting'; readonly indications: readonly Indication[] }
  /** A confirmed hematologic malignancy, and none that an indication covers. */
  | { readonly kind: 'not-covered'; readonly records: readonly ChartRecord[] }
  /** Nothing that decides: no diagnosis, or only unrelated, provisional or refuted ones. */
  | { readonly kind: 'undiagnosed' }
  | { readonly kind: 'unread' };

const isBroken = (state: string): boolean => BROKEN_SOURCES.some((broken) => broken === state);

const PRESENT = new Set(['active', 'recurrence', 'relapse', 'remission']);

/** An indication for any disease always fits; the others by their diseases. */
export function fittingIndications(indications: readonly Indication[], scope: Scope): Fit {
  const forAny = indications.filter(({ diseases }) => diseases === 'any');
  if (forAny.length === 0) return fittingByDisease(indications, scope);
  const others = fittingByDisease(
    indications.filter((indication) => !forAny.includes(indication)),
    scope,
  );
  const fitting = [...forAny, ...(others.kind === 'fitting' ? others.indications : [])];
  return { kind: 'fitting', indications: indications.filter((indication) => fitting.includes(indication)) };
}

/**
 * The order's reason first, then the chart's diagnoses (`determination.md`, "Settled questions").
 * A diagnosis fits when its disease is one of the indication's, or is wider (C91.00 may be B-ALL) or narrower.
 */
function fittingByDisease(indications: readonly Indication[], scope: Scope): Fit {
  const fitting = (diseases: readonly string[]): readonly Indication[] =>
    indications.filter(
      (indication) =>
        indication.diseases !== 'any' &&
        indication.diseases.some((wanted) =>
          diseases.some((disease) => scope.diseases.agree(disease, wanted)),
        ),
    );
  const byReason = fitting(reasonDiseases(scope));
  if (byReason.length > 0) return { kind: 'fitting', indications: byReason };

  const conditions = scope.chart.of('Condition').filter((record) => {
    const clinical = conditionStatus(record.resource['clinicalStatus']);
    return clinical === undefined || PRESENT.has(clinical);
  });
  const verification = ({ resource }: ChartRecord): string | undefined =>
    conditionStatus(resource['verificationStatus']);
  const recorded = conditions.filter(
    (record) => [undefined, 'confirmed'].includes(verification(record)) && record.hasSubject,
  );
  // A leukemia of unstated lineage beside a T-ALL is that T-ALL.
  const byCondition = fitting(
    scope.diseases.mostSpecific(recorded.flatMap((record) => diseasesOf(record, scope))),
  );
  const byReport = fitting(
    scope.chart
      .of('DiagnosticReport')
      .flatMap(({ codes, resource }) =>
        ['final', 'amended', 'corrected', 'appended'].includes(text(resource['status']) ?? '')
          ? codes
              .filter(({ path }) => path === 'DiagnosticReport.conclusionCode')
              .flatMap(({ coding }) => scope.diseases.named([coding], []).diseases)
          : [],
      ),
  );
  const all = indications.filter(
    (indication) => byCondition.includes(indication) || byReport.includes(indication),
  );
  if (all.length > 0) return { kind: 'fitting', indications: all };
  if (['Condition', 'DiagnosticReport'].some((type) => isBroken(scope.chart.source(type).state)))
    return { kind: 'unread' };
  if (scope.chart.source('Condition').state !== 'complete') return { kind: 'unread' };
  const confirmed = recorded.filter(
    (record) =>
      verification(record) === 'confirmed' &&
      scope.diseases.ofCondition(record).conflict === undefined &&
      diseasesOf(record, scope).length > 0,
  );
  return confirmed.length > 0 ? { kind: 'not-covered', records: confirmed } : { kind: 'undiagnosed' };
}

/** Where code and text disagree both are possible: the criterion shows the contradiction. */
function diseasesOf(record: ChartRecord, { diseases }: Scope): readonly string[] {
  const read = diseases.ofCondition(record);
  if (read.conflict === undefined) return read.diseases;
  const words = [
    text(property(record.resource['code'], 'text')),
    ...record.codes.map(({ coding }) => coding.display),
  ];
  return [...read.diseases, ...diseases.inWords(words)];
}

function reasonDiseases(scope: Scope): readonly string[] {
  const { reason } = scope.order;
  const codings = reason.concepts.flatMap((concept) => scope.library.terminology.codings(concept));
  const conditions = reason.references
    .map((reference) => scope.chart.find(reference))
    .filter((record) => record !== undefined)
    .filter(({ resource }) =>
      [undefined, 'confirmed'].includes(conditionStatus(resource['verificationStatus'])),
    );
  return [
    ...codings.flatMap((coding) => scope.diseases.named([coding], []).diseases),
    ...conditions.flatMap((record) => diseasesOf(record, scope)),
  ];
}
