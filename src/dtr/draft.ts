import type {
  Extension,
  Questionnaire,
  QuestionnaireItem,
  QuestionnaireItemEnableWhen,
  QuestionnaireResponse,
  QuestionnaireResponseItem,
  QuestionnaireResponseItemAnswer,
} from 'fhir/r4.js';
import { partId } from '../policy/form.ts';
import { CORE, DTR } from './extensions.ts';
import type { Prefilled } from './prefill.ts';

/** Versions of DTR that differ on the wire; each goes with the version of CRD of the same number. */
export const DTR_VERSIONS = ['2.0', '2.1', '2.2'] as const;
export type DtrVersion = (typeof DTR_VERSIONS)[number];

/** What a draft is about. */
export interface DraftContext {
  readonly version: DtrVersion;
  /** `Patient/id`. */
  readonly subject: string;
  /** `Coverage/id`; undefined where none was named. */
  readonly coverage: string | undefined;
  /** `Type/id` of each order. */
  readonly orders: readonly string[];
  /** FHIR date. */
  readonly authored: string;
  /** The coverage information on the order, which a response may carry too (CRD-E-12). */
  readonly statement?: Extension | undefined;
}

/**
 * A draft QuestionnaireResponse (DTR `dtr-questionnaireresponse`): the questions that are enabled, and what the chart
 * answers. Every answer says that it was filled in by the service, and from which records.
 */
export function draftResponse(
  questionnaire: Questionnaire,
  answers: readonly Prefilled[],
  context: DraftContext,
): QuestionnaireResponse {
  const { version, subject, authored } = context;
  const filled: Filled = { byLinkId: Map.groupBy(answers, ({ linkId }) => linkId), version };
  return {
    resourceType: 'QuestionnaireResponse',
    meta: { profile: [`${DTR}/dtr-questionnaireresponse`] },
    extension: [...contextExtensions(context)],
    questionnaire: `${questionnaire.url ?? ''}|${questionnaire.version ?? ''}`,
    status: 'in-progress',
    subject: { reference: subject },
    authored,
    item: (questionnaire.item ?? []).flatMap((item) => responseItems(item, filled)),
  };
}

const REASON_CODES: Readonly<Record<DtrVersion, string>> = {
  '2.0': 'http://hl7.org/fhir/us/davinci-crd/CodeSystem/temp',
  '2.1': 'http://hl7.org/fhir/us/davinci-crd/CodeSystem/temp',
  '2.2': 'http://hl7.org/fhir/us/davinci-crd/CodeSystem/coverage-information-codes',
};

/** Until 2.1 the coverage stands among the context, from 2.2 on in an extension of its own. */
function contextExtensions({ version, coverage, orders, statement }: DraftContext): readonly Extension[] {
  const reference = (url: string, target: string): Extension => ({
    url: `${DTR}/${url}`,
    valueReference: { reference: target },
  });
  return [
    ...(coverage === undefined
      ? []
      : [reference(version === '2.2' ? 'qr-coverage' : 'qr-context', coverage)]),
    ...orders.map((order) => reference('qr-context', order)),
    {
      url: `${DTR}/intendedUse`,
      valueCodeableConcept: { coding: [{ system: REASON_CODES[version], code: 'withpa' }] },
    },
    ...(statement === undefined ? [] : [statement]),
  ];
}

interface Filled {
  readonly byLinkId: ReadonlyMap<string, readonly Prefilled[]>;
  readonly version: DtrVersion;
}

function responseItems(item: QuestionnaireItem, filled: Filled): readonly QuestionnaireResponseItem[] {
  if (item.type === 'display' || !isEnabled(item, filled)) return [];
  const { linkId, text } = item;
  const base = { linkId, ...(text === undefined ? {} : { text }) };
  const answers = filled.byLinkId.get(linkId) ?? [];
  if (item.type === 'group') {
    // A group that repeats has one instance for each result.
    if (item.repeats === true && answers.length > 0)
      return answers.map((answer) => ({ ...base, item: [...partItems(item, answer, filled)] }));
    const parts = (item.item ?? []).flatMap((part) => responseItems(part, filled));
    return [{ ...base, ...(parts.length === 0 ? {} : { item: parts }) }];
  }
  return [
    {
      ...base,
      ...(answers.length === 0
        ? {}
        : {
            answer: answers.map((answer) => {
              const parts = partItems(item, answer, filled);
              return {
                ...originated(answer, filled),
                ...answer.value,
                ...(parts.length === 0 ? {} : { item: [...parts] }),
              };
            }),
          }),
    },
  ];
}

/** The parts of one answer: its value where it is a group, its day, and the record that says it. */
function partItems(
  item: QuestionnaireItem,
  answer: Prefilled,
  filled: Filled,
): readonly QuestionnaireResponseItem[] {
  const [source] = answer.sources;
  const values: Readonly<Record<string, QuestionnaireResponseItemAnswer | undefined>> = {
    [partId(item.linkId, 'value')]: answer.value,
    [partId(item.linkId, 'date')]: answer.date === undefined ? undefined : { valueDate: answer.date },
    [partId(item.linkId, 'document')]:
      source === undefined ? undefined : { valueReference: { reference: source.reference } },
  };
  return (item.item ?? []).flatMap(({ linkId, text }) => {
    const value = values[linkId];
    return value === undefined
      ? []
      : [
          {
            linkId,
            ...(text === undefined ? {} : { text }),
            answer: [{ ...originated(answer, filled), ...value }],
          },
        ];
  });
}

/**
 * DTR's `information-origin`, which has no place for the record itself: that stands in FHIR's own extension for what an
 * element was derived from.
 */
const originated = ({ sources }: Prefilled, { version }: Filled): { readonly extension: Extension[] } => ({
  extension: [
    {
      url: `${DTR}/information-origin`,
      extension: [{ url: 'source', valueCode: version === '2.2' ? 'auto-server' : 'auto' }],
    },
    ...sources.map(({ reference, path }) => ({
      url: `${CORE}/derivation-reference`,
      extension: [
        { url: 'reference', valueReference: { reference } },
        { url: 'path', valueString: path },
      ],
    })),
  ],
});

/** Questionnaire.item.enableWhen, against what is filled in. */
function isEnabled({ enableWhen, enableBehavior }: QuestionnaireItem, { byLinkId }: Filled): boolean {
  if (enableWhen === undefined) return true;
  const holds = ({ question, operator, ...expected }: QuestionnaireItemEnableWhen): boolean => {
    const given = byLinkId.get(question) ?? [];
    if (operator === 'exists') return given.length > 0 === (expected.answerBoolean === true);
    return given.some(
      ({ value }) =>
        ('valueBoolean' in value && value.valueBoolean === expected.answerBoolean) ||
        ('valueCoding' in value &&
          expected.answerCoding !== undefined &&
          value.valueCoding.code === expected.answerCoding.code &&
          value.valueCoding.system === expected.answerCoding.system),
    );
  };
  return enableBehavior === 'any' ? enableWhen.some(holds) : enableWhen.every(holds);
}
