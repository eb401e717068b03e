import { join } from 'node:path';
import { parse } from 'yaml';
import type { Library } from '../../src/policy/library.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { VIGNETTE_INDEX, type VignetteIndex } from '../../src/policy/vignette-index.ts';
import { dataFiles } from '../../src/server/policy-files.ts';
import { coverageOf } from './coverage.ts';
import type { State } from './states.ts';
import { policiesOf, type StoredVignette } from './vignette-files.ts';

/** What the vignettes state of a policy's criteria, by name. */
export function vignetteIndex(
  policy: Policy,
  library: Library,
  all: readonly StoredVignette[],
): VignetteIndex {
  const vignettes = all.filter((vignette) => policiesOf(vignette).includes(policy.id));
  const place = new Map(vignettes.map((stored, index) => [stored, index]));
  return {
    policy: policy.id,
    version: policy.version,
    vignettes: vignettes.map(({ vignette: { name, story } }) => ({ name, story })),
    criteria: coverageOf(policy, library, vignettes).map(({ indication, id, shown }) => {
      const places = (state: State): number[] | null =>
        shown[state]?.flatMap((stored) => place.get(stored) ?? []) ?? null;
      return {
        indication,
        id,
        met: places('met'),
        'not-met': places('not-met'),
        unknown: places('unknown'),
        'not-applicable': places('not-applicable'),
      };
    }),
  };
}

/** One line for each vignette and criterion, so that a change shows as one. */
export const vignetteIndexText = ({ policy, version, vignettes, criteria }: VignetteIndex): string =>
  [
    '{',
    `"policy": ${JSON.stringify(policy)},`,
    `"version": ${JSON.stringify(version)},`,
    '"vignettes": [',
    vignettes.map((vignette) => JSON.stringify(vignette)).join(',\n'),
    '],',
    '"criteria": [',
    criteria.map((criterion) => JSON.stringify(criterion)).join(',\n'),
    ']',
    '}',
    '',
  ].join('\n');

/** Beside the policy: the folder's name says neither its id nor its version. */
export function vignetteIndexPath(policy: Policy, services: string): string {
  const file = dataFiles(services).find(({ path, text }) => {
    if (!path.endsWith('/policy.yaml')) return false;
    const { id, version } = parse(text) as Partial<Policy>;
    return id === policy.id && version === policy.version;
  });
  if (file === undefined) throw new Error(`${policy.id} ${policy.version} has no folder in ${services}`);
  return join(services, file.path, '..', VIGNETTE_INDEX);
}
