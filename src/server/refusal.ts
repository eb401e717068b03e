import { ServiceError, type ErrorCode } from './errors.ts';

/** Seconds after `iat` for which a token is taken, whatever its `exp`. */
export const MOST_AGE = 600;

/** A refusal: what the caller may know, and for the log what it may not. */
export class Refusal extends ServiceError {
  /** Which check failed; of the token's own words nothing. */
  readonly reason: string;
  /** The client that the token claims to be from, when there is one; not proven. */
  readonly claimed: string | undefined;

  constructor(code: ErrorCode, reason: string, claimed?: string) {
    super(code, MESSAGES[code] ?? 'the token is refused', '(header) authorization');
    this.reason = reason;
    this.claimed = claimed;
  }
}

/**
 * Until the signature is proven, every cause but a broken form has the same answer: who is registered, with which keys
 * and algorithms, is nobody else's business. Behind the signature the client is told exactly.
 */
const MESSAGES: Partial<Record<ErrorCode, string>> = {
  'token-missing': 'send Authorization: Bearer and a JWT that is signed for this URL',
  'token-malformed': 'the token is not a JWT with the headers alg, kid and typ JWT',
  'token-untrusted':
    'the token is not signed by a registered client: check iss, alg, kid, jku and the key; the operator’s log has the cause under this answer’s x-request-id',
  'token-incomplete': 'a claim is missing or of the wrong type: iss, aud, exp, iat and jti are required',
  'token-wrong-audience': 'aud must be the public URL that is called',
  'token-wrong-tenant': 'the tenant is not registered for this client',
  'token-expired': 'exp has passed',
  'token-too-old': `iat is more than ${MOST_AGE / 60} minutes ago`,
  'token-not-yet-valid': 'iat or nbf is in the future: check the clock',
  'token-replayed': 'this jti was used before: sign a new token for each call',
};
