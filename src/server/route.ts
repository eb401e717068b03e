import type { IncomingMessage } from 'node:http';
import { HOOKS, type Hook } from '../crd/hook-request.ts';
import { exchangeOf } from './exchange.ts';

/** The route of a hook call that is found by its path alone, before the app's own routing. */
export interface HookRoute {
  readonly hook: Hook;
  /** As `routeOf` and `routeLabel` have it. */
  readonly pattern: string;
  readonly label: string;
}

/** Where hooks are called, in Express's words. */
export const HOOK_PATTERN = '/cds-services/:id';

const hookRoutes: ReadonlyMap<string | undefined, HookRoute> = new Map(
  HOOKS.map((hook) => {
    const path = HOOK_PATTERN.replace(':id', hook);
    return [path, { hook, pattern: HOOK_PATTERN, label: path }];
  }),
);

/** The hook that a request calls at the very path that discovery tells; other spellings of it are the app's to route. */
export const hookCalled = ({ method, url }: IncomingMessage): HookRoute | undefined =>
  method === 'POST' ? hookRoutes.get(url) : undefined;

/** What Express keeps on a request that it has routed. */
type Routed = IncomingMessage & {
  readonly route?: { readonly path?: unknown };
  readonly baseUrl?: string;
  readonly originalUrl?: string;
};

/** The pattern that the URL matched: the URL itself may tell of a patient. Routes that answer stand under no mount, which Express forgets when they fail. */
export const routeOf = (request: IncomingMessage): string | undefined => {
  const found = exchangeOf(request).route;
  if (found !== undefined) return found.pattern;
  const { route, baseUrl = '' } = request as Routed;
  return typeof route?.path === 'string' ? `${baseUrl}${route.path}` : undefined;
};

/** The pattern of the route, a hook by its name: never the URL, which has no end of values. `none` where nothing matched. */
export const routeLabel = (request: IncomingMessage): string => {
  const found = exchangeOf(request).route;
  if (found !== undefined) return found.label;
  const route = routeOf(request) ?? 'none';
  const named = /^\/cds-services\/([^/?]+)/.exec((request as Routed).originalUrl ?? '')?.[1];
  return named !== undefined && HOOKS.some((hook) => hook === named)
    ? route.replace(/^\/cds-services\/:id/, `/cds-services/${named}`)
    : route;
};
