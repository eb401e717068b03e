import { createLocalJWKSet, createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import type { RegisteredClient } from './client-file.ts';

/** Fetches a JWK Set; tests bring their own to reach servers without TLS. */
export type FetchKeys = (url: string, init: RequestInit) => Promise<Response>;

/** A JWK Set of a hundred RSA keys takes 60 kB. */
const MOST_BYTES = 256 * 1024;
const TIMEOUT = 3000;
/** After a set was fetched, a `kid` that it lacks is looked for again no sooner than this: strangers choose `kid`s. */
const COOL_DOWN = 30_000;
/** A key that the client took out of its set is trusted no longer than this. */
const MOST_AGE = 10 * 60_000;
/** After a fetch failed, the next one waits: strangers must not make us knock at a hospital's door. */
const PAUSE = 5000;

/**
 * The keys of a client by `kid` and algorithm. Never by what a token brings along (`jwk`, `x5c`, `x5u`, `jku`).
 * jose keeps a fetched set, fetches it again for a `kid` that it lacks, and follows no redirect.
 */
export function keysOf({ keys }: RegisteredClient, fetchKeys: FetchKeys = fetch): JWTVerifyGetKey {
  if (keys.kind === 'inline') return createLocalJWKSet({ keys: [...keys.keys] });
  let pausedUntil = 0;
  return createRemoteJWKSet(new URL(keys.url), {
    timeoutDuration: TIMEOUT,
    cooldownDuration: COOL_DOWN,
    cacheMaxAge: MOST_AGE,
    [customFetch]: async (url, init) => {
      if (performance.now() < pausedUntil) throw new Error('the last fetch of the key set failed just now');
      try {
        const response = await fetchKeys(url, init);
        if (response.status !== 200) throw new Error(`the key set was answered with HTTP ${response.status}`);
        const text = await limitedText(response);
        createLocalJWKSet(JSON.parse(text) as Parameters<typeof createLocalJWKSet>[0]);
        return new Response(text);
      } catch (error) {
        pausedUntil = performance.now() + PAUSE;
        throw error;
      }
    },
  });
}

async function limitedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let size = 0;
  let text = '';
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) throw new Error('the key set is too large');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
