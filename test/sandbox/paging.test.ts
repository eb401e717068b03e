import type { Bundle, FhirResource } from 'fhir/r4.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createStore, type Store } from '../../src/sandbox/store.ts';
import { search } from '../../src/sandbox/search.ts';
import { chart } from './charts.ts';

const base = 'http://localhost/fhir';

const observation = (index: number): FhirResource => ({
  resourceType: 'Observation',
  id: `o${(index * 7919) % 20_011}`,
  status: index % 3 === 0 ? 'final' : 'amended',
  code: { coding: [{ system: 'http://loinc.org', code: `${index % 300}` }] },
  subject: { reference: `Patient/p${index % 200}` },
  ...(index % 5 === 0 ? {} : { effectiveDateTime: `20${10 + (index % 15)}-0${1 + (index % 9)}` }),
});

const storeOf = (size: number): Store =>
  createStore([chart(...Array.from({ length: size }, (_, at) => observation(at)))]);

function page(store: Store, query: string): Bundle {
  const result = search(store, 'Observation', new URLSearchParams(query), base);
  if (result.kind === 'refused') throw new Error(JSON.stringify(result.problems));
  return result.bundle;
}

function walk(store: Store, query: string): readonly (string | undefined)[] {
  const ids: (string | undefined)[] = [];
  for (let next: string | undefined = query; next !== undefined;) {
    const bundle = page(store, next);
    ids.push(...(bundle.entry ?? []).map((entry) => entry.resource?.id));
    const url = bundle.link?.find((link) => link.relation === 'next')?.url;
    next = url === undefined ? undefined : new URL(url).search.slice(1);
  }
  return ids;
}

test('following next gives every match once, in the order of a single page', () => {
  const stores = new Map([0, 1, 7, 120].map((size) => [size, storeOf(size)]));
  fc.assert(
    fc.property(
      fc.constantFrom(...stores.keys()),
      fc.integer({ min: 1, max: 130 }),
      fc.constantFrom(
        '',
        'status=amended',
        'date=ge2015',
        'status=final&date=lt2020',
        'status=final,amended',
      ),
      fc.constantFrom('', '_sort=date', '_sort=-date,_id', '_sort=-_id'),
      (size, count, filter, sort) => {
        const store = stores.get(size) ?? storeOf(size);
        const query = [filter, sort].filter((part) => part !== '').join('&');
        const walked = walk(store, `${query}&_count=${count}`);
        const whole = page(store, `${query}&_count=1000`);
        expect(walked).toEqual((whole.entry ?? []).map((entry) => entry.resource?.id));
        expect(new Set(walked).size).toBe(whole.total);
      },
    ),
  );
});

test.each([1, 3, 50, 119, 120, 121, 1000])('a page of %i reaches all 120 resources', (count) => {
  expect(walk(storeOf(120), `_count=${count}`)).toHaveLength(120);
});

test('a search among 20,000 resources takes milliseconds', () => {
  const store = storeOf(20_000);
  const queries = [
    'patient=p7',
    'code=http://loinc.org|7,8,9',
    'status=amended&date=ge2015',
    '_sort=-date,_id&_count=1000',
  ];
  for (const query of queries) {
    page(store, query);
    const times = Array.from({ length: 9 }, () => {
      const start = performance.now();
      page(store, query);
      return performance.now() - start;
    });
    // The median here is below 7 ms; the limit leaves room for a busy machine.
    expect(times.toSorted((a, b) => a - b)[4], query).toBeLessThan(40);
  }
});
