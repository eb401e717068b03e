import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { isObject } from '../../src/fhir/json.ts';
import { flatten, type Policy } from '../../src/policy/policy.ts';
import { loadLibrary } from '../../src/server/policies.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const library = loadLibrary(path('../../cds-services'));

const { ours, ...index } = z
  .object({ ours: z.array(z.strictObject({ reason: z.string().min(1), ids: z.array(z.string()).min(1) })) })
  .catchall(z.record(z.string(), z.array(z.string())))
  .parse(parse(readFileSync(path('criteria-index.yaml'), 'utf8')));
const ids = index as Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
const ourIds = new Set(ours.flatMap((item) => item.ids));

/** The newest version of each policy: the index is of its text. */
const newest = new Map<string, Policy>(
  library.policies
    .toSorted((a, b) => (a.effective < b.effective ? -1 : 1))
    .map((policy) => [policy.id, policy]),
);
const idsOf = (policy: Policy): readonly string[] =>
  policy.indications.flatMap(({ criteria }) => flatten(criteria)).flatMap(({ id }) => id ?? []);

describe('the criteria of cds-services', () => {
  it('are of the policies that the index lists', () => {
    expect([...newest.keys()].toSorted()).toEqual(Object.keys(ids).toSorted());
  });

  const places = Object.entries(ids).flatMap(([policy, lists]) =>
    Object.entries(lists).map(([place, list]) => [policy, place, list] as const),
  );
  it.each(places)('of %s/%s are all there, in its order, and no other', (id, place, list) => {
    const policy = newest.get(id);
    if (policy === undefined) throw new Error(`cds-services has no policy ${id}`);
    const prefix = `${id}/${place}/`;
    const found = [...new Set(idsOf(policy))].filter((item) => item.startsWith(prefix) && !ourIds.has(item));
    const wanted = list.map((number) => `${prefix}${number}`);
    // A definition stands where it is first used, which is not always where the text prints it.
    if (place === 'def') expect(found.toSorted()).toEqual(wanted.toSorted());
    else expect(found).toEqual(wanted);
  });

  it('stand under an indication of the index or are definitions', () => {
    const strays = [...newest.values()].flatMap((policy) =>
      idsOf(policy).filter(
        (id) => !Object.keys(ids[policy.id] ?? {}).some((place) => id.startsWith(`${policy.id}/${place}/`)),
      ),
    );
    expect(strays).toEqual([]);
  });

  it('that are ours are there, each listed once with its reason', () => {
    const held = new Set([...newest.values()].flatMap(idsOf));
    expect([...ourIds].filter((id) => !held.has(id))).toEqual([]);
    expect(ours.flatMap((item) => item.ids).length).toBe(ourIds.size);
  });
});

/** Keys of the shared index that hold parts, and those that are no number. */
const PARTS = ['any', 'all', 'none', 'documents'];
const FIELDS = ['logic', 'when', 'title', 'attest', 'investigational_for', 'same_as'];

function numbers(criterion: unknown): readonly string[] {
  if (!isObject(criterion)) return [];
  return PARTS.flatMap((kind) => {
    const parts = criterion[kind];
    return isObject(parts) ? Object.entries(parts).flatMap(([id, part]) => [id, ...numbers(part)]) : [];
  });
}

const shared = path('../../../shared/policies/criteria-index.yaml');
describe.skipIf(!existsSync(shared))(
  'the index (skipped where ../shared/policies, with the payers’ texts, is not at hand)',
  () => {
    interface SharedPolicy {
      readonly id: string;
      readonly definitions?: Readonly<Record<string, unknown>>;
      readonly indications: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    }
    const texts = existsSync(shared)
      ? (parse(readFileSync(shared, 'utf8')) as { readonly policies: readonly SharedPolicy[] }).policies
      : [];

    const listed = (
      indication: Readonly<Record<string, unknown>>,
      all: SharedPolicy['indications'],
    ): readonly string[] => {
      const same = indication['same_as'];
      if (typeof same === 'string') return listed(all[same] ?? {}, all);
      return Object.entries(indication)
        .filter(([key]) => !FIELDS.includes(key))
        .flatMap(([key, criterion]) => [key, ...numbers(criterion)]);
    };

    it.each(Object.keys(ids))('lists of %s what the summary of the texts lists', (policy) => {
      const summary = texts.find(({ id }) => id === policy);
      const { indications = {}, definitions = {} } = summary ?? {};
      const def = Object.entries(definitions)
        .filter(([name]) => /^[a-z0-9-]+$/.test(name))
        .flatMap(([name, definition]) => [name, ...numbers(definition).map((number) => `${name}/${number}`)]);
      const wanted = Object.entries(indications).map(
        ([name, indication]) => [name, listed(indication, indications)] as const,
      );
      const inAnyOrder = (lists: readonly (readonly [string, readonly string[]])[]): unknown =>
        Object.fromEntries(lists.map(([place, list]) => [place, list.toSorted()]));
      expect(inAnyOrder(Object.entries(ids[policy] ?? {}))).toEqual(
        inAnyOrder(def.length === 0 ? wanted : [...wanted, ['def', def]]),
      );
    });
  },
);
