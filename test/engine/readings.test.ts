import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/fhir/json.ts';
import { smallLibrary } from '../support/small-library.ts';
import {
  administration,
  answers,
  condition,
  criterionOf,
  determined,
  procedure,
  standing,
} from './small-chart.ts';

const T = 'title: T, locator: L';
const tumor = condition('tumor', 'dx-tumor');
const otherTumor = condition('other', 'dx-other-tumor');
const scan = procedure('scan', 'px-scan');
const drug = administration('drug', 'rx-drug');

const result = (
  criteria: string,
  resources: readonly JsonObject[],
  more?: Parameters<typeof determined>[2],
) => standing(criterionOf(determined(smallLibrary(criteria), resources, more), '1'));

describe('readings of an unclear text', () => {
  const strict = '{ fact: has-tumor }';
  const wide = '{ any: [{ fact: has-tumor }, { fact: had-scan }] }';
  const asked = (...readings: readonly string[]) => `- { id: '1', ${T}, readings: [${readings.join(', ')}] }`;

  it.each<[string, readonly JsonObject[], string]>([
    ['all of which say yes', [tumor], 'met'],
    ['none of which is decided', [], 'unknown: documentation'],
    ['one of which says yes, the other nothing', [scan], 'unknown: review'],
    ['one of which says no, the other nothing', [otherTumor], 'unknown: review'],
    ['one of which says no, the other yes', [otherTumor, scan], 'unknown: review'],
  ])('%s', (_name, resources, expected) => {
    expect(result(asked(strict, wide), resources)).toBe(expected);
    expect(result(asked(wide, strict), resources)).toBe(expected);
  });

  it('all of which say no', () => {
    const both = '{ all: [{ fact: has-tumor }, { fact: had-scan }] }';
    expect(result(asked(strict, both), [otherTumor])).toBe('not-met');
  });

  it('while none is decided the first names what is missing', () => {
    const criteria = asked(strict, '{ attest: clinician }');
    const { missing } = criterionOf(determined(smallLibrary(criteria), []), '1');
    expect(missing).toEqual([{ what: 'Record of the tumor', valueSet: 'dx-tumor' }]);
    expect(result(asked('{ attest: clinician }', strict), [])).toBe('unknown: attestation');
  });

  it('of which one could not be read are not decided by the other', () => {
    const states = { states: { Procedure: 'failed' } } as const;
    expect(result(asked(strict, '{ fact: had-scan }'), [tumor], states)).toBe('unknown: data-access');
  });

  it('a clinician cannot settle which was meant', () => {
    expect(result(asked(strict, wide), [scan, answers('form', { 1: true })])).toBe('unknown: review');
  });
});

describe('an anomaly of a part without an id', () => {
  it('touches the criterion above it, by the state of the part', () => {
    const criteria = `- { id: '1', ${T}, any: [{ fact: has-tumor }, { fact: had-scan, anomalies: [{ id: open, only: when-open }] }] }`;
    const touched = (...resources: readonly JsonObject[]) =>
      determined(smallLibrary(criteria), resources).anomalies.map(({ id, criteria: of }) => [id, of]);
    expect(touched(tumor)).toEqual([['open', ['small/tumor/1']]]);
    expect(touched(tumor, scan)).toEqual([]);
  });
});

describe('a guard that no record can state', () => {
  const guarded = `- { id: '1', ${T}, when: changed, attestable: true, fact: had-drug }`;

  it.each<[string, readonly JsonObject[], string]>([
    ['is open with nothing found', [], 'unknown: documentation'],
    ['does not stand in the way of what is met', [drug], 'met'],
    ['can be false', [otherTumor], 'not-applicable'],
    [
      'is open again by what is as late as its evidence',
      [otherTumor, condition('narrow', 'dx-narrow-tumor')],
      'unknown: documentation',
    ],
    [
      'stays false by what is older',
      [otherTumor, condition('narrow', 'dx-narrow-tumor', { recordedDate: '2025-01-10' })],
      'not-applicable',
    ],
    ["is stated by a clinician's no", [answers('form', { 1: false })], 'not-met'],
    ["is met or idle by a clinician's yes", [answers('form', { 1: true })], 'met'],
  ])('%s', (_name, resources, expected) => {
    expect(result(guarded, resources)).toBe(expected);
  });
});
