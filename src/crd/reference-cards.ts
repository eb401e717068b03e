import type { Determination, GovernedOrder } from '../engine/determination.ts';
import { leaves, openItems, REQUIREMENT_WORDS } from '../engine/explanation.ts';
import { isAuthorized } from '../engine/granted.ts';
import type { Card } from './card.ts';
import { escaped, shortened } from './card-text.ts';
import { submission } from './cards.ts';
import type { ClientSettings } from './client-settings.ts';
import { linksOf, policiesOf, policyWords, type Page } from './same-page.ts';
import type { WireVersion } from './wire-version.ts';

/** Cards that inform: links, text, and an app. */

/** External Reference: the policies' links, all absolute. */
export function externalReferenceCard(page: Page, uuid: string): Card | undefined {
  const [{ governed }] = page;
  const policies = policiesOf(page);
  const links = linksOf(page);
  if (links.length === 0) return undefined;
  return {
    uuid,
    summary: shortened(`What the coverage policy rests on: ${policies.map(({ title }) => title).join('; ')}`),
    indicator: 'info',
    detail: policyWords(page, escaped),
    source: { label: governed.payer.name },
    links,
  };
}

/**
 * Instructions, text only: what goes with the request. Where everything is met, the records that show it, criterion by
 * criterion; otherwise what is still to be written or found.
 */
export function instructionsCard(
  determination: Determination,
  { policy, payer, order }: GovernedOrder,
  uuid: string,
  version: WireVersion,
): Card | undefined {
  const { decision, priorAuthorization, criteria } = determination;
  const brand = order.product?.brand;
  const isNeeded = priorAuthorization !== 'not-required' && !isAuthorized(determination);
  if (brand === undefined || !isNeeded) return undefined;
  // 2.2 forbids a card that sends the reader to a portal to start the request (CRD-K-10).
  const how =
    version === '2.2' && policy.submit.url !== undefined
      ? []
      : [`**How to submit:** ${submission(determination)}`];
  switch (decision) {
    case 'criteria-met': {
      const records = criteria
        .flatMap((criterion) => leaves([criterion]))
        .filter(({ status }) => status === 'met')
        .map(
          ({ title, evidence }) =>
            `- ${escaped(title)}: ${[...new Set(evidence.map(({ reference }) => escaped(reference)))].slice(0, 3).join(', ')}`,
        );
      return {
        uuid,
        summary: shortened(`Records to send with the request for ${brand}`),
        indicator: 'info',
        detail: [
          `**${REQUIREMENT_WORDS[priorAuthorization]}.** These records show the criteria:`,
          records.join('\n'),
          ...how,
        ].join('\n\n'),
        source: { label: payer.name },
      };
    }
    case 'documentation-needed': {
      const open = criteria.filter(({ status }) => status === 'unknown');
      const group = (title: string, items: readonly string[]): readonly string[] =>
        items.length === 0 ? [] : [`**${title}:**`, items.map((item) => `- ${escaped(item)}`).join('\n')];
      const statements = openItems(open.filter(({ needs }) => needs === 'attestation'));
      const records = openItems(open.filter(({ needs }) => needs !== 'attestation'));
      if (statements.length + records.length === 0) return undefined;
      return {
        uuid,
        summary: shortened(`To put together for the request for ${brand}`),
        indicator: 'info',
        detail: [
          ...group('Statements of the treating clinician', statements),
          ...group('Records', records),
          ...how,
        ].join('\n\n'),
        source: { label: payer.name },
      };
    }
    case 'criteria-not-met':
    case 'no-covered-indication':
      return undefined;
  }
}

/** Launch SMART App: the app that the client has registered, with the determination as its context. */
export function smartAppCard(
  app: NonNullable<ClientSettings['smartApp']>,
  determinationId: string,
  { payer, order }: GovernedOrder,
  uuid: string,
): Card {
  return {
    uuid,
    summary: shortened(`Coverage criteria for ${order.product?.brand ?? 'CAR-T'}, record by record`),
    indicator: 'info',
    detail: 'Opens the determination with the records that each criterion was read from.',
    source: { label: payer.name },
    links: [
      {
        label: app.label,
        url: app.url,
        type: 'smart',
        appContext: JSON.stringify({ determination: determinationId }),
      },
    ],
  };
}
