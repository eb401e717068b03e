import { describe, expect, it } from 'vitest';
import type { Determination } from '../../src/engine/determination.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { CODES, smallLibrary, ucum } from '../support/small-library.ts';
import {
  calcium,
  condition,
  criterionOf,
  determined,
  patient,
  setting,
  standing,
  without,
} from './small-chart.ts';

const library = smallLibrary(`
- { id: '1', title: Tumor, locator: L, fact: has-tumor }
- { id: '2', title: Calcium above 11.5, locator: L, fact: calcium, more-than: { value: 11.5, unit: mg/dL } }
- { id: '3', title: Adult, locator: L, fact: age, at-least: { value: 18, unit: a } }
- { id: '4', title: Outpatient care fits, locator: L, when: outpatient, attest: clinician }
- { id: '5', title: No drug, locator: L, none: [{ fact: had-drug }] }
- { id: '6', title: Tumor by scan, locator: L, fact: tumor-reported }
`);

/** A completed form with the given items, of 20 February 2026. */
const form = (...item: readonly JsonObject[]): JsonObject => ({
  resourceType: 'QuestionnaireResponse',
  id: 'form',
  status: 'completed',
  subject: { reference: 'Patient/p1' },
  author: { reference: 'Practitioner/dr' },
  authored: '2026-02-20',
  item,
});
const id = (criterion: string): string => `small/tumor/${criterion}`;
const mgPerDl = (value: number): JsonObject => ({ value, unit: 'mg/dL', system: ucum, code: 'mg/dL' });
const measured = (quantity: JsonObject, date = '2026-02-15'): JsonObject => ({
  linkId: id('2'),
  answer: [{ valueQuantity: quantity, item: [{ linkId: `${id('2')}#date`, answer: [{ valueDate: date }] }] }],
});
const said = (code: keyof typeof CODES, ...parts: readonly JsonObject[]): JsonObject => ({
  linkId: id('1'),
  answer: [{ valueCoding: { ...CODES[code] }, item: parts }],
});
const attachment: JsonObject = {
  linkId: `${id('1')}#attachment`,
  answer: [{ valueAttachment: { url: 'https://ehr.example.org/report.pdf' } }],
};
const documented = (reference: string): JsonObject => ({
  linkId: `${id('1')}#document`,
  answer: [{ valueReference: { reference } }],
});

const evaluate = (
  resources: readonly JsonObject[],
  value: 'outpatient' | 'unknown' = 'unknown',
): Determination => determined(library, resources, { order: { setting: setting(value) } });
const criterion = (determination: Determination, number: string) => {
  const found = criterionOf(determination, number);
  return { is: standing(found), by: found.evidence.map(({ reference, value }) => `${reference} ${value}`) };
};

describe('a measured value', () => {
  it('counts with its own day and author where the chart has none', () => {
    expect(criterion(evaluate([form(measured(mgPerDl(12)))]), '2')).toEqual({
      is: 'met',
      by: ['QuestionnaireResponse/form 12 mg/dL'],
    });
    expect(criterion(evaluate([form(measured(mgPerDl(9)))]), '2').is).toEqual('not-met');
  });

  it('is converted', () => {
    const perL = { value: 120, unit: 'mg/L', system: ucum, code: 'mg/L' };
    expect(criterion(evaluate([form(measured(perL))]), '2').is).toEqual('met');
  });

  it('that the chart confirms stands beside it', () => {
    expect(criterion(evaluate([calcium('c', 12), form(measured(mgPerDl(12)))]), '2')).toMatchObject({
      is: 'met',
      by: expect.arrayContaining(['Observation/c 12 mg/dL']) as unknown,
    });
  });

  it.each(['2026-02-15', '2026-01-15'])(
    'of %s that contradicts the chart goes to review, with both',
    (day) => {
      const found = criterion(evaluate([calcium('c', 9), form(measured(mgPerDl(12), day))]), '2');
      if (day > '2026-02-01') expect(found.is).toEqual('unknown: review');
      // The chart's own is newer: the answer changes nothing, and is shown.
      else expect(found.is).toEqual('not-met');
      expect(found.by).toEqual(
        expect.arrayContaining(['Observation/c 9 mg/dL', 'QuestionnaireResponse/form 12 mg/dL']),
      );
    },
  );

  it('that cannot be converted, is of the future or of no day does not count, and is told', () => {
    for (const item of [
      measured({ value: 12, unit: 'mmol/L', system: ucum, code: 'mmol/L' }),
      measured(mgPerDl(12), '2026-04-01'),
      { linkId: id('2'), answer: [{ valueQuantity: mgPerDl(12) }] },
    ]) {
      const determination = evaluate([form(item)]);
      expect(criterion(determination, '2')).toEqual({ is: 'unknown: documentation', by: [] });
      expect(determination.anomalies.find((anomaly) => anomaly.id === 'chart.answers')?.criteria).toEqual([
        id('2'),
      ]);
    }
  });
});

describe('a record', () => {
  it('counts by its code with the document that says it', () => {
    const report: JsonObject = {
      resourceType: 'DocumentReference',
      id: 'report',
      status: 'current',
      subject: { reference: 'Patient/p1' },
    };
    for (const chart of [
      [form(said('dx-tumor', attachment))],
      [report, form(said('dx-tumor', documented('DocumentReference/report')))],
    ])
      expect(criterion(evaluate(chart), '1')).toEqual({
        is: 'met',
        by: ['QuestionnaireResponse/form 1001'],
      });
  });

  it('of the contrary is not met', () => {
    expect(criterion(evaluate([form(said('dx-other-tumor', attachment))]), '1').is).toEqual('not-met');
  });

  it('without its document, or with one that the chart does not hold, does not count', () => {
    for (const item of [said('dx-tumor'), said('dx-tumor', documented('DocumentReference/none'))])
      expect(criterion(evaluate([form(item)]), '1')).toEqual({ is: 'unknown: documentation', by: [] });
  });

  it('against the chart goes to review, with both', () => {
    const found = criterion(
      evaluate([condition('other', 'dx-other-tumor'), form(said('dx-tumor', attachment))]),
      '1',
    );
    expect(found.is).toEqual('unknown: review');
    expect(found.by).toEqual(
      expect.arrayContaining(['Condition/other 1003', 'QuestionnaireResponse/form 1001']),
    );
  });

  it('that is the chart’s own adds nothing to it', () => {
    const refuted = condition('t', 'dx-tumor', {
      verificationStatus: { coding: [{ code: 'refuted' }] },
    });
    const found = evaluate([refuted, form(said('dx-tumor', documented('Condition/t')))]);
    expect(criterion(found, '1')).toEqual({ is: 'unknown: documentation', by: [] });
  });
});

describe('a record that a report of some kind must show', () => {
  const shown = (...parts: readonly JsonObject[]): JsonObject =>
    form({ linkId: id('6'), answer: [{ valueCoding: { ...CODES['dx-tumor'] }, item: parts }] });
  const document: JsonObject = {
    linkId: `${id('6')}#document`,
    answer: [{ valueReference: { reference: 'DocumentReference/report' } }],
  };
  const report = (more: JsonObject): JsonObject => ({
    resourceType: 'DocumentReference',
    id: 'report',
    status: 'current',
    subject: { reference: 'Patient/p1' },
    ...more,
  });
  const scan = { type: { coding: [{ ...CODES['px-scan'] }] } };

  it.each<[string, readonly JsonObject[], string]>([
    ['is shown by such a document of the chart', [report(scan), shown(document)], 'met'],
    ['is not shown by a document of another kind', [report({}), shown(document)], 'unknown: documentation'],
    [
      'is not shown by one that was replaced',
      [report({ ...scan, status: 'superseded' }), shown(document)],
      'unknown: documentation',
    ],
    [
      'is not shown by one that nobody has signed',
      [report({ ...scan, docStatus: 'preliminary' }), shown(document)],
      'unknown: documentation',
    ],
    [
      'is shown by what the clinician attaches as it',
      [shown({ ...attachment, linkId: `${id('6')}#attachment` })],
      'met',
    ],
    ['is not shown by the answer alone', [shown()], 'unknown: documentation'],
  ])('%s', (_name, resources, expected) => {
    expect(criterion(evaluate(resources), '6').is).toBe(expected);
  });
});

describe('a birth date', () => {
  const born = (valueDate: string): JsonObject => form({ linkId: id('3'), answer: [{ valueDate }] });
  const evaluated = (birthDate: string | undefined, answer: string) =>
    criterion(
      determined(library, [
        birthDate === undefined ? without('birthDate', patient) : { ...patient, birthDate },
        born(answer),
      ]),
      '3',
    );

  it('stands in where the chart has none, and makes a year exact', () => {
    expect(evaluated(undefined, '1970-05-05').is).toEqual('met');
    expect(evaluated('2008', '2008-01-01').is).toEqual('met');
  });

  it('that differs from the chart’s goes to review, with both', () => {
    const found = evaluated('2009-05-05', '1970-05-05');
    expect(found.is).toEqual('unknown: review');
    expect(found.by).toEqual(['Patient/p1 2009-05-05', 'QuestionnaireResponse/form 1970-05-05']);
  });
});

describe('the place of the infusion', () => {
  const planned = (code: string): JsonObject =>
    form({ linkId: 'small/tumor#setting', answer: [{ valueCoding: { code } }] });

  it('opens or closes what depends on it, where the order does not say', () => {
    expect(criterion(evaluate([planned('IMP')]), '4').is).toEqual('not-applicable');
    expect(criterion(evaluate([planned('AMB')]), '4').is).toEqual('unknown: attestation');
  });

  it('that differs from the order’s goes to review', () => {
    expect(criterion(evaluate([planned('IMP')], 'outpatient'), '4').is).toEqual('unknown: review');
  });
});

describe('what could not be read', () => {
  it('is not closed by an answer', () => {
    const found = determined(library, [form(measured(mgPerDl(12)))], { states: { Observation: 'failed' } });
    expect(criterion(found, '2').is).toEqual('unknown: data-access');
  });
});
