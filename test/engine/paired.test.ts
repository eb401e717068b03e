import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/fhir/json.ts';
import { smallLibrary, ucum, type ValueSetId } from '../support/small-library.ts';
import { calcium, concept, criterionOf, determined, observation, standing } from './small-chart.ts';

const library = smallLibrary(
  "- { id: '1', title: T, locator: L, fact: calcium-with-status, at-least: { value: 5, unit: mg/dL } }",
);
const result = (resources: readonly JsonObject[], states = {}): string =>
  standing(criterionOf(determined(library, resources, { states }), '1'));

const DAY = '2026-02-01';
const count = (value: unknown, more: JsonObject = {}): JsonObject =>
  calcium(`c-${String(value)}`, value, { effectiveDateTime: DAY, ...more });
const coded = (code: ValueSetId, more: JsonObject = {}): JsonObject =>
  observation(`s-${code}`, 'lab-status', {
    valueCodeableConcept: concept(code),
    effectiveDateTime: DAY,
    ...more,
  });
const share = (value: number, more: JsonObject = {}): JsonObject =>
  observation(`q-${value}`, 'lab-status', {
    valueQuantity: { value, unit: '%', system: ucum, code: '%' },
    effectiveDateTime: DAY,
    ...more,
  });
const of = (specimen: string): JsonObject => ({ specimen: { reference: `Specimen/${specimen}` } });

describe('a count that goes with something else of the same specimen', () => {
  it.each<[string, readonly JsonObject[], string]>([
    ['at the limit, with it', [count(5), coded('status-worse')], 'met'],
    ['below the limit, with it', [count(4.9), coded('status-worse')], 'not-met'],
    ['at the limit, without it', [count(5), coded('status-better')], 'not-met'],
    ['at the limit, a share above zero', [count(5), share(1)], 'met'],
    ['at the limit, a share of zero', [count(5), share(0)], 'not-met'],
    ['at the limit, the other not reported', [count(5)], 'unknown: documentation'],
    ['below the limit, the other not reported', [count(4)], 'not-met'],
    ['not counted, the other not there', [coded('status-better')], 'not-met'],
    ['not counted, the other there', [coded('status-worse')], 'unknown: documentation'],
    [
      'the other said twice and differently',
      [count(5), coded('status-worse'), share(0)],
      'unknown: documentation',
    ],
    ['nothing at all', [], 'unknown: documentation'],
    [
      'of another day',
      [count(5), coded('status-worse', { effectiveDateTime: '2026-01-31' })],
      'unknown: documentation',
    ],
    [
      'of another specimen of the same day',
      [count(5, of('a')), coded('status-worse', of('b'))],
      'unknown: documentation',
    ],
    ['of the same specimen', [count(5, of('a')), coded('status-worse', of('a'))], 'met'],
    [
      'cleared since',
      [
        count(5),
        coded('status-worse'),
        count(1, { effectiveDateTime: '2026-02-20' }),
        coded('status-better', { effectiveDateTime: '2026-02-20' }),
      ],
      'not-met',
    ],
    [
      'found since',
      [
        count(1),
        coded('status-better'),
        count(9, { effectiveDateTime: '2026-02-20' }),
        coded('status-worse', { effectiveDateTime: '2026-02-20' }),
      ],
      'met',
    ],
    [
      'a year may be the newest',
      [count(9, { effectiveDateTime: '2026' }), count(1)],
      'unknown: documentation',
    ],
    ['without a unit', [count(9, { valueQuantity: { value: 9 } }), share(5)], 'unknown: documentation'],
  ])('%s', (_name, resources, expected) => {
    expect(result(resources)).toBe(expected);
  });

  it('is not known where results could not be read', () => {
    expect(result([count(1)], { Observation: 'failed' })).toBe('unknown: data-access');
    expect(result([], { Observation: 'not-asked' })).toBe('unknown: data-access');
  });
});
