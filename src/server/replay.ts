import { createHash } from 'node:crypto';
import type { Outcome } from '../store/keeper.ts';
import { isSameDelivery, type RecordStore, type UsedToken } from '../store/records.ts';
import { createPatience, Late, type Patience } from '../store/time-limit.ts';

/** What was used once and is refused the second time: tokens, or bodies under a token. */
export interface Replays {
  /** @param now seconds since 1970 */
  readonly use: (token: UsedToken, now: number) => Promise<'first' | 'again'>;
}

/**
 * What this process has seen it refuses by itself; then the store is asked, which knows what replicas have seen and what
 * was seen before a restart. Where the store does not answer in time the call goes on, refused only if this process has
 * seen its token: a clinician's call must not hang on the store, and what is stored cannot be read without it. How many
 * tokens are in use at once the rates of the clients bound: at 600 calls a minute and tokens of ten minutes, about 7,000.
 * @param report told how each question to the store went
 * @param patience how long a call waits for the store
 */
export function createReplays(
  store: Pick<RecordStore, 'use'>,
  report: (outcome: Outcome, error?: unknown) => void,
  patience: Patience = createPatience(),
): Replays {
  const seen = new Map<string, Map<string, UsedToken>>();
  const useHere = (token: UsedToken, now: number): 'first' | 'again' => {
    const { issuer, jti, body } = token;
    const mine = seen.get(issuer) ?? new Map<string, UsedToken>();
    seen.set(issuer, mine);
    // The oldest stand first; one that lasts longer holds up those behind it for some minutes at most.
    for (const [old, { expires }] of mine) {
      if (expires >= now) break;
      mine.delete(old);
    }
    const key = `${jti} ${body}`;
    const before = mine.get(key);
    if (before !== undefined && before.expires >= now)
      return isSameDelivery(token, before) ? 'first' : 'again';
    mine.set(key, token);
    return 'first';
  };
  return {
    async use(token, now) {
      const here = useHere(token, now);
      if (here !== 'first') return here;
      try {
        const isFirst = await patience.wait(store.use(token));
        report('kept');
        return isFirst ? 'first' : 'again';
      } catch (error) {
        report(error instanceof Late ? 'late' : 'failed', error);
        return 'first';
      }
    },
  };
}

/**
 * @param token its id, and the delivery that it came with
 * @param parts what must not come twice with the token, beside its id; none where it may be used once
 */
export const usedToken = (
  { jti, ...token }: Omit<UsedToken, 'body'>,
  ...parts: readonly (string | Uint8Array)[]
): UsedToken => ({
  ...token,
  jti: digest([jti]),
  body: parts.length === 0 ? '' : digest(parts),
});

function digest(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  // Each part by its length, so that no two lists run together the same.
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('base64url');
}
