import { isObject, objects, property, text, type JsonObject } from '../fhir/json.ts';
import type { HookBody } from './api.ts';

/** What a hook request says, read leniently: the service checks it, the page only shows it. */

export const patientIdOf = (request: HookBody): string | undefined =>
  text(property(request['context'], 'patientId'));

export const fhirServerOf = (request: HookBody): string | undefined => text(request['fhirServer']);

export const tokenOf = (request: HookBody): string | undefined =>
  text(property(request['fhirAuthorization'], 'access_token'));

/** The resources of a Bundle. */
export const resourcesOf = (bundle: unknown): readonly JsonObject[] =>
  objects(property(bundle, 'entry')).flatMap(({ resource }) => (isObject(resource) ? [resource] : []));

/** The draft orders, in their order. */
export const draftOrders = (request: HookBody): readonly JsonObject[] =>
  resourcesOf(property(request['context'], 'draftOrders'));

/** Every resource that the request brings along: drafts, and prefetch. */
export function broughtResources(request: HookBody): readonly JsonObject[] {
  const prefetch = isObject(request['prefetch']) ? Object.values(request['prefetch']) : [];
  return [
    ...draftOrders(request),
    ...prefetch.flatMap((value) => {
      if (!isObject(value)) return [];
      return value['resourceType'] === 'Bundle' ? resourcesOf(value) : [value];
    }),
  ];
}

/** `Type/id`. */
export const referenceOf = ({ resourceType, id }: JsonObject): string =>
  `${text(resourceType) ?? '?'}/${text(id) ?? '?'}`;

/** The request with other draft orders: accepted suggestions and system actions change them. */
export const withDraftOrders = (request: HookBody, orders: readonly JsonObject[]): HookBody => ({
  ...request,
  context: {
    ...(isObject(request['context']) ? request['context'] : {}),
    draftOrders: {
      resourceType: 'Bundle',
      type: 'collection',
      entry: orders.map((resource) => ({ resource })),
    },
  },
});
