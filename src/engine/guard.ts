import type { Criterion } from '../policy/policy.ts';
import { evidenceKey, union, type Evaluated } from './evaluated.ts';
import type { CriterionScope } from './judgement.ts';
import { mostPressing, type Answer, type Needs } from './result.ts';

/** A result under the condition of its criterion. */
export interface Guarded extends Evaluated {
  readonly isNotApplicable?: boolean;
  readonly isGuardOpen?: boolean;
}

/** The answer to a guard, a fact. */
export interface Guard extends Answer {
  /** False for what no record states, and only a clinician can. */
  readonly isRecordable: boolean;
}

export function guardOf(name: string, scope: CriterionScope): Guard {
  const fact = scope.facts.get(name);
  if (fact === undefined) throw new Error(`fact ${name} is not in the library`);
  return {
    ...scope.answer(fact, undefined),
    isRecordable: fact.kind !== 'question' || fact.yes.length > 0,
  };
}

/**
 * Kleene's implication: a guard that is definitely false makes the criterion not applicable, which counts as true.
 * @param isDenied a clinician answers no to the whole criterion: it applies, where no record could say so
 */
export function withGuard(
  evaluated: Evaluated,
  answer: Guard,
  { whenJudged }: Criterion,
  isDenied: boolean,
): Guarded {
  const searched = union([answer.searched, evaluated.searched], ({ resourceType }) => resourceType);
  switch (answer.truth) {
    case false:
      return {
        ...evaluated,
        isNotApplicable: true,
        truth: true,
        needs: undefined,
        evidence: answer.evidence,
        missing: [],
        searched,
      };
    case true:
      return { ...evaluated, evidence: union([evaluated.evidence, answer.evidence], evidenceKey), searched };
    case null: {
      if (evaluated.truth === true || (isDenied && !answer.isRecordable)) return { ...evaluated, searched };
      // A judgement that nothing in the chart speaks for is asked of the clinician, not of the records.
      const isOnlyJudged = whenJudged && answer.needs === undefined && answer.evidence.length === 0;
      const needs: readonly Needs[] = [
        answer.needs ?? (isOnlyJudged ? 'attestation' : 'documentation'),
        ...(evaluated.needs === undefined || (isOnlyJudged && evaluated.needs === 'documentation')
          ? []
          : [evaluated.needs]),
      ];
      return {
        ...evaluated,
        isGuardOpen: true,
        truth: null,
        needs: mostPressing(needs),
        evidence: union([answer.evidence, evaluated.evidence], evidenceKey),
        missing: union([answer.missing, isOnlyJudged ? [] : evaluated.missing], ({ what }) => what),
        searched,
      };
    }
  }
}
