import type { Condition, FhirResource } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import { createStore } from '../../src/sandbox/store.ts';
import { search } from '../../src/sandbox/search.ts';
import { adams, baker, chart } from './charts.ts';

describe('createStore', () => {
  it('keeps a resource that two charts have in common once', () => {
    const store = createStore([adams, baker]);
    expect(store.types.get('Organization')?.resources.map((resource) => resource.id)).toEqual([
      'hospital',
      'payer',
    ]);
    expect(store.resources.get('Organization/payer')).toMatchObject({ name: 'Payer' });
  });

  it('names every resource that it cannot serve', () => {
    const nameless = { resourceType: 'Condition', subject: {} } satisfies Condition;
    const other = { resourceType: 'Patient', id: 'adams', gender: 'male' } satisfies FhirResource;
    const unserved = { resourceType: 'Basic', id: 'b', code: {} } satisfies FhirResource;
    expect(() => createStore([adams, chart(nameless, other), chart(unserved)])).toThrow(
      [
        'The sandbox cannot serve these charts:',
        'Condition without an id',
        'Patient/adams: two charts describe it differently',
        'Basic/b: the type is not in search-parameter-definitions.ts',
      ].join('\n'),
    );
  });

  it('leaves the charts as they were', () => {
    const before = structuredClone(adams);
    createStore([adams]);
    expect(adams).toEqual(before);
  });

  it('indexes what can be read of a resource that breaks the specification', () => {
    const dirty = JSON.parse(`{
      "resourceType": "Observation", "id": "dirty", "status": 7, "subject": "Patient/a", "__proto__": { "x": 1 },
      "category": { "coding": { "system": 3, "code": "laboratory" } },
      "code": [{ "coding": [null, "777-3", { "code": 5 }] }], "effectiveDateTime": ["2024-03", "spring", null],
      "performer": [{ "reference": 9 }, null, { "reference": "#contained" }, { "reference": "Practitioner/p" }]
    }`) as FhirResource;
    const store = createStore([chart(dirty), { resourceType: 'Bundle', type: 'collection' }]);
    for (const [query, total] of [
      ['category=laboratory', 1],
      ['date=2024-03', 1],
      ['performer=p', 1],
      ['performer=contained', 0],
      ['patient=a', 0],
      ['status=7', 0],
    ] as const) {
      const result = search(store, 'Observation', new URLSearchParams(query), 'http://localhost');
      expect(result, query).toMatchObject({ kind: 'found', bundle: { total } });
    }
  });
});
