import { createHash } from 'node:crypto';

/** What was used once and is refused the second time: tokens, or bodies under a token. */
export interface ReplayMemory {
  /**
   * @param issuer whose it is: each has room of its own
   * @param parts what must not come twice
   * @param until seconds since 1970, after which the token has expired by itself
   * @param now seconds since 1970
   */
  readonly use: (
    issuer: string,
    parts: readonly (string | Uint8Array)[],
    until: number,
    now: number,
  ) => 'first' | 'again' | 'full';
}

/** Per issuer; at 600 requests a minute and tokens of ten minutes, fewer than 7,000 are in use. */
const MOST = 100_000;

export function createReplayMemory(most = MOST): ReplayMemory {
  const used = new Map<string, Map<string, number>>();
  return {
    use(issuer, parts, until, now) {
      const mine = used.get(issuer) ?? new Map<string, number>();
      used.set(issuer, mine);
      // The oldest stand first; one that lasts longer holds up those behind it for some minutes at most.
      for (const [old, end] of mine) {
        if (end >= now) break;
        mine.delete(old);
      }
      const key = digest(parts);
      const end = mine.get(key);
      if (end !== undefined && end >= now) return 'again';
      // What is still valid is never forgotten to make room: that would let it in a second time.
      if (mine.size >= most) return 'full';
      mine.set(key, until);
      return 'first';
    },
  };
}

function digest(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  // Each part by its length, so that no two lists run together the same.
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('base64url');
}
