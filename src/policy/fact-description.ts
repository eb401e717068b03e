import { CLINICAL } from './retrieve-schema.ts';
import { evidenceOf, type Fact, type Retrieve } from './fact.ts';

/** A fact as its file states it, for people: what it asks, and which records answer it. */
export interface FactDescription {
  readonly name: string;
  readonly ask: string;
  readonly kind: Fact['kind'];
  /** What is made of the records, beyond finding them: sentences without a full stop. */
  readonly rules: readonly string[];
  readonly evidence: readonly {
    /** What a record found here counts as. */
    readonly role: string;
    readonly records: readonly RecordDescription[];
  }[];
  /** Value sets that it names, in its records or beside them. */
  readonly valueSets: readonly string[];
  /** What to supply where it is open. */
  readonly missing: string | undefined;
}

/** The records that one retrieve of a fact finds. */
export interface RecordDescription {
  readonly resources: readonly string[];
  /** Value sets that one of its codes is in; empty where only words are named. */
  readonly code: readonly string[];
  /** Value sets that its coded value is in. */
  readonly value: readonly string[];
  /** Names that its text may say instead. */
  readonly words: readonly string[];
  /** FHIRPath that must hold of the record. */
  readonly where: string | undefined;
  /** What else must hold: phrases. */
  readonly limits: readonly string[];
}

export function describeFact(fact: Fact): FactDescription {
  const evidence = evidenceOf(fact);
  return {
    name: fact.name,
    ask: fact.ask,
    kind: fact.kind,
    rules: rulesOf(fact),
    evidence: evidence.map(({ role, retrieves }) => ({ role, records: retrieves.map(describeRetrieve) })),
    valueSets: valueSetsOf(fact),
    missing: 'missing' in fact ? fact.missing?.what : undefined,
  };
}

/** Every value set that a fact names. */
export const valueSetsOf = (fact: Fact): readonly string[] => [
  ...new Set([
    ...('missing' in fact && fact.missing?.valueSet !== undefined ? [fact.missing.valueSet] : []),
    ...(fact.kind === 'events' ? fact.apart.flatMap(({ drugs }) => drugs) : []),
    ...(fact.kind === 'lines' ? fact.holding.flat() : []),
    ...(fact.kind === 'failures' ? fact.reasons : []),
    ...(fact.kind === 'paired' ? [...fact.present, ...fact.absent] : []),
    ...evidenceOf(fact)
      .flatMap(({ retrieves }) => retrieves)
      .flatMap((retrieve) => [
        ...retrieve.code,
        ...(retrieve.value ?? []),
        ...(retrieve.focus ?? []),
        ...(retrieve.with ?? []),
        ...(retrieve.reported ?? []),
        ...[...retrieve.conditions.values()].flatMap(({ expression }) =>
          [...expression.matchAll(/isIn\('([^']+)'\)/g)].flatMap((match) => match[1] ?? []),
        ),
      ]),
  ]),
];

function describeRetrieve(retrieve: Retrieve): RecordDescription {
  const [condition] = retrieve.conditions.values();
  return {
    resources: retrieve.resource,
    code: retrieve.code,
    value: retrieve.value ?? [],
    words: retrieve.words ?? [],
    where: condition?.expression,
    limits: limitsOf(retrieve),
  };
}

/** The keys of a retrieve beside what it looks for, as phrases (`fact-schema.ts` says each in full). */
const limitsOf = (retrieve: Retrieve): readonly string[] =>
  [
    retrieve.element === undefined ? undefined : `coded in ${retrieve.element}`,
    retrieve.shows === undefined ? undefined : `shown by its ${retrieve.shows}`,
    listed('about', retrieve.focus),
    listed('for', retrieve.for),
    retrieve.resource.includes('Condition')
      ? listed('clinical status', CLINICAL[retrieve.clinical ?? 'active'])
      : undefined,
    retrieve.confirmed === undefined ? undefined : 'verification status confirmed',
    retrieve.before === undefined ? undefined : 'before the ordered course',
    listed('beside a record of the same day in', retrieve.with),
    retrieve.product === undefined ? undefined : 'about the ordered product or the order itself',
    phrase('after the start of the latest regimen of', retrieve.since),
    retrieve['or-without-events'] === undefined ? undefined : 'or where the chart holds no such regimen',
    phrase('newer than the last dose of', retrieve['newer-than']),
    phrase('found while untreated:', retrieve.untreated),
    retrieve.dated === undefined ? undefined : 'dated by the day of recording',
    retrieve.intended === undefined ? undefined : 'orders count, as intentions',
    retrieve['other-than'] === undefined ? undefined : 'other than the ordered product',
    phrase('between the first and the next regimen of', retrieve['on-first']),
    phrase('a dose of', retrieve['dose-of']),
    listed('in a report of', retrieve.reported),
  ].filter((text) => text !== undefined);

const phrase = (words: string, name: string | undefined): string | undefined =>
  name === undefined ? undefined : `${words} ${name}`;
const listed = (words: string, names: readonly string[] | undefined): string | undefined =>
  names === undefined ? undefined : `${words} ${names.join(', ')}`;

function rulesOf(fact: Fact): readonly string[] {
  switch (fact.kind) {
    case 'question':
      return [
        ...(fact.latestDecides
          ? ['Where evidence for yes and for no is found, the one stated surely later decides']
          : []),
        ...(fact.yesPrevails ? ['Evidence for yes stands whatever else says no'] : []),
      ];
    case 'age':
      return [
        fact.at === 'infusion'
          ? 'Whole years on the day of the infusion, else of the request'
          : 'Whole years on the day of the request and on that of the infusion',
        ...(fact.unplannedMonths > 0
          ? [`Where none is planned, the infusion may be ${fact.unplannedMonths} months after the request`]
          : []),
      ];
    case 'setting':
      return [`The order, or its encounter, is ${fact.setting}`];
    case 'events':
      return fact.apart.map(
        ({ drugs, days }) =>
          `What prepares for it is no part of a regimen: ${drugs.join(', ')} in the ${days} days before`,
      );
    case 'measurement':
      return [
        `The newest usable result, in ${fact.unit}`,
        ...(fact.molar === undefined ? [] : [`One ${fact.unit} is ${fact.molar.per} ${fact.molar.unit}`]),
        ...(fact.episode === undefined ? [] : [`Only results of the present episode count: ${fact.episode}`]),
        ...(fact.staleAfter === undefined
          ? []
          : [`Therapy begun after it makes it stale: ${fact.staleAfter}`]),
        ...(fact.isReviewedWithEarlier
          ? ['An earlier result of the same episode that says otherwise leaves it open']
          : []),
      ];
    case 'series':
      return [
        `${CHANGE[fact.change]}, in ${fact.unit}, since the latest regimen of ${fact.since}`,
        ...(fact.orWithoutEvents ? ['Of every result where the chart holds no such regimen'] : []),
        fact.isOneKind
          ? 'Results of all these codes are of one kind'
          : 'Only results of one code and laboratory are compared',
      ];
    case 'lines':
      return [
        `The fewest and the most lines of ${fact.of} that the chart allows`,
        ...(fact.isFirst ? ['The first line alone'] : []),
        ...(fact.progressed === undefined ? [] : ['Only lines after which the disease progressed']),
        ...fact.holding.map((group) => `Only regimens that hold one of ${group.join(', ')}`),
      ];
    case 'paired':
      return [
        `The count of the newest specimen, in ${fact.unit}, where the other is present in the same specimen`,
        ...(fact.episode === undefined ? [] : [`Only results of the present episode count: ${fact.episode}`]),
      ];
    case 'episodes':
      return [
        `When the disease was in remission under ${fact.therapy}, and when it came back`,
        ...(fact.returned === undefined
          ? []
          : [`Shown to be back by a result of at least ${fact.returned.atLeast} ${fact.returned.unit}`]),
      ];
    case 'failures':
      return [
        'Drugs during whose course a clinician stated progression, or gave failure as the reason to stop',
      ];
    case 'days-before':
      return ['Days from the latest of these to the planned infusion'];
  }
}

const CHANGE = {
  highest: 'The highest result',
  lowest: 'The lowest result',
  rise: 'The latest result less the lowest before it',
  'rise-percent': 'The same, as percent of the lowest',
  fall: 'The highest result before the latest, less the latest',
} as const;
