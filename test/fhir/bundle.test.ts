import { describe, expect, it } from 'vitest';
import { isError, readBundle } from '../../src/fhir/bundle.ts';

const outcome = (severity: string, code?: string): object => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity, ...(code === undefined ? {} : { details: { coding: [{ code }] } }) }],
});

describe('a Bundle', () => {
  it('gives its resources with their full URLs, and the types that the search was for', () => {
    const condition = { resourceType: 'Condition', id: 'a' };
    const read = readBundle({
      resourceType: 'Bundle',
      link: [
        { relation: 'self', url: 'https://ehr.example/fhir/Condition?patient=1' },
        { relation: 'next', url: 'https://ehr.example/fhir?page=2' },
      ],
      entry: [
        { fullUrl: 'urn:uuid:1', resource: condition, search: { mode: 'match' } },
        { resource: { resourceType: 'Encounter', id: 'e' }, search: { mode: 'include' } },
      ],
    });
    expect(read.intakes.map(({ resource, fullUrl }) => [resource, fullUrl])).toEqual([
      [condition, 'urn:uuid:1'],
      [{ resourceType: 'Encounter', id: 'e' }, undefined],
    ]);
    expect([...read.matchTypes]).toEqual(['Condition']);
    expect([read.problem, read.next, read.search]).toEqual([
      undefined,
      'https://ehr.example/fhir?page=2',
      { type: 'Condition', narrowedBy: undefined },
    ]);
  });

  it.each([
    ['https://ehr.example/fhir/Observation?patient=1', 'Observation', undefined],
    ['https://ehr.example/fhir/Observation?category=laboratory', 'Observation', 'category=laboratory'],
    ['https://ehr.example/fhir/Observation/_search', 'Observation', undefined],
    ['Observation?patient=1&_count=50&code=1-8', 'Observation', 'code=1-8'],
    ['https://ehr.example/fhir/metadata', undefined, undefined],
  ])('tells what was searched for by its self link %s', (url, type, narrowedBy) => {
    expect(readBundle({ link: [{ relation: 'self', url }] }).search).toEqual(
      type === undefined ? undefined : { type, narrowedBy },
    );
  });

  it.each([
    [{ type: 'collection' }, true],
    [{ type: 'searchset' }, false],
    [
      { type: 'searchset', link: [{ relation: 'self', url: 'https://x.example/Patient/1/$everything' }] },
      true,
    ],
  ])('%j is a whole record: %s', (bundle, expected) => {
    expect(readBundle(bundle).isRecord).toBe(expected);
  });

  it.each([[null], [undefined], [[]], ['x'], [{}], [{ entry: [] }]])('%j is read as empty', (bundle) => {
    expect(readBundle(bundle).intakes).toEqual([]);
  });

  it.each([[{ entry: null }], [{ entry: {} }], [{ entry: 'x' }]])(
    '%j has an entry that cannot be read, so that it is counted as unreadable',
    (bundle) => {
      expect(readBundle(bundle).intakes).toHaveLength(1);
    },
  );

  it('that has a next page, but not its address, is not whole', () => {
    expect(readBundle({ link: [{ relation: 'next' }] }).problem).toBe('its next page has no address');
  });

  it('keeps an entry without a resource, so that it is counted as unreadable', () => {
    expect(readBundle({ entry: [{ fullUrl: 'urn:uuid:1' }, null] }).intakes).toHaveLength(2);
  });

  it('says that part of a search failed, and takes the outcome for no resource', () => {
    const read = readBundle({ entry: [{ resource: outcome('error') }] });
    expect([read.problem, read.intakes]).toEqual(['the server reported an error in its answer', []]);
  });
});

describe('an OperationOutcome', () => {
  it.each([
    ['error', undefined, true],
    ['fatal', undefined, true],
    ['warning', undefined, false],
    ['information', undefined, false],
    ['error', '4101', false],
    ['error', '4119', true],
  ])('%s %s is an error: %s', (severity, code, expected) => {
    expect(isError(outcome(severity, code))).toBe(expected);
  });

  it('without issues is none', () => {
    expect(isError({ resourceType: 'OperationOutcome' })).toBe(false);
  });
});
