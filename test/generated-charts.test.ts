import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { Bundle } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { CriterionResult } from '../src/engine/criteria.ts';
import { determine, withParts, type Determination } from '../src/engine/determination.ts';
import { createChart, type Source } from '../src/fhir/chart.ts';
import { parseDate } from '../src/fhir/date.ts';
import type { JsonObject } from '../src/fhir/json.ts';
import { referencesOf, typesOf, type Fact } from '../src/policy/fact.ts';
import { flatten, isForProduct, type Criterion, type Policy } from '../src/policy/policy.ts';
import type { Product } from '../src/policy/vocabulary.ts';
import { loadLibrary } from '../src/server/policies.ts';
import { generatedCharts, kindsOf, noise, type GeneratedChart } from './support/generated-chart.ts';
import { assertRules } from './support/rules.ts';

/** The rules of `determination.md` over charts that nobody thought of: 10,000 in all, the same at every run. */
const CHARTS = 10_000;
const SEED = 20_260_302;
const AS_OF = '2026-03-02';
/** Far more than it takes: the machine may be busy. */
const TIMEOUT = { timeout: 240_000 };
const TYPES = [
  'Condition', 'Observation', 'Procedure', 'MedicationStatement', 'MedicationRequest', 'MedicationAdministration',
  'MedicationDispense', 'DiagnosticReport', 'DocumentReference', 'ServiceRequest', 'CarePlan', 'EpisodeOfCare',
  'QuestionnaireResponse',
]; // prettier-ignore

const library = loadLibrary(fileURLToPath(new URL('../cds-services', import.meta.url)));
const criterionIds = parse(
  readFileSync(new URL('support/criteria-ids.yaml', import.meta.url), 'utf8'),
) as Readonly<Record<string, readonly string[]>>;

const subjects = library.policies.flatMap((policy) =>
  library.products.products
    .filter((product) => isForProduct(policy.products, product))
    .map((product) => ({ name: `${policy.id}, ${product.brand}`, policy, product })),
);
const RUNS = Math.ceil(CHARTS / subjects.length);

function determined(
  policy: Policy,
  product: Product,
  chart: GeneratedChart,
  resources: readonly JsonObject[] = [chart.patient, ...chart.resources],
  failed?: string,
): Determination {
  const payer = library.payers.get(policy.payer);
  if (payer === undefined) throw new Error(`no payer ${policy.payer}`);
  const sources = new Map<string, Source>(
    TYPES.map((type) => [type, { state: type === failed ? 'failed' : 'complete' }]),
  );
  const planned = parseDate(chart.planned);
  return determine(
    {
      hookInstance: 'hook',
      order: {
        reference: 'MedicationRequest/order',
        product,
        planned:
          planned === null ? null : { date: planned, from: 'MedicationRequest.dosageInstruction.timing' },
        knownAs: { references: [], identifiers: [] },
        statesUnreadableDate: false,
        authored: parseDate(AS_OF),
        quantity: undefined,
        setting: {
          value: chart.setting,
          evidence:
            chart.setting === 'unknown'
              ? []
              : [
                  {
                    reference: 'MedicationRequest/order',
                    path: 'MedicationRequest.category',
                    value: chart.setting,
                  },
                ],
          isUnread: false,
        },
        reason: { concepts: [], references: [] },
        authorizations: [],
      },
      coverage: 'Coverage/c1',
      lines: policy.lines,
      policy,
      payer,
      doubt: undefined,
    },
    createChart(
      'p1',
      resources.filter(({ resourceType }) => resourceType !== failed).map((resource) => ({ resource })),
      sources,
      library.terminology,
    ),
    library,
    AS_OF,
  );
}

/** Every result of a determination by indication and id, alternatives included. */
const resultsOf = ({
  indication,
  criteria,
  alternatives = [],
}: Determination): ReadonlyMap<string, CriterionResult> =>
  new Map(
    [{ indication, criteria }, ...alternatives].flatMap((item) =>
      withParts(item.criteria).map((result) => [`${item.indication ?? ''} ${result.id}`, result] as const),
    ),
  );
const statuses = (determination: Determination): unknown => ({
  indication: determination.indication,
  decision: determination.decision,
  criteria: [...resultsOf(determination)].map(([id, { status, needs }]) => `${id}: ${status} ${needs ?? ''}`),
});

/** The criteria that say that something is absent, or that a clinician must state: no record alone meets them. */
function statedOnly(criteria: readonly Criterion[], isExcluded = false): readonly string[] {
  return criteria.flatMap((criterion) => {
    const { test, id } = criterion;
    const isStated =
      test.kind === 'attest' || ((isExcluded || test.kind === 'none') && !isDeniable(criterion));
    return [
      ...(isStated && id !== undefined ? [id] : []),
      ...('parts' in test ? statedOnly(test.parts, isExcluded || test.kind === 'none') : []),
    ];
  });
}

/** Records can say no to all that is excluded, such as a negative result; a silent chart never does. */
function isDeniable({ test }: Criterion): boolean {
  if ('parts' in test)
    return test.kind === 'all' ? test.parts.some(isDeniable) : test.parts.every(isDeniable);
  const fact = test.kind === 'fact' ? library.facts.get(test.fact) : undefined;
  return fact !== undefined && (fact.kind !== 'question' || fact.no.length > 0);
}

/** A fact and those that it refers to, at any remove. */
function withReferences(fact: Fact): readonly Fact[] {
  const referred = referencesOf(fact).flatMap(({ name }) => library.facts.get(name) ?? []);
  return [fact, ...referred.flatMap(withReferences)];
}

/** The types that decide the one fact that a criterion asks, events that it refers to among them; none for a composite. */
function typesAsked({ test }: Criterion): ReadonlySet<string> {
  const fact = test.kind === 'fact' ? library.facts.get(test.fact) : undefined;
  if (fact === undefined) return new Set();
  const events = referencesOf(fact).flatMap(({ name }) => library.facts.get(name) ?? []);
  // Signs are shown and decide nothing.
  const own =
    fact.kind === 'question'
      ? [...fact.yes, ...fact.no, ...fact.doubt].flatMap(({ resource }) => resource)
      : typesOf(fact);
  return new Set([...own, ...events.flatMap(typesOf)]);
}

/** Every type that a criterion or a part of it reads, to decide or to show; an answer of a clinician may close it too. */
const typesRead = (criterion: Criterion): ReadonlySet<string> =>
  new Set([
    'QuestionnaireResponse',
    ...flatten([criterion])
      .flatMap(({ test, when, within, ifNot, signals }) => [
        ...(test.kind === 'fact' ? [test.fact] : []),
        ...(when === undefined ? [] : [when]),
        ...(within === undefined ? [] : [within.therapy]),
        ...(ifNot?.reviewIf === undefined ? [] : [ifNot.reviewIf]),
        ...signals,
      ])
      .flatMap((name) => library.facts.get(name) ?? [])
      .flatMap(withReferences)
      .flatMap(typesOf),
  ]);

describe.each(subjects)(`$name: ${RUNS} charts, seed ${SEED}`, TIMEOUT, ({ policy, product }) => {
  const indications = policy.indications.filter(({ products }) => isForProduct(products, product));
  const criteria = indications.flatMap((indication) => flatten(indication.criteria));
  const charts = generatedCharts(policy, indications, library);
  const stated = new Set(indications.flatMap((indication) => statedOnly(indication.criteria)));
  const kinds = kindsOf(policy, library);
  const run = <T>(share: number, property: fc.IProperty<T>): void => {
    fc.assert(property, { numRuns: Math.ceil(RUNS * share), seed: SEED + Math.round(share * 100) });
  };

  it('keep the rules, and come to the same a second time', () => {
    const seen = new Set<string>();
    run(
      0.4,
      fc.property(charts, (chart) => {
        const determination = determined(policy, product, chart);
        const all = [chart.patient, ...chart.resources];
        const bundle = {
          resourceType: 'Bundle',
          type: 'collection',
          entry: all.map((resource) => ({ resource })),
        };
        assertRules(determination, bundle as unknown as Bundle, library, criterionIds);
        expect(determined(policy, product, chart)).toEqual(determination);
        for (const { id, status, evidence } of resultsOf(determination).values()) {
          seen.add(status);
          if (status === 'met' && stated.has(id))
            expect(
              evidence.some(({ reference }) => reference.startsWith('QuestionnaireResponse/')),
              `${id}: absence is stated, not found`,
            ).toBe(true);
        }
      }),
    );
    // The charts are good for something: they decide criteria both ways.
    expect([...seen]).toEqual(expect.arrayContaining(['met', 'not-met', 'unknown']));
  });

  it('whatever the order of their resources', () => {
    run(
      0.2,
      fc.property(
        charts.chain((chart) =>
          fc.tuple(
            fc.constant(chart),
            fc.shuffledSubarray([chart.patient, ...chart.resources], {
              minLength: chart.resources.length + 1,
            }),
          ),
        ),
        ([chart, shuffled]) => {
          expect(determined(policy, product, chart, shuffled)).toEqual(determined(policy, product, chart));
        },
      ),
    );
  });

  it('whatever is entered in error, refuted, of somebody else or of a relative beside them', () => {
    run(
      0.2,
      fc.property(charts, noise(kinds), (chart, more) => {
        expect(
          statuses(determined(policy, product, chart, [chart.patient, ...chart.resources, more])),
        ).toEqual(statuses(determined(policy, product, chart)));
      }),
    );
  });

  // Without diagnoses nobody knows the indication; what then follows is tested with the indications themselves.
  const failing = TYPES.filter((type) => !['Condition', 'DiagnosticReport'].includes(type));
  it('with a source that failed: what asks it needs it, what does not is as before', () => {
    const byId = new Map(
      criteria.flatMap((criterion) =>
        criterion.id === undefined ? [] : [[criterion.id, criterion] as const],
      ),
    );
    run(
      0.21,
      fc.property(charts, fc.constantFrom(...failing), (chart, type) => {
        const before = resultsOf(determined(policy, product, chart));
        for (const [key, result] of resultsOf(determined(policy, product, chart, undefined, type))) {
          const criterion = byId.get(result.id);
          const whole = before.get(key);
          // A guard is the order's own, and no source of the chart opens it.
          if (criterion === undefined || whole === undefined || result.status === 'not-applicable') continue;
          const what = `${key} without ${type}: ${result.status} ${result.needs ?? ''}, with it ${whole.status} ${whole.needs ?? ''}`;
          if (typesAsked(criterion).has(type))
            expect([result.status, result.needs], what).toEqual(['unknown', 'data-access']);
          else if (!typesRead(criterion).has(type))
            expect([result.status, result.needs], what).toEqual([whole.status, whole.needs]);
          // What the chart decides it decides without answers; one to the contrary would have been for review.
          else if (type === 'QuestionnaireResponse' && result.status !== 'unknown')
            expect(
              result.evidence.filter(({ reference }) => reference.startsWith(`${type}/`)),
              what,
            ).toEqual([]);
          else if (result.status !== whole.status)
            expect([result.status, result.needs], what).toEqual(['unknown', 'data-access']);
        }
      }),
    );
  });
});
