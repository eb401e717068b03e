import type { CriterionResult } from '../../engine/evaluated.ts';
import type { Needs } from '../../engine/result.ts';
import { Icon, type IconName } from './icon.tsx';

export type CriterionStatus = CriterionResult['status'];

const STATUSES: Readonly<Record<CriterionStatus, { readonly words: string; readonly icon: IconName }>> = {
  met: { words: 'Met', icon: 'check' },
  'not-met': { words: 'Not met', icon: 'cross' },
  unknown: { words: 'Unknown', icon: 'question' },
  'not-applicable': { words: 'Not applicable', icon: 'dash' },
};

/** What is needed before an unknown can be decided. */
export const NEEDS_WORDS: Readonly<Record<Needs, string>> = {
  'data-access': 'Chart could not be read',
  review: 'Needs a person’s review',
  documentation: 'Documentation missing',
  attestation: 'Clinician’s statement needed',
};

/** A criterion's status in colour, icon and words; of an unknown, what it needs. */
export function Status({
  status,
  needs,
}: {
  readonly status: CriterionStatus;
  readonly needs?: Needs | undefined;
}) {
  const { words, icon } = STATUSES[status];
  return (
    <span className={`status status-${status}`}>
      <Icon name={icon} />
      {needs === undefined ? words : NEEDS_WORDS[needs]}
    </span>
  );
}
