import type { Period } from '../store/records.ts';

/** Midnight UTC of a day such as `2026-03-01`, RFC 3339; undefined for what is no day. */
export function midnight(day: string): string | undefined {
  const at = new Date(`${day}T00:00:00.000Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(day) &&
    !Number.isNaN(at.getTime()) &&
    at.toISOString().slice(0, 10) === day
    ? at.toISOString()
    : undefined;
}

/** From an instant, and before another; undefined: since the first record, up to the last. */
export const periodOf = (from: string | undefined, to: string | undefined): Period => ({
  from: from ?? '0001-01-01T00:00:00.000Z',
  to: to ?? '9999-12-31T00:00:00.000Z',
});
