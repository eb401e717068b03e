import type { Accessed, Evaluation } from '../crd/evaluation.ts';
import type { Extension } from '../crd/coverage-information.ts';
import type { HookRequest } from '../crd/hook-request.ts';
import { objects, property, text } from '../fhir/json.ts';
import type { QueryLog } from './fhir-client.ts';

/**
 * What the guide's logical model CRDMetricData says of one hook call, from the payer's side. Codes and counts alone; the
 * NPIs of the user and of the hospital stand in no hook request, so they are left to whoever reads this beside its own.
 */
export interface CallMetric {
  readonly hookType: string;
  readonly tokenUse: 'used' | 'rejected' | 'not-used';
  readonly orderDetail: readonly { readonly system?: string; readonly code: string }[];
  readonly resources: readonly Accessed[];
  readonly response: readonly {
    /** Code of the card's type; undefined for a system action. */
    readonly type?: string;
    readonly coverageInfo?: CoverageResult;
  }[];
}

interface CoverageResult {
  readonly covered?: string;
  readonly paNeeded?: string;
  readonly docNeeded?: readonly string[];
  readonly infoNeeded?: readonly string[];
  readonly questionnaire?: readonly string[];
  readonly assertionId: string;
}

export function callMetric(
  request: Pick<HookRequest, 'hook' | 'authorization'>,
  { orders, accessed }: Pick<Evaluation, 'orders' | 'accessed'>,
  queries: readonly QueryLog[],
  cards: readonly { readonly topic: string | undefined }[],
  stated: readonly { readonly id: string; readonly extension: Extension }[],
): CallMetric {
  return {
    hookType: request.hook,
    tokenUse: tokenUse(request, queries),
    orderDetail: orders.flatMap(({ resource }) =>
      ['code', 'medicationCodeableConcept', 'codeCodeableConcept'].flatMap((element) =>
        objects(property(resource[element], 'coding')).flatMap((coding) => {
          const code = text(coding['code']);
          const system = text(coding['system']);
          return code === undefined ? [] : [{ ...(system === undefined ? {} : { system }), code }];
        }),
      ),
    ),
    resources: accessed,
    response: [
      ...cards.map(({ topic }) => (topic === undefined ? {} : { type: topic })),
      ...stated.map(({ id, extension }) => ({ coverageInfo: coverageResult(id, extension) })),
    ],
  };
}

/** `rejected`: a query with the token was refused by the server, or not sent since the token did not cover it. */
function tokenUse(
  { authorization }: Pick<HookRequest, 'authorization'>,
  queries: readonly QueryLog[],
): CallMetric['tokenUse'] {
  if (authorization === undefined || queries.length === 0) return 'not-used';
  if (queries.some(({ failure }) => failure === 'forbidden')) return 'rejected';
  return queries.some(({ tries }) => tries > 0) ? 'used' : 'not-used';
}

function coverageResult(assertionId: string, { extension = [] }: Extension): CoverageResult {
  const codes = (url: string): readonly string[] =>
    extension
      .filter((part) => part.url === url)
      .flatMap((part) => text(property(part, 'valueCode')) ?? text(property(part, 'valueCanonical')) ?? []);
  const one = (name: string, url: string): object => {
    const [code] = codes(url);
    return code === undefined ? {} : { [name]: code };
  };
  const many = (name: string, url: string): object => (codes(url).length === 0 ? {} : { [name]: codes(url) });
  return {
    ...one('covered', 'covered'),
    ...one('paNeeded', 'pa-needed'),
    ...many('docNeeded', 'doc-needed'),
    ...many('infoNeeded', 'info-needed'),
    ...many('questionnaire', 'questionnaire'),
    assertionId,
  };
}
