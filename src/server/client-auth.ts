import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import type { RegisteredClient } from './client-file.ts';
import { MOST_AGE, Refusal } from './refusal.ts';

/** CDS Hooks 2.0.1, "Trusting CDS Clients": the JWT that a client signs for each call. */

/** Seconds by which a caller's clock may differ from ours. */
export const SKEW = 60;
/** Characters; a token of a client has about 900. */
const MOST_CHARACTERS = 8192;
const MOST_ID = 256;

export interface Verified {
  readonly client: RegisteredClient;
  readonly tenant: string | undefined;
  readonly jti: string;
  /** Seconds since 1970 until which the same token would be accepted again. */
  readonly until: number;
}

export interface KnownClient {
  readonly client: RegisteredClient;
  readonly keys: JWTVerifyGetKey;
}

/**
 * @param authorization the header
 * @param clients by issuer
 * @param audiences URLs that the token may be for
 * @throws Refusal
 */
export async function verifyToken(
  authorization: string | undefined,
  clients: ReadonlyMap<string, KnownClient>,
  audiences: readonly string[],
  now: Date,
): Promise<Verified> {
  if (authorization === undefined) throw new Refusal('token-missing', 'no Authorization header');
  const token = /^Bearer +([\w.~+/=-]+) *$/i.exec(authorization)?.[1];
  if (token === undefined) throw new Refusal('token-malformed', 'no bearer token');
  if (token.length > MOST_CHARACTERS) throw new Refusal('token-malformed', 'the token is too long');
  const { header, claims } = decoded(token);
  const known = typeof claims.iss === 'string' ? clients.get(claims.iss) : undefined;
  if (known === undefined) throw new Refusal('token-untrusted', 'unknown issuer');
  const { client, keys } = known;
  if ('jku' in header && (client.jku === undefined || header['jku'] !== client.jku))
    throw new Refusal('token-untrusted', 'another jku than the registered one', client.id);
  let verified: JWTPayload;
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: [...client.algorithms],
      issuer: client.issuer,
      // A trailing slash makes no other endpoint.
      audience: audiences.flatMap((url) => [url, `${url}/`]),
      requiredClaims: ['exp', 'iat', 'jti'],
      maxTokenAge: MOST_AGE,
      clockTolerance: SKEW,
      currentDate: now,
    });
    verified = payload;
  } catch (error) {
    throw refusal(error, client.id);
  }
  return { client, ...heldClaims(verified, client) };
}

/** Header and claims of a token in the form that CDS Hooks asks for; nothing of it is believed yet. */
function decoded(token: string): {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: JWTPayload;
} {
  let header: Readonly<Record<string, unknown>>;
  let claims: JWTPayload;
  try {
    header = { ...decodeProtectedHeader(token) };
    claims = decodeJwt(token);
  } catch {
    throw new Refusal('token-malformed', 'not a signed JWT');
  }
  const { alg, kid, typ } = header;
  if (typeof alg !== 'string' || typeof kid !== 'string' || kid === '' || kid.length > MOST_ID)
    throw new Refusal('token-malformed', 'no alg, or no kid');
  if (typeof typ !== 'string' || !/^(application\/)?jwt$/i.test(typ))
    throw new Refusal('token-malformed', 'another typ than JWT');
  return { header, claims };
}

/** The claims that jose does not know the types of. */
function heldClaims(
  { jti, exp, iat, tenant }: JWTPayload,
  client: RegisteredClient,
): Pick<Verified, 'jti' | 'tenant' | 'until'> {
  const isId = (value: unknown): value is string =>
    typeof value === 'string' && value.trim() !== '' && value.length <= MOST_ID;
  if (!isId(jti)) throw new Refusal('token-incomplete', 'jti is no text of 1 to 256 characters', client.id);
  if (tenant !== undefined && !isId(tenant))
    throw new Refusal('token-incomplete', 'tenant is no text of 1 to 256 characters', client.id);
  if (client.tenants.size > 0 && (tenant === undefined || !client.tenants.has(tenant)))
    throw new Refusal('token-wrong-tenant', 'no registered tenant', client.id);
  // jose has checked that both are numbers; they may have fractions (RFC 7519, 2), which no store has a column for.
  const until = Math.ceil(Math.min(exp ?? 0, (iat ?? 0) + MOST_AGE) + SKEW);
  return { jti, tenant, until };
}

function refusal(error: unknown, claimed: string): Refusal {
  if (error instanceof errors.JWTExpired)
    return error.claim === 'iat'
      ? new Refusal('token-too-old', 'iat is too long ago', claimed)
      : new Refusal('token-expired', 'expired', claimed);
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim, reason } = error;
    if (reason !== 'check_failed') return new Refusal('token-incomplete', `${claim} is ${reason}`, claimed);
    if (claim === 'iat' || claim === 'nbf')
      return new Refusal('token-not-yet-valid', `${claim} is in the future`, claimed);
    if (claim === 'aud') return new Refusal('token-wrong-audience', 'another audience', claimed);
    return new Refusal('token-incomplete', claim, claimed);
  }
  if (error instanceof errors.JWTInvalid)
    return new Refusal('token-malformed', 'the claims are no JSON object', claimed);
  return new Refusal('token-untrusted', untrusted(error), claimed);
}

/** jose's own words name the check and repeat nothing of the token. */
function untrusted(error: unknown): string {
  if (error instanceof errors.JOSEAlgNotAllowed) return 'an algorithm that is not allowed';
  if (error instanceof errors.JWKSNoMatchingKey) return 'no key with this kid and algorithm';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'the signature does not fit the key';
  if (error instanceof errors.JWKSTimeout) return 'the key set was not answered in time';
  if (error instanceof errors.JOSENotSupported) return 'a critical header that is not known';
  if (error instanceof errors.JWSInvalid) return 'not a signed JWT that is understood';
  return 'the key set could not be fetched, or has no usable key';
}
