import type { CapabilityStatement, CapabilityStatementRestResource } from 'fhir/r4.js';
import { includable } from './result-parameters.ts';
import { searchParameters } from './search-parameters.ts';

/**
 * What the sandbox serves, read from the same table as its searches. FHIR R4, "CapabilityStatement".
 * @param base the URL of this server, without a slash at the end
 */
export const capabilityStatement = (base: string): CapabilityStatement => ({
  resourceType: 'CapabilityStatement',
  name: 'CartographSandbox',
  title: 'Cartograph sandbox EHR',
  status: 'active',
  experimental: true,
  date: '2026-03-02',
  kind: 'instance',
  description: 'Synthetic charts, read-only. A search parameter that is not listed is answered with 400.',
  implementation: { description: 'Cartograph sandbox EHR', url: base },
  fhirVersion: '4.0.1',
  format: ['json', 'application/fhir+json'],
  rest: [
    {
      mode: 'server',
      resource: Array.from(searchParameters, ([type, parameters]): CapabilityStatementRestResource => {
        const searchInclude = [...includable(type, parameters)];
        return {
          type: type as CapabilityStatementRestResource['type'],
          interaction: [{ code: 'read' }, { code: 'search-type' }],
          versioning: 'no-version',
          ...(searchInclude.length > 0 ? { searchInclude } : {}),
          searchParam: Array.from(parameters.values(), ({ name, kind }) => ({
            name,
            type: kind === 'code' ? 'token' : kind,
          })),
        };
      }),
    },
  ],
});
