import { BlockList, isIP } from 'node:net';

/** `private`: a hospital's own network, from RFC 1918, RFC 6598 or RFC 4193. */
export type Network = 'public' | 'private' | 'loopback';

/** All of them: for a server whose operator knows where it is. */
export const NETWORKS: readonly Network[] = ['public', 'private', 'loopback'];

type Subnet = readonly [address: string, prefix: number];

const listOf = (subnets: readonly Subnet[]): BlockList => {
  const list = new BlockList();
  for (const [address, prefix] of subnets)
    list.addSubnet(address, prefix, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  return list;
};

/**
 * Never called (IANA special-purpose registries): this network, link-local, documentation, benchmarks, multicast,
 * reserved; addresses that wrap another one (NAT64, 6to4, Teredo); and where clouds serve a machine its credentials.
 */
const NEVER = listOf([
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['fd00:ec2::', 32],
]);
const LOOPBACK = listOf([
  ['127.0.0.0', 8],
  ['::1', 128],
]);
const PRIVATE = listOf([
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['fc00::', 7],
]);
const GLOBAL_UNICAST = listOf([['2000::', 3]]);

/** The network of an IP address, an IPv4 one inside IPv6 (`::ffff:10.0.0.1`) included; undefined: never called. */
export function networkOf(address: string): Network | undefined {
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  // BlockList reads an IPv4 address inside an IPv6 one by its IPv4 rules.
  if (isIP(address) === 0 || NEVER.check(address, family)) return undefined;
  if (LOOPBACK.check(address, family)) return 'loopback';
  if (PRIVATE.check(address, family)) return 'private';
  return family === 'ipv4' || GLOBAL_UNICAST.check(address, family) ? 'public' : undefined;
}
