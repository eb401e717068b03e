import type {
  Coding,
  Extension,
  Questionnaire,
  QuestionnaireItem,
  QuestionnaireItemEnableWhen,
} from 'fhir/r4.js';
import { NAMEABLE } from '../engine/answer-documents.ts';
import { SETTING_CODES } from '../engine/form-answers.ts';
import type { Library } from '../policy/library.ts';
import { partId, questionnaireUrl, type Condition, type Form, type FormItem } from '../policy/form.ts';
import { ACT_CODE, CORE, DTR, expressed, SDC, UCUM } from './extensions.ts';
import { populationOf, variablesOf } from './population.ts';
import { answerValueSet, canonicalOf } from './value-sets.ts';

/**
 * The Questionnaire of an indication (SDC "Form definition"; DTR `dtr-std-questionnaire`). What fills it in is FHIRPath,
 * which DTR 2.2 takes inline. There is no CQL: it would say the policy a second time, beside the criteria that decide;
 * a client that runs CQL alone gets the draft response, filled in by us.
 * @param base FHIR base of this service
 */
export function questionnaire(form: Form, library: Library, base: string): Questionnaire {
  const { policy, indication } = form;
  const scope: ItemScope = { form, library };
  const sections = [
    { linkId: 'administrative', text: 'The request', items: form.administrative },
    { linkId: 'clinical', text: 'The patient', items: form.clinical },
  ].filter(({ items }) => items.length > 0);
  return {
    resourceType: 'Questionnaire',
    id: form.id,
    meta: { profile: [`${SDC}/sdc-questionnaire-pop-exp`, `${DTR}/dtr-std-questionnaire|2.2.0`] },
    extension: [
      launchContext('patient', 'Patient', 'The patient whom the order is for'),
      launchContext('encounter', 'Encounter', 'The encounter of the planned infusion'),
      ...variablesOf(form, library.terminology).map(({ name, query }) =>
        expressed(`${CORE}/variable`, query, { name, language: 'application/x-fhir-query' }),
      ),
    ],
    url: questionnaireUrl(base, form),
    version: policy.version,
    name: `Form_${form.id.replaceAll(/[^A-Za-z0-9]/g, '_')}`,
    title: `${policy.title}: ${indication.title}`,
    status: 'active',
    subjectType: ['Patient'],
    date: policy.effective,
    description: `What the policy asks before prior authorization, in its own order. Generated from the criteria on file; not the payer's own form.`,
    effectivePeriod: {
      start: policy.effective,
      ...(policy.until === undefined ? {} : { end: policy.until }),
    },
    item: [
      ...generalNotes(form),
      ...sections.map(({ linkId, text, items }): QuestionnaireItem => ({
        linkId,
        text,
        type: 'group',
        item: items.map((item) => itemOf(item, scope)),
      })),
    ],
  };
}

interface ItemScope {
  readonly form: Form;
  readonly library: Library;
}

const launchContext = (code: string, type: string, description: string): Extension => ({
  url: `${SDC}/sdc-questionnaire-launchContext`,
  extension: [
    {
      url: 'name',
      valueCoding: { system: 'http://hl7.org/fhir/uv/sdc/CodeSystem/launchContext', code },
    },
    { url: 'type', valueCode: type },
    { url: 'description', valueString: description },
  ],
});

/** Anomalies of the policy's text that touch all of it. */
const generalNotes = ({ policy, indication }: Form): readonly QuestionnaireItem[] =>
  [...policy.anomalies]
    .filter(([id, { general }]) => general === true || indication.anomalies.includes(id))
    .map(([id, { text }]) => display(`note.${id}`, `On the text of the policy (${id}): ${text}`));

const display = (linkId: string, text: string, extension?: Extension): QuestionnaireItem => ({
  ...(extension === undefined ? {} : { extension: [extension] }),
  linkId,
  text,
  type: 'display',
});

const HELP: Extension = {
  url: `${CORE}/questionnaire-itemControl`,
  valueCodeableConcept: {
    coding: [{ system: 'http://hl7.org/fhir/questionnaire-item-control', code: 'help' }],
  },
};

function itemOf(item: FormItem, scope: ItemScope): QuestionnaireItem {
  const population = populationOf(item, scope.library.terminology);
  const enableWhen = item.condition === undefined ? {} : enabledBy(item.condition);
  const base = { linkId: item.linkId, text: textOf(item, scope), ...enableWhen };
  const initial = filledBy(population.value);
  const parts = [
    ...explanations(item, scope),
    ...(item.asks === 'result' || item.asks === 'record' ? [dateItem(item, population.date)] : []),
    ...(item.takesDocument ? documentItems(item) : []),
  ];
  const item_ = parts.length === 0 ? {} : { item: parts };
  switch (item.asks) {
    case 'group':
      return {
        ...base,
        type: 'group',
        item: [...parts, ...item.items.map((part) => itemOf(part, scope))],
      };
    case 'statement':
      return { ...base, type: 'boolean', ...item_ };
    case 'result':
      return { ...base, extension: [...initial, ...unitOptions(item)], type: 'quantity', ...item_ };
    case 'results':
      return {
        ...base,
        ...(population.records === undefined
          ? {}
          : {
              extension: [
                expressed(`${SDC}/sdc-questionnaire-itemPopulationContext`, population.records.expression, {
                  name: population.records.name,
                }),
              ],
            }),
        type: 'group',
        repeats: true,
        item: [
          ...parts,
          {
            extension: [...initial, ...unitOptions(item)],
            linkId: partId(item.linkId, 'value'),
            text: 'Result',
            type: 'quantity',
          },
          dateItem(item, population.date),
        ],
      };
    case 'birth-date':
      return { extension: initial, ...base, type: 'date', ...item_ };
    case 'setting':
      return {
        extension: initial,
        ...base,
        type: 'choice',
        answerOption: Object.keys(SETTING_CODES).map((setting) => ({
          valueCoding: settingCoding(setting as keyof typeof SETTING_CODES),
        })),
        ...item_,
      };
    case 'record': {
      const set = answerValueSet(item, scope.library.terminology);
      return set === undefined
        ? { ...base, type: 'boolean', ...item_ }
        : {
            ...(initial.length === 0 ? {} : { extension: initial }),
            ...base,
            type: 'choice',
            answerValueSet: canonicalOf(set),
            ...item_,
          };
    }
  }
}

const SETTING_WORDS = { inpatient: 'Inpatient', outpatient: 'Outpatient' } as const;
export const settingCoding = (setting: keyof typeof SETTING_CODES): Coding => ({
  system: ACT_CODE,
  code: SETTING_CODES[setting],
  display: SETTING_WORDS[setting],
});

const filledBy = (expression: string | undefined): Extension[] =>
  expression === undefined ? [] : [expressed(`${SDC}/sdc-questionnaire-initialExpression`, expression)];

const unitOptions = ({ units }: FormItem): readonly Extension[] =>
  units.map((code) => ({
    url: `${CORE}/questionnaire-unitOption`,
    valueCoding: { system: UCUM, code, display: code },
  }));

const dateItem = (item: FormItem, expression: string | undefined): QuestionnaireItem => ({
  ...(expression === undefined ? {} : { extension: filledBy(expression) }),
  linkId: partId(item.linkId, 'date'),
  text: item.asks === 'record' ? 'Day on which it was recorded' : 'Day of the measurement',
  type: 'date',
});

const documentItems = (item: FormItem): readonly QuestionnaireItem[] => [
  {
    extension: NAMEABLE.map((valueCode) => ({ url: `${CORE}/questionnaire-referenceResource`, valueCode })),
    linkId: partId(item.linkId, 'document'),
    text: 'The document or record in the chart that says so',
    type: 'reference',
  },
  { linkId: partId(item.linkId, 'attachment'), text: 'Or the document itself', type: 'attachment' },
];

function textOf({ asks, criterion, fact, retrieve, linkId }: FormItem, { library }: ItemScope): string {
  const isWhole =
    criterion !== undefined && (criterion.id === linkId || `${criterion.id ?? ''}#group` === linkId);
  if (asks === 'group' || asks === 'statement') return criterion?.title ?? '';
  const measured = retrieve?.code
    .flatMap((id) => library.terminology.valueSets.get(id)?.title ?? [])
    .join(', ');
  const question =
    asks === 'birth-date'
      ? 'Birth date'
      : asks === 'setting'
        ? 'Where is the infusion planned?'
        : (measured ?? fact?.ask ?? '');
  return isWhole ? `${criterion.title}: ${question}` : question;
}

/** Help in plain words with the locator, and what is odd in the policy's text here. */
function explanations(item: FormItem, { form }: ItemScope): readonly QuestionnaireItem[] {
  const { criterion, linkId, asks } = item;
  const source = criterion === undefined ? '' : ` Policy: ${criterion.locator}.`;
  const help = display(`${linkId}#help`, `${HOW[asks]}${lackingWords(item)}${source}`, HELP);
  const isFirst = criterion !== undefined && (asks === 'group' || criterion.id === linkId);
  const hasGroup =
    criterion !== undefined && form.items.has(`${criterion.id ?? ''}#group`) && asks !== 'group';
  const notes = isFirst && !hasGroup ? criterion.anomalies : [];
  return [
    help,
    ...notes.flatMap(({ id, only }) => {
      const text = form.policy.anomalies.get(id)?.text;
      const when = only === 'when-review' ? ', where it must be reviewed' : '';
      return text === undefined
        ? []
        : [display(`${linkId}#note.${id}`, `On the text of the policy (${id}${when}): ${text}`)];
    }),
  ];
}

const HOW: Readonly<Record<FormItem['asks'], string>> = {
  group: 'The questions below decide this.',
  statement: 'Yes if it is so, no if it is not.',
  result: 'The latest result with its unit and day.',
  results: 'Each result that bears on this, with its unit and day.',
  'birth-date': 'As in the chart; the age is worked out from it.',
  record: 'As a document says, with its day and the document.',
  setting: 'As ordered.',
};

const lackingWords = ({ criterion, fact, asks }: FormItem): string => {
  const lacking =
    asks === 'statement' || asks === 'group'
      ? criterion?.missing
      : fact !== undefined && 'missing' in fact
        ? (fact.missing?.what ?? criterion?.missing)
        : criterion?.missing;
  return lacking === undefined ? '' : ` Wanted: ${lacking}.`;
};

function enabledBy({
  linkId: question,
  answer,
}: Condition): Pick<QuestionnaireItem, 'enableWhen' | 'enableBehavior'> {
  const when = (rest: Pick<QuestionnaireItemEnableWhen, 'operator' | 'answerBoolean' | 'answerCoding'>) => ({
    question,
    ...rest,
  });
  switch (answer) {
    case 'true':
      return { enableWhen: [when({ operator: '=', answerBoolean: true })] };
    case 'not-true':
      return {
        enableWhen: [
          when({ operator: 'exists', answerBoolean: false }),
          when({ operator: '=', answerBoolean: false }),
        ],
        enableBehavior: 'any',
      };
    case 'inpatient':
    case 'outpatient':
      return { enableWhen: [when({ operator: '=', answerCoding: settingCoding(answer) })] };
  }
}
