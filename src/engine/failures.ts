import { formatDay } from '../fhir/date.ts';
import { text } from '../fhir/json.ts';
import type { FailuresFact, Retrieve } from '../policy/fact.ts';
import type { Threshold } from '../policy/policy.ts';
import { compare } from './comparison.ts';
import { drugsOf, exposureOf, type Span } from './exposure.ts';
import { aside, type Answer, type Evidence } from './result.ts';
import { proofOf, type Hit } from './retrieve.ts';
import { BROKEN_SOURCES, isUnread, OPEN_SOURCES, searchedBy, type Scope } from './scope.ts';

/** A drug that was given, with what says that it failed. */
interface Course {
  readonly hit: Hit;
  readonly drugs: readonly string[];
  readonly failure: Evidence | undefined;
}

/**
 * How many ingredients have failed, counted at least: a clinician stated progression between first and last dose, or
 * gave failure as the reason to stop (`clinical/facts.md` F-TKI-FAIL). Brand and salt of one ingredient count once.
 * That it was given is no failure, and that nothing more is recorded does not say that nothing more failed.
 */
export function failuresAnswer(
  fact: FailuresFact,
  threshold: Threshold | undefined,
  scope: Scope,
  hits: (retrieve: Retrieve) => readonly Hit[],
): Answer {
  const { library, chart, asOf } = scope;
  const retrieves = [...fact.drugs, ...fact.progression];
  const types = new Set(retrieves.flatMap(({ resource }) => resource));
  const given = proofOf(fact.drugs.flatMap(hits));
  const progression = proofOf(fact.progression.flatMap(hits));
  const courses = given.map((hit): Course => ({
    hit,
    drugs: drugsOf(hit.record, library.ingredients),
    failure: reasonOf(hit, fact.reasons, scope) ?? duringOf(hit, progression, scope, asOf.high),
  }));
  const failed = new Set(courses.flatMap(({ drugs, failure }) => (failure === undefined ? [] : drugs)));
  const truth = compare({ low: failed.size, high: Infinity }, threshold);
  const evidence = [
    ...courses.flatMap(({ hit, failure }) =>
      failure === undefined
        ? [aside(hit.evidence, 'given; that it failed is not recorded')]
        : [{ ...hit.evidence, note: 'given, and recorded as failed' }, failure],
    ),
    ...fact.drugs
      .flatMap(hits)
      .filter(({ standing }) => standing !== 'proof')
      .map((hit) => hit.evidence),
  ];
  const base = { evidence, searched: searchedBy(retrieves, chart) };
  const missing = fact.missing === undefined ? [] : [fact.missing];
  if (isUnread(types, chart, BROKEN_SOURCES))
    return { ...base, truth: null, needs: 'data-access', isBroken: true, missing };
  if (truth === true) return { ...base, truth, needs: undefined, missing: [] };
  return {
    ...base,
    truth: null,
    needs: isUnread(types, chart, OPEN_SOURCES) ? 'data-access' : 'documentation',
    missing,
  };
}

function reasonOf({ record, evidence }: Hit, reasons: readonly string[], scope: Scope): Evidence | undefined {
  const { terminology } = scope.library;
  const stated = terminology
    .codings(record.resource['statusReason'])
    .find(({ key }) => key !== undefined && terminology.includes(reasons, key));
  return stated === undefined
    ? undefined
    : {
        ...evidence,
        path: `${record.type}.statusReason`,
        value: stated.code,
        ...(stated.display === undefined ? {} : { display: stated.display }),
        note: 'the reason given for stopping it',
      };
}

/** Progression stated after the first dose and no later than the last: on the first day it may be what it was begun for. */
function duringOf(
  { record }: Hit,
  progression: readonly Hit[],
  { library }: Scope,
  today: number,
): Evidence | undefined {
  const exposure = exposureOf(record, library.ingredients, today);
  if (exposure === null) return undefined;
  const isTaken = ['active', 'in-progress'].includes(text(record.resource['status']) ?? '');
  const last: Span = isTaken ? { low: exposure.last.high, high: exposure.last.high } : exposure.last;
  const during = progression.find(
    ({ record: { date } }) => date !== null && date.low > exposure.first.high && date.high <= last.low,
  );
  return during === undefined
    ? undefined
    : { ...during.evidence, note: `progression while it was taken, from ${formatDay(exposure.first.low)}` };
}
