import type { Chart } from '../fhir/chart.ts';
import { not } from '../fhir/truth.ts';
import type { AnomalyReference, Criterion } from '../policy/policy.ts';
import type { Attestation } from './attestations.ts';
import { agreed, compose } from './composition.ts';
import { evidenceKey, union, type CriterionResult, type Evaluated } from './evaluated.ts';
import { BROKEN_SOURCES, searchedType } from './scope.ts';
import { isTrue, judged, type CriterionScope } from './judgement.ts';
import { guardOf, withGuard, type Guarded } from './guard.ts';
import { aside, type Needs } from './result.ts';

export type { CriterionResult, Evaluated } from './evaluated.ts';
export type { CriterionScope } from './judgement.ts';

/** A part inherits whether it is an exclusion, and the answer that a clinician gave to the whole. */
interface Inherited {
  readonly exclusion: boolean;
  readonly attestation: Attestation | undefined;
  /** Answer to the nearest criterion with an id: what a part without one asks of the clinician is asked there. */
  readonly answer: Attestation | undefined;
  /** Id of that criterion. */
  readonly criterion: string | undefined;
}

/** Evaluates a criterion and every part of it, even once the answer is settled: the reader is owed the whole list. */
export function evaluateCriterion(criterion: Criterion, scope: CriterionScope): Evaluated {
  return evaluate(criterion, scope, {
    exclusion: false,
    attestation: undefined,
    answer: undefined,
    criterion: undefined,
  });
}

function evaluate(criterion: Criterion, scope: CriterionScope, inherited: Inherited): Evaluated {
  const isPart = criterion.id === undefined;
  const own = criterion.id === undefined ? undefined : scope.attestations.get(criterion.id);
  const attestation =
    own ?? (isPart && criterion.test.kind === 'attest' ? inherited.answer : inherited.attestation);
  const answer = isPart ? inherited.answer : own;
  const raw = test(criterion, scope, {
    ...inherited,
    attestation,
    answer,
    criterion: criterion.id ?? inherited.criterion,
  });
  const tested = contradicted(judged(raw, criterion, scope), criterion, own);
  const guard = criterion.when === undefined ? undefined : guardOf(criterion.when, scope);
  const isAnswerable =
    criterion.attestable || inherited.exclusion || (criterion.whenJudged && guard?.truth === null);
  const attested =
    isPart && criterion.test.kind !== 'attest'
      ? tested
      : withAttestation(tested, attestation, isAnswerable, isPart || own !== undefined);
  const unanswered =
    isAnswerable && attestation === undefined ? withUnreadAnswers(attested, scope.chart) : attested;
  const isDenied = own?.answer === false;
  return named(
    guard === undefined ? unanswered : withGuard(unanswered, guard, criterion, isDenied),
    criterion,
    scope,
  );
}

/** A clinician's yes to a criterion whose own measurement says no: both are shown to a person. */
const contradicted = (evaluated: Evaluated, criterion: Criterion, own: Attestation | undefined): Evaluated =>
  evaluated.truth === false && own?.answer === true && takesAnswer(criterion)
    ? { ...evaluated, truth: null, needs: 'review', isBarred: true }
    : evaluated;

/** True when a part without an id of its own asks the clinician. */
const takesAnswer = ({ test: asked }: Criterion): boolean =>
  'parts' in asked &&
  asked.parts.some((part) => part.id === undefined && (part.test.kind === 'attest' || takesAnswer(part)));

/** The result as a row of the tree; a part without an id of its own goes into the one above it, its anomalies too. */
function named(evaluated: Guarded, criterion: Criterion, scope: CriterionScope): Evaluated {
  const id = criterion.id;
  const { truth, needs } = evaluated;
  const touching = criterion.anomalies
    .filter(
      ({ only, if: condition }) =>
        isTouching(only, evaluated) && (condition === undefined || isTrue(condition, scope)),
    )
    .map((anomaly) => ({ id: anomaly.id, criterion: id }));
  const anomalies = [...touching, ...evaluated.anomalies];
  if (id === undefined) return { ...evaluated, anomalies };
  const status =
    evaluated.isNotApplicable === true
      ? 'not-applicable'
      : truth === null
        ? 'unknown'
        : truth
          ? 'met'
          : 'not-met';
  const own = criterion.missing === undefined ? [] : [{ what: criterion.missing }];
  const missing =
    status === 'unknown' && needs !== 'data-access'
      ? union([evaluated.missing, own], ({ what }) => what)
      : [];
  const result: CriterionResult = {
    id,
    title: criterion.title,
    locator: criterion.locator,
    status,
    ...(status === 'unknown' ? { needs: needs ?? 'documentation' } : {}),
    evidence: evaluated.evidence,
    missing,
    searched: evaluated.searched,
    criteria: evaluated.results,
  };
  return {
    ...evaluated,
    results: [result],
    missing,
    anomalies: anomalies.map((anomaly) => ({ id: anomaly.id, criterion: anomaly.criterion ?? id })),
  };
}

function isTouching(
  only: AnomalyReference['only'],
  { truth, needs, isNotApplicable, isGuardOpen }: Guarded,
): boolean {
  switch (only) {
    case 'always':
      return true;
    case 'when-open':
      return truth === null;
    case 'when-review':
      return truth === null && needs === 'review';
    case 'when-guard-open':
      return truth === null && isGuardOpen === true;
    case 'when-met':
      return truth === true && isNotApplicable !== true;
  }
}

const nothing: Omit<Evaluated, 'truth' | 'needs'> = {
  results: [],
  evidence: [],
  missing: [],
  searched: [],
  isSupported: false,
  isBarred: false,
  contested: undefined,
  anomalies: [],
  dates: [],
};

function test(criterion: Criterion, scope: CriterionScope, inherited: Inherited): Evaluated {
  const { test: asked } = criterion;
  const open = criterion.open;
  switch (asked.kind) {
    case 'fact': {
      const fact = scope.facts.get(asked.fact);
      if (fact === undefined) throw new Error(`fact ${asked.fact} is not in the library`);
      const answer = scope.answer(fact, asked.comparison, inherited.criterion);
      const usual: Needs = inherited.exclusion ? 'attestation' : 'documentation';
      return {
        ...nothing,
        truth: inherited.exclusion ? not(answer.truth) : answer.truth,
        needs: answer.truth === null ? (answer.needs ?? open ?? usual) : undefined,
        evidence: answer.evidence,
        missing: answer.missing,
        searched: answer.searched,
        isSupported: answer.truth === true,
        isBarred: answer.needs === 'review' || answer.isBroken === true,
        contested: answer.isContested === true ? inherited.exclusion : undefined,
        dates: answer.dates ?? [],
      };
    }
    case 'attest':
      return {
        ...nothing,
        truth: null,
        needs: open ?? 'attestation',
        missing: criterion.missing === undefined ? [] : [{ what: criterion.missing }],
        searched: [searchedType('QuestionnaireResponse', scope.chart)],
      };
    case 'review':
      return { ...nothing, truth: null, needs: 'review', missing: [{ what: asked.reason }] };
    case 'all':
    case 'any':
    case 'none':
    case 'readings': {
      const exclusion = asked.kind === 'none' ? true : inherited.exclusion;
      const parts = asked.parts.map((part) =>
        evaluate(part, scope, {
          exclusion,
          // The answer to a checklist is to what it asks beside its documents, which are asked for one by one.
          attestation: asked.kind === 'any' || criterion.isChecklist ? undefined : inherited.attestation,
          answer: inherited.answer,
          criterion: inherited.criterion,
        }),
      );
      return asked.kind === 'readings' ? agreed(parts, criterion) : compose(asked.kind, parts, criterion);
    }
  }
}

/**
 * A clinician's answer beside what the chart says (`determination.md`, "Attestations"): it closes what the chart
 * leaves open, stands with what the chart confirms, and sends a contradiction to review. What could not be read
 * stays unread.
 */
function withAttestation(
  evaluated: Evaluated,
  attestation: Attestation | undefined,
  isAnswerable: boolean,
  isOwn: boolean,
): Evaluated {
  if (attestation === undefined) return evaluated;
  const evidence = union([evaluated.evidence, attestation.evidence], evidenceKey);
  if (!isAnswerable) {
    if (!isOwn) return evaluated;
    const note = 'an answer does not take the place of the record or document that is asked for';
    return {
      ...evaluated,
      evidence: union(
        [evaluated.evidence, attestation.evidence.map((item) => aside(item, note))],
        evidenceKey,
      ),
    };
  }
  const { answer } = attestation;
  // "No" to the whole of an exclusion does not say which part is present.
  if (!isOwn && answer !== true) return evaluated;
  if (answer === undefined)
    return { ...evaluated, evidence, needs: evaluated.truth === null ? evaluated.needs : undefined };
  if (evaluated.truth === null) {
    if (evaluated.isBarred) return { ...evaluated, evidence };
    return evaluated.contested === answer
      ? { ...evaluated, needs: 'review', isBarred: true, evidence }
      : { ...evaluated, truth: answer, needs: undefined, evidence, missing: [] };
  }
  if (evaluated.truth === answer) return { ...evaluated, evidence };
  return isOwn ? { ...evaluated, truth: null, needs: 'review', isBarred: true, evidence } : evaluated;
}

/** Where questionnaire answers could not be read, one may be there: it is not asked for again. */
function withUnreadAnswers(evaluated: Evaluated, chart: Chart): Evaluated {
  const { state } = chart.source('QuestionnaireResponse');
  return evaluated.truth === null && BROKEN_SOURCES.some((broken) => broken === state)
    ? {
        ...evaluated,
        needs: 'data-access',
        searched: union(
          [evaluated.searched, [searchedType('QuestionnaireResponse', chart)]],
          ({ resourceType }) => resourceType,
        ),
      }
    : evaluated;
}
