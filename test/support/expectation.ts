import type { CriterionResult } from '../../src/engine/criteria.ts';
import { withParts, type Determination } from '../../src/engine/determination.ts';
import { evidenceWords } from '../../src/engine/explanation.ts';
import type { Expectation, Outcome } from './vignette-schema.ts';

/** How a vignette names a determination: `<policy>/<indication>`, and the coverage where that alone is not enough. */
export const keysOf = (determinations: readonly Determination[]): readonly string[] =>
  determinations.map((determination) => {
    const key = keyOf(determination);
    const isShared = determinations.filter((other) => keyOf(other) === key).length > 1;
    return isShared ? `${key} ${determination.coverage}` : key;
  });

const keyOf = ({ policy, indication }: Determination): string => `${policy.id}/${indication ?? 'none'}`;

/** `met`, `not-met`, `unknown` or `not-applicable`. */
export const statusOf = (outcome: Outcome): string =>
  typeof outcome === 'string' ? outcome : 'is' in outcome ? statusOf(outcome.is) : outcome[0];

/** A determination in the form of an expectation, as far as the expectation says anything. */
export function said(determination: Determination, expected: Expectation): Expectation {
  const ids = determination.anomalies.map(({ id }) => id);
  return {
    ...(expected.decision === undefined ? {} : { decision: determination.decision }),
    ...(expected.setting === undefined ? {} : { setting: determination.setting }),
    ...(expected.anomalies === undefined
      ? {}
      : { anomalies: expected.anomalies.filter((id) => ids.includes(id)) }),
    ...(expected.noAnomalies === undefined
      ? {}
      : { noAnomalies: expected.noAnomalies.filter((id) => !ids.includes(id)) }),
    ...(expected.touched === undefined ? {} : { touched: touchedBy(determination, expected.touched) }),
    ...(expected.alternatives === undefined
      ? {}
      : {
          alternatives: Object.fromEntries(
            (determination.alternatives ?? []).map(({ indication, decision }) => [indication, decision]),
          ),
        }),
    criteria: Object.fromEntries(
      Object.entries(expected.criteria).map(([id, outcome]) => [
        id,
        outcomeOf(criterion(determination, id), outcome),
      ]),
    ) as Readonly<Record<string, Outcome>>,
  };
}

/** The criteria that anomalies touch, without policy and indication. */
function touchedBy(
  { policy, indication, anomalies }: Determination,
  expected: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, string[]>> {
  const prefix = new RegExp(`^${RegExp.escape(policy.id)}/(${RegExp.escape(indication ?? '')}/)?`);
  return Object.fromEntries(
    Object.keys(expected).map((id) => [
      id,
      anomalies
        .filter((anomaly) => anomaly.id === id)
        .flatMap(({ criteria }) => criteria.map((criterion) => criterion.replace(prefix, ''))),
    ]),
  );
}

/** By its id without policy and indication; `def/...`, `applies` and `product` stand below the policy itself. */
function criterion(determination: Determination, id: string): CriterionResult | undefined {
  const { policy, indication, criteria, alternatives = [] } = determination;
  const places = [indication, ...alternatives.map((alternative) => alternative.indication)];
  const wanted = [...places.map((place) => `${policy.id}/${place ?? ''}/${id}`), `${policy.id}/${id}`];
  const parts = withParts([...criteria, ...alternatives.flatMap((alternative) => alternative.criteria)]);
  return parts.find((part) => wanted.includes(part.id));
}

function outcomeOf(result: CriterionResult | undefined, expected: Outcome): unknown {
  if (result === undefined) return 'no such criterion';
  const is = result.status === 'unknown' ? ['unknown', result.needs] : result.status;
  if (typeof expected === 'string' || !('is' in expected)) return is;
  const { evidence, missing, note } = expected;
  const found = new Set(result.evidence.map(({ reference }) => reference));
  const isSame = found.size === evidence?.length && evidence.every((reference) => found.has(reference));
  const notes = result.evidence.map((item) => item.note ?? '');
  const whats = result.missing.map(({ what }) => what);
  return {
    is,
    ...(evidence === undefined ? {} : { evidence: isSame ? evidence : [...found] }),
    ...(missing === undefined ? {} : { missing: within(missing, whats) }),
    ...(note === undefined ? {} : { note: within(note, notes) }),
  };
}

/** The words themselves where one of the sentences has them, else all the sentences. */
const within = (words: string, sentences: readonly string[]): string =>
  sentences.some((sentence) => sentence.includes(words)) ? words : sentences.join('; ');

/** Every criterion with its locator and its evidence: what the reader of a failure needs. */
export const report = (determinations: readonly Determination[]): string =>
  determinations
    .flatMap((determination) => [
      `${keyOf(determination)}: ${determination.decision}`,
      ...withParts([
        ...determination.criteria,
        ...(determination.alternatives ?? []).flatMap(({ criteria }) => criteria),
      ]).flatMap(({ id, locator, status, needs, evidence }) => [
        `  ${id} (${locator}): ${status}${needs === undefined ? '' : `, needs ${needs}`}`,
        ...evidence.map((item) => `    ${evidenceWords(item)}`),
      ]),
    ])
    .join('\n');
