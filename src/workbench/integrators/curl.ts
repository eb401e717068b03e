/** A call as a `curl` command for a POSIX shell. @param url absolute */
export function curlCommand(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
): string {
  const all = body === undefined ? headers : { 'content-type': 'application/json', ...headers };
  const parts = [
    `curl -s ${quoted(url)}`,
    ...Object.entries(all).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`-d ${quoted(body)}`]),
  ];
  return parts.join(' \\\n  ');
}

/** Within single quotes nothing is read by the shell but the quote itself. */
const quoted = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`;
