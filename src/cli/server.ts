import type { FhirClient } from '../fhir/client.ts';
import type { JsonObject } from '../fhir/json.ts';
import { createFhirClient } from '../server/fhir-client.ts';
import { createFhirConnections } from '../server/fhir-connections.ts';
import { NETWORKS } from '../server/network.ts';
import type { ChartSource } from './arguments.ts';
import { CommandError, EXIT } from './exit-code.ts';
import type { Surroundings } from './surroundings.ts';

/** Time for all queries; public sandboxes take their time. */
const QUERY_MILLISECONDS = 60_000;

type Server = Extract<ChartSource, { kind: 'server' }>;

export function serverClient(
  { base, tokenVariable }: Server,
  patientId: string,
  environment: Surroundings['environment'],
): FhirClient {
  const accessToken = tokenVariable === undefined ? undefined : environment[tokenVariable]?.trim();
  if (tokenVariable !== undefined && (accessToken === undefined || !/^[\x21-\x7e]+$/.test(accessToken))) {
    throw new CommandError(
      EXIT.usage,
      `--token-env ${tokenVariable}: the environment variable ${accessToken === undefined || accessToken === '' ? 'is not set' : 'does not hold a token'}`,
    );
  }
  const authorization =
    accessToken === undefined
      ? undefined
      : { accessToken, expiresInSeconds: undefined, scope: undefined, patientId: undefined };
  return createFhirClient(
    { server: { base, networks: NETWORKS }, authorization, patientId, milliseconds: QUERY_MILLISECONDS },
    createFhirConnections(),
    () => undefined,
  );
}

export async function readPatient(
  client: FhirClient,
  { base }: Server,
  patientId: string,
): Promise<JsonObject> {
  const reading = await client.read(`Patient/${patientId}`);
  if ('resource' in reading) return reading.resource;
  const { kind, status } = reading.failure;
  const reason = status === undefined ? reading.failure.reason : `HTTP ${status}`;
  const told = {
    'not-found': `has no Patient/${patientId} (${reason})`,
    forbidden: `refused Patient/${patientId} (${reason}); --token-env names the variable that holds a token`,
    refused: `does not answer as a FHIR R4 server (${reason})`,
    unreadable: `does not answer as a FHIR R4 server (${reason})`,
    redirect: `points to another address, which is not followed (${reason}); name that one`,
    unavailable: `cannot be reached (${reason})`,
    timeout: `cannot be reached (${reason})`,
    'cut-short': `gave Patient/${patientId} only in part (${reason})`,
  }[kind];
  throw new CommandError(EXIT.missingData, `--server ${base}: ${told}`);
}
