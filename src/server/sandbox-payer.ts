import { Router, type Request } from 'express';
import type { CapabilityStatementRestResource } from 'fhir/r4.js';
import type { Dependencies } from './call.ts';
import type { Gate } from './gate.ts';
import { reply, requestCall } from './reply.ts';

const PAS_OPERATIONS = 'http://hl7.org/fhir/us/davinci-pas/OperationDefinition';

/** What the CapabilityStatement of the FHIR base says of it. */
export const SANDBOX_PAYER: CapabilityStatementRestResource = {
  type: 'Claim',
  documentation:
    'A sandbox: no payer decides here. Requests are decided at once; there are no subscriptions.',
  operation: [
    { name: 'submit', definition: `${PAS_OPERATIONS}/Claim-submit` },
    { name: 'inquire', definition: `${PAS_OPERATIONS}/Claim-inquiry` },
  ],
};

/**
 * A payer that takes authorization requests and answers at once, by the policies on file: to try and to test the way from
 * a missing document to an authorization. Sandbox mode alone mounts it; nothing that it says binds anybody.
 */
export function sandboxPayerRoutes(dependencies: Dependencies, gate: Gate): Router {
  const body = gate.post(({ path }: Request): readonly string[] => [path]);
  const router = Router();
  router.post('/fhir/Claim/$submit', body, (request, response) =>
    reply('submission', requestCall(request, dependencies), request, response, dependencies),
  );
  router.post('/fhir/Claim/$inquire', body, (request, response) =>
    reply('inquiry', requestCall(request, dependencies), request, response, dependencies),
  );
  return router;
}
