import type { Environment } from './config.ts';

/** What production mode does not start with, however well it is written. */

/** Settings of Node and of the log that would let a stranger in, or put patients' data where it does not belong. */
export function unsafeSettings(given: Environment, nodeArguments: readonly string[]): readonly string[] {
  const options = [given['NODE_OPTIONS'] ?? '', ...nodeArguments].join(' ');
  return [
    ...(given['NODE_TLS_REJECT_UNAUTHORIZED'] === '0'
      ? ['NODE_TLS_REJECT_UNAUTHORIZED=0 lets anyone pose as a FHIR server: use NODE_EXTRA_CA_CERTS']
      : []),
    ...(/--inspect/.test(options)
      ? ['Node must not run with --inspect: it gives the process to whoever connects']
      : []),
    ...(/--insecure-http-parser/.test(options)
      ? ['Node must not run with --insecure-http-parser: requests could be smuggled']
      : []),
    ...(/--(tls-keylog|trace-tls|heapsnapshot|heap-prof)/.test(options)
      ? [
          'Node must not run with --tls-keylog, --trace-tls or heap snapshots: they write keys and bodies to files',
        ]
      : []),
    ...(/--tls-min-v1\.[01]\b/.test(options)
      ? ['Node must not run with --tls-min-v1.0 or v1.1: TLS begins at version 1.2']
      : []),
    ...['NODE_DEBUG', 'DEBUG']
      .filter((name) => name in given)
      .map((name) => `${name} must not be set: it writes headers and bodies to the output`),
    ...(['silent', 'fatal', 'error'].includes(given['LOG_LEVEL'] ?? '')
      ? ['LOG_LEVEL must be warn or lower: refused callers are logged as warnings']
      : []),
  ];
}

/** Every determination goes over the wire to the database: its TLS is on and checked, or knowingly off. */
export function uncheckedDatabase({ DATABASE_URL: printed = '' }: Environment): readonly string[] {
  if (!URL.canParse(printed)) return [];
  const { hostname, searchParams } = new URL(printed);
  const host = searchParams.get('host') ?? hostname;
  const isHere = host === '' || host.startsWith('/') || /^(localhost|127\.[\d.]+|\[::1\])$/.test(host);
  return isHere || ['verify-full', 'disable'].includes(searchParams.get('sslmode') ?? '')
    ? []
    : [
        'DATABASE_URL must end in ?sslmode=verify-full, or in ?sslmode=disable where the network to the database is private',
      ];
}
