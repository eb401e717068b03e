import * as z from 'zod';
import { chartTypes } from '../crd/evaluate.ts';
import { createCallData, gatherChart, gatherCoverages } from '../crd/gather.ts';
import { readPrefetch } from '../crd/prefetch.ts';
import { asWritten } from '../fhir/number-text.ts';
import { bodyValue } from './body.ts';
import type { CallerRecords } from './caller-records.ts';
import { ServiceError } from './errors.ts';
import { allowedServer } from './fhir-base.ts';
import type { QueryLog } from './fhir-client.ts';
import type { CallScope } from './hook-call.ts';
import type { Reply, RequestCall } from './request-call.ts';
import { subjectsNamed } from './subjects-named.ts';

const questionSchema = z.object({
  fhirServer: z.string('must be the base URL of a FHIR server').max(2000),
  patientId: z.string('must be the id of a patient').regex(/^[A-Za-z0-9.-]{1,64}$/, 'must be a FHIR id'),
  /** Bearer token for that server: used for these queries, kept and logged nowhere. */
  token: z.string('must be a token').min(1, 'must not be empty').max(20_000).optional(),
});

/**
 * A patient's chart for showing: read as a hook call reads it, from the same servers and no others. The page cannot ask
 * a FHIR server itself, since its security policy lets it call nobody else.
 */
export async function chartAnswer(
  { body, caller }: RequestCall,
  { library, config, fhirClient }: CallScope,
  records: Pick<CallerRecords, 'concerns'>,
  signal: AbortSignal,
): Promise<Reply> {
  const value = bodyValue(body);
  await records.concerns(subjectsNamed(value));
  const { fhirServer, patientId, token } = questionOf(value);
  const server = allowedServer(fhirServer, caller.fhirServers, caller);
  if (server === undefined)
    throw new ServiceError(
      'invalid-request',
      'this service may not call that FHIR server; FHIR_SERVERS names those that it may call beside this machine',
      'fhirServer',
    );
  const queries: QueryLog[] = [];
  const client = fhirClient(
    {
      server,
      patientId,
      authorization:
        token === undefined
          ? undefined
          : { accessToken: token, expiresInSeconds: undefined, scope: undefined, patientId: undefined },
      milliseconds: config.longQueryMilliseconds ?? config.queryMilliseconds,
      signal: signal,
    },
    (query) => queries.push(query),
  );
  const nothing = readPrefetch({ prefetch: {}, hook: 'order-sign', patientId }, library);
  const data = createCallData(patientId, nothing, client, library, []);
  const types = chartTypes(library.policies, library);
  const [chart, coverages] = await Promise.all([gatherChart(data, types), gatherCoverages(data)]);
  const unread = ['Patient', ...types].flatMap((resourceType) => {
    const { state, reason = state } = chart.source(resourceType);
    return state === 'complete' ? [] : [{ resourceType, reason }];
  });
  if (coverages.failure !== undefined)
    unread.push({ resourceType: 'Coverage', reason: coverages.failure.reason });
  const entry: { readonly resource: unknown }[] = [];
  data.visit((resource) => entry.push({ resource: asWritten(resource) }));
  const bundle = { resourceType: 'Bundle', type: 'collection', entry };
  return {
    status: 200,
    type: 'json',
    text: JSON.stringify({ bundle, unread }),
    report: { queries: queries.length, unread: unread.length },
  };
}

function questionOf(body: unknown): z.output<typeof questionSchema> {
  const { success, data, error } = questionSchema.safeParse(body);
  if (success) return data;
  const [issue] = error.issues;
  throw new ServiceError(
    'invalid-request',
    issue?.message ?? 'is not as it should be',
    issue === undefined || issue.path.length === 0 ? '(body)' : issue.path.join('.'),
  );
}
