import type { CriterionResult } from '../../engine/evaluated.ts';
import type { Evidence } from '../../engine/result.ts';
import { numberOf } from '../criterion-number.ts';

/** A criterion as the tree shows it. */
export interface CriterionNode {
  readonly criterion: CriterionResult;
  /** Its number as the policy prints it: `3`, `3/lines`, `p.1`. */
  readonly number: string;
  /** False for what is open below a criterion that is decided without it: nobody needs to supply it. */
  readonly isAsked: boolean;
  /** Evidence that no part shows already: what decides, and what was found beside it. */
  readonly deciding: readonly Evidence[];
  readonly aside: readonly Evidence[];
  /** What is missing that no part asks for already. */
  readonly missing: readonly string[];
  readonly parts: readonly CriterionNode[];
}

export const FILTERS = ['all', 'open', 'not-met', 'met'] as const;
export type Filter = (typeof FILTERS)[number];

export const criterionTree = (
  criteria: readonly CriterionResult[],
  isAsked = true,
): readonly CriterionNode[] =>
  criteria.map((criterion) => {
    const { evidence, missing, status } = criterion;
    const shown = new Set(criterion.criteria.flatMap((part) => part.evidence.map(evidenceKey)));
    const own = evidence.filter((item) => !shown.has(evidenceKey(item)));
    const asked = new Set(criterion.criteria.flatMap((part) => part.missing.map(({ what }) => what)));
    return {
      criterion,
      number: numberOf(criterion.id),
      isAsked: isAsked || status !== 'unknown',
      deciding: own.filter(({ decides }) => decides !== false),
      aside: own.filter(({ decides }) => decides === false),
      missing: missing.map(({ what }) => what).filter((what) => !asked.has(what)),
      parts: criterionTree(criterion.criteria, isAsked && status === 'unknown'),
    };
  });

export const evidenceKey = ({ reference, path, value }: Evidence): string => `${reference} ${path} ${value}`;

/**
 * The nodes that a filter leaves, with their parts of the same kind: a part that fails where the whole does not, or is
 * open where the whole is decided, is no answer to what fails or is open.
 */
export const filtered = (nodes: readonly CriterionNode[], filter: Filter): readonly CriterionNode[] =>
  filter === 'all'
    ? nodes
    : nodes
        .filter((node) => isOf(node, filter))
        .map((node) => ({ ...node, parts: filtered(node.parts, filter) }));

function isOf({ criterion: { status }, isAsked }: CriterionNode, filter: Filter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'open':
      return status === 'unknown' && isAsked;
    case 'not-met':
      return status === 'not-met';
    case 'met':
      return status === 'met';
  }
}

/** Ids of the nodes that stand open at first: the way down to what is not met; where nothing is, to the first that is open. */
export function openedAtFirst(nodes: readonly CriterionNode[]): ReadonlySet<string> {
  const failing = pathsTo(nodes, 'not-met');
  if (failing.length > 0) return new Set(failing);
  const first = nodes.find(({ criterion }) => criterion.status === 'unknown');
  return new Set(first === undefined ? [] : [first.criterion.id]);
}

const pathsTo = (nodes: readonly CriterionNode[], status: CriterionResult['status']): readonly string[] =>
  nodes.flatMap(({ criterion, parts }) =>
    criterion.status === status ? [criterion.id, ...pathsTo(parts, status)] : [],
  );

/** Every node, above before below. */
export const flattened = (nodes: readonly CriterionNode[]): readonly CriterionNode[] =>
  nodes.flatMap((node) => [node, ...flattened(node.parts)]);
