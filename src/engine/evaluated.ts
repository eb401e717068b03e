import type { Missing } from '../policy/fact.ts';
import type { Truth } from '../fhir/truth.ts';
import type { Span } from './exposure.ts';
import type { Evidence, Needs, Searched } from './result.ts';

/** What a criterion comes to, with its parts: the shape that `determination.md` fixes. */
export interface CriterionResult {
  readonly id: string;
  readonly title: string;
  readonly locator: string;
  readonly status: 'met' | 'not-met' | 'unknown' | 'not-applicable';
  readonly needs?: Needs;
  readonly evidence: readonly Evidence[];
  readonly missing: readonly Missing[];
  readonly searched: readonly Searched[];
  readonly criteria: readonly CriterionResult[];
}

/** A result on its way up the tree. */
export interface Evaluated {
  readonly truth: Truth;
  readonly results: readonly CriterionResult[];
  readonly needs: Needs | undefined;
  readonly evidence: readonly Evidence[];
  readonly missing: readonly Missing[];
  readonly searched: readonly Searched[];
  /** True when something decisive in the chart speaks for it: the branch of an `any` that is worth completing. */
  readonly isSupported: boolean;
  /** The answer that the chart speaks against without settling it. */
  readonly contested: boolean | undefined;
  /** True when no answer may settle it: the chart holds evidence both ways, or part of it could not be read. */
  readonly isBarred: boolean;
  /** Ids of the anomalies of the policy's text that touch it, with the criterion they touch: the nearest one with an id. */
  readonly anomalies: readonly { readonly id: string; readonly criterion: string | undefined }[];
  /** When what makes it true took place. */
  readonly dates: readonly Span[];
}

export const evidenceKey = ({ reference, path, value }: Evidence): string => `${reference} ${path} ${value}`;

/** One of each, the first one found. */
export function union<T>(lists: readonly (readonly T[])[], key: (item: T) => string): readonly T[] {
  const all = lists.flat();
  if (all.length < 2) return all;
  const seen = new Set<string>();
  return all.filter((item) => {
    const name = key(item);
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}
