import type { CriterionResult } from '../../engine/evaluated.ts';
import type { StoredDetermination } from '../api.ts';
import type { Opened } from './evidence-dialog.tsx';

/** What a determination says of a record: where a criterion was decided by it, that; a record that none cites stands alone. */
export function evidenceOf({ criteria }: StoredDetermination, reference: string): Opened {
  const cited = citations(criteria, reference);
  const [first] = [...cited.filter(({ evidence }) => evidence.decides !== false), ...cited];
  return (
    first ?? {
      evidence: {
        reference,
        path: reference.slice(0, Math.max(0, reference.indexOf('/'))),
        value: 'no criterion cites it',
        decides: false,
      },
      criterion: undefined,
    }
  );
}

const citations = (criteria: readonly CriterionResult[], reference: string): readonly Opened[] =>
  criteria.flatMap(({ id, evidence, criteria: parts }) => [
    ...citations(parts, reference),
    ...evidence
      .filter((item) => item.reference === reference)
      .map((item) => ({ evidence: item, criterion: id })),
  ]);
