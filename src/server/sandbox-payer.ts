import { Router, type Request, type Response } from 'express';
import type { CapabilityStatementRestResource } from 'fhir/r4.js';
import { objects, property, text } from '../fhir/json.ts';
import { operationOutcome, type Issue } from '../fhir/operation-outcome.ts';
import { extensionOf, issue, versionOf } from '../pas/checking.ts';
import { claimResponse, inquiryResponse, responseBundle } from '../pas/response-bundle.ts';
import { parsedBody } from './body.ts';
import { asOfDate, type Dependencies } from './call.ts';
import { callerOf, ownerOf } from './caller.ts';
import type { Gate } from './gate.ts';
import type { PayerAnswer } from './record-keeping.ts';
import { readSent, reviewSent, type Sent } from './submission.ts';

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
  const { library, keeping, newId, newUuid, now, logger } = dependencies;
  const own = ({ path }: Request): readonly string[] => [path];
  const body = [...gate.post(own), parsedBody];
  const router = Router();

  router.post('/fhir/Claim/$submit', ...body, async (request, response) => {
    const sent = readSent(request.body, 'request');
    if ('issues' in sent) {
      refuse(response, sent.issues);
      return;
    }
    const owner = ownerOf(callerOf(request));
    const identifier = identifierOf(sent);
    // A request that comes again, because its answer was lost, is not decided twice.
    const [earlier] = await keeping.payerAnswers('request', identifier, owner);
    if (earlier !== undefined) {
      send(response, earlier.bundle);
      return;
    }
    const asOf = asOfDate(request, callerOf(request), dependencies);
    const reviews = await reviewSent(sent, library, asOf);
    if ('issues' in reviews) {
      refuse(response, reviews.issues);
      return;
    }
    const at = now().toISOString();
    const id = newId();
    const number = `SANDBOX-${id.slice(0, 12).toUpperCase()}`;
    const answer = claimResponse(sent, reviews, { id, number, at, asOf });
    const bundle = responseBundle(sent, answer, { at, newUuid });
    await keeping.keepPayerAnswer(
      {
        id: number,
        at,
        patient: sent.patient,
        member: sent.member,
        request: identifier,
        providers: sent.providers,
        services: sent.services,
        bundle: { ...bundle },
        records: [{ ...answer }, sent.claim],
      },
      owner,
    );
    logger.info({ operation: 'submit', actions: reviews.map(({ action }) => action) }, 'answered');
    send(response, bundle);
  });

  router.post('/fhir/Claim/$inquire', ...body, async (request, response) => {
    const sent = readSent(request.body, 'inquiry');
    const lacking = 'issues' in sent ? sent.issues : unidentified(sent);
    if ('issues' in sent || lacking.length > 0) {
      refuse(response, lacking);
      return;
    }
    const found = (await keeping.payerAnswers('member', sent.member, ownerOf(callerOf(request)))).filter(
      (answer) => isAskedFor(answer, sent),
    );
    const at = now().toISOString();
    const bundles = found.map(({ bundle }) =>
      inquiryResponse(bundle as unknown as Parameters<typeof inquiryResponse>[0], sent.identifier, at),
    );
    logger.info({ operation: 'inquire', found: bundles.length }, 'answered');
    if (versionOf(request.body) === '2.2')
      send(response, {
        resourceType: 'Parameters',
        ...(bundles.length === 0
          ? {}
          : { parameter: bundles.map((resource) => ({ name: 'return', resource })) }),
      });
    // One Bundle with all answers, until 2.1.
    else
      send(response, {
        resourceType: 'Bundle',
        type: 'collection',
        timestamp: at,
        ...(bundles.length === 0 ? {} : { entry: merged(bundles) }),
      });
  });
  return router;
}

/** The entries of several answers: the ClaimResponses first, those whom they name once. */
function merged(bundles: readonly ReturnType<typeof inquiryResponse>[]) {
  const entries = bundles.flatMap(({ entry = [] }) => entry);
  const first = entries.filter(({ resource }) => resource?.resourceType === 'ClaimResponse');
  const others = new Map(
    entries
      .filter(({ resource }) => resource?.resourceType !== 'ClaimResponse')
      .map((entry) => [entry.fullUrl, entry] as const),
  );
  return [...first, ...others.values()];
}

const identifierOf = ({ identifier }: Sent): string =>
  `${text(property(identifier, 'system')) ?? ''}|${text(property(identifier, 'value')) ?? ''}`;

/** Whoever knows the member and the provider may ask (PAS, "Prior Authorization Inquiries"). */
const unidentified = ({ member, providers }: Sent): readonly Issue[] => [
  ...(member === '' ? [issue('required', 'the member number (type MB)', 'Claim.patient')] : []),
  ...(providers.length === 0
    ? [issue('required', 'the NPI of the provider who asked for the authorization', 'Claim.provider')]
    : []),
];

/** By example: of one of the providers, and where the inquiry names services or a number, of these. */
function isAskedFor(answer: PayerAnswer, { claim, providers, services }: Sent): boolean {
  const named = services.filter((service) => !service.endsWith('|not-applicable'));
  const numbers = [claim, ...objects(claim['item'])].flatMap((element) =>
    ['authorizationNumber', 'administrationReferenceNumber'].flatMap(
      (name) => text(extensionOf(element, name)?.['valueString']) ?? [],
    ),
  );
  return (
    answer.providers.some((npi) => providers.includes(npi)) &&
    (named.length === 0 || named.some((service) => answer.services.includes(service))) &&
    (numbers.length === 0 || numbers.includes(answer.id))
  );
}

function send(response: Response, resource: object): void {
  response.set('cache-control', 'no-store').type('application/fhir+json').send(JSON.stringify(resource));
}

const refuse = (response: Response, issues: readonly Issue[]): void => {
  response.status(422);
  send(response, operationOutcome(issues));
};
