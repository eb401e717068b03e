/**
 * What follows from one object that never changes, found when it is first asked for and kept as long as the object: a
 * policy, a fact or the library is read once, and not at every call.
 */
export function derived<Of extends object, What>(find: (of: Of) => What): (of: Of) => What {
  const known = new WeakMap<Of, { readonly found: What }>();
  return (of) => {
    const kept = known.get(of);
    if (kept !== undefined) return kept.found;
    const found = find(of);
    known.set(of, { found });
    return found;
  };
}
