import type { Edition, Policies } from '../../src/server/policies-in-force.ts';

/** Policies that nothing replaces. */
export function fixedPolicies(given: Omit<Edition, 'edition'>): Policies {
  const edition: Edition = { ...given, edition: '000000000000' };
  return {
    current: () => edition,
    enter: () => ({ edition, leave: () => undefined }),
    lastReload: () => undefined,
  };
}
