import type { DaysBeforeFact, Retrieve } from '../policy/fact.ts';
import type { Threshold } from '../policy/policy.ts';
import { compare, type Interval } from './comparison.ts';
import { aside, type Answer, type Evidence } from './result.ts';
import { proofOf, type Hit } from './retrieve.ts';
import { BROKEN_SOURCES, isUnread, OPEN_SOURCES, searchedBy, type Scope } from './scope.ts';

/**
 * Days from an event to the planned infusion, against a limit (`clinical/facts.md` F-ALLO-6W). Without a planned date the
 * infusion is no earlier than the request: what is long past by then is long past. Never false: that no other event took
 * place no chart shows.
 */
export function daysBeforeAnswer(
  fact: DaysBeforeFact,
  threshold: Threshold | undefined,
  scope: Scope,
  hits: (retrieve: Retrieve) => readonly Hit[],
): Answer {
  const { order, asOf, chart } = scope;
  const retrieves = [...fact.events, ...fact.unclear];
  const types = new Set(retrieves.flatMap(({ resource }) => resource));
  const infusion = order.planned?.date ?? { low: asOf.low, high: Infinity };
  const placed = (list: readonly Hit[]) =>
    list.map((hit) => {
      const { date } = hit.record;
      const days: Interval = {
        low: Math.max(0, infusion.low - (date?.high ?? Infinity)),
        high: infusion.high - (date?.low ?? -Infinity),
      };
      return { hit, days, truth: compare(days, threshold) };
    });
  const events = placed(proofOf(fact.events.flatMap(hits))).filter(({ days }) => days.high >= 0);
  const unclear = placed(proofOf(fact.unclear.flatMap(hits))).filter(({ days }) => days.high >= 0);
  const shown = [...events, ...unclear].map((placedHit): Evidence => {
    const { hit, days, truth } = placedHit;
    const note = `${daysInWords(days)} before the infusion${truth === false ? ', longer than the limit' : ''}`;
    return truth === true && events.includes(placedHit)
      ? { ...hit.evidence, note }
      : aside(hit.evidence, note);
  });
  const signs = retrieves
    .flatMap(hits)
    .filter(({ standing }) => standing !== 'proof')
    .map(({ evidence }) => evidence);
  const open = (needs: Answer['needs']): Answer => ({
    truth: null,
    needs,
    evidence: [...shown, ...signs],
    missing: needs === 'documentation' && fact.missing !== undefined ? [fact.missing] : [],
    searched: searchedBy(retrieves, chart),
  });
  if (isUnread(types, chart, BROKEN_SOURCES)) return { ...open('data-access'), isBroken: true };
  if (events.some(({ truth }) => truth === true)) return { ...open(undefined), truth: true };
  if ([...events, ...unclear].some(({ truth }) => truth !== false)) return open('documentation');
  return open(isUnread(types, chart, OPEN_SOURCES) ? 'data-access' : undefined);
}

function daysInWords({ low, high }: Interval): string {
  if (low === high) return `${low} days`;
  return high === Infinity ? `at least ${low} days` : `${low} to ${high} days`;
}
