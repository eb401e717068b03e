import { objects, property, text } from '../../../src/fhir/json.ts';
import { isUrl } from './json-field.ts';
import { profileProblems } from './profile.ts';
import { contextReferences } from './request-checks.ts';
import {
  actions,
  cardsPassingE,
  cardsWithoutFindings,
  isTextOnly,
  links,
  suggestions,
  validActions,
  type PassedCard,
} from './response-checks.ts';
import type { Exchange, GroupCheck, Problem } from './finding.ts';

/** G to I and L to P: the kinds of card, over all answers of one hook. */

const typeOf = (link: unknown): unknown => property(link, 'type');
const allLinks = (card: unknown, type: string): boolean =>
  links(card).length > 0 && links(card).every((link) => typeOf(link) === type);

export const isExternalReference = (card: unknown): boolean => allLinks(card, 'absolute');
export const isSmartLaunch = (card: unknown): boolean => allLinks(card, 'smart');
export const isInstructions = isTextOnly;

const none = (what: string, level: 'fail' | 'skip'): readonly Problem[] => [
  { message: `no ${what} card was received`, path: '(answers)', level },
];

export const CARD_KIND_CHECKS: Readonly<Record<string, GroupCheck>> = {
  G: (group) =>
    group.flatMap(cardsWithoutFindings).some(({ card }) => isExternalReference(card))
      ? []
      : none('External Reference', 'fail'),
  H: (group) =>
    group.flatMap(cardsWithoutFindings).some(({ card }) => isSmartLaunch(card))
      ? []
      : none('Launch SMART', 'skip'),
  I: (group) =>
    group.flatMap(cardsPassingE).some(({ card }) => isInstructions(card)) ? [] : none('Instructions', 'fail'),
};

const type = (action: unknown): unknown => property(action, 'type');
const resourceType = (action: unknown): string =>
  type(action) === 'delete'
    ? ((text(property(action, 'resourceId')) ?? '').split('/')[0] ?? '')
    : (text(property(property(action, 'resource'), 'resourceType')) ?? '');

const ALTERNATE_TYPES = [
  'Device',
  'DeviceRequest',
  'Encounter',
  'Medication',
  'MedicationRequest',
  'NutritionOrder',
  'ServiceRequest',
  'VisionPrescription',
];
const ADDITIONAL_TYPES = [...ALTERNATE_TYPES.filter((name) => name !== 'Encounter'), 'CommunicationRequest'];

export function proposesAlternate(card: unknown): boolean {
  return suggestions(card).some((suggestion) => {
    const types = actions(suggestion)
      .filter((action) => ALTERNATE_TYPES.includes(resourceType(action)))
      .map(type);
    return types.includes('update') || (types.includes('delete') && types.includes('create'));
  });
}

export function isAdditionalOrders(card: unknown): boolean {
  const all = suggestions(card).flatMap(actions);
  return (
    all.length > 0 &&
    all.every((action) => type(action) === 'create' && ADDITIONAL_TYPES.includes(resourceType(action)))
  );
}

/** A create of a Task that asks for a questionnaire, as the suite recognises it: by the text of its input's type. */
export function isFormAction(action: unknown): boolean {
  const task = property(action, 'resource');
  return (
    type(action) === 'create' &&
    resourceType(action) === 'Task' &&
    objects(property(property(task, 'code'), 'coding')).some(
      ({ code }) => code === 'complete-questionnaire',
    ) &&
    objects(property(task, 'input')).some(
      (input) => property(input['type'], 'text') === 'questionnaire' && isUrl(input['valueCanonical']),
    )
  );
}

const isCoverageAction = (action: unknown): boolean =>
  ['create', 'update'].includes(String(type(action))) && resourceType(action) === 'Coverage';

export const isFormCompletion = (card: unknown): boolean =>
  suggestions(card).length > 0 &&
  suggestions(card).every((suggestion) => actions(suggestion).filter(isFormAction).length === 1);

const isCoverageUpdate = (card: unknown): boolean => {
  const all = suggestions(card).map(actions);
  return all.length === 1 && all[0]?.length === 1 && isCoverageAction(all[0][0]);
};

interface Selected {
  readonly action: unknown;
  readonly suggestion: unknown;
  readonly path: string;
  readonly exchange: Exchange;
}

const fromCards = (group: readonly Exchange[], select: (card: unknown) => boolean): readonly Selected[] =>
  group
    .flatMap(cardsWithoutFindings)
    .filter(({ card }: PassedCard) => select(card))
    .flatMap(({ card, path, exchange }) =>
      suggestions(card).flatMap((suggestion) =>
        actions(suggestion).map((action) => ({ action, suggestion, path, exchange })),
      ),
    );

const fromSystem = (group: readonly Exchange[], select: (action: unknown) => boolean): readonly Selected[] =>
  group.flatMap((exchange) =>
    validActions(exchange)
      .filter(({ item }) => select(item))
      .map(({ item, path }) => ({
        action: item,
        suggestion: undefined,
        path: `${exchange.name}: ${path}`,
        exchange,
      })),
  );

const invalid = ({ action, path, exchange }: Selected): readonly Problem[] =>
  profileProblems(property(action, 'resource'), exchange.version).map((problem) => ({
    message: `${problem.message} (${problem.path})`,
    path,
  }));

const alternates = (group: readonly Exchange[]) => fromCards(group, proposesAlternate);

const orSkip = (
  selected: readonly Selected[],
  what: string,
  check: (selected: Selected) => readonly Problem[],
): readonly Problem[] => (selected.length === 0 ? none(what, 'skip') : selected.flatMap(check));

export const SUGGESTION_CHECKS: Readonly<Record<string, GroupCheck>> = {
  L1: (group) =>
    orSkip(alternates(group), 'Propose Alternate', (selected) =>
      type(selected.action) === 'delete' ? [] : invalid(selected),
    ),
  L2: (group) =>
    orSkip(alternates(group), 'Propose Alternate', ({ action, path, exchange }) => {
      const resource = property(action, 'resource');
      const name = `${resourceType(action)}/${String(property(resource, 'id'))}`;
      return type(action) !== 'update' || contextReferences(exchange).includes(name)
        ? []
        : [{ message: `updates ${name}, which is not in draftOrders`, path }];
    }),
  L3: (group) =>
    orSkip(alternates(group), 'Propose Alternate', ({ action, path, exchange }) => {
      const name = String(property(action, 'resourceId'));
      return type(action) !== 'delete' || contextReferences(exchange).includes(name)
        ? []
        : [{ message: `deletes ${name}, which is not in draftOrders`, path }];
    }),
  L4: (group) =>
    orSkip(alternates(group), 'Propose Alternate', ({ action, suggestion, path }) =>
      type(action) !== 'delete' ||
      actions(suggestion).some(
        (other) => type(other) === 'create' && resourceType(other) === resourceType(action),
      )
        ? []
        : [{ message: `deletes a ${resourceType(action)} and creates none`, path }],
    ),
  M: (group) => orSkip(fromCards(group, isAdditionalOrders), 'Additional Orders', invalid),
  N: (group) =>
    orSkip(
      [
        ...fromCards(group, isFormCompletion).filter(({ action }) => isFormAction(action)),
        ...fromSystem(group, isFormAction),
      ],
      'Form Completion',
      invalid,
    ),
  P: (group) =>
    orSkip(
      [...fromCards(group, isCoverageUpdate), ...fromSystem(group, isCoverageAction)],
      'Create or Update Coverage',
      invalid,
    ),
};

/** Which hooks run L and M. */
export const SUGGESTION_HOOKS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  ['L1', 'L2', 'L3', 'L4', 'M'].map((id) => [id, ['order-select', 'order-sign']]),
);
