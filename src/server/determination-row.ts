import type { WireVersion } from '../crd/wire-version.ts';
import type { Extension } from '../crd/coverage-information.ts';
import type { NewRow } from '../store/tables.ts';
import type { AskedOrder, NeededForm } from './hook-call.ts';
import type { IdentifiedDetermination, KeptForms } from './record-keeping.ts';

/**
 * A determination as it is kept, without who asked and when. Whoever made it writes it down: what it says goes from thread
 * to thread as text, which costs a hundredth of what its objects would.
 */
export type DeterminationRow = Omit<NewRow<'determination'>, 'client' | 'asked_at'>;

/** @param forms of all determinations of the call */
export function determinationRow(
  { id, ...determination }: IdentifiedDetermination,
  version: WireVersion,
  forms: readonly NeededForm[],
  statement: Extension | undefined,
  asked: AskedOrder,
): DeterminationRow {
  const { hookInstance, patient, order, policy, decision } = determination;
  const kept: KeptForms = { version, forms: forms.filter((form) => form.determination === id), statement };
  return {
    id,
    hook_instance: hookInstance,
    patient,
    order_reference: order,
    policy: policy.id,
    policy_version: policy.version,
    decision,
    body: JSON.stringify(determination),
    forms: JSON.stringify(kept),
    // As text, for the sake of its numbers.
    request: JSON.stringify(asked),
  };
}
