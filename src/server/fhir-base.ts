import type { Network } from './network.ts';

/** A FHIR server that may be called. */
export interface FhirServer {
  /** As `normalBase` gives it. */
  readonly base: string;
  /** The networks that its name may lead to; an address on any other is not connected to. */
  readonly networks: readonly Network[];
}

/**
 * A base URL in the one spelling that bases are compared in: scheme and host in lower case, no default port, no slash
 * at the end, IP addresses and international names as the URL standard writes them.
 * @returns undefined for what is no base URL: another scheme, a user, a query, a fragment, or a path with dots,
 * slashes or backslashes in disguise
 */
export function normalBase(printed: string): string | undefined {
  if (!/^https?:\/\/[^\s\\?#@]+$/i.test(printed) || !URL.canParse(printed)) return undefined;
  const { origin, hostname, pathname } = new URL(printed);
  const isPlain = !/\/\.{1,2}(?:\/|$)/.test(printed) && !/%(?:2e|2f|5c|25)/i.test(printed);
  if (!isPlain || hostname.endsWith('.')) return undefined;
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** True when the URL itself says that it is this machine. */
export const isLoopback = (url: string): boolean => LOOPBACK.test(new URL(url).hostname);

/** A token goes over TLS, or nowhere beyond this machine. */
export const mayCarryToken = (base: string): boolean => base.startsWith('https:') || isLoopback(base);

/**
 * The server that a request's `fhirServer` names, if it may be called: `fhirServer` is the caller's word.
 * @param registered the servers of the client that calls
 * @param isSandbox true where any server on this machine may be called too
 */
export function allowedServer(
  printed: string,
  registered: readonly FhirServer[],
  { isSandbox }: { readonly isSandbox: boolean },
): FhirServer | undefined {
  const base = normalBase(printed);
  if (base === undefined) return undefined;
  const known = registered.find((server) => server.base === base);
  if (known !== undefined) return known;
  return isSandbox && isLoopback(base) ? { base, networks: ['loopback'] } : undefined;
}

/** A `next` link as an absolute URL, when it stays on the server and under its base path: the token goes nowhere else. */
export function pageUnder(next: string, base: string): string | undefined {
  const home = new URL(`${base}/`);
  if (!URL.canParse(next, home.href)) return undefined;
  const url = new URL(next, home);
  url.hash = '';
  const isUnderBase =
    url.pathname === home.pathname.replace(/\/$/, '') || url.pathname.startsWith(home.pathname);
  const isSame = url.origin === home.origin && url.username === '' && url.password === '';
  return isSame && isUnderBase && !climbs(url.pathname) ? url.href : undefined;
}

/** True for a path that leads upwards once a server has decoded it, however often it is encoded. */
function climbs(path: string): boolean {
  try {
    const decoded = decodeURIComponent(path);
    return /(?:^|[/\\])\.\.(?:[/\\;]|$)/.test(decoded) || (decoded !== path && climbs(decoded));
  } catch {
    return true;
  }
}
