import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/fhir/json.ts';
import type { PlannedOrder } from '../../src/engine/result.ts';
import { smallLibrary } from '../support/small-library.ts';
import { condition, criterionOf, day, determined, procedure, standing, without } from './small-chart.ts';

const library = smallLibrary(`- id: '1'
  title: T
  locator: L
  none:
    - readings:
        - { fact: days-since-scan, at-most: { value: 10, unit: d } }
        - { fact: days-since-scan, less-than: { value: 10, unit: d } }`);
const result = (resources: readonly JsonObject[], order: Partial<PlannedOrder> = {}, states = {}): string =>
  standing(criterionOf(determined(library, resources, { order, states }), '1'));
const scan = (date: string, more: JsonObject = {}): JsonObject =>
  procedure('scan', 'px-scan', { performedDateTime: date, ...more });

const SOON = { planned: { date: day('2026-03-10'), from: 'MedicationRequest' } };

// Asked on 2 March; planned for 10 March, or for the 15th where nothing else is said.
describe('days before the infusion', () => {
  it.each([
    ['nine', '2026-03-01', 'not-met'],
    ['ten, where two readings differ', '2026-02-28', 'unknown: review'],
    ['eleven: another may have been done elsewhere', '2026-02-27', 'unknown: attestation'],
    ['of a month', '2026-02', 'unknown: documentation'],
  ])('%s', (_name, date, expected) => {
    expect(result([scan(date)], SOON)).toBe(expected);
  });

  it('without a plan count from the request, and only what is long past by then is past', () => {
    expect(result([scan('2026-02-19')], { planned: null })).toBe('unknown: attestation');
    expect(result([scan('2026-02-21')], { planned: null })).toBe('unknown: documentation');
  });

  it.each([
    ['nothing is found', [], 'unknown: attestation'],
    [
      'it is not dated',
      [without('performedDateTime', procedure('scan', 'px-scan'))],
      'unknown: documentation',
    ],
    ['it was not done', [scan('2026-02-28', { status: 'not-done' })], 'unknown: attestation'],
    [
      'a record may be one',
      [without('recordedDate', condition('o', 'dx-other-tumor'))],
      'unknown: documentation',
    ],
    [
      'a record may be one, but of long ago',
      [condition('o', 'dx-other-tumor', { recordedDate: '2025-01-01' })],
      'unknown: attestation',
    ],
  ])('where %s', (_name, resources, expected) => {
    expect(result(resources)).toBe(expected);
  });

  it('are not known where procedures could not be read', () => {
    expect(result([], {}, { Procedure: 'failed' })).toBe('unknown: data-access');
  });
});
