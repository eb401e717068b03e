/** 32-bit FNV-1a: turns a name into a seed, so that each draw has a stream of its own and a new visit changes no other. */
function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i += 1) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/**
 * Mulberry32, seeded by a name.
 * @returns a function giving numbers in [0, 1), the same ones for the same name
 */
export function randomStream(name: string): () => number {
  let state = seedOf(name);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** What a quantity usually is, and how far from it we let it stray. */
export type Spread = readonly [mean: number, spread: number];

/** A value around the mean, at most the spread away and mostly nearer. */
export const around = (next: () => number, [mean, spread]: Spread): number =>
  mean + (next() + next() - 1) * spread;

/** A whole number of `digits` digits that never starts with a zero. */
export const digitsOf = (name: string, digits: number): string => {
  const next = randomStream(name);
  return Array.from({ length: digits }, (_, i) =>
    String(Math.floor(next() * (i === 0 ? 9 : 10)) + (i === 0 ? 1 : 0)),
  ).join('');
};

/** A version-4-shaped UUID that depends on the name alone. */
export function uuidOf(name: string): string {
  const next = randomStream(name);
  const hex = Array.from({ length: 32 }, () => Math.floor(next() * 16).toString(16)).join('');
  const variant = '89ab'.charAt(Math.floor(next() * 4));
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20),
  ].join('-');
}
