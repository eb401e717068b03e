import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/fhir/json.ts';
import { smallLibrary } from '../support/small-library.ts';
import {
  administration,
  calcium,
  concept,
  condition,
  criterionOf,
  determined,
  observation,
  standing,
  without,
} from './small-chart.ts';

const ask =
  (test: string) =>
  (resources: readonly JsonObject[], states = {}) => {
    const library = smallLibrary(`- { id: '1', title: T, locator: L, ${test} }`);
    return standing(criterionOf(determined(library, resources, { states }), '1'));
  };
const value = (id: string, number: number, date: string): JsonObject =>
  calcium(id, number, { effectiveDateTime: date });
const status = (id: string, word: 'status-worse' | 'status-better', date: string): JsonObject =>
  observation(id, 'lab-status', { valueCodeableConcept: concept(word), effectiveDateTime: date });
const recurrence = (more: JsonObject): JsonObject => ({
  ...without('recordedDate', condition('back', 'dx-narrow-tumor')),
  ...more,
});
const dose = (date: string): JsonObject => administration('dose', 'rx-drug', { effectiveDateTime: date });

const present = ask('fact: calcium-now, at-least: { value: 5, unit: mg/dL }');

describe('a result of the present episode', () => {
  it.each<[string, readonly JsonObject[], string]>([
    ['counts in a first episode', [], 'met'],
    ['counts on the day that the disease came back', [recurrence({ onsetDateTime: '2026-02-01' })], 'met'],
    ['is older than the recurrence', [recurrence({ onsetDateTime: '2026-02-02' })], 'unknown: documentation'],
    [
      'may be older: the recurrence is dated by its month',
      [recurrence({ onsetDateTime: '2026-02' })],
      'unknown: documentation',
    ],
    [
      'may be older: the recurrence is known by a later day',
      [recurrence({ recordedDate: '2026-02-03' })],
      'unknown: documentation',
    ],
    [
      'follows a remission, so that it is of what came back',
      [recurrence({ recordedDate: '2026-02-03' }), status('s', 'status-better', '2025-02-01')],
      'met',
    ],
    ['was followed by a remission', [status('s', 'status-better', '2026-02-20')], 'unknown: documentation'],
    [
      'stands beside a remission of the same day',
      [status('s', 'status-better', '2026-02-01')],
      'unknown: documentation',
    ],
    [
      'stands beside a status that dates the disease, not its return',
      [
        without(
          'recordedDate',
          condition('t', 'dx-tumor', {
            clinicalStatus: { coding: [{ code: 'relapse' }] },
            onsetDateTime: '2020-01-01',
          }),
        ),
      ],
      'unknown: documentation',
    ],
    [
      'follows the recording of such a status',
      [
        condition('t', 'dx-tumor', {
          clinicalStatus: { coding: [{ code: 'relapse' }] },
          onsetDateTime: '2020-01-01',
          recordedDate: '2026-01-31',
        }),
      ],
      'met',
    ],
    ['was followed by therapy', [dose('2026-02-02')], 'unknown: documentation'],
    ['was followed by no therapy', [dose('2026-02-01')], 'met'],
    ['may have been followed by therapy', [dose('2026-02')], 'unknown: documentation'],
    ['may be of another disease', [condition('o', 'dx-other-tumor')], 'unknown: documentation'],
  ])('%s', (_name, more, expected) => {
    expect(present([value('c', 6, '2026-02-01'), ...more])).toBe(expected);
  });

  it('below the limit contradicts, unless an earlier one of the episode was above it', () => {
    expect(present([value('c', 4, '2026-02-01')])).toBe('not-met');
    expect(present([value('c', 4, '2026-02-01'), value('b', 6, '2026-01-01')])).toBe('unknown: review');
    expect(
      present([
        value('c', 4, '2026-02-01'),
        value('b', 6, '2024-01-01'),
        status('s', 'status-better', '2025-01-01'),
      ]),
    ).toBe('not-met');
  });

  it('below the limit is not of what came back later', () => {
    const back = recurrence({ onsetDateTime: '2026-02-20' });
    const remission = status('s', 'status-better', '2025-02-01');
    expect(present([value('c', 4, '2026-02-01'), remission, back])).toBe('unknown: documentation');
    expect(present([value('c', 6, '2026-02-01'), remission, back])).toBe('met');
    expect(present([value('c', 6, '2026-02-01'), back])).toBe('unknown: documentation');
  });

  it('depends on what tells of therapy and remission', () => {
    expect(present([value('c', 6, '2026-02-01')], { MedicationAdministration: 'failed' })).toBe(
      'unknown: data-access',
    );
    expect(present([value('c', 6, '2026-02-01')], { Condition: 'incomplete' })).toBe('unknown: data-access');
  });
});

describe('a finding before treatment', () => {
  const ever = ask('fact: status-ever');
  const clear = status('s', 'status-better', '2026-02-01');
  it.each<[string, readonly JsonObject[], string]>([
    ['decides without any treatment', [clear], 'not-met'],
    ['decides before the first dose', [clear, dose('2026-02-02')], 'not-met'],
    ['decides on the day of the first dose', [clear, dose('2026-02-01')], 'not-met'],
    ['does not decide after a dose', [clear, dose('2026-01-31')], 'unknown: documentation'],
    [
      'decides after the disease came back',
      [clear, dose('2025-01-31'), recurrence({ onsetDateTime: '2026-01-01' })],
      'not-met',
    ],
    [
      'does not decide once what came back was treated',
      [clear, dose('2026-01-15'), recurrence({ onsetDateTime: '2026-01-01' })],
      'unknown: documentation',
    ],
    ['does not decide where the dose may have come first', [clear, dose('2026')], 'unknown: documentation'],
    ['yields to what was found once', [clear, status('w', 'status-worse', '2020-01-01')], 'met'],
  ])('%s', (_name, resources, expected) => {
    // A remission is no treatment that the finding itself must precede: here it is the finding.
    expect(ever(resources)).toBe(expected);
  });
});

describe('a finding after the last dose', () => {
  const since = ask('fact: status-since-last-dose');
  const bad = status('s', 'status-worse', '2026-02-01');
  it.each<[string, readonly JsonObject[], string]>([
    ['counts without any dose', [bad], 'met'],
    ['counts on the day of the last dose', [bad, dose('2026-02-01')], 'met'],
    ['is stale after a later dose', [bad, dose('2026-02-02')], 'unknown: documentation'],
    [
      'may be stale: the therapy runs on',
      [
        bad,
        administration('d', 'rx-drug', {
          effectiveDateTime: undefined,
          effectivePeriod: { start: '2026-01-01' },
        }),
      ],
      'unknown: documentation',
    ],
  ])('%s', (_name, resources, expected) => {
    expect(since(resources)).toBe(expected);
  });
});
