import type { CapabilityStatement, CapabilityStatementRestResource } from 'fhir/r4.js';

const DTR = 'http://hl7.org/fhir/us/davinci-dtr/OperationDefinition';
const operation = (name: string, definition: string) => ({ name, definition });

/**
 * What the FHIR base serves. FHIR R4, "CapabilityStatement".
 * @param base the URL of the base, without a slash at the end
 * @param others resources beside those of DTR
 */
export const capabilityStatement = (
  base: string,
  date: string,
  others: readonly CapabilityStatementRestResource[],
): CapabilityStatement => ({
  resourceType: 'CapabilityStatement',
  name: 'Cartograph',
  title: 'Cartograph: forms of coverage criteria',
  status: 'active',
  date,
  kind: 'instance',
  description:
    'Da Vinci DTR payer service (2.0.1 to 2.2.0) with static forms: their packages, drafts filled in from the chart, and the completed forms.',
  implementation: { description: 'Cartograph', url: base },
  instantiates: ['http://hl7.org/fhir/us/davinci-dtr/CapabilityStatement/payer-service'],
  fhirVersion: '4.0.1',
  format: ['json', 'application/fhir+json'],
  rest: [
    {
      mode: 'server',
      resource: [
        {
          type: 'Questionnaire',
          interaction: [{ code: 'read' }, { code: 'search-type' }],
          searchParam: [
            { name: 'url', type: 'uri' },
            { name: 'version', type: 'token' },
          ],
          operation: [
            operation('questionnaire-package', `${DTR}/questionnaire-package`),
            operation('log-questionnaire-errors', `${DTR}/log-questionnaire-errors`),
            operation('populate', 'http://hl7.org/fhir/uv/sdc/OperationDefinition/Questionnaire-populate'),
          ],
        },
        { type: 'QuestionnaireResponse', interaction: [{ code: 'create' }, { code: 'read' }] },
        {
          type: 'ValueSet',
          interaction: [{ code: 'read' }],
          operation: [operation('expand', 'http://hl7.org/fhir/OperationDefinition/ValueSet-expand')],
        },
        ...others,
      ],
    },
  ],
});
