import type { Request } from 'express';
import { HOOKS } from '../crd/hook-request.ts';

/** The pattern that the URL matched: the URL itself may tell of a patient. Routes that answer stand under no mount, which Express forgets when they fail. */
export const routeOf = ({ route, baseUrl }: Request): string | undefined => {
  const path = (route as { readonly path?: unknown } | undefined)?.path;
  return typeof path === 'string' ? `${baseUrl}${path}` : undefined;
};

/** The pattern of the route, a hook by its name: never the URL, which has no end of values. `none` where nothing matched. */
export const routeLabel = (request: Request): string => {
  const route = routeOf(request) ?? 'none';
  const named = /^\/cds-services\/([^/?]+)/.exec(request.originalUrl)?.[1];
  return named !== undefined && HOOKS.some((hook) => hook === named)
    ? route.replace(/^\/cds-services\/:id/, `/cds-services/${named}`)
    : route;
};
