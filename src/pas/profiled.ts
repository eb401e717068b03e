import type { Extension } from 'fhir/r4.js';
import { isObject, objects, text, type JsonObject } from '../fhir/json.ts';
import type { Payer } from '../policy/vocabulary.ts';
import { isMemberId, isSelf, MEMBER_ID, SELF } from './codes.ts';
import type { RequestInput } from './request-input.ts';

/** Records in the form of PAS's profiles: what they say in another place is said there too; nothing is made up. */

/** The payer's Organization (`profile-insurer`): the Coverage's, else what is on file of the payer. */
export const asInsurer = (organization: JsonObject | undefined, payer: Payer): JsonObject =>
  organization === undefined
    ? {
        resourceType: 'Organization',
        ...(payer.identifiers.length === 0 ? {} : { identifier: payer.identifiers }),
        active: true,
        name: payer.name,
      }
    : inUse(organization);

export const asOrganization = (organization: JsonObject | undefined): JsonObject | undefined =>
  organization === undefined ? undefined : inUse(organization);

/** PAS has them active; a request names one that is in use, where the record does not say otherwise. */
const inUse = (organization: JsonObject): JsonObject =>
  organization['active'] === undefined ? { ...organization, active: true } : organization;

/** The member number among the identifiers, the subscriber's relationship in X12 too, and the payer by its entry. */
export function asCoverage(
  coverage: JsonObject | undefined,
  insurerUrl: string | undefined,
): JsonObject | undefined {
  if (coverage === undefined) return undefined;
  const identifiers = objects(coverage['identifier']);
  const memberId = text(coverage['subscriberId']);
  const hasMemberId = identifiers.some(({ type }) => isMemberId(type));
  const relationship = objects(coverage['relationship'])[0];
  const codings = objects(relationship?.['coding']);
  const isX12 = codings.some(({ system }) => system === SELF.system);
  return {
    ...coverage,
    ...(hasMemberId || memberId === undefined
      ? {}
      : { identifier: [...identifiers, { type: MEMBER_ID, value: memberId }] }),
    ...(isSelf(relationship) && !isX12
      ? { relationship: { ...relationship, coding: [...codings, SELF] } }
      : {}),
    ...(insurerUrl === undefined ? {} : { payor: [{ reference: insurerUrl }] }),
  };
}

const COVERAGE_INFORMATION =
  'http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-coverage-information';

/** Lists, which some EHRs send as the one thing in them (`realworld.md` 4.1). */
const LISTS = ['category', 'dosageInstruction', 'insurance', 'orderDetail', 'reasonCode', 'reasonReference'];

/** The order as it is once signed, with what was said of its coverage (at most one statement in PAS's profiles). */
export function asOrder({ order, statement, determination }: RequestInput): JsonObject {
  const { extension, id, ...rest } = order;
  const others = objects(extension).filter(({ url }) => url !== COVERAGE_INFORMATION);
  const said: readonly (JsonObject | Extension)[] =
    statement === undefined
      ? objects(extension)
          .filter(({ url }) => url === COVERAGE_INFORMATION)
          .slice(0, 1)
      : [statement];
  const extensions = [...others, ...said];
  const own = text(id) ?? determination.order.split('/')[1] ?? '';
  return {
    ...rest,
    ...Object.fromEntries(
      LISTS.flatMap((name) => (isObject(rest[name]) ? [[name, [rest[name]]] as const] : [])),
    ),
    // Drafts may carry an id that FHIR has no room for: the entry's URL names the order then.
    ...(/^[A-Za-z0-9.-]{1,64}$/.test(own) ? { id: own } : {}),
    ...(order['status'] === 'draft' ? { status: 'active' } : {}),
    ...(extensions.length === 0 ? {} : { extension: extensions }),
  };
}
