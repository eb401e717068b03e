import { readFileSync } from 'node:fs';
import type { Bundle } from 'fhir/r4.js';
import { expect } from 'vitest';
import { parse } from 'yaml';
import { withParts, type Determination } from '../../src/engine/determination.ts';
import { assertRules } from '../support/rules.ts';
import { library } from './service.ts';

const criterionIds = parse(
  readFileSync(new URL('../support/criteria-ids.yaml', import.meta.url), 'utf8'),
) as Readonly<Record<string, readonly string[]>>;

type Read = { readonly [key: string]: unknown };
const isRead = (value: unknown): value is Read =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const trimmed = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** Criteria that say that something is absent: a chart never proves them. */
const EXCLUSION = /\/(aucatzyl\/3|limit\.one-time|limit\.prior-car-t)$/;
const NOT_EVIDENCE = ['entered-in-error', 'cancelled', 'not-done', 'not-taken', 'revoked', 'refuted'];

/**
 * The rules of `determination.md` for a chart that may be damaged in any way.
 * @param resources what was sent as the chart, whatever it is
 */
export function expectRules(determination: Determination, resources: readonly unknown[]): void {
  const records = resources.filter(isRead).map((resource) => ({
    resource,
    reference: `${trimmed(resource['resourceType'])}/${trimmed(resource['id'])}`,
  }));
  const held = records.map(({ resource }) => ({
    resource: { resourceType: trimmed(resource['resourceType']), id: trimmed(resource['id']) },
  }));
  assertRules(
    determination,
    { resourceType: 'Bundle', type: 'collection', entry: held } as unknown as Bundle,
    library,
    criterionIds,
  );

  const evaluated = [
    ...determination.criteria,
    ...(determination.alternatives ?? []).flatMap(({ criteria }) => criteria),
  ];
  for (const { id, status, evidence, searched, criteria } of withParts(evaluated)) {
    if (EXCLUSION.test(id)) {
      if (status === 'met')
        expect(
          evidence.some(({ reference }) => reference.startsWith('QuestionnaireResponse/')),
          `${id}: absence is attested, not found`,
        ).toBe(true);
      if (status === 'unknown' && criteria.length === 0)
        expect(searched.length, `${id}: says what was looked through`).toBeGreaterThan(0);
    }
    for (const { reference } of evidence) {
      const named = records.filter((record) => record.reference === reference);
      // Of two resources with one id either may be the evidence.
      if (named.length !== 1 || named[0] === undefined) continue;
      const { resource } = named[0];
      for (const word of [trimmed(resource['status']), firstCode(resource['verificationStatus'])])
        expect(NOT_EVIDENCE, `${id}: ${reference} is evidence`).not.toContain(word);
      const subject = subjectOf(resource);
      if (subject !== undefined)
        expect(subject, `${id}: ${reference} is about the patient`).toBe(determination.patient);
    }
  }
}

const firstCode = (concept: unknown): unknown =>
  typeof concept === 'string'
    ? concept.trim()
    : isRead(concept) && Array.isArray(concept['coding'])
      ? (concept['coding'] as unknown[]).filter(isRead).map(({ code }) => code)[0]
      : undefined;

/** The patient that a resource names plainly; undefined when it does not: then it is shown as what it is. */
function subjectOf(resource: Read): string | undefined {
  const subject = resource['subject'] ?? resource['patient'];
  const reference = isRead(subject) ? trimmed(subject['reference']) : '';
  return /^Patient\/[^/]+$/.test(reference) ? reference : undefined;
}
