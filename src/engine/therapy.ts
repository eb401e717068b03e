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
  const byDrug = new Map<string, { low: number; high: number }[]>();
  for (const { date, codes } of events) {
    if (date === null || !Number.isFinite(date.low)) continue;
    const drug = codes.find(({ coding }) => coding.key !== undefined)?.coding.key ?? '';
    const courses = byDrug.get(drug) ?? [];
    const high = Number.isFinite(date.high) ? date.high : date.low;
    const running = courses.find(
      (course) => date.low <= course.high + COURSE_GAP && high >= course.low - COURSE_GAP,
    );
    if (running === undefined) courses.push({ low: date.low, high });
    else {
      running.low = Math.min(running.low, date.low);
      running.high = Math.max(running.high, high);
    }
    byDrug.set(drug, courses);
  }
  const starts = [...byDrug.values()].flat().map(({ low }) => low);
  if (starts.length === 0) return 'unclear';
  const latest = Math.max(...starts);
  return Math.min(...starts.filter((start) => start >= latest - REGIMEN_WINDOW));
}
