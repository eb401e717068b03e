import { SANDBOX_CLIENT } from '../crd/client-settings.ts';
import type { Library } from '../policy/library.ts';
import type { Caller, Callers } from './caller.ts';
import { wrongSettings, type SandboxSettings } from './config.ts';
import { NETWORKS } from './network.ts';

/**
 * The one caller of sandbox mode, with what the environment says of it.
 * @throws WrongSettings when CRD_PAYER is no payer that is on file
 */
export function sandboxCaller(
  { fhirServers, allowedOrigins, crdPayer, smartApp }: SandboxSettings,
  { payers }: Library,
): Caller {
  const payer = crdPayer === undefined ? undefined : payers.get(crdPayer);
  if (crdPayer !== undefined && payer === undefined)
    throw wrongSettings([`CRD_PAYER must be one of ${[...payers.keys()].join(', ')}`]);
  return {
    client: 'sandbox',
    tenant: undefined,
    settings: {
      ...SANDBOX_CLIENT,
      crdPayer: payer === undefined ? undefined : { id: payer.id, name: payer.name },
      smartApp,
    },
    // Who names a server in the environment knows where it is.
    fhirServers: fhirServers.map((base) => ({ base, networks: NETWORKS })),
    isSandbox: true,
    isTest: true,
    rate: undefined,
    origins: allowedOrigins,
  };
}

/** Sandbox mode: whoever calls, signed or not, is the sandbox caller. */
export const sandboxCallers = (caller: Caller): Callers => ({
  isSandbox: true,
  origins: () => caller.origins,
  identify: () => Promise.resolve({ caller, admitBody: () => Promise.resolve() }),
});
