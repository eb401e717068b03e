import { expect, it } from 'vitest';
import { newId, newUuid } from '../../src/server/identifiers.ts';
import { rehearse } from '../../src/server/rehearsal.ts';
import { FHIR_BASE, library } from './service.ts';

it('a rehearsal reaches a determination of every policy', async () => {
  const config = { queryMilliseconds: 1000 };
  const done = await rehearse({ library, edition: '', config, fhirBase: FHIR_BASE, newId, newUuid });
  expect(new Set(done)).toEqual(new Set(library.policies.map(({ id }) => id)));
});
