import { createHash } from 'node:crypto';
import { objects, property, text } from '../fhir/json.ts';
import type { Issue } from '../fhir/operation-outcome.ts';
import { extensionOf, issue, versionOf } from '../pas/checking.ts';
import { claimResponse, inquiryResponse, responseBundle } from '../pas/response-bundle.ts';
import { bodyValue } from './body.ts';
import type { CallerRecords } from './caller-records.ts';
import type { CallScope } from './hook-call.ts';
import type { PayerAnswer } from './record-keeping.ts';
import { fhirReply, refusedReply, type Reply, type RequestCall } from './request-call.ts';
import { subjectsNamed } from './subjects-named.ts';
import { readSent, reviewSent, type Sent } from './submission.ts';

/** PAS `Claim/$submit`: decided by the policies on file, and kept. */
export async function submissionAnswer(
  { body, asOf, at }: RequestCall,
  { library, newId, newUuid }: CallScope,
  records: Pick<CallerRecords, 'payerAnswers' | 'keepPayerAnswer' | 'concerns'>,
): Promise<Reply> {
  const value = bodyValue(body);
  await records.concerns(subjectsNamed(value));
  const sent = readSent(value, 'request');
  if ('issues' in sent) return refusedReply(422, sent.issues);
  const identifier = identifierOf(sent);
  // A request that comes again, because its answer was lost, is not decided twice.
  const [earlier] = await records.payerAnswers('request', identifier);
  const content = contentHash(value);
  if (earlier !== undefined)
    return earlier.content === content ? fhirReply(200, earlier.bundle) : refusedReply(422, [REUSED]);
  const reviews = await reviewSent(sent, library, asOf);
  if ('issues' in reviews) return refusedReply(422, reviews.issues);
  const id = newId();
  const number = `SANDBOX-${id.slice(0, 12).toUpperCase()}`;
  const answer = claimResponse(sent, reviews, { id, number, at, asOf });
  const bundle = responseBundle(sent, answer, { at, newUuid });
  await records.keepPayerAnswer({
    id: number,
    at,
    patient: sent.patient,
    member: sent.member,
    request: identifier,
    content,
    providers: sent.providers,
    services: sent.services,
    bundle: { ...bundle },
    records: [{ ...answer }, sent.claim],
  });
  return fhirReply(200, bundle, { actions: reviews.map(({ action }) => action) });
}

/** PAS `Claim/$inquire`: what was answered to this member's requests, as far as the provider asked for them. */
export async function inquiryAnswer(
  { body, at }: RequestCall,
  _scope: CallScope,
  records: Pick<CallerRecords, 'payerAnswers' | 'concerns'>,
): Promise<Reply> {
  const value = bodyValue(body);
  await records.concerns(subjectsNamed(value));
  const sent = readSent(value, 'inquiry');
  const lacking = 'issues' in sent ? sent.issues : unidentified(sent);
  if ('issues' in sent || lacking.length > 0) return refusedReply(422, lacking);
  const found = (await records.payerAnswers('member', sent.member)).filter((answer) =>
    isAskedFor(answer, sent),
  );
  const bundles = found.map(({ bundle }) =>
    inquiryResponse(bundle as unknown as Parameters<typeof inquiryResponse>[0], sent.identifier, at),
  );
  const report = { found: bundles.length };
  if (versionOf(value) === '2.2')
    return fhirReply(
      200,
      {
        resourceType: 'Parameters',
        ...(bundles.length === 0
          ? {}
          : { parameter: bundles.map((resource) => ({ name: 'return', resource })) }),
      },
      report,
    );
  // One Bundle with all answers, until 2.1.
  return fhirReply(
    200,
    {
      resourceType: 'Bundle',
      type: 'collection',
      timestamp: at,
      ...(bundles.length === 0 ? {} : { entry: merged(bundles) }),
    },
    report,
  );
}

const REUSED = issue(
  'conflict',
  'a request with this identifier was sent before, and said something else: a changed request needs an identifier of its own',
  'Bundle.identifier',
);

/** The same for the same request, however often it is made: moments and random URLs do not count. */
function contentHash(bundle: unknown): string {
  const urls = new Map<string, string>();
  const content = JSON.stringify(bundle, (name, value: unknown) => (MOMENTS.has(name) ? undefined : value));
  const same = content.replaceAll(/urn:uuid:[0-9a-fA-F-]{36}/g, (url) => {
    const known = urls.get(url) ?? `url-${urls.size}`;
    urls.set(url, known);
    return known;
  });
  return createHash('sha256').update(same).digest('hex');
}

/** When a Bundle and its Claim were made. */
const MOMENTS = new Set(['timestamp', 'created']);

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
