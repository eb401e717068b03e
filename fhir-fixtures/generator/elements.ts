/** The same resource without some of its elements. */
export const without = <R extends object, K extends keyof R>(
  resource: R,
  ...elements: readonly K[]
): Omit<R, K> =>
  Object.fromEntries(Object.entries(resource).filter(([name]) => !elements.includes(name as K))) as Omit<
    R,
    K
  >;
