import { ageInYears, parseDate } from '../../fhir/date.ts';

/** Age in words, as on the day of an order. @param birthDate FHIR date, as `day` is @returns `69 years` */
export function ageOn(birthDate: string, day: string | undefined): string {
  const birth = parseDate(birthDate);
  const on = day === undefined ? null : parseDate(day);
  const age = birth === null || on === null ? null : ageInYears(birth, on);
  if (age === null) return `born ${birthDate}`;
  return age.low === age.high ? `${age.low} years` : `${age.low} to ${age.high} years`;
}
