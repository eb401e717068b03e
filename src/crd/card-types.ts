import { isObject, property } from '../fhir/json.ts';
import type { ClientSettings } from './client-settings.ts';
import { HOOKS, type Hook } from './hook-request.ts';
import { TEMP_CODES, type WireVersion } from './wire-version.ts';

/** A kind of card, with its topic from CRD's card types and the hooks on which it helps. */
interface Kind {
  readonly topic: Topic;
  readonly name: string;
  readonly description: string;
  readonly hooks: readonly Hook[];
}

const PRIMARY: readonly Hook[] = ['order-sign', 'order-dispatch', 'appointment-book'];
const ORDERS: readonly Hook[] = ['order-sign', 'order-select', 'order-dispatch', 'appointment-book'];

/** What cards say of themselves in `source.topic` (`crd-card-types.json`). */
const TOPICS = {
  'coverage-info': 'Coverage Information',
  guideline: 'Guideline',
  'clinical-reminder': 'Clinical Reminder',
  'therapy-alternatives-opt': 'Optional Therapy Alternatives',
} as const;
type Topic = keyof typeof TOPICS;

/** The cards that a client may be sent, the most important first: `max-cards` cuts from the end. */
export const CARD_TYPES = {
  'determination-card': {
    topic: 'coverage-info',
    name: 'Determination card',
    description:
      'Says in a card, criterion by criterion, what the coverage-information extension says in codes.',
    hooks: ORDERS,
  },
  'not-determined': {
    topic: 'coverage-info',
    name: 'Undetermined orders',
    description: 'Says of a CAR-T order that no determination could be made of it, and why.',
    hooks: ORDERS,
  },
  instructions: {
    topic: 'clinical-reminder',
    name: 'Instructions',
    description: 'What to put together for the payer, and how to send it.',
    hooks: PRIMARY,
  },
  'additional-orders': {
    topic: 'clinical-reminder',
    name: 'Additional orders',
    description: 'Draft orders for tests that would supply a missing document.',
    hooks: ['order-sign'],
  },
  'propose-alternate': {
    topic: 'therapy-alternatives-opt',
    name: 'Covered alternatives',
    description: 'The product that the same policy names for the recorded diagnosis, as information.',
    hooks: ['order-sign'],
  },
  'form-completion': {
    topic: 'coverage-info',
    name: 'Form completion',
    description: 'A task to complete the questionnaire that asks for what is missing.',
    hooks: PRIMARY,
  },
  'external-reference': {
    topic: 'guideline',
    name: 'External references',
    description: 'Links to the policy and to the documents that it rests on.',
    hooks: ORDERS,
  },
  'smart-app': {
    topic: 'guideline',
    name: 'SMART app',
    description: 'Opens an app with the determination.',
    hooks: ORDERS,
  },
} as const satisfies Readonly<Record<string, Kind>>;

export type CardType = keyof typeof CARD_TYPES;
export const CARD_TYPE_CODES = Object.keys(CARD_TYPES) as readonly CardType[];
const isOn = (type: CardType, hook: Hook): boolean =>
  (CARD_TYPES[type].hooks as readonly Hook[]).includes(hook);

/** `source.topic`: 2.2 has a code system of its own (CRD-K-01). */
export const topicOf = (type: CardType, version: WireVersion) => {
  const code = CARD_TYPES[type].topic;
  return {
    system: version === '2.2' ? 'http://terminology.hl7.org/CodeSystem/cdshooks-card-type' : TEMP_CODES,
    code,
    display: TOPICS[code],
  };
};

/** Discovery's `davinci-crd.configuration-options` (CRD-C-01 to C-04). */
export interface ConfigurationOption {
  readonly code: string;
  readonly type: 'boolean' | 'integer';
  readonly name: string;
  readonly description: string;
  readonly default: boolean | number;
}

const TOPIC_DESCRIPTIONS: Readonly<Record<Topic, string>> = {
  'coverage-info':
    'Whether an order is covered and needs prior authorization or documents: the extension on the order, and cards that say it.',
  guideline: 'All cards that lead to a policy or to an app.',
  'clinical-reminder': 'All cards with instructions or further orders.',
  'therapy-alternatives-opt': 'All cards with therapies that the policy names for the recorded diagnosis.',
};
const DEFAULT_MAX_CARDS = 10;

/** The options of a service: one for each topic that its cards have, one for each type of card, and their number. */
export const configurationOptions = (hook: Hook): readonly ConfigurationOption[] => OPTIONS[hook];

function optionsOf(hook: Hook): readonly ConfigurationOption[] {
  const types = CARD_TYPE_CODES.filter((type) => isOn(type, hook));
  const topics = [...new Set<Topic>(['coverage-info', ...types.map((type) => CARD_TYPES[type].topic)])];
  return [
    ...topics.map((topic) => ({
      code: topic,
      type: 'boolean' as const,
      name: TOPICS[topic],
      description: TOPIC_DESCRIPTIONS[topic],
      default: true,
    })),
    ...types.map((type) => ({
      code: type,
      type: 'boolean' as const,
      name: CARD_TYPES[type].name,
      description: CARD_TYPES[type].description,
      default: true,
    })),
    {
      code: 'max-cards',
      type: 'integer',
      name: 'Maximum cards',
      description: 'Upper limit of cards in one answer; the most important are kept.',
      default: DEFAULT_MAX_CARDS,
    },
  ];
}

const OPTIONS = Object.fromEntries(HOOKS.map((hook) => [hook, optionsOf(hook)])) as Readonly<
  Record<Hook, readonly ConfigurationOption[]>
>;

/** What one answer may hold. */
export interface Wanted {
  readonly shows: (type: CardType) => boolean;
  /** False: no system action either (CRD-C-12). */
  readonly coverageInformation: boolean;
  readonly maxCards: number;
  /** Entries of the request that were ignored, for the log: unknown codes are not among them. */
  readonly ignored: readonly string[];
}

/** Client settings and the request's `davinci-crd.configuration`; a value of the wrong type is ignored (CRD-C-11). */
export function wantedOf(configuration: unknown, client: ClientSettings, hook: Hook): Wanted {
  const given = (code: string): unknown => property(configuration, code);
  const named = isObject(configuration)
    ? configurationOptions(hook).filter(({ code }) => given(code) !== undefined)
    : [];
  const fits = ({ code, type }: ConfigurationOption): boolean =>
    type === 'boolean'
      ? typeof given(code) === 'boolean'
      : Number.isInteger(given(code)) && (given(code) as number) >= 0;
  const off = new Set(
    named
      .filter(({ code }) => given(code) === false)
      .filter(fits)
      .map(({ code }) => code),
  );
  const limit = named.find(({ code }) => code === 'max-cards');
  return {
    shows: (type) =>
      isOn(type, hook) &&
      !off.has(type) &&
      !off.has(CARD_TYPES[type].topic) &&
      !client.cardTypesOff.includes(type) &&
      (type !== 'determination-card' || client.repeatInCard),
    coverageInformation: !off.has('coverage-info'),
    maxCards: limit !== undefined && fits(limit) ? (given('max-cards') as number) : DEFAULT_MAX_CARDS,
    ignored:
      configuration !== undefined && configuration !== null && !isObject(configuration)
        ? ['davinci-crd.configuration']
        : named.filter((option) => !fits(option)).map(({ code }) => code),
  };
}

/** The cards that say of an order what its coverage information says. */
const SAYING: readonly CardType[] = ['determination-card', 'not-determined'];

/**
 * What an answer may hold whose determinations could not be kept: a card for each statement that cannot go out, switched off
 * or not, and no app, which could not find its determination.
 * @param statements how many cannot go out
 */
export const wantedUnkept = (wanted: Wanted, hook: Hook, statements: number): Wanted => ({
  ...wanted,
  shows: (type) =>
    SAYING.includes(type)
      ? wanted.coverageInformation && isOn(type, hook)
      : type !== 'smart-app' && wanted.shows(type),
  maxCards: Math.max(wanted.maxCards, statements),
});
