import { objects, property } from '../../../src/fhir/json.ts';
import { blank, isReference, items, lengthOf, need, opt, present } from './json-field.ts';
import { isKnownResource } from './fhir-validity.ts';
import type { Exchange, ExchangeCheck, Problem } from './finding.ts';

/** E and F: the required and the optional fields of an answer. Only answers with status 200 are looked at. */

type ItemCheck = (item: unknown, path: string) => readonly Problem[];

const wrong = (message: string, path: string): readonly Problem[] => [{ message, path }];

const oneOf = (
  allowed: readonly string[],
  owner: unknown,
  field: string,
  path: string,
): readonly Problem[] => {
  const value = property(owner, field);
  return typeof value === 'string' && allowed.includes(value)
    ? []
    : wrong(`is not one of ${allowed.join(', ')}`, `${path}.${field}`);
};

const CARD: Readonly<Record<string, ItemCheck>> = {
  E4: (card, path) => {
    const summary = property(card, 'summary');
    return [
      ...need(card, 'summary', 'string', path),
      ...(typeof summary === 'string' && lengthOf(summary) >= 140
        ? wrong(`has ${lengthOf(summary)} characters, at most 139`, `${path}.summary`)
        : []),
    ];
  },
  E5: (card, path) => oneOf(['info', 'warning', 'critical'], card, 'indicator', path),
  E6: (card, path) => need(card, 'source', 'object', path),
  E7: (card, path) => need(property(card, 'source'), 'label', 'string', `${path}.source`),
  E8: (card, path) => need(property(card, 'source'), 'topic', 'object', `${path}.source`),
  E9: (card, path) => {
    const topic = property(property(card, 'source'), 'topic');
    return ['code', 'system'].flatMap((field) => need(topic, field, 'string', `${path}.source.topic`));
  },
};

const ACTION: Readonly<Record<string, ItemCheck>> = {
  E12: (action, path) => oneOf(['create', 'update', 'delete'], action, 'type', path),
  E13: (action, path) => need(action, 'description', 'string', path),
  E14: (action, path) =>
    property(action, 'type') === 'delete' || isKnownResource(property(action, 'resource'))
      ? []
      : wrong('is not a FHIR resource', `${path}.resource`),
  E15: (action, path) =>
    property(action, 'type') !== 'delete' || isReference(property(action, 'resourceId'))
      ? []
      : wrong('is not a reference', `${path}.resourceId`),
};

const HOOKS_WITH_SYSTEM_ACTIONS = ['appointment-book', 'order-sign', 'order-dispatch'];

const isAnswer = ({ status }: Exchange): boolean => status === 200;
const cardsOf = ({ body }: Exchange) => items(property(body, 'cards'), 'cards');
const systemActionsOf = ({ body }: Exchange) => items(property(body, 'systemActions'), 'systemActions');

const answered =
  (check: ExchangeCheck): ExchangeCheck =>
  (exchange) =>
    isAnswer(exchange) ? check(exchange) : [];

const each =
  (list: (exchange: Exchange) => readonly { item: unknown; path: string }[], check: ItemCheck | undefined) =>
  (exchange: Exchange): readonly Problem[] =>
    isAnswer(exchange) ? list(exchange).flatMap(({ item, path }) => check?.(item, path) ?? []) : [];

export const RESPONSE_CHECKS: Readonly<Record<string, ExchangeCheck>> = {
  E1: answered(({ body }) =>
    property(body, 'cards') === undefined || property(body, 'cards') === null
      ? wrong('is missing', 'cards')
      : [],
  ),
  E2: answered(({ body }) =>
    Array.isArray(property(body, 'cards')) ? [] : wrong('is not an array', 'cards'),
  ),
  E3: answered((exchange) =>
    cardsOf(exchange).length === 0 && systemActionsOf(exchange).length === 0
      ? [{ message: 'has neither cards nor systemActions', path: '(body)', level: 'warning' }]
      : [],
  ),
  ...Object.fromEntries(Object.entries(CARD).map(([id, check]) => [id, each(cardsOf, check)])),
  E10: answered(({ hook, body }) => {
    const given = property(body, 'systemActions');
    return HOOKS_WITH_SYSTEM_ACTIONS.includes(hook) && (given === undefined || given === null)
      ? wrong('is missing', 'systemActions')
      : [];
  }),
  E11: answered(({ body }) => {
    const given = property(body, 'systemActions');
    return given === undefined || given === null || Array.isArray(given)
      ? []
      : wrong('is not an array', 'systemActions');
  }),
  ...Object.fromEntries(Object.entries(ACTION).map(([id, check]) => [id, each(systemActionsOf, check)])),
};

const passes = (checks: Readonly<Record<string, ItemCheck>>, item: unknown): boolean =>
  Object.values(checks).every((check) => check(item, '').length === 0);

/** Cards and system actions without an E finding: the later rows look at these alone. */
export const validCards = (exchange: Exchange) =>
  isAnswer(exchange) ? cardsOf(exchange).filter(({ item }) => passes(CARD, item)) : [];
export const validActions = (exchange: Exchange) =>
  isAnswer(exchange) ? systemActionsOf(exchange).filter(({ item }) => passes(ACTION, item)) : [];

const suggestionsOf = (card: unknown, path: string) =>
  items(property(card, 'suggestions'), `${path}.suggestions`);
const linksOf = (card: unknown, path: string) => items(property(card, 'links'), `${path}.links`);

const listed = (owner: unknown, field: string, path: string): readonly Problem[] =>
  property(owner, field) === undefined ? [] : need(owner, field, 'array', path);

const OPTIONAL_CARD: Readonly<Record<string, ItemCheck>> = {
  F1: (card, path) => ['uuid', 'detail'].flatMap((field) => opt(card, field, 'string', path)),
  F2: (card, path) =>
    ['suggestions', 'overrideReasons', 'links'].flatMap((field) => listed(card, field, path)),
  F3: (card, path) =>
    suggestionsOf(card, path).length === 0
      ? []
      : oneOf(['at-most-one', 'any'], card, 'selectionBehavior', path),
  F4: (card, path) =>
    items(property(card, 'overrideReasons'), `${path}.overrideReasons`).flatMap((reason) =>
      ['code', 'system', 'display'].flatMap((field) => need(reason.item, field, 'string', reason.path)),
    ),
  F5: (card, path) =>
    linksOf(card, path).flatMap((link) => [
      ...need(link.item, 'label', 'string', link.path),
      ...need(link.item, 'type', 'string', link.path),
      ...need(link.item, 'url', 'URL', link.path),
    ]),
  F6: (card, path) =>
    linksOf(card, path).flatMap((link) => oneOf(['absolute', 'smart'], link.item, 'type', link.path)),
  F7: (card, path) =>
    linksOf(card, path)
      .filter(({ item }) => property(item, 'type') === 'absolute' && present(property(item, 'appContext')))
      .flatMap((link) => wrong('stands on an absolute link', `${link.path}.appContext`)),
  F8: (card, path) =>
    suggestionsOf(card, path).flatMap((suggestion) =>
      need(suggestion.item, 'label', 'string', suggestion.path),
    ),
  F9: (card, path) =>
    suggestionsOf(card, path).flatMap((suggestion) => listed(suggestion.item, 'actions', suggestion.path)),
  F10: (card, path) =>
    suggestionsOf(card, path).flatMap((suggestion) =>
      items(property(suggestion.item, 'actions'), `${suggestion.path}.actions`).flatMap((action) =>
        Object.values(ACTION).flatMap((check) => check(action.item, action.path)),
      ),
    ),
};

export const OPTIONAL_CARD_CHECKS: Readonly<Record<string, ExchangeCheck>> = Object.fromEntries(
  Object.entries(OPTIONAL_CARD).map(([id, check]) => [id, each(validCards, check)]),
);

/** A card that passed E and F, with the exchange that it came in. */
export interface PassedCard {
  readonly card: unknown;
  readonly path: string;
  readonly exchange: Exchange;
}

const withPath = (
  exchange: Exchange,
  found: readonly { item: unknown; path: string }[],
): readonly PassedCard[] =>
  found.map(({ item, path }) => ({ card: item, path: `${exchange.name}: ${path}`, exchange }));

export const cardsWithoutFindings = (exchange: Exchange): readonly PassedCard[] =>
  withPath(
    exchange,
    validCards(exchange).filter(({ item }) => passes(OPTIONAL_CARD, item)),
  );

export const cardsPassingE = (exchange: Exchange): readonly PassedCard[] =>
  withPath(exchange, validCards(exchange));

export const links = (card: unknown): readonly unknown[] => objects(property(card, 'links'));
export const suggestions = (card: unknown): readonly unknown[] => objects(property(card, 'suggestions'));
export const actions = (suggestion: unknown): readonly unknown[] => objects(property(suggestion, 'actions'));
export const isTextOnly = (card: unknown): boolean =>
  blank(property(card, 'links')) && blank(property(card, 'suggestions'));
