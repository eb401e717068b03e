/** A FHIR date, `YYYY-MM-DD`. */
export type Day = string;

/** The day of every order. All that a chart reports lies before it. */
export const orderDay: Day = '2026-03-02';

const millisecondsPerDay = 86_400_000;
const epoch = (day: Day): number => Date.parse(`${day}T00:00:00Z`);
const fromEpoch = (milliseconds: number): Day => new Date(milliseconds).toISOString().slice(0, 10);

export const daysAfter = (day: Day, days: number): Day => fromEpoch(epoch(day) + days * millisecondsPerDay);

export const yearsBetween = (from: Day, to: Day): number =>
  Number(to.slice(0, 4)) - Number(from.slice(0, 4)) - (to.slice(5) < from.slice(5) ? 1 : 0);

/** A FHIR dateTime on that day in Hartford, with the offset of the season. */
export const at = (day: Day, time = '09:30'): string =>
  `${day}T${time}:00${isSummerTime(day) ? '-04:00' : '-05:00'}`;

/** US rule since 2007: second Sunday of March to first Sunday of November. */
function isSummerTime(day: Day): boolean {
  const year = day.slice(0, 4);
  return day >= sundayOnOrAfter(`${year}-03-08`) && day < sundayOnOrAfter(`${year}-11-01`);
}

const sundayOnOrAfter = (day: Day): Day => daysAfter(day, (7 - new Date(epoch(day)).getUTCDay()) % 7);
