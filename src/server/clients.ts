import { SANDBOX_CLIENT, type ClientSettings } from '../crd/client-settings.ts';
import type { Library } from '../policy/library.ts';
import type { Config } from './config.ts';

/**
 * The one client of sandbox mode, with what the environment says of it.
 * @throws Error when CRD_PAYER is no payer that is on file
 */
export function sandboxClient(
  { crdPayer, smartApp }: Pick<Config, 'crdPayer' | 'smartApp'>,
  { payers }: Library,
): ClientSettings {
  const payer = crdPayer === undefined ? undefined : payers.get(crdPayer);
  if (crdPayer !== undefined && payer === undefined)
    throw new Error(
      `wrong settings in the environment:\n  CRD_PAYER must be one of ${[...payers.keys()].join(', ')}`,
    );
  return {
    ...SANDBOX_CLIENT,
    crdPayer: payer === undefined ? undefined : { id: payer.id, name: payer.name },
    smartApp,
  };
}
