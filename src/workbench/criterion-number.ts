/** What stands behind policy and indication in an id; of a definition's part its own number. */
export function numberOf(id: string): string {
  const [, group, ...rest] = id.split('/');
  if (rest.length === 0) return group ?? id;
  return group === 'def' ? (rest.at(-1) ?? id) : rest.join('/');
}

/** The number where the policy prints one; undefined where a part has a word instead, which its title says better. */
export function printedNumber(number: string): string | undefined {
  const last = number.split('/').at(-1) ?? number;
  return last.length <= 6 && /\d|\.|^[A-Z]$/.test(last) ? last : undefined;
}
