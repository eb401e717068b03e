import { describe, expect, it } from 'vitest';
import type { CriterionResult } from '../../src/engine/evaluated.ts';
import { numberOf, printedNumber } from '../../src/workbench/criterion-number.ts';
import { answerWords, tasks } from '../../src/workbench/determination/answer.ts';
import {
  criterionTree,
  filtered,
  flattened,
  openedAtFirst,
} from '../../src/workbench/determination/criterion-tree.ts';
import { markedElements } from '../../src/workbench/determination/marked-elements.ts';
import { fixtureCourse } from './fixture-course.ts';

/** What the determination view says: the answer in a sentence, the tree and its filter, the element that decided. */

const criterion = (
  id: string,
  status: CriterionResult['status'],
  more: Partial<CriterionResult> = {},
): CriterionResult => ({
  id: `policy/indication/${id}`,
  title: `Criterion ${id}`,
  locator: `Section ${id}`,
  status,
  evidence: [],
  missing: [],
  searched: [],
  criteria: [],
  ...more,
});

describe('the answer', () => {
  it.each([
    ['carvykti-late-progression', 'Criterion 3 of 6 is not met. 3 more are still open.'],
    ['excellus-recent-transplant', 'One of 5 criteria is not met. 4 more are still open.'],
    ['abecma-four-lines', 'Not decided yet: 3 of 6 criteria are still open.'],
    ['mcl-all-attested', 'The chart meets all 5 criteria of the policy.'],
    ['dlbcl-wrong-indication', 'The confirmed diagnosis is none that the policy covers for this product.'],
    ['b-all-refuted', 'No diagnosis that the policy covers is confirmed in the chart yet.'],
  ])('of %s', async (fixture, expected) => {
    const { determination } = await fixtureCourse(fixture);
    expect(answerWords(determination)).toBe(expected);
  });

  it('names what to do once, with every criterion that waits for it', () => {
    const missing = [{ what: 'Treatment summary' }];
    const open = [
      criterion('1', 'unknown', { needs: 'documentation', missing }),
      criterion('2', 'unknown', { needs: 'documentation', missing }),
      criterion('3', 'unknown', { needs: 'attestation' }),
      criterion('4', 'met', { missing }),
    ];
    expect(tasks(open)).toEqual([
      {
        what: 'Treatment summary',
        needs: 'documentation',
        criteria: ['policy/indication/1', 'policy/indication/2'],
      },
      { what: 'Criterion 3', needs: 'attestation', criteria: ['policy/indication/3'] },
    ]);
  });
});

describe('the tree', () => {
  const evidence = { reference: 'Observation/a', path: 'Observation.value', value: '1 g/dL' };
  const sign = { ...evidence, reference: 'Observation/b', decides: false as const };
  const nodes = criterionTree([
    criterion('1', 'met', {
      evidence: [evidence, sign],
      criteria: [criterion('1/a', 'met', { evidence: [evidence] }), criterion('1/b', 'unknown')],
    }),
    criterion('2', 'not-met', { criteria: [criterion('2/a', 'not-met'), criterion('2/b', 'met')] }),
    criterion('3', 'unknown', { criteria: [criterion('3/a', 'unknown'), criterion('3/b', 'not-met')] }),
  ]);

  it('shows evidence where it is nearest, and apart what decides nothing', () => {
    expect(nodes[0]).toMatchObject({ deciding: [], aside: [sign] });
    expect(nodes[0]?.parts[0]).toMatchObject({ deciding: [evidence], aside: [] });
  });

  it.each([
    ['all', ['1', '1/a', '1/b', '2', '2/a', '2/b', '3', '3/a', '3/b']],
    ['open', ['3', '3/a']],
    ['not-met', ['2', '2/a']],
    ['met', ['1', '1/a']],
  ] as const)('filtered to %s', (filter, expected) => {
    expect(flattened(filtered(nodes, filter)).map(({ number }) => number)).toEqual(expected);
  });

  it('opens at first on what is not met, else on the first that is open', () => {
    expect([...openedAtFirst(nodes)]).toEqual(['policy/indication/2', 'policy/indication/2/a']);
    expect([...openedAtFirst(nodes.slice(2))]).toEqual(['policy/indication/3']);
    expect([...openedAtFirst(nodes.slice(0, 1))]).toEqual([]);
  });

  it.each([
    ['policy/indication/1.b.ii', '1.b.ii', '1.b.ii'],
    ['policy/def/progression/p.1', 'p.1', 'p.1'],
    ['policy/def/refractory', 'refractory', undefined],
    ['policy/candidate/I.A', 'I.A', 'I.A'],
    ['policy/indication/3/lines', '3/lines', undefined],
    ['policy/applies', 'applies', undefined],
  ])('calls %s %s', (id, number, printed) => {
    expect(numberOf(id)).toBe(number);
    expect(printedNumber(number)).toBe(printed);
  });
});

describe('the element of a resource that evidence is about', () => {
  const statement = { resourceType: 'Observation', valueQuantity: { value: 96, unit: 'mg/L', code: 'mg/L' } };
  it.each([
    ['a value of any type', statement, 'Observation.value', '96 mg/L', [['valueQuantity']]],
    [
      'of several codings the one that was read',
      { medicationCodeableConcept: { coding: [{ code: 'J9041' }, { code: '402244' }] } },
      'MedicationAdministration.medication',
      '402244',
      [['medicationCodeableConcept']],
    ],
    [
      'of several components the one with the value',
      {
        component: [
          { valueQuantity: { value: 1, unit: '%' } },
          { valueQuantity: { value: 7, comparator: '<', unit: '%' } },
        ],
      },
      'Observation.component.value',
      '<7 %',
      [['component', 1, 'valueQuantity']],
    ],
    [
      'a list without the value, whole',
      { conclusionCode: [{ text: 'a' }, { text: 'b' }] },
      'DiagnosticReport.conclusionCode',
      'c',
      [
        ['conclusionCode', 0],
        ['conclusionCode', 1],
      ],
    ],
    [
      'an extension',
      { extension: [{ url: 'http://a.example/line-of-therapy-number', valuePositiveInt: 2 }, { url: 'b' }] },
      'CarePlan.extension(line-of-therapy-number)',
      '2',
      [['extension', 0]],
    ],
    ['nothing', { code: {} }, 'Observation.value', '1', []],
  ])('%s', (_name, resource, path, value, expected) => {
    expect(markedElements(resource, { path, value })).toEqual(expected);
  });

  it('of a form, the answer to the criterion, however deep', () => {
    const answer = [{ valueBoolean: true }];
    const form = {
      item: [
        { linkId: 'group', item: [{ linkId: 'p/i/1', answer }] },
        { linkId: 'p/i/2', answer },
      ],
    };
    const evidence = { path: 'QuestionnaireResponse.item.answer.value', value: 'true' };
    expect(markedElements(form, evidence, 'p/i/1')).toEqual([
      ['item', 0, 'item', 0, 'answer', 0, 'valueBoolean'],
    ]);
    expect(markedElements(form, evidence)).toHaveLength(2);
  });
});
