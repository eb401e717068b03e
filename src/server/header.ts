import type { IncomingMessage } from 'node:http';

/** @param name in lower case; what is sent twice under it comes joined, but for Set-Cookie, which is no request's */
export const headerOf = ({ headers }: IncomingMessage, name: string): string | undefined => {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
};
