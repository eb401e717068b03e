import { describe, expect, it } from 'vitest';
import { positionToCourse } from '../../src/engine/course.ts';
import { latestRegimenStart } from '../../src/engine/therapy.ts';
import { formatDay } from '../../src/fhir/date.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { smallLibrary, type ValueSetId } from '../support/small-library.ts';
import { administration, AS_OF, chartOf, day, orderOf, procedure, without } from './small-chart.ts';

const library = smallLibrary("- { id: '1', title: T, locator: L, attest: clinician }");
const recordOf = (resource: JsonObject) => {
  const [record] = chartOf(library, [resource]).of(String(resource['resourceType']));
  if (record === undefined) throw new Error('the record is not in the chart');
  return record;
};

describe('a therapy beside the ordered course, planned for 2026-03-15', () => {
  const position = (
    code: ValueSetId,
    effectiveDateTime: string | undefined,
    more: JsonObject = {},
    order = orderOf(library),
  ): string => {
    const undated = without('effectiveDateTime', administration('a', code, more));
    const resource = effectiveDateTime === undefined ? undated : { ...undated, effectiveDateTime };
    return positionToCourse(recordOf(resource), order, day(AS_OF), library.terminology);
  };

  it.each<[string, ValueSetId, string | undefined, string]>([
    ['years before', 'rx-product', '2024-05-01', 'before'],
    ['more than the days of one split course before', 'rx-product', '2026-03-02', 'before'],
    ['as many days before as one split course takes', 'rx-product', '2026-03-03', 'course'],
    ['on the planned day', 'rx-product', '2026-03-15', 'course'],
    ['after it', 'rx-product', '2026-03-27', 'course'],
    ['in the year of the order', 'rx-product', '2026', 'undecided'],
    ['in the year before', 'rx-product', '2025', 'before'],
    ['undated', 'rx-product', undefined, 'undecided'],
    ['of another drug, a few days before', 'rx-drug', '2026-03-10', 'before'],
    ['of another drug, on the day', 'rx-drug', '2026-03-15', 'course'],
  ])('%s', (_name, code, on, expected) => {
    expect(position(code, on)).toBe(expected);
  });

  it('belongs to it when it refers to the order, whatever its date', () => {
    for (const element of ['request', 'basedOn', 'authorizingPrescription']) {
      expect(
        position('rx-product', '2024-05-01', { [element]: { reference: 'MedicationRequest/order' } }),
      ).toBe('course');
    }
    expect(position('rx-product', '2024-05-01', { request: { reference: 'MedicationRequest/other' } })).toBe(
      'before',
    );
  });

  it('without a planned date stands between the day of the order and that of the request', () => {
    const order = orderOf(library, { planned: null });
    expect(position('rx-drug', '2026-02-28', {}, order)).toBe('before');
    expect(position('rx-drug', '2026-03-01', {}, order)).toBe('undecided');
    expect(position('rx-drug', '2026-03-02', {}, order)).toBe('course');
  });

  it('without an order date either, by the day of the request', () => {
    const order = orderOf(library, { planned: null, authored: null });
    expect(position('rx-drug', '2026-03-01', {}, order)).toBe('before');
    expect(position('rx-drug', '2026-03-02', {}, order)).toBe('course');
  });

  it('known by a day only is undecided when that day is in the course', () => {
    const known = { resourceType: 'Condition', id: 'c', subject: { reference: 'Patient/p1' }, code: {} };
    const at = (recordedDate: string): string =>
      positionToCourse(
        recordOf({ ...known, recordedDate }),
        orderOf(library),
        day(AS_OF),
        library.terminology,
      );
    expect([at('2025-01-01'), at('2026-03-20')]).toEqual(['before', 'undecided']);
  });
});

describe('the start of the latest regimen', () => {
  const start = (...resources: readonly JsonObject[]): string => {
    const records = chartOf(library, resources).of('MedicationAdministration');
    const found = latestRegimenStart(records);
    return typeof found === 'number' ? formatDay(found) : found;
  };
  const given = (id: string, from: string, to?: string, code: ValueSetId = 'rx-drug'): JsonObject => {
    const rest = without('effectiveDateTime', administration(id, code));
    return { ...rest, effectivePeriod: { start: from, ...(to === undefined ? {} : { end: to }) } };
  };

  it('is none without a therapy', () => {
    expect(start()).toBe('none');
  });

  it('is the first of doses that follow each other', () => {
    expect(
      start(
        given('1', '2025-01-01', '2025-01-01'),
        given('2', '2025-03-01', '2025-03-01'),
        given('3', '2025-05-20', '2025-05-20'),
      ),
    ).toBe('2025-01-01');
  });

  it.each([
    ['2025-04-01', '2025-01-01'],
    ['2025-04-02', '2025-04-02'],
  ])('a dose on %s, 90 days after the last or more, makes it %s', (second, expected) => {
    expect(start(given('1', '2025-01-01', '2025-01-01'), given('2', second, second))).toBe(expected);
  });

  it.each([
    ['2025-01-29', '2025-01-01'],
    ['2025-01-30', '2025-01-30'],
  ])('another drug begun on %s, within 28 days or not, makes it %s', (second, expected) => {
    expect(
      start(given('1', '2025-01-01', '2025-06-01'), given('2', second, '2025-06-01', 'rx-product')),
    ).toBe(expected);
  });

  it('counts a long period from its start', () => {
    expect(start(given('1', '2023-01-01', '2025-12-31'))).toBe('2023-01-01');
  });

  it('leaves undated history out, and is unclear where that is all', () => {
    const undated = (resource: JsonObject): JsonObject => without('effectiveDateTime', resource);
    const history = undated(administration('u', 'rx-drug'));
    expect(start(history, given('1', '2025-01-01', '2025-01-01'))).toBe('2025-01-01');
    expect(start(history)).toBe('unclear');
    expect(start({ ...history, status: 'in-progress' }, given('1', '2025-01-01'))).toBe('unclear');
  });

  it('does not depend on the order of the doses', () => {
    const doses = [
      given('1', '2025-01-01', '2025-01-01'),
      given('2', '2025-03-15', '2025-03-15'),
      given('3', '2025-05-30', '2025-05-30'),
    ];
    const records = chartOf(library, doses).of('MedicationAdministration');
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    const starts = orders.map((order) => latestRegimenStart(order.flatMap((index) => records[index] ?? [])));
    expect(new Set(starts)).toEqual(new Set([day('2025-01-01').low]));
  });

  it('of a procedure beside it says nothing', () => {
    expect(chartOf(library, [procedure('p', 'px-scan')]).of('MedicationAdministration')).toEqual([]);
  });
});
