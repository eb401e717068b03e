import type { Exposure, Span } from './exposure.ts';

/** Drugs given together, from the first dose of the first to the last dose of the last. */
export interface Regimen {
  readonly drugs: readonly string[];
  readonly exposures: readonly Exposure[];
  readonly first: Span;
  readonly last: Span;
}

/** Days without a drug after which its next dose begins a new era of it (`clinical/facts.md` F-LINES). */
const ERA_GAP = 30;
/** Eras begun within this many days of a regimen's start belong to it. */
const REGIMEN_WINDOW = 28;
/** Days without any drug after which the same drugs are a regimen of their own. */
const PAUSE = 90;
/** The same where a transplant took place in between: what follows it was planned with it. */
const PAUSE_WITH_TRANSPLANT = 180;

interface Era {
  readonly drug: string;
  readonly exposures: readonly Exposure[];
  readonly first: Span;
  readonly last: Span;
}

const later = (a: Span, b: Span): Span => ({ low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) });
const earlier = (a: Span, b: Span): Span => ({ low: Math.min(a.low, b.low), high: Math.min(a.high, b.high) });

/**
 * Exposures to regimens, in the order of their first doses. A drug that joins later than the window, or the same drugs
 * after a long pause, begin a regimen; a drug that is dropped, or goes on alone as maintenance, does not.
 * @param transplants days of transplants: drugs before and after one are one planned sequence
 * @param bridgedFrom eras that begin after this day bridge to the ordered course and are left out
 */
export function regimensOf(
  exposures: readonly Exposure[],
  transplants: readonly number[] = [],
  bridgedFrom?: number,
): readonly Regimen[] {
  const pauseBetween = (from: number, to: number): number =>
    transplants.some((day) => day >= from && day <= to) ? PAUSE_WITH_TRANSPLANT : PAUSE;
  const eras = erasOf(exposures).filter(({ first }) => bridgedFrom === undefined || first.low <= bridgedFrom);
  const starts: { first: Span; drugs: Set<string>; until: number }[] = [];
  for (const era of eras) {
    const current = starts.at(-1);
    const joins =
      current !== undefined &&
      (era.first.low <= current.first.low + REGIMEN_WINDOW ||
        (current.drugs.has(era.drug) &&
          era.first.low <= current.until + pauseBetween(current.until, era.first.low)));
    if (joins) {
      current.drugs.add(era.drug);
      if (era.first.low <= current.first.low + REGIMEN_WINDOW)
        current.first = earlier(current.first, era.first);
      current.until = Math.max(current.until, era.last.high);
      continue;
    }
    const running = eras.filter(
      (other) => other.first.low < era.first.low && other.last.high > era.first.low + REGIMEN_WINDOW,
    );
    starts.push({
      first: era.first,
      drugs: new Set([era.drug, ...running.map(({ drug }) => drug)]),
      until: Math.max(era.last.high, ...running.map(({ last }) => last.high)),
    });
  }
  const counted = [...new Set(eras.flatMap((era) => era.exposures))];
  return starts.flatMap((start, index) => {
    const end = starts[index + 1]?.first.low ?? Infinity;
    const held = counted.filter(
      ({ first, last }) =>
        first.low < end && (first.low >= start.first.low || last.low > start.first.high + REGIMEN_WINDOW),
    );
    const last = held.map((exposure) => exposure.last);
    const [head, ...rest] = last;
    if (head === undefined) return [];
    return [
      {
        drugs: [...new Set(held.flatMap(({ drugs }) => drugs))].toSorted(),
        exposures: held,
        first: start.first,
        last: rest.reduce(later, head),
      },
    ];
  });
}

function erasOf(exposures: readonly Exposure[]): readonly Era[] {
  const byDrug = new Map<string, Exposure[]>();
  for (const exposure of [...exposures].sort((a, b) => a.first.low - b.first.low)) {
    for (const drug of exposure.drugs) {
      const list = byDrug.get(drug) ?? [];
      list.push(exposure);
      byDrug.set(drug, list);
    }
  }
  const eras: Era[] = [];
  for (const [drug, list] of byDrug) {
    let era: { drug: string; exposures: Exposure[]; first: Span; last: Span } | undefined;
    for (const exposure of list) {
      if (era !== undefined && exposure.first.low <= era.last.high + ERA_GAP) {
        era.exposures.push(exposure);
        era.first = earlier(era.first, exposure.first);
        era.last = later(era.last, exposure.last);
      } else {
        era = { drug, exposures: [exposure], first: exposure.first, last: exposure.last };
        eras.push(era);
      }
    }
  }
  return eras.sort((a, b) => a.first.low - b.first.low || (a.drug < b.drug ? -1 : 1));
}
