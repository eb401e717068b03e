import type { Issue } from '../fhir/operation-outcome.ts';
import { parseDate } from '../fhir/date.ts';
import { objects, property, text, texts, type JsonObject } from '../fhir/json.ts';
import { PAS } from './codes.ts';

/** What the checks of PAS bundles share. */

/** What a Bundle is read as. */
export type BundleKind = 'request' | 'inquiry';

/** Versions of PAS that ask for different things: 2.0.1, as for CRD and DTR, unless a profile says a later one. */
export type PasVersion = '2.0' | '2.1' | '2.2';

export function versionOf(bundle: unknown): PasVersion {
  const first = objects(property(bundle, 'entry'))[0]?.['resource'];
  const printed = [bundle, first]
    .flatMap((resource) => texts(property(property(resource, 'meta'), 'profile')))
    .flatMap((profile) => /\/davinci-pas\/.*\|(2\.[012])/.exec(profile)?.[1] ?? []);
  return (['2.2', '2.1'] as const).find((version) => printed.includes(version)) ?? '2.0';
}

/** Notes what does not hold. @param path FHIRPath, from the Bundle or its Claim */
export type Check = (holds: boolean, path: string, message: string, code?: Issue['code']) => void;

/** What a Bundle is checked with. */
export interface CheckScope {
  readonly check: Check;
  readonly find: (reference: unknown) => JsonObject | undefined;
  readonly holds: (reference: unknown) => boolean;
  readonly version: PasVersion;
  readonly kind: BundleKind;
}

export const issue = (code: Issue['code'], message: string, expression: string): Issue => ({
  severity: 'error',
  code,
  text: message,
  expression,
});

export const isFullDate = (value: unknown): boolean =>
  text(value)?.length === 10 && parseDate(value) !== null;
export const isIdentified = (identifier: unknown): boolean =>
  text(property(identifier, 'system')) !== undefined && text(property(identifier, 'value')) !== undefined;
export const typeIs = (resource: JsonObject | undefined, ...types: readonly string[]): boolean =>
  types.includes(text(resource?.['resourceType']) ?? '');
export const codesOf = (concept: unknown): readonly JsonObject[] => objects(property(concept, 'coding'));
export const extensionOf = (element: JsonObject, name: string): JsonObject | undefined =>
  objects(element['extension']).find(({ url }) => url === `${PAS}/extension-${name}`);
