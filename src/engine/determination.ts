import type { Chart } from '../fhir/chart.ts';
import { parseDate } from '../fhir/date.ts';
import type { Truth } from '../fhir/truth.ts';
import type { Library } from '../policy/library.ts';
import type { Payer } from '../policy/vocabulary.ts';
import { formsOf } from '../policy/form.ts';
import { isForProduct, type Indication, type Policy, type Requirement } from '../policy/policy.ts';
import { attestations } from './attestations.ts';
import { answerAnomalies, chartAnomalies } from './chart-anomalies.ts';
import { evaluateCriterion, type CriterionResult, type CriterionScope } from './criteria.ts';
import { diseaseReader } from './disease.ts';
import { courseRecords } from './course-records.ts';
import { createFactReader, type FactReader } from './facts.ts';
import { formAnswers } from './form-answers.ts';
import type { Scope } from './scope.ts';
import { fittingIndications } from './indication.ts';
import type { Evidence, PlannedOrder } from './result.ts';
import { grantedAuthorization, unreadAuthorization } from './granted.ts';
import type { GrantedAuthorization, UsedAuthorizations } from './granted.ts';
import { priorAuthorization } from './requirement.ts';
import { appliesCriterion, productCriterion } from './standing-criteria.ts';
import { submissionOf, type Submission } from './submission.ts';

export type Decision = 'criteria-met' | 'documentation-needed' | 'criteria-not-met' | 'no-covered-indication';

/** An oddity of the policy's text or of the chart, with the criteria that it touches. */
export interface Anomaly {
  readonly id: string;
  readonly text: string;
  readonly criteria: readonly string[];
}

export interface Alternative {
  readonly indication: string;
  readonly decision: Decision;
  readonly criteria: readonly CriterionResult[];
}

/** What one evaluation says, but for its id: the public shape of `determination.md`. */
export interface Determination {
  readonly hookInstance: string;
  readonly order: string;
  readonly patient: string;
  readonly coverage: string;
  readonly product: string | null;
  readonly policy: {
    readonly id: string;
    readonly payer: string;
    readonly number?: string;
    readonly version: string;
    readonly effective: string;
  };
  readonly asOf: string;
  readonly setting: 'inpatient' | 'outpatient' | 'unknown';
  readonly priorAuthorization: Requirement;
  /** How the request is sent, with the forms of the indication. */
  readonly submit: Submission;
  readonly indication: string | null;
  readonly decision: Decision;
  readonly criteria: readonly CriterionResult[];
  readonly alternatives?: readonly Alternative[];
  readonly anomalies: readonly Anomaly[];
  /** The payer's own authorization of this order, where the chart holds one that still fits. */
  readonly authorization?: GrantedAuthorization;
}

/** One policy that governs one order under one coverage. */
export interface GovernedOrder {
  readonly hookInstance: string;
  readonly order: PlannedOrder;
  readonly coverage: string;
  /** Plan lines that the coverage may be of. */
  readonly lines: readonly string[];
  readonly policy: Policy;
  readonly payer: Payer;
  /** Why it is not certain that the policy applies: a plan line, or a date, that cannot be told. */
  readonly doubt:
    | {
        readonly reason: string;
        /** The anomaly of the policy's text that it comes from. */
        readonly anomaly: string | undefined;
        readonly evidence: readonly Evidence[];
      }
    | undefined;
}

/** True of a CAR-T order that must name its product before its criteria can be evaluated. */
export const asksForProduct = ({ product, indication }: Determination): boolean =>
  product === null && indication === null;

interface Evaluated {
  readonly indication: Indication;
  readonly decision: Decision;
  readonly criteria: readonly CriterionResult[];
  readonly anomalies: readonly { readonly id: string; readonly criterion: string | undefined }[];
}

/**
 * Evaluates a policy for an order over a chart: a plain function of values, the same for the same values.
 * @param asOf the day of the request, a FHIR date
 */
export const determine = (
  governed: GovernedOrder,
  chart: Chart,
  library: Library,
  asOf: string,
): Determination => determineWithCourse(governed, chart, library, asOf).determination;

/**
 * A determination, and the treatment and course of the disease by which its findings were placed in time.
 * @param used what the other orders of the call have used of the payer's authorizations: this one's use is noted in it
 */
export function determineWithCourse(
  governed: GovernedOrder,
  chart: Chart,
  library: Library,
  asOf: string,
  used: UsedAuthorizations = new Map(),
): { readonly determination: Determination; readonly course: () => readonly string[] } {
  const reader = readerFor(governed, chart, library, asOf);
  const determination = determined(governed, chart, library, asOf, reader, used);
  return {
    determination,
    course: () => courseRecords(governed.policy, determination.indication, library, reader.criteria),
  };
}

/** What the criteria of one evaluation are read with. */
interface Reader {
  readonly scope: Scope;
  readonly answers: ReturnType<typeof formAnswers>;
  readonly criteria: CriterionScope & Pick<FactReader, 'records'>;
}

function readerFor({ order, policy }: GovernedOrder, chart: Chart, library: Library, asOf: string): Reader {
  const day = parseDate(asOf);
  if (day === null) throw new Error(`asOf "${asOf}" is not a FHIR date`);
  const scope: Scope = { library, diseases: diseaseReader(library), chart, order, asOf: day };
  const responses = { asOf: day, order: order.reference, forms: formsOf(policy, library.facts) };
  const answers = formAnswers(chart, responses, library.terminology);
  const criteria = {
    chart,
    facts: library.facts,
    ...createFactReader(scope, answers.byKey),
    attestations: attestations(chart, responses),
  };
  return { scope, answers, criteria };
}

function determined(
  governed: GovernedOrder,
  chart: Chart,
  library: Library,
  asOf: string,
  { scope, answers, criteria: criterionScope }: Reader,
  used: UsedAuthorizations,
): Determination {
  const { order, policy } = governed;
  const base = {
    hookInstance: governed.hookInstance,
    order: order.reference,
    patient: chart.patientReference,
    coverage: governed.coverage,
    product: order.product?.id ?? null,
    policy: {
      id: policy.id,
      payer: governed.payer.name,
      ...(policy.number === undefined ? {} : { number: policy.number }),
      version: policy.version,
      effective: policy.effective,
    },
    asOf,
    setting: order.setting.value,
    priorAuthorization: priorAuthorization(governed),
  };
  const authorization = grantedAuthorization(governed, scope, used);
  const settled = (indication: string | null, decision: Decision) => ({
    ...base,
    ...(authorization === undefined ? {} : { authorization }),
    submit: submissionOf(policy, indication, decision, order),
    indication,
    decision,
  });
  const applies = governed.doubt === undefined ? [] : [appliesCriterion(policy, governed.doubt)];
  const doubtAnomaly =
    governed.doubt === undefined
      ? []
      : [
          {
            id: governed.doubt.anomaly ?? 'policy.applies',
            text: governed.doubt.reason,
            criteria: [`${policy.id}/applies`],
          },
        ];

  const unread = unreadAuthorization(base.priorAuthorization, scope);
  const { product } = order;
  const indications = policy.indications.filter(({ products }) => isForProduct(products, product));
  if (product === null && indications.length === 0) {
    return {
      ...settled(null, 'documentation-needed'),
      criteria: [productCriterion([policy], order, library)],
      anomalies: [...doubtAnomaly, ...unread, ...generalAnomalies(policy)],
    };
  }

  const fit = fittingIndications(indications, scope);
  const evaluate = (indication: Indication): Evaluated =>
    evaluateIndication(indication, criterionScope, applies);
  const anomaliesOf = (evaluated: Evaluated | undefined): readonly Anomaly[] => [
    ...doubtAnomaly,
    ...unread,
    ...policyAnomalies(policy, evaluated),
    ...chartAnomalies(chart.anomalies, withParts(evaluated?.criteria ?? [])),
    ...answerAnomalies(answers.problems, withParts(evaluated?.criteria ?? [])),
  ];

  if (fit.kind === 'not-covered') {
    const found = fit.records.map(({ reference }) => reference).join(', ');
    return {
      ...settled(null, 'no-covered-indication'),
      criteria: [],
      anomalies: [
        ...anomaliesOf(undefined),
        {
          id: 'chart.diagnosis',
          text: `The confirmed diagnosis (${found}) is none that the policy covers for this product.`,
          criteria: [],
        },
      ],
    };
  }
  const candidates = (fit.kind === 'fitting' ? fit.indications : indications).map(evaluate);
  const ranked = [...candidates].sort(byDecision);
  if (fit.kind === 'undiagnosed') {
    return {
      ...settled(null, 'documentation-needed'),
      criteria: applies,
      alternatives: ranked.map(alternative),
      anomalies: anomaliesOf(ranked[0]),
    };
  }
  const best = ranked[0];
  if (best === undefined)
    throw new Error(`policy ${policy.id} has no indication for ${product?.id ?? 'any product'}`);
  return {
    ...settled(best.indication.id, best.decision),
    criteria: best.criteria,
    ...(ranked.length > 1 ? { alternatives: ranked.slice(1).map(alternative) } : {}),
    anomalies: anomaliesOf(best),
  };
}

const alternative = ({ indication, decision, criteria }: Evaluated): Alternative => ({
  indication: indication.id,
  decision,
  criteria,
});

function evaluateIndication(
  indication: Indication,
  scope: CriterionScope,
  applies: readonly CriterionResult[],
): Evaluated {
  const evaluated = indication.criteria.map((criterion) => evaluateCriterion(criterion, scope));
  const truths: readonly Truth[] = [...applies.map(() => null), ...evaluated.map(({ truth }) => truth)];
  return {
    indication,
    decision: truths.includes(false)
      ? 'criteria-not-met'
      : truths.includes(null)
        ? 'documentation-needed'
        : 'criteria-met',
    criteria: [...applies, ...evaluated.flatMap(({ results }) => results)],
    anomalies: evaluated.flatMap(({ anomalies }) => anomalies),
  };
}

const RANK: Readonly<Record<Decision, number>> = {
  'criteria-met': 0,
  'documentation-needed': 1,
  'criteria-not-met': 2,
  'no-covered-indication': 3,
};

const count = ({ criteria }: Evaluated, status: CriterionResult['status']): number =>
  criteria.filter((criterion) => criterion.status === status).length;

/** Best decision, then fewer not met, then fewer unknown; the sort keeps the policy's order among equals. */
const byDecision = (a: Evaluated, b: Evaluated): number =>
  RANK[a.decision] - RANK[b.decision] ||
  count(a, 'not-met') - count(b, 'not-met') ||
  count(a, 'unknown') - count(b, 'unknown');

/** Every criterion of a list and below it, in order. */
export const withParts = (criteria: readonly CriterionResult[]): readonly CriterionResult[] =>
  criteria.flatMap((criterion) => [criterion, ...withParts(criterion.criteria)]);

const generalAnomalies = (policy: Policy): readonly Anomaly[] =>
  [...policy.anomalies]
    .filter(([, { general }]) => general === true)
    .map(([id, { text }]) => ({ id, text, criteria: [] }));

/** In the policy's own order; general ones stand without a criterion. @param evaluated undefined: no indication covers the diagnosis */
function policyAnomalies(policy: Policy, evaluated: Evaluated | undefined): readonly Anomaly[] {
  const touched = (id: string): readonly string[] => [
    ...new Set(
      (evaluated?.anomalies ?? []).flatMap((item) => (item.id === id ? (item.criterion ?? []) : [])),
    ),
  ];
  return [...policy.anomalies].flatMap(([id, { text, general }]) => {
    const criteria = touched(id);
    const isGeneral = evaluated === undefined ? general !== false : general === true;
    return isGeneral || criteria.length > 0 || evaluated?.indication.anomalies.includes(id) === true
      ? [{ id, text, criteria }]
      : [];
  });
}
