import { factsOf, type Library } from '../policy/library.ts';
import type { Policy } from '../policy/policy.ts';
import type { FactReader } from './facts.ts';

/**
 * The records of treatment and of the disease's course that an indication's facts refer to: what a finding was placed in
 * time by, and so what whoever checks the determination needs beside its evidence.
 * @returns references, each once
 */
export function courseRecords(
  policy: Policy,
  indication: string | null,
  { facts }: Library,
  { records }: Pick<FactReader, 'records'>,
): readonly string[] {
  const indications = policy.indications.filter(({ id }) => id === indication);
  const asked = factsOf({ ...policy, indications }, facts).filter(
    ({ kind }) => kind === 'events' || kind === 'episodes',
  );
  return [...new Set(asked.flatMap(records))];
}
