import { pino, type DestinationStream, type Logger } from 'pino';
import { errorPlace } from './errors.ts';

/**
 * Names under which a token or a patient's data could reach the log. Nothing is logged under them on purpose: what a
 * mistake passes along is cut out all the same.
 */
const SECRET = [
  'authorization',
  'access_token',
  'accessToken',
  'fhirAuthorization',
  'token',
  'headers',
  'body',
  'context',
  'prefetch',
  'resource',
  'userComment',
  'url',
];

/** The operational log: one JSON object a line, with ids, codes, counts and timings. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      redact: {
        paths: SECRET.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*[*].${name}`]),
        censor: '[redacted]',
      },
      // An error's message may repeat what it could not read.
      serializers: {
        err: errorPlace,
        error: errorPlace,
        request: () => '[redacted]',
        req: () => '[redacted]',
      },
    },
    ...(destination === undefined ? [] : [destination]),
  );
}
