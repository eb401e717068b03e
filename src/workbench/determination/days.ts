/** Days of the picture: milliseconds since 1970, in UTC. */

export const DAY = 86_400_000;

/** @param date a FHIR date with its day */
export const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`);

export const dayWord = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** A day, or the days between which something lasted. */
export const daysWords = (from: number, to: number): string =>
  from === to ? dayWord(from) : `${dayWord(from)} to ${dayWord(to)}`;
