import type { FhirClient } from '../fhir/client.ts';
import type { MakeFhirClient } from './call-client.ts';
import type { ConnectionSettings } from './fhir-connections.ts';

/** Clients of FHIR servers, one for each call, over connections that all calls of this thread share. */
export interface FhirClients {
  readonly client: MakeFhirClient;
  /** Loads what queries need, which the first of them would wait for. */
  readonly load: () => Promise<unknown>;
}

/** What HTTP and its policies need is a good part of all that the service loads; a start does not wait for it. */
export function createFhirClients(settings: Partial<ConnectionSettings> = {}): FhirClients {
  let make: MakeFhirClient | undefined;
  let loading: Promise<MakeFhirClient> | undefined;
  const load = (): Promise<MakeFhirClient> => {
    loading ??= Promise.all([import('./fhir-client.ts'), import('./fhir-connections.ts')]).then(
      ([{ createFhirClient }, { createFhirConnections }]) => {
        const connections = createFhirConnections(settings);
        make = (access, log) => createFhirClient(access, connections, log);
        return make;
      },
    );
    return loading;
  };
  const laterClient: MakeFhirClient = (access, log) => {
    const begun = performance.now();
    let made: Promise<FhirClient> | undefined;
    const client = (): Promise<FhirClient> => {
      made ??= load().then((loaded) =>
        loaded(
          {
            ...access,
            milliseconds: Math.max(0, Math.round(access.milliseconds - performance.now() + begun)),
          },
          log,
        ),
      );
      return made;
    };
    return {
      read: async (...of) => (await client()).read(...of),
      search: async (...of) => (await client()).search(...of),
      pagesFrom: async (...of) => (await client()).pagesFrom(...of),
    };
  };
  return { client: (access, log) => (make ?? laterClient)(access, log), load };
}
