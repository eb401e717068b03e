/**
 * Versions of CRD as they are named on the wire (`davinci-crd.version`): 2.0 is 2.0.1, the version of the US
 * certification rule and the default; 2.1 is 2.1.0; 2.2 is 2.2.1, whose semantics are the ones inside.
 */
export const WIRE_VERSIONS = ['2.0', '2.1', '2.2'] as const;
export type WireVersion = (typeof WIRE_VERSIONS)[number];

export const DEFAULT_WIRE_VERSION: WireVersion = '2.0';

/** The version that a client asks for, `2.2` or `2.2.1`; undefined when it is none that we speak. */
export const wireVersion = (requested: unknown): WireVersion | undefined =>
  typeof requested === 'string'
    ? WIRE_VERSIONS.find(
        (version) => requested === version || new RegExp(`^${version}\\.\\d{1,4}$`).test(requested),
      )
    : undefined;

/** Code system that CRD 2.0.1 and 2.1 use for all their codes, and 2.2 for reasons. */
export const TEMP_CODES = 'http://hl7.org/fhir/us/davinci-crd/CodeSystem/temp';
