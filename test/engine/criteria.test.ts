import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/fhir/json.ts';
import { all, any, not, type Truth } from '../../src/fhir/truth.ts';
import { smallLibrary, type ValueSetId } from '../support/small-library.ts';
import {
  administration,
  answers,
  condition,
  criterionOf,
  determined,
  observation,
  patient,
  procedure,
  setting,
  standing,
} from './small-chart.ts';

const T = 'title: T, locator: L';

/** The result of criterion 1 of a policy over a chart. */
const first = (criteria: string, resources: readonly JsonObject[], more?: Parameters<typeof determined>[2]) =>
  criterionOf(determined(smallLibrary(criteria), resources, more), '1');
const result = (...given: Parameters<typeof first>): string => standing(first(...given));

const tumor = condition('tumor', 'dx-tumor');
const otherTumor = condition('other', 'dx-other-tumor');
const drug = administration('drug', 'rx-drug');
const scan = procedure('scan', 'px-scan');

/** Criteria of each truth over one chart: `has-tumor` is made what is asked for. */
const truthOf = (status: string): Truth =>
  status === 'met' || status === 'not-applicable' ? true : status === 'not-met' ? false : null;

describe('a fact', () => {
  const asked = `- { id: '1', ${T}, fact: has-tumor }`;
  it.each<[string, readonly JsonObject[], string]>([
    ['yes', [tumor], 'met'],
    ['no', [otherTumor], 'not-met'],
    ['both ways', [tumor, otherTumor], 'unknown: review'],
    ['nothing', [], 'unknown: documentation'],
    [
      'only a provisional diagnosis',
      [condition('p', 'dx-tumor', { verificationStatus: { coding: [{ code: 'provisional' }] } })],
      'unknown: documentation',
    ],
  ])('with evidence for %s', (_name, resources, expected) => {
    expect(result(asked, resources)).toBe(expected);
  });

  it('names what is missing while it is open, and nothing once it is closed', () => {
    expect(first(asked, []).missing).toEqual([{ what: 'Record of the tumor', valueSet: 'dx-tumor' }]);
    expect(first(asked, [tumor]).missing).toEqual([]);
  });

  it('says what was looked through', () => {
    expect(first(asked, [tumor, otherTumor]).searched).toEqual([{ resourceType: 'Condition', count: 2 }]);
  });

  it('shows evidence against it beside evidence for it', () => {
    expect(
      first(asked, [tumor, otherTumor])
        .evidence.map(({ reference }) => reference)
        .toSorted(),
    ).toEqual(['Condition/other', 'Condition/tumor']);
  });
});

describe('an exclusion', () => {
  const exclusion = `- { id: '1', ${T}, none: [{ fact: had-drug }] }`;

  it('with nothing found is for the clinician, never met', () => {
    expect(result(exclusion, [])).toBe('unknown: attestation');
  });

  it('is not met as soon as the chart shows the excluded thing', () => {
    expect(result(exclusion, [drug])).toBe('not-met');
  });

  it('of which a sign is found stays open, and the sign is shown', () => {
    const ordered = {
      ...drug,
      resourceType: 'MedicationRequest',
      id: 'rx',
      status: 'completed',
      authoredOn: '2025-06-01',
    };
    const open = first(exclusion, [ordered]);
    expect([standing(open), open.evidence.map(({ reference }) => reference)]).toEqual([
      'unknown: attestation',
      ['MedicationRequest/rx'],
    ]);
  });

  it('is closed by an attestation, and not against the chart', () => {
    expect(result(exclusion, [answers('q', { '1': true })])).toBe('met');
    expect(result(exclusion, [answers('q', { '1': false })])).toBe('not-met');
    expect(result(exclusion, [drug, answers('q', { '1': false })])).toBe('not-met');
    const contradicted = first(exclusion, [drug, answers('q', { '1': true })]);
    expect([standing(contradicted), contradicted.evidence.map(({ reference }) => reference)]).toEqual([
      'unknown: review',
      ['MedicationAdministration/drug', 'QuestionnaireResponse/q'],
    ]);
  });
});

describe('a criterion that the policy leaves to the clinician', () => {
  const attested = `- { id: '1', ${T}, attest: clinician }`;
  it.each<[string, readonly JsonObject[], string]>([
    ['no answer', [], 'unknown: attestation'],
    ['yes', [answers('q', { '1': true })], 'met'],
    ['no', [answers('q', { '1': false })], 'not-met'],
  ])('with %s', (_name, resources, expected) => {
    expect(result(attested, resources)).toBe(expected);
  });
});

describe('a criterion whose text cannot be applied', () => {
  it('is for review, and says why', () => {
    const review = first(`- { id: '1', ${T}, review: The sentence is cut off }`, [tumor]);
    expect([standing(review), review.missing]).toEqual([
      'unknown: review',
      [{ what: 'The sentence is cut off' }],
    ]);
  });
});

describe('a criterion that asks for a record', () => {
  const asked = `- { id: '1', ${T}, fact: has-tumor }`;
  it('is not closed by a clinician’s word, which is shown all the same', () => {
    const open = first(asked, [answers('q', { '1': true })]);
    expect([standing(open), open.evidence.map(({ note }) => note)]).toEqual([
      'unknown: documentation',
      ['an answer does not take the place of the record or document that is asked for'],
    ]);
  });

  it('unless the policy says that it may', () => {
    const attestable = `- { id: '1', ${T}, fact: has-tumor, attestable: true }`;
    expect(result(attestable, [answers('q', { '1': true })])).toBe('met');
    expect(result(attestable, [tumor, answers('q', { '1': false })])).toBe('unknown: review');
    expect(result(attestable, [tumor, otherTumor, answers('q', { '1': true })])).toBe('unknown: review');
  });

  it('needs what the policy says that it needs', () => {
    expect(result(`- { id: '1', ${T}, fact: has-tumor, open: review }`, [])).toBe('unknown: review');
    expect(result(`- { id: '1', ${T}, fact: has-tumor, open: attestation }`, [])).toBe(
      'unknown: attestation',
    );
  });
});

describe('a guard', () => {
  const guarded = `- { id: '1', ${T}, when: had-scan, fact: has-tumor }`;
  const inOutpatients = `- { id: '1', ${T}, when: outpatient, attest: clinician }`;
  it.each<[string, 'inpatient' | 'outpatient' | 'unknown', boolean, string]>([
    ['false', 'inpatient', false, 'not-applicable'],
    ['true', 'outpatient', false, 'unknown: attestation'],
    ['not known', 'unknown', false, 'unknown: documentation'],
    ['not readable', 'unknown', true, 'unknown: data-access'],
  ])('that is %s', (_name, value, isUnread, expected) => {
    expect(result(inOutpatients, [], { order: { setting: setting(value, isUnread) } })).toBe(expected);
  });

  it('that is false shows the evidence for that', () => {
    expect(first(inOutpatients, []).evidence).toEqual([
      { reference: 'Encounter/e1', path: 'Encounter.class', value: 'IMP' },
    ]);
  });

  it('that is unknown leaves open what is not met, and what is open', () => {
    expect(result(guarded, [otherTumor])).toBe('unknown: documentation');
    expect(result(guarded, [])).toBe('unknown: documentation');
  });

  it('that is unknown does not matter to what is met either way', () => {
    expect(result(guarded, [tumor])).toBe('met');
  });

  it('that holds leaves the criterion as it is', () => {
    expect(result(guarded, [scan, otherTumor])).toBe('not-met');
  });

  it('not applicable counts as met', () => {
    expect(determined(smallLibrary(inOutpatients), []).decision).toBe('criteria-met');
  });
});

describe('parts', () => {
  it('are all evaluated, even once the whole is settled', () => {
    const whole = first(
      `- { id: '1', ${T}, all: [{ id: 1.a, ${T}, fact: has-tumor }, { id: 1.b, ${T}, fact: had-drug }] }`,
      [otherTumor],
    );
    expect([standing(whole), ...whole.criteria.map(standing)]).toEqual([
      'not-met',
      'not-met',
      'unknown: documentation',
    ]);
  });

  it('of any are enough one by one, and the others are shown', () => {
    const whole = first(
      `- { id: '1', ${T}, any: [{ id: 1.a, ${T}, fact: has-tumor }, { id: 1.b, ${T}, fact: had-drug }] }`,
      [otherTumor, drug],
    );
    expect([standing(whole), ...whole.criteria.map(standing)]).toEqual(['met', 'not-met', 'met']);
    expect(whole.evidence.map(({ reference }) => reference)).toEqual(['MedicationAdministration/drug']);
  });

  it('without a number of their own go into the one above', () => {
    const whole = first(`- { id: '1', ${T}, all: [{ fact: has-tumor }, { fact: had-drug }] }`, [tumor]);
    expect([whole.criteria, standing(whole), whole.evidence.map(({ reference }) => reference)]).toEqual([
      [],
      'unknown: documentation',
      ['Condition/tumor'],
    ]);
  });

  it('nest, in the policy’s order', () => {
    const nested = `
- id: '1'
  title: T
  locator: L
  all:
    - id: 1.a
      title: T
      locator: L
      any:
        - { id: 1.a.i, ${T}, fact: has-tumor }
        - { id: 1.a.ii, ${T}, fact: had-drug }
    - { id: 1.b, ${T}, attest: clinician }`;
    const determination = determined(smallLibrary(nested), [drug]);
    expect(
      ['1', '1.a', '1.a.i', '1.a.ii', '1.b'].map((number) => standing(criterionOf(determination, number))),
    ).toEqual(['unknown: attestation', 'met', 'unknown: documentation', 'met', 'unknown: attestation']);
    expect(criterionOf(determination, '1').criteria.map(({ id }) => id)).toEqual([
      'small/tumor/1.a',
      'small/tumor/1.b',
    ]);
  });

  it.each<[string, string, Record<string, 'failed'>, string]>([
    ['data-access before review', '{ review: R }', { MedicationStatement: 'failed' }, 'unknown: data-access'],
    ['review before documentation', '{ review: R }', {}, 'unknown: review'],
    ['documentation before attestation', '{ attest: clinician }', {}, 'unknown: documentation'],
  ])('show the most pressing of their needs: %s', (_name, part, states, expected) => {
    expect(result(`- { id: '1', ${T}, all: [{ fact: had-drug }, ${part}] }`, [], { states })).toBe(expected);
  });

  it('of a definition are numbered under the definition', () => {
    const library = smallLibrary(
      `- { id: '1', ${T}, all: [{ definition: relapsed }] }`,
      `relapsed: { ${T}, any: [{ id: r.1, ${T}, fact: has-tumor }, { id: r.2, ${T}, fact: had-drug }] }`,
    );
    const determination = determined(library, [drug]);
    expect(
      ['small/def/relapsed', 'small/def/relapsed/r.1', 'small/def/relapsed/r.2'].map((id) =>
        standing(criterionOf(determination, id)),
      ),
    ).toEqual(['met', 'unknown: documentation', 'met']);
  });
});

describe('an answer to the whole of an exclusion', () => {
  const exclusion = `- { id: '1', ${T}, none: [{ id: 1.a, ${T}, fact: had-drug }, { id: 1.b, ${T}, fact: had-scan }] }`;
  const parts = (resources: readonly JsonObject[]): readonly string[] => {
    const whole = first(exclusion, resources);
    return [whole, ...whole.criteria].map(standing);
  };

  it('answers each part that nothing contradicts', () => {
    expect(parts([answers('q', { '1': true })])).toEqual(['met', 'met', 'met']);
  });

  it('does not answer a part that the chart contradicts: the whole is for review', () => {
    expect(parts([drug, answers('q', { '1': true })])).toEqual(['unknown: review', 'not-met', 'met']);
  });

  it('that denies it does not say which part is there', () => {
    expect(parts([answers('q', { '1': false })])).toEqual([
      'not-met',
      'unknown: attestation',
      'unknown: attestation',
    ]);
  });

  it('gives way to the answer to a part', () => {
    expect(parts([answers('q', { '1': true, '1.b': false })])).toEqual(['unknown: review', 'met', 'not-met']);
  });

  it('to the parts alone settles the whole', () => {
    expect(parts([answers('q', { '1.a': true, '1.b': true })])).toEqual(['met', 'met', 'met']);
    expect(parts([answers('q', { '1.a': true })])).toEqual([
      'unknown: attestation',
      'met',
      'unknown: attestation',
    ]);
    expect(parts([answers('q', { '1.a': true, '1.b': false })])).toEqual(['not-met', 'met', 'not-met']);
  });
});

describe('a source', () => {
  const asked = `- { id: '1', ${T}, fact: has-tumor }`;
  const excluded = `- { id: '1', ${T}, none: [{ fact: had-drug }] }`;

  it.each(['failed', 'incomplete'] as const)(
    'that %s takes back what the rest would have settled',
    (state) => {
      for (const resources of [[tumor], [otherTumor], []])
        expect(result(asked, resources, { states: { Condition: state } })).toBe('unknown: data-access');
    },
  );

  it.each(['failed', 'incomplete'] as const)(
    'that %s lets no attestation close what depends on it',
    (state) => {
      expect(
        result(excluded, [answers('q', { '1': true })], { states: { MedicationStatement: state } }),
      ).toBe('unknown: data-access');
    },
  );

  it.each(['not-asked', 'unresolved'] as const)('that was %s leaves decided results standing', (state) => {
    expect(result(asked, [tumor], { states: { Condition: state } })).toBe('met');
    expect(result(asked, [], { states: { Condition: state } })).toBe('unknown: data-access');
  });

  it.each(['not-asked', 'unresolved'] as const)(
    'that was %s may be made up for by an attestation',
    (state) => {
      expect(result(excluded, [], { states: { MedicationStatement: state } })).toBe('unknown: data-access');
      expect(
        result(excluded, [answers('q', { '1': true })], { states: { MedicationStatement: state } }),
      ).toBe('met');
    },
  );

  it('of signs alone decides nothing, broken or not', () => {
    expect(result(excluded, [drug], { states: { MedicationRequest: 'failed' } })).toBe('not-met');
  });

  it('of answers that failed: an answer may be there, and is not asked for again', () => {
    const attested = `- { id: '1', ${T}, attest: clinician }`;
    expect(result(attested, [], { states: { QuestionnaireResponse: 'failed' } })).toBe(
      'unknown: data-access',
    );
    expect(result(attested, [], { states: { QuestionnaireResponse: 'not-asked' } })).toBe(
      'unknown: attestation',
    );
  });

  it('is named with its state where it was not read in full', () => {
    expect(first(asked, [tumor], { states: { Condition: 'failed' } }).searched).toEqual([
      { resourceType: 'Condition', count: 1, status: 'failed' },
    ]);
  });
});

describe('an anomaly of the policy’s text', () => {
  const criteria = `
- { id: '1', ${T}, fact: has-tumor, anomalies: [always] }
- { id: '2', ${T}, fact: had-drug, anomalies: [{ id: open, only: when-open }] }`;
  const touched = (resources: readonly JsonObject[]) =>
    determined(smallLibrary(criteria), resources).anomalies.map(({ id, criteria: ids }) => [id, ...ids]);

  it('is told with the criteria that it touches, where it touches them', () => {
    expect(touched([tumor])).toEqual([
      ['always', 'small/tumor/1'],
      ['open', 'small/tumor/2'],
    ]);
    expect(touched([drug])).toEqual([['always', 'small/tumor/1']]);
  });
});

describe('evidence that opens a question again', () => {
  const progressed = `- { id: '1', ${T}, fact: progressed }`;
  const status = (id: string, code: ValueSetId, on: string): JsonObject =>
    observation(id, 'lab-status', {
      valueCodeableConcept: {
        coding: [{ system: 'http://snomed.info/sct', code: code === 'status-worse' ? '4001' : '4002' }],
      },
      effectiveDateTime: on,
    });
  it.each<[string, readonly JsonObject[], string]>([
    ['worse after the latest therapy', [drug, status('w', 'status-worse', '2026-01-01')], 'met'],
    ['worse before it', [drug, status('w', 'status-worse', '2025-01-01')], 'unknown: documentation'],
    ['worse on the day after it began', [drug, status('w', 'status-worse', '2025-06-02')], 'met'],
    [
      'worse, and no therapy on the chart',
      [status('w', 'status-worse', '2026-01-01')],
      'unknown: documentation',
    ],
    [
      'better since',
      [drug, status('w', 'status-worse', '2025-08-01'), status('b', 'status-better', '2025-09-01')],
      'unknown: documentation',
    ],
    [
      'better on the same day',
      [drug, status('w', 'status-worse', '2025-08-01'), status('b', 'status-better', '2025-08-01')],
      'unknown: documentation',
    ],
    [
      'better before',
      [drug, status('b', 'status-better', '2025-07-01'), status('w', 'status-worse', '2025-08-01')],
      'met',
    ],
    [
      'better within the same month',
      [drug, status('b', 'status-better', '2025-08'), status('w', 'status-worse', '2025-08-15')],
      'unknown: documentation',
    ],
    [
      'worse, dated by the year of the therapy only',
      [drug, status('w', 'status-worse', '2025')],
      'unknown: documentation',
    ],
  ])('%s', (_name, resources, expected) => {
    expect(result(progressed, resources)).toBe(expected);
  });
});

describe("Kleene's tables hold for the parts of a criterion", () => {
  /** Attested parts: true, false, or not answered. */
  const truths = fc.array(fc.constantFrom<Truth>(true, false, null), { minLength: 1, maxLength: 4 });
  const evaluated = (kind: 'all' | 'any', parts: readonly Truth[]): Truth => {
    const list = parts.map((_part, index) => `{ id: part.${index}, ${T}, attest: clinician }`);
    const given = Object.fromEntries(
      parts.flatMap((part, index) => (part === null ? [] : [[`part.${index}`, part]])),
    );
    return truthOf(first(`- { id: '1', ${T}, ${kind}: [${list.join(', ')}] }`, [answers('q', given)]).status);
  };

  it('whatever the parts, in any order', () => {
    fc.assert(
      fc.property(truths, (parts) => {
        expect(evaluated('all', parts)).toBe(all(parts));
        expect(evaluated('any', parts)).toBe(any(parts));
        expect(evaluated('all', parts.toReversed())).toBe(all(parts));
        expect(not(evaluated('all', parts))).toBe(any(parts.map(not)));
      }),
      { numRuns: 40 },
    );
  });
});

describe('a decision', () => {
  const criteria = `
- { id: '1', ${T}, fact: has-tumor }
- { id: '2', ${T}, fact: age, at-least: { value: 18, unit: a } }
- { id: '3', ${T}, none: [{ fact: had-drug }] }`;
  const decision = (...resources: readonly JsonObject[]): string =>
    determined(smallLibrary(criteria), resources).decision;

  it('follows from the criteria', () => {
    expect(decision(tumor, answers('q', { '3': true }))).toBe('criteria-met');
    expect(decision(tumor)).toBe('documentation-needed');
    expect(decision(tumor, drug)).toBe('criteria-not-met');
    expect(decision(answers('q', { '3': true }), { ...patient, birthDate: '2010-01-01' }, tumor)).toBe(
      'criteria-not-met',
    );
  });
});
