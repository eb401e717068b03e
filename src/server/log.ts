import { pino, type DestinationStream, type Logger } from 'pino';
import { property } from '../fhir/json.ts';
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
      // Nor is it to become the line's message, as pino would have it where there is none.
      hooks: {
        logMethod(args, method) {
          const [first, message] = args as readonly unknown[];
          const error = first instanceof Error ? first : property(first, 'err');
          if (error instanceof Error && typeof message !== 'string')
            method.apply(this, [{ err: error }, 'failed']);
          else method.apply(this, args);
        },
      },
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
