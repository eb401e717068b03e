import type { ChartRecord } from '../fhir/chart.ts';
import { retrievesOf, type Fact, type Retrieve } from '../policy/fact.ts';
import { daysOf, type Days } from './course-rows.ts';
import type { FactReader } from './facts.ts';
import { proofOf } from './retrieve.ts';
import type { Scope } from './scope.ts';

/** What somebody said of the disease on a day. */
export interface DiseaseStatement {
  readonly reference: string;
  readonly label: string;
  readonly says: 'progression' | 'response' | 'other';
  readonly on: Days;
}

/** Retrieves of what counts as progression or recurrence, and of what counts as a response or remission. */
interface Roles {
  readonly progression: readonly Retrieve[];
  readonly response: readonly Retrieve[];
}

/**
 * Every statement on the course of the disease, by date, whatever therapy it came before or after. The facts of the
 * library say what counts as progression and what as a response, by the value sets that they read for it.
 */
export function diseaseStatements(scope: Scope, reader: FactReader): readonly DiseaseStatement[] {
  const facts = [...scope.library.facts.values()];
  const roles = facts.map(rolesOf);
  const progression = roles.flatMap((role) => role.progression);
  const response = roles.flatMap((role) => role.response);
  const valued = facts
    .flatMap(retrievesOf)
    .filter(({ focus, value }) => focus !== undefined && value !== undefined);
  const saysOf = (record: ChartRecord): DiseaseStatement['says'] =>
    holdsValueOf(record, progression, scope)
      ? 'progression'
      : holdsValueOf(record, response, scope)
        ? 'response'
        : 'other';
  const found = [
    ...stated(valued.map(unplaced), reader, saysOf),
    ...stated(progression.filter(isOfCondition), reader, () => 'progression'),
    ...stated(response.filter(isOfCondition), reader, () => 'response'),
  ];
  return [...new Map(found.map((item) => [`${item.reference} ${item.says}`, item])).values()].toSorted(
    (a, b) => (a.on.from < b.on.from ? -1 : a.on.from > b.on.from ? 1 : 0),
  );
}

function rolesOf(fact: Fact): Roles {
  switch (fact.kind) {
    case 'lines':
      return { progression: fact.progression, response: fact.progressed?.response ?? [] };
    case 'episodes':
      return { progression: fact.recurrence, response: fact.remission };
    case 'failures':
      return { progression: fact.progression, response: [] };
    case 'age':
    case 'setting':
    case 'question':
    case 'events':
    case 'measurement':
    case 'series':
    case 'paired':
    case 'days-before':
      return { progression: [], response: [] };
  }
}

/** A retrieve without what ties it to a therapy or a time before it. */
function unplaced(retrieve: Retrieve): Retrieve {
  const { since, untreated, 'newer-than': newerThan, 'on-first': onFirst, ...rest } = retrieve;
  return [since, untreated, newerThan, onFirst].every((placing) => placing === undefined) ? retrieve : rest;
}

const isOfCondition = ({ resource }: Retrieve): boolean => resource.every((type) => type === 'Condition');

const holdsValueOf = (
  { resource }: ChartRecord,
  retrieves: readonly Retrieve[],
  { library: { terminology } }: Scope,
): boolean =>
  terminology
    .codings(resource['valueCodeableConcept'])
    .some(
      ({ key }) =>
        key !== undefined &&
        retrieves.some(({ value }) => value !== undefined && terminology.includes(value, key)),
    );

const stated = (
  retrieves: readonly Retrieve[],
  reader: FactReader,
  saysOf: (record: ChartRecord) => DiseaseStatement['says'],
): readonly DiseaseStatement[] =>
  proofOf(retrieves.flatMap(reader.hits)).flatMap(({ record, evidence }): readonly DiseaseStatement[] => {
    const day = record.stated;
    if (day === null || !Number.isFinite(day.high)) return [];
    const low = Number.isFinite(day.low) ? day.low : day.high;
    return [
      {
        reference: record.reference,
        label: evidence.display ?? evidence.value,
        says: saysOf(record),
        on: daysOf({ low, high: day.high }),
      },
    ];
  });
