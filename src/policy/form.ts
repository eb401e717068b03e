import { derived } from '../fhir/derived.ts';
import type { Fact, Question, Retrieve } from './fact.ts';
import type { Criterion, Indication, Policy } from './policy.ts';

/**
 * What is asked of a clinician for an indication: the form as data. The engine reads answers by it and DTR writes the
 * Questionnaire from it, so that a question and what its answer counts for are one thing.
 */
export interface Form {
  readonly id: string;
  readonly policy: Policy;
  readonly indication: Indication;
  /** Questions on the request itself: place of the infusion, approvals. */
  readonly administrative: readonly FormItem[];
  /** Questions on the patient, in the policy's order. */
  readonly clinical: readonly FormItem[];
  /** Every item, groups included, by linkId. */
  readonly items: ReadonlyMap<string, FormItem>;
}

/**
 * How an item is answered. `statement`: yes or no, of the clinician's own. `result`: the latest measured value;
 * `results`: several, to be compared. `record`: what a document says, by a code of a value set or as yes or no.
 */
export type Asks = 'group' | 'statement' | 'result' | 'results' | 'birth-date' | 'record' | 'setting';

export interface FormItem {
  /** The criterion's id; with `#` and a name where the criterion asks for several things. */
  readonly linkId: string;
  readonly asks: Asks;
  /** The criterion that it is asked for; undefined for a question that only opens others. */
  readonly criterion: Criterion | undefined;
  readonly fact: Fact | undefined;
  /** With `result` and `results`: what is measured, and the UCUM units it may be given in, the fact's own first. */
  readonly retrieve: Retrieve | undefined;
  readonly units: readonly string[];
  /** With `record`: value sets of the answer; none for yes or no. */
  readonly valueSets: readonly string[];
  readonly takesDocument: boolean;
  readonly condition: Condition | undefined;
  readonly items: readonly FormItem[];
}

/** When an item is asked: another one has this answer, or (`not-true`) has not been answered with yes. */
export interface Condition {
  readonly linkId: string;
  readonly answer: 'true' | 'not-true' | 'inpatient' | 'outpatient';
}

/** Names of the parts of an answer, each an item under it. */
export type Part = 'value' | 'date' | 'document' | 'attachment';
export const partId = (linkId: string, part: Part): string => `${linkId}#${part}`;

/** The id of an indication's Questionnaire; its version is the policy's. */
export const formId = (policy: Pick<Policy, 'id'>, indication: Pick<Indication, 'id'>): string =>
  `${policy.id}.${indication.id}`;

/** The canonical URL of a form's Questionnaire, without its version. @param base FHIR base of this service */
export const questionnaireUrl = (base: string, { id }: Pick<Form, 'id'>): string =>
  `${base}/Questionnaire/${id}`;
export const questionnaireCanonical = (base: string, form: Pick<Form, 'id' | 'policy'>): string =>
  `${questionnaireUrl(base, form)}|${form.policy.version}`;

const formsWith = derived((facts: ReadonlyMap<string, Fact>) =>
  derived((policy: Policy): readonly Form[] =>
    policy.indications.map((indication) => createForm(policy, indication, facts)),
  ),
);

/** The forms of a policy, one for each indication. */
export const formsOf = (policy: Policy, facts: ReadonlyMap<string, Fact>): readonly Form[] =>
  formsWith(facts)(policy);

const resultKey = ({ code }: Pick<Retrieve, 'code'>): string => `result ${code.toSorted().join(' ')}`;
const recordKey = (valueSets: readonly string[]): string => `record ${valueSets.toSorted().join(' ')}`;

/** Answers with one key speak to the same facts: the same thing measured, or the same codes chosen from. */
export function answerKey({ asks, retrieve, valueSets, fact }: FormItem): string {
  if (retrieve !== undefined) return resultKey(retrieve);
  if (asks === 'birth-date' || asks === 'setting') return asks;
  return valueSets.length > 0 ? recordKey(valueSets) : (fact?.name ?? '');
}

/** The keys of the answers that speak to a fact; none where it takes no answer. */
export const keysOf: (fact: Fact) => readonly string[] = derived((fact) => {
  switch (fact.kind) {
    case 'measurement':
    case 'series':
      return resultsOf(fact).map(resultKey);
    case 'question':
      return [fact.name, recordKey(answerSets(fact))];
    case 'age':
      return ['birth-date'];
    case 'setting':
      return ['setting'];
    case 'paired':
      return [resultKey(fact.count)];
    case 'events':
    case 'lines':
    case 'episodes':
    case 'failures':
    case 'days-before':
      return [];
  }
});

const resultsOf = (fact: Fact): readonly Retrieve[] =>
  fact.kind === 'measurement'
    ? [fact.retrieve]
    : fact.kind === 'series'
      ? [fact.retrieve, ...(fact.minus === undefined ? [] : [fact.minus])]
      : [];

/** The value sets whose codes answer a retrieve by themselves. */
export const answeredBy = ({ value, code }: Retrieve): readonly string[] => value ?? code;

/** Value sets to choose an answer from; none where a code alone does not say it. */
function answerSets({ yes, no }: Question): readonly string[] {
  const isSaidByCode = ({ conditions, resource, value, isPresence }: Retrieve): boolean =>
    !isPresence && conditions.size === 0 && (value !== undefined || !resource.includes('Observation'));
  return yes.every(isSaidByCode)
    ? [...new Set([...yes, ...no.filter(isSaidByCode)].flatMap(answeredBy))]
    : [];
}

function createForm(policy: Policy, indication: Indication, facts: ReadonlyMap<string, Fact>): Form {
  const prefix = `${policy.id}/${indication.id}`;
  const items = new Map<string, FormItem>();
  const guards: FormItem[] = [];
  const isSettingFact = (test: Criterion['test']): boolean =>
    test.kind === 'fact' && facts.get(test.fact)?.kind === 'setting';
  const settingAsked = indication.criteria
    .flatMap(withChildren)
    .find(({ test, when }) => when === undefined && isSettingFact(test))?.id;

  /** A definition that stands under several criteria is asked about once. */
  const once = (item: FormItem): readonly FormItem[] => {
    if (items.has(item.linkId)) return [];
    items.set(item.linkId, item);
    return [item];
  };

  const conditionOf = ({ when: name, whenJudged }: Criterion): Condition | undefined => {
    const fact = name === undefined ? undefined : facts.get(name);
    if (fact?.kind === 'setting') {
      const linkId = settingAsked ?? `${prefix}#setting`;
      if (settingAsked === undefined) guards.push(...once({ ...EMPTY, linkId, asks: 'setting', fact }));
      return { linkId, answer: fact.setting };
    }
    if (fact?.kind !== 'question') return undefined;
    const linkId = `${prefix}#${fact.name}`;
    guards.push(...once({ ...EMPTY, linkId, asks: 'record', fact, takesDocument: !whenJudged }));
    return { linkId, answer: 'true' };
  };

  const factItems = (leaf: Criterion, of: Criterion): readonly FormItem[] => {
    const fact = leaf.test.kind === 'fact' ? facts.get(leaf.test.fact) : undefined;
    const base = {
      ...EMPTY,
      criterion: of,
      fact,
      condition: leaf === of ? undefined : conditionOf(leaf),
    };
    const named = (name: string): string => `${of.id ?? prefix}#${name}`;
    switch (fact?.kind) {
      case 'measurement':
      case 'series': {
        const printed = leaf.test.kind === 'fact' ? leaf.test.comparison?.alsoPrinted?.unit : undefined;
        const units = [...new Set([fact.unit, fact.molar?.unit, printed])].filter(
          (unit) => unit !== undefined,
        );
        return resultsOf(fact).map((retrieve) => ({
          ...base,
          linkId: named(retrieve.code.join('+')),
          asks: fact.kind === 'series' ? 'results' : 'result',
          retrieve,
          units,
        }));
      }
      case 'question':
        return [
          {
            ...base,
            linkId: named(fact.name),
            asks: 'record',
            valueSets: answerSets(fact),
            takesDocument: true,
          },
        ];
      case 'age':
        return [{ ...base, linkId: named('birth-date'), asks: 'birth-date' }];
      case 'setting':
        // Where the place is what it depends on, that question has asked it.
        return of.when === undefined ? [{ ...base, linkId: named('setting'), asks: 'setting' }] : [];
      case 'paired':
        return [
          {
            ...base,
            linkId: named(fact.count.code.join('+')),
            asks: 'result',
            retrieve: fact.count,
            units: [fact.unit],
          },
        ];
      case 'events':
      case 'lines':
      case 'episodes':
      case 'failures':
      case 'days-before':
      case undefined:
        return [];
    }
  };

  const build = (criterion: Criterion, isExclusion: boolean): readonly FormItem[] => {
    const linkId = criterion.id ?? '';
    if (items.has(linkId)) return [];
    const condition = conditionOf(criterion);
    const base = { ...EMPTY, criterion, condition };
    const leaves = leavesOf(criterion);
    const isClosedByStatement = criterion.attestable || isExclusion;
    const isStatement = isClosedByStatement || leaves.some(({ test }) => test.kind === 'attest');
    const asked = isClosedByStatement
      ? []
      : uniqueByKey(leaves.flatMap((leaf) => factItems(leaf, criterion)));
    const children = childrenOf(criterion);
    const statement: FormItem = {
      ...base,
      linkId,
      asks: 'statement',
      takesDocument: criterion.open === 'documentation',
    };
    const [only, ...others] = asked;
    if (children.length === 0 && isStatement && only === undefined) return once(statement);
    if (children.length === 0 && !isStatement && only?.asks !== undefined && others.length === 0)
      return once({ ...only, linkId, condition });
    // Registered first: a definition refers to no criterion above it.
    const group: FormItem = { ...base, linkId: isStatement ? `${linkId}#group` : linkId, asks: 'group' };
    items.set(group.linkId, group);
    const isNone = criterion.test.kind === 'none' || isExclusion;
    const parts = [
      ...(isStatement ? once({ ...statement, condition: undefined }) : []),
      ...asked.flatMap(once),
      ...children.flatMap((child) => build(child, isNone)),
    ].map((item) => gated(item, isClosedByStatement ? linkId : undefined));
    const whole = { ...group, items: parts };
    for (const item of [whole, ...parts]) items.set(item.linkId, item);
    return [whole];
  };

  const sections = indication.criteria.map((criterion) => ({ criterion, built: build(criterion, false) }));
  const of = (isAdministrative: boolean): readonly FormItem[] =>
    sections
      .filter(({ criterion }) => criterion.administrative === isAdministrative)
      .flatMap(({ built }) => built);
  const isSetting = ({ asks }: FormItem): boolean => asks === 'setting';
  return {
    id: formId(policy, indication),
    policy,
    indication,
    administrative: [...guards.filter(isSetting), ...of(true)],
    clinical: [...guards.filter((item) => !isSetting(item)), ...of(false)],
    items,
  };
}

const EMPTY = {
  criterion: undefined,
  fact: undefined,
  retrieve: undefined,
  units: [],
  valueSets: [],
  takesDocument: false,
  condition: undefined,
  items: [],
} as const;

/** What stands beside a statement that closes the whole is not asked once that is answered with yes. */
const gated = (item: FormItem, statement: string | undefined): FormItem =>
  statement === undefined || item.linkId === statement || item.condition !== undefined
    ? item
    : { ...item, condition: { linkId: statement, answer: 'not-true' } };

/** One thing is asked once for a criterion: several results of it, where any of its tests compares them. */
const uniqueByKey = (list: readonly FormItem[]): readonly FormItem[] =>
  [...Map.groupBy(list, answerKey).values()].flatMap((same) => {
    const item = same.find(({ asks }) => asks === 'results') ?? same[0];
    return item === undefined ? [] : [item];
  });

const partsOf = ({ test }: Criterion): readonly Criterion[] => ('parts' in test ? test.parts : []);

/** The tests of a criterion's own: those of its parts without an id. */
const leavesOf = (criterion: Criterion): readonly Criterion[] =>
  'parts' in criterion.test
    ? criterion.test.parts.flatMap((part) => (part.id === undefined ? leavesOf(part) : []))
    : [criterion];

/** The criteria next below, through parts without an id. */
const childrenOf = (criterion: Criterion): readonly Criterion[] =>
  partsOf(criterion).flatMap((part) => (part.id === undefined ? childrenOf(part) : [part]));

const withChildren = (criterion: Criterion): readonly Criterion[] => [
  criterion,
  ...childrenOf(criterion).flatMap(withChildren),
];
