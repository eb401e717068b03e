import type { ChartRecord } from '../fhir/chart.ts';
import { text } from '../fhir/json.ts';

/** When the latest regimen began: a day number, `none` without any event, `unclear` when an undated one still runs. */
export type RegimenStart = number | 'none' | 'unclear';

/** Days without a drug after which its next dose begins a new course of it. */
const COURSE_GAP = 90;
/** Drugs begun within this many days of each other are one regimen. */
const REGIMEN_WINDOW = 28;

/**
 * Start of the latest regimen: drugs are joined into courses by date gaps, courses that begin together into a regimen
 * (`clinical/facts.md` F-LINES gives the two windows). Undated history is left out; an undated drug that is still
 * being taken may be the latest, and then nobody can say.
 */
export function latestRegimenStart(events: readonly ChartRecord[]): RegimenStart {
  if (events.length === 0) return 'none';
  if (
    events.some(
      ({ date, resource }) =>
        date === null && ['active', 'in-progress'].includes(text(resource['status']) ?? ''),
    )
  ) {
    return 'unclear';
  }
  const given = events
    .flatMap(({ date, codes }) => {
      if (date === null || !Number.isFinite(date.low)) return [];
      const drug = codes.find(({ coding }) => coding.key !== undefined)?.coding.key ?? '';
      // A year or a month may hold the first dose anywhere: its last day is the latest that it can have begun.
      const low = date.text.includes('/') ? date.low : date.high;
      return [{ drug, low, high: Number.isFinite(date.high) ? date.high : low }];
    })
    .sort((a, b) => a.low - b.low);
  const byDrug = new Map<string, { low: number; high: number }[]>();
  for (const { drug, low, high } of given) {
    const courses = byDrug.get(drug) ?? [];
    const running = courses.at(-1);
    if (running === undefined || low > running.high + COURSE_GAP) courses.push({ low, high });
    else running.high = Math.max(running.high, high);
    byDrug.set(drug, courses);
  }
  const starts = [...byDrug.values()].flat().map(({ low }) => low);
  if (starts.length === 0) return 'unclear';
  const latest = Math.max(...starts);
  return Math.min(...starts.filter((start) => start >= latest - REGIMEN_WINDOW));
}
