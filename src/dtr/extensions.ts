import type { Extension } from 'fhir/r4.js';

/** URLs of the guides that forms are written by: FHIR's own extensions, SDC and DTR. */
export const CORE = 'http://hl7.org/fhir/StructureDefinition';
export const SDC = 'http://hl7.org/fhir/uv/sdc/StructureDefinition';
export const DTR = 'http://hl7.org/fhir/us/davinci-dtr/StructureDefinition';
export const UCUM = 'http://unitsofmeasure.org';
export const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

export const FHIRPATH = 'text/fhirpath';

/** An extension whose value is an expression. */
export const expressed = (
  url: string,
  expression: string,
  { name, language = FHIRPATH }: { readonly name?: string; readonly language?: string } = {},
): Extension => ({
  url,
  valueExpression: { ...(name === undefined ? {} : { name }), language, expression },
});
