import { property } from '../../../src/fhir/json.ts';
import { items, need } from './json-field.ts';
import type { ExchangeCheck, Problem } from './finding.ts';

/** Group 1, discovery. 1.01 is the TLS of the base URL: a proxy's, not this process's. */

const services = (body: unknown): unknown => property(body, 'services');

export const DISCOVERY_CHECKS: Readonly<Record<string, ExchangeCheck>> = {
  /** GET {base}/cds-services gives 200 and JSON. */
  '1.02': ({ status, body }) => [
    ...(status === 200 ? [] : [{ message: `has status ${status}, not 200`, path: '(status)' }]),
    ...(body === undefined ? [{ message: 'is not JSON', path: '(body)' }] : []),
  ],
  '1.03a': ({ body }) => (services(body) === undefined ? [{ message: 'is missing', path: 'services' }] : []),
  '1.03b': ({ body }) =>
    services(body) === undefined || Array.isArray(services(body))
      ? []
      : [{ message: 'is not an array', path: 'services' }],
  '1.03c': ({ body }) =>
    items(services(body), 'services').length > 0
      ? []
      : [{ message: 'lists no service', path: 'services', level: 'skip' }],
  /** hook, description, id: there, and strings. Blank is not asked about. */
  '1.03d': ({ body }) =>
    items(services(body), 'services').flatMap(({ item, path }) =>
      ['hook', 'description', 'id'].flatMap((field) => service(item, field, path)),
    ),
};

const service = (item: unknown, field: string, path: string): readonly Problem[] =>
  need(item, field, 'string', path);

/** The ids of the services of a hook, in order: a hook test calls the first. */
export const serviceIds = (body: unknown, hook: string): readonly string[] =>
  items(services(body), 'services')
    .filter(({ item }) => property(item, 'hook') === hook)
    .map(({ item }) => String(property(item, 'id')));
