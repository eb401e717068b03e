import { describe, expect, it } from 'vitest';
import { attestations } from '../../src/engine/attestations.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { smallLibrary } from '../support/small-library.ts';
import { AS_OF, answers, chartOf, day } from './small-chart.ts';

const library = smallLibrary("- { id: '1', title: T, locator: L, attest: clinician }");
const given = (...resources: readonly JsonObject[]) =>
  attestations(chartOf(library, resources), { asOf: day(AS_OF), order: undefined, forms: [] }).get(
    'small/tumor/1',
  );
/** The answer, or `none` where nothing counts. */
const answer = (...resources: readonly JsonObject[]): boolean | 'none' | undefined => {
  const found = given(...resources);
  return found === undefined ? 'none' : found.answer;
};
const form = (more: JsonObject = {}): JsonObject => answers('q', { '1': true }, more);

describe('a questionnaire response counts', () => {
  it.each<[string, JsonObject]>([
    ['completed, by a Practitioner', form()],
    ['amended', form({ status: 'amended' })],
    ['by a PractitionerRole', form({ author: { reference: 'PractitionerRole/r' } })],
    [
      'by a Practitioner of another server',
      form({ author: { reference: 'https://x.example/fhir/Practitioner/1' } }),
    ],
    ['by a Practitioner named by type', form({ author: { type: 'Practitioner', display: 'Dr. A' } })],
    ['of the day of the request', form({ authored: '2026-03-02T23:00:00Z' })],
  ])('%s', (_name, resource) => {
    expect(answer(resource)).toBe(true);
  });

  it.each<[string, JsonObject]>([
    ['in progress', form({ status: 'in-progress' })],
    ['entered in error', form({ status: 'entered-in-error' })],
    ['stopped', form({ status: 'stopped' })],
    ['without a status', form({ status: undefined })],
    ['by the patient', form({ author: { reference: 'Patient/p1' } })],
    ['by a relative', form({ author: { reference: 'RelatedPerson/r' } })],
    ['by a device', form({ author: { reference: 'Device/d' } })],
    ['by nobody', form({ author: undefined })],
    ['by a name alone', form({ author: { display: 'Dr. A' } })],
    ['about another patient', form({ subject: { reference: 'Patient/p2' } })],
    ['about nobody', form({ subject: undefined })],
    ['undated', form({ authored: undefined })],
    ['of a date that cannot be read', form({ authored: 'yesterday' })],
    ['of the day after the request', form({ authored: '2026-03-03' })],
  ])('not %s', (_name, resource) => {
    // An element that is undefined is one that JSON would not have.
    expect(answer(JSON.parse(JSON.stringify(resource)) as JsonObject)).toBe('none');
  });
});

describe('of several answers', () => {
  const at = (id: string, value: boolean, authored: string): JsonObject =>
    answers(id, { '1': value }, { authored });

  it('the latest counts, whatever their order', () => {
    const earlier = at('a', true, '2026-02-01');
    const later = at('b', false, '2026-02-02');
    expect([answer(earlier, later), answer(later, earlier)]).toEqual([false, false]);
  });

  it('of one day the later hour counts, in any zone', () => {
    expect(answer(at('a', true, '2026-02-01T10:00:00+05:00'), at('b', false, '2026-02-01T06:00:00Z'))).toBe(
      false,
    );
  });

  it('of one moment that differ none counts, and both are shown', () => {
    const found = given(at('a', true, '2026-02-01'), at('b', false, '2026-02-01'));
    expect([found?.answer, found?.evidence.map(({ reference }) => reference)]).toEqual([
      undefined,
      ['QuestionnaireResponse/a', 'QuestionnaireResponse/b'],
    ]);
  });

  it('of one day, one with its hour and one without, that differ none counts', () => {
    expect(answer(at('a', true, '2026-02-01T10:00:00Z'), at('b', false, '2026-02-01'))).toBeUndefined();
  });
});

describe('an item', () => {
  const item = (...items: readonly JsonObject[]): JsonObject => ({ ...form(), item: items });
  const yes = { valueBoolean: true };

  it.each<[string, JsonObject, boolean | 'none' | undefined]>([
    ['in a group', item({ linkId: 'group', item: [{ linkId: 'small/tumor/1', answer: [yes] }] }), true],
    [
      'under an answer',
      item({ linkId: 'other', answer: [{ ...yes, item: [{ linkId: 'small/tumor/1', answer: [yes] }] }] }),
      true,
    ],
    [
      'answered by a code',
      item({ linkId: 'small/tumor/1', answer: [{ valueCoding: { code: 'Y' } }] }),
      undefined,
    ],
    ['answered by text', item({ linkId: 'small/tumor/1', answer: [{ valueString: 'true' }] }), undefined],
    ['answered twice', item({ linkId: 'small/tumor/1', answer: [yes, yes] }), undefined],
    ['not answered', item({ linkId: 'small/tumor/1' }), 'none'],
    ['with another linkId', item({ linkId: '1', answer: [yes] }), 'none'],
    ['without a linkId', item({ answer: [yes] }), 'none'],
  ])('%s', (_name, resource, expected) => {
    expect(answer(resource)).toBe(expected);
  });

  it('that cannot be used is shown with the reason', () => {
    expect(given(item({ linkId: 'small/tumor/1', answer: [{ valueString: 'yes' }] }))?.evidence).toEqual([
      {
        reference: 'QuestionnaireResponse/q',
        path: 'QuestionnaireResponse.item.answer.value',
        value: '',
        date: '2026-02-20',
        note: 'not usable: one answer with valueBoolean is expected',
        decides: false,
      },
    ]);
  });

  it('is found however deep the form is nested, and never overruns the stack', () => {
    let nested: JsonObject = { linkId: 'small/tumor/1', answer: [yes] };
    for (let depth = 0; depth < 5000; depth += 1) nested = { linkId: 'group', item: [nested] };
    expect(answer(item(nested))).toBe(true);
  });
});
