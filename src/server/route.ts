import type { Request } from 'express';

/** The pattern that the URL matched: the URL itself may tell of a patient. */
export const routeOf = ({ route, baseUrl }: Request): string | undefined => {
  const path = (route as { readonly path?: unknown } | undefined)?.path;
  return typeof path === 'string' ? `${baseUrl}${path}` : undefined;
};
