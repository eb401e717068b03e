import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import request from 'supertest';
import type { Determination } from '../../src/engine/determination.ts';
import { createApp, type Given, type Service } from '../../src/server/app.ts';
import type { Edition } from '../../src/server/policies-in-force.ts';
import { loadLibrary } from '../../src/server/policies.ts';
import { FHIR_PATH, readConfig } from '../../src/server/config.ts';
import type { Caller } from '../../src/server/caller.ts';
import { sandboxCaller, sandboxCallers } from '../../src/server/sandbox-caller.ts';
import type { SandboxFixture } from '../../src/server/sandbox.ts';
import { fixedPolicies } from '../support/fixed-policies.ts';
import { memoryRecords } from '../support/memory-records.ts';

export const library = loadLibrary(fileURLToPath(new URL('../../cds-services', import.meta.url)));

/** The caller of sandbox mode without settings, but for what a test changes. */
export function callerWith(changes: Partial<Caller>): Caller {
  const { access } = readConfig({});
  if (access.mode !== 'sandbox') throw new Error('sandbox mode is not the default');
  return { ...sandboxCaller(access, library), ...changes };
}

export const FHIR_BASE = `http://localhost:8080${FHIR_PATH}`;
export const TODAY = '2026-03-02';

/** The service as in production, but for its clock, its ids and its silence. */
export function createService(
  { library: inForce = library, threads, ...changes }: Partial<Given> & Partial<Edition> = {},
  fixtures: readonly SandboxFixture[] = [],
): Service {
  let count = 0;
  const next = (): string => String((count += 1)).padStart(12, '0');
  return createApp(
    {
      policies: fixedPolicies({ library: inForce, threads }),
      config: { bodyLimit: 16 * 1024 * 1024, queryMilliseconds: 2000 },
      fhirBase: FHIR_BASE,
      logger: pino({ level: 'silent' }),
      today: () => TODAY,
      newUuid: () => `00000000-0000-4000-8000-${next()}`,
      newId: () => `determination${next()}`,
      callers: sandboxCallers(callerWith({})),
      records: memoryRecords(),
      ...changes,
    },
    fixtures,
  );
}

export type Identified = Determination & { readonly id: string };

/** The determinations of a hook request. @throws Error with the answer when it is not 200 */
export async function determinationsOf(app: Service, body: object): Promise<readonly Identified[]> {
  const response = await request(app).post('/determinations').send(body);
  if (response.status !== 200) throw new Error(`${response.status} ${response.text}`);
  return (response.body as { determinations: readonly Identified[] }).determinations;
}

/** The one determination of a hook request. */
export async function determinationOf(app: Service, body: object): Promise<Identified> {
  const determinations = await determinationsOf(app, body);
  const [determination] = determinations;
  if (determination === undefined || determinations.length > 1)
    throw new Error(`${determinations.length} determinations, not one`);
  return determination;
}
