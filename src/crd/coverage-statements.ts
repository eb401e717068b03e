import { objects, text } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';
import { asksForProduct, type Determination, type GovernedOrder } from '../engine/determination.ts';
import {
  authorizationWords,
  decisionWords,
  openItems,
  REQUIREMENT_WORDS,
  ungovernedWords,
  unreadWords,
} from '../engine/explanation.ts';
import { isAuthorized } from '../engine/granted.ts';
import { neededForms } from '../engine/needed-forms.ts';
import { isActiveOn } from '../policy/applicable.ts';
import { questionnaireCanonical } from '../policy/form.ts';
import type { Library } from '../policy/library.ts';
import { parseDate } from '../fhir/date.ts';
import type { ClientSettings } from './client-settings.ts';
import {
  coverageInformation,
  type Coding,
  type Detail,
  type Reason,
  type Statement,
} from './coverage-information.ts';
import {
  documentsAskedOf,
  OUTCOMES,
  outcomeOf,
  withoutDocuments,
  type Outcome,
  type OutcomeCodes,
} from './coverage-outcome.ts';
import type { Annotation } from './coverage-updates.ts';
import { isForOther } from './governed-orders.ts';
import type { Evaluation, HeldCoverage } from './evaluation.ts';
import type { Hook } from './hook-request.ts';
import { orderedConcepts, plannedDate, type HookOrder } from './order.ts';
import { askedTogether, policyWords, requirementOf, shownCriteria, type Page } from './same-page.ts';
import type { WireVersion } from './wire-version.ts';

/** What the statements of one answer are made for. */
export interface StatementScope {
  readonly hook: Hook;
  readonly version: WireVersion;
  readonly client: ClientSettings;
  readonly library: Library;
  /** FHIR base of this service, which the canonicals of forms begin with. */
  readonly fhirBase: string;
  readonly patientId: string;
  /** FHIR date. */
  readonly asOf: string;
  /** The id of a determination, or a new one for a statement without a determination. */
  readonly idOf: (determination: Determination | undefined) => string;
}

/** Hooks that may not ask for documents (CRD-H-03). */
export const asksForDocuments = (hook: Hook): boolean =>
  hook === 'order-sign' || hook === 'order-dispatch' || hook === 'appointment-book';

/** The order types that CRD gives answers for (CRD-H-04), and what stands in their place where no order is. */
const ANSWERED = new Set([
  'CommunicationRequest',
  'DeviceRequest',
  'MedicationRequest',
  'NutritionOrder',
  'ServiceRequest',
  'VisionPrescription',
  'Appointment',
  'Encounter',
]);

/**
 * The coverage information of an evaluation: a statement for each governed order and coverage; for the client of a
 * payer one for every other order too. One statement for a coverage and a resource (CRD-E-05): where several policies
 * govern the same order, the one that asks for most; where they all ask for its product, for all of them.
 */
export function annotations(evaluation: Evaluation, scope: StatementScope): readonly Annotation[] {
  const made: { readonly annotation: Annotation; readonly outcome: Outcome }[] = [];
  const add = (order: HookOrder, outcome: Outcome, statement: StatementInput): void => {
    const annotation = annotate(order, outcome, statement, scope);
    made.push({ annotation, outcome });
  };
  for (const item of evaluation.determinations) {
    const { determination, governed, order } = item;
    const outcome = outcomeOf(determination);
    add(order, outcome, {
      coverage: determination.coverage,
      words: determinationReason(askedTogether(item, evaluation.determinations), scope),
      billingCodes: billingCodes(order, governed, scope.library),
      docNeeded: documentsAskedOf(determination, governed.policy),
      questionnaires: neededForms(determination, governed.policy, scope.library.facts).map(({ form }) =>
        questionnaireCanonical(scope.fhirBase, form),
      ),
      authorization: isAuthorized(determination) ? determination.authorization : undefined,
      id: scope.idOf(determination),
    });
  }
  for (const { order, governed } of evaluation.failed) {
    const coverage =
      governed?.coverage ?? coverageFor(order, evaluation.coverages ?? [], scope)?.read.reference;
    if (coverage === undefined || (governed === undefined && scope.client.crdPayer === undefined)) continue;
    add(order, 'technical-failure', {
      coverage,
      words:
        'This order could not be evaluated for a technical reason. Ask the payer whether authorization is needed.',
      id: scope.idOf(undefined),
    });
  }
  if (scope.client.crdPayer !== undefined) {
    for (const order of evaluation.orders) {
      const unanswered = unansweredStatement(order, evaluation, scope);
      if (unanswered !== undefined) add(order, unanswered.outcome, unanswered.statement);
    }
  }
  return chosen(made);
}

interface StatementInput {
  readonly coverage: string;
  readonly words: string;
  readonly billingCodes?: readonly Coding[];
  /** In place of the outcome's own, where it has one. */
  readonly docNeeded?: readonly string[] | undefined;
  readonly questionnaires?: readonly string[];
  readonly authorization?: Determination['authorization'];
  readonly id: string;
}

function annotate(
  order: HookOrder,
  outcome: Outcome,
  { coverage, words, billingCodes = [], docNeeded, questionnaires = [], authorization, id }: StatementInput,
  { hook, version, client, asOf }: StatementScope,
): Annotation {
  const row: OutcomeCodes = OUTCOMES[outcome][version];
  const codes = asksForDocuments(hook) ? row : withoutDocuments(row);
  const one = (code: string | undefined): readonly string[] => (code === undefined ? [] : [code]);
  const reason: Reason = { ...(codes.reason === undefined ? {} : { coding: codes.reason }), text: words };
  const details: readonly Detail[] =
    codes.detail === undefined ? [] : [{ code: codes.detail, value: { valueBoolean: true } }];
  const statement: Statement = {
    coverage,
    covered: codes.covered,
    paNeeded: codes.paNeeded,
    docNeeded: codes.docNeeded === undefined ? [] : (docNeeded ?? [codes.docNeeded]),
    docPurpose: one(codes.docPurpose),
    infoNeeded: one(codes.infoNeeded),
    billingCodes,
    reasons: outcome === 'nothing-needed' ? [] : [reason],
    details,
    // Only what asks for documents keeps them (crd-ci-q1).
    questionnaires,
    date: asOf,
    assertionId: id,
    satisfiedPaId: authorization?.number,
    expiryDate: authorization?.end,
  };
  return {
    resource: target(order, version),
    coverage,
    id,
    extension: coverageInformation(statement, version, client),
  };
}

/** 2.0 and 2.1 put what is said of a booked order on the Appointment, 2.2 on the order (`crd.md` 3). */
const target = ({ resource, appointment }: HookOrder, version: WireVersion) =>
  version === '2.2' || appointment === undefined ? resource : appointment;

/** What an outcome asks of the reader, the most first. */
const PRESSING: readonly Outcome[] = [
  'technical-failure',
  'authorization-payer-decides',
  'authorization-chart-unread',
  'code-too-general',
  'authorization-with-documents',
  'authorization',
];

function chosen(
  made: readonly { readonly annotation: Annotation; readonly outcome: Outcome }[],
): readonly Annotation[] {
  const rank = (outcome: Outcome): number =>
    PRESSING.includes(outcome) ? PRESSING.indexOf(outcome) : PRESSING.length;
  return made
    .filter(
      (item, index) =>
        !made.some(
          (other, at) =>
            at !== index &&
            other.annotation.resource === item.annotation.resource &&
            other.annotation.coverage === item.annotation.coverage &&
            (rank(other.outcome) < rank(item.outcome) ||
              (rank(other.outcome) === rank(item.outcome) && at < index)),
        ),
    )
    .map(({ annotation }) => annotation);
}

/** A determination in a few plain sentences: the policy, its consequence, what is open. No word of the chart. */
function determinationReason(page: Page, { hook, library }: StatementScope): string {
  const [{ determination, governed }] = page;
  const { policy, payer, order } = governed;
  const criteria = shownCriteria(page, library);
  const isNotMet = (status: string): boolean => status === 'not-met';
  const open = openItems(criteria);
  const isAsking =
    asksForDocuments(hook) &&
    determination.decision === 'documentation-needed' &&
    !isAuthorized(determination);
  const list = (title: string, items: readonly string[]): readonly string[] =>
    items.length === 0
      ? []
      : [`${title}: ${items.slice(0, LISTED).join('; ')}${items.length > LISTED ? '; and more' : ''}.`];
  const unread = unreadWords(criteria);
  const isUnread = criteria.some(({ status, needs }) => status === 'unknown' && needs === 'data-access');
  return [
    `${REQUIREMENT_WORDS[requirementOf(page)]} by ${payer.name} for ${order.product?.brand ?? 'CAR-T'}.`,
    asksForProduct(determination)
      ? 'The order does not name its product.'
      : decisionWords(determination.decision, policy.otherwise),
    ...(isAuthorized(determination) ? [authorizationWords(determination.authorization)] : []),
    ...list(
      'Not met',
      criteria.filter(({ status }) => isNotMet(status)).map(({ title }) => title),
    ),
    ...(isAsking ? list('Still needed', open) : []),
    ...(isUnread
      ? [
          `Part of the chart could not be read${unread.length === 0 ? '' : ` (${unread.slice(0, LISTED).join('; ')})`}.`,
        ]
      : []),
    policyWords(page, (title) => title),
  ].join(' ');
}
const LISTED = 8;

/** Systems whose codes stand on claims. */
const BILLING = new Set([
  'http://www.ama-assn.org/go/cpt',
  'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets',
]);

/** The order's own billing codes for its product: the codes that the statement holds for. */
function billingCodes(
  order: HookOrder,
  { order: planned }: GovernedOrder,
  { terminology }: Library,
): readonly Coding[] {
  const sets = planned.product?.codes ?? [];
  const found = terminology
    .codings(orderedConcepts(order))
    .filter(
      ({ system, key }) => key !== undefined && BILLING.has(system ?? '') && terminology.includes(sets, key),
    );
  return found.map(({ system, code, display }) => ({
    ...(system === undefined ? {} : { system }),
    code,
    ...(display === undefined ? {} : { display }),
  }));
}

/** What a payer's client is told of an order that got neither a determination nor a failure. */
function unansweredStatement(
  order: HookOrder,
  evaluation: Evaluation,
  scope: StatementScope,
): { readonly outcome: Outcome; readonly statement: StatementInput } | undefined {
  const { client, patientId } = scope;
  const isAnswered =
    evaluation.determinations.some((item) => item.order === order) ||
    evaluation.failed.some((item) => item.order === order);
  if (isAnswered || !ANSWERED.has(text(order.resource['resourceType']) ?? '') || isForOther(order, patientId))
    return undefined;
  const coverage = coverageFor(order, evaluation.coverages ?? [], scope);
  // Without a Coverage there is nothing that the statement could be about (CRD-E-09).
  if (coverage === undefined) return undefined;
  // Another payer's coverage is not this endpoint's to speak of.
  const payer = coverage.read.payer;
  if (payer !== undefined && payer.id !== client.crdPayer?.id) return undefined;
  const of = { coverage: coverage.read.reference, id: scope.idOf(undefined) };
  if (!isActive(coverage, order, scope.asOf))
    return {
      outcome: 'coverage-inactive',
      statement: { ...of, words: ungovernedWords('no-coverage', '', undefined).sentence },
    };
  const name = client.crdPayer?.name ?? '';
  return {
    outcome: 'unknown-service',
    statement: {
      ...of,
      words: `No policy of ${name} that is on file here governs this order as it is coded. Ask the payer whether it is covered and needs authorization.`,
    },
  };
}

/** The order's own coverage, else the payer's, else the first active one, else the first (CRD-R-06). */
function coverageFor(
  order: HookOrder,
  coverages: readonly HeldCoverage[],
  { client, asOf }: StatementScope,
): HeldCoverage | undefined {
  const named = objects(order.resource['insurance']).map((reference) => relativeReference(reference));
  const active = coverages.filter((coverage) => isActive(coverage, order, asOf));
  return (
    coverages.find(({ read }) => named.includes(read.reference)) ??
    active.find(({ read }) => client.crdPayer !== undefined && read.payer?.id === client.crdPayer.id) ??
    active[0] ??
    coverages[0]
  );
}

function isActive({ resource }: HeldCoverage, order: HookOrder, asOf: string): boolean {
  const date = plannedDate(order)?.date ?? parseDate(asOf);
  return date !== null && isActiveOn(resource, date);
}
