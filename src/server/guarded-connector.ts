import { lookup as systemLookup } from 'node:dns/promises';
import type { LookupAddress, LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import { networkOf, type Network } from './network.ts';

/** The addresses of a host name, as the system resolves it. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** An address that a server may not have: a name that leads elsewhere than its operator allows. */
export class RefusedAddress extends Error {}

const CONNECT_MILLISECONDS = 3000;

/**
 * Opens connections to the given networks only. The addresses are judged as the connection is made, those very ones
 * are connected to, and all that a name has must be allowed: what a name led to before counts for nothing.
 */
export function guardedConnector(
  networks: readonly Network[],
  resolve: Resolve = (hostname) => systemLookup(hostname, { all: true }),
): buildConnector.connector {
  const isAllowed = (address: string): boolean => {
    const network = networkOf(address);
    return network !== undefined && networks.includes(network);
  };
  const lookup = (
    hostname: string,
    { all }: LookupOptions,
    done: (error: Error | null, address: string | LookupAddress[], family?: number) => void,
  ): void => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined || !addresses.every(({ address }) => isAllowed(address)))
          done(new RefusedAddress(), '');
        else if (all === true) done(null, [...addresses]);
        else done(null, first.address, first.family);
      },
      (error: unknown) => {
        done(error instanceof Error ? error : new Error('lookup failed'), '');
      },
    );
  };
  const connect = buildConnector({
    lookup,
    timeout: CONNECT_MILLISECONDS,
    allowH2: false,
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
  });
  return (options, done) => {
    // An address in the URL is connected to without a lookup.
    if (isIP(options.hostname) !== 0 && !isAllowed(options.hostname)) done(new RefusedAddress(), null);
    else connect(options, done);
  };
}
