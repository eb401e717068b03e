import { CONDITION_MORPHOLOGY_URL } from '../fhir/coded-elements.ts';
import type { Terminology } from '../fhir/terminology.ts';
import { codePath } from '../engine/record-evidence.ts';
import { countedStatuses } from '../engine/usability.ts';
import type { Form, FormItem } from '../policy/form.ts';
import type { Retrieve } from '../policy/fact.ts';
import { answerValueSet, canonicalOf } from './value-sets.ts';

/**
 * How an EHR fills in a form by itself (SDC, "Form population"): queries as variables of the Questionnaire, and
 * FHIRPath on what they gave. An expression only proposes: what an answer counts for is decided when it comes back.
 * A statement is a clinician's own: no expression makes it.
 */
export interface Variable {
  /** Letters and digits: FHIR's `id` and FHIRPath's identifier have no more in common. */
  readonly name: string;
  /** `application/x-fhir-query`. */
  readonly query: string;
}

/** FHIRPath that fills in an item; with `results`, the records that its instances are made of. */
export interface Population {
  readonly records?: { readonly name: string; readonly expression: string };
  readonly value?: string;
  readonly date?: string;
}

/** Results that a form is filled in with: the newest ones. */
const MOST_RESULTS = 12;

export function populationOf(item: FormItem, terminology: Terminology): Population {
  switch (item.asks) {
    case 'result': {
      const newest = `${usableResults(item)}.first()`;
      return { value: `${newest}.value.ofType(Quantity)`, date: day(`${newest}.effective.ofType(dateTime)`) };
    }
    case 'results':
      return {
        records: { name: 'result', expression: `${usableResults(item)}.take(${MOST_RESULTS})` },
        value: '%result.value.ofType(Quantity)',
        date: day('%result.effective.ofType(dateTime)'),
      };
    case 'birth-date':
      return { value: '%patient.birthDate' };
    case 'setting':
      return { value: "%encounter.class.where(code = 'IMP' or code = 'AMB')" };
    case 'record':
      return recordPopulation(item, terminology);
    case 'group':
    case 'statement':
      return {};
  }
}

/** The queries that the expressions of a form read from. */
export const variablesOf = (form: Form, terminology: Terminology): readonly Variable[] => [
  ...new Map(
    [...form.items.values()]
      .flatMap((item) => itemVariables(item, terminology))
      .map((variable) => [variable.name, variable] as const),
  ).values(),
];

function itemVariables(item: FormItem, terminology: Terminology): readonly Variable[] {
  if (item.retrieve !== undefined) return [resultVariable(item.retrieve, terminology)];
  return retrievesOf(item).flatMap((retrieve) =>
    retrieve.resource.map((type) =>
      type === 'Observation'
        ? resultVariable(retrieve, terminology)
        : { name: typeVariable(type), query: `${type}?patient={{%patient.id}}` },
    ),
  );
}

function resultVariable({ code }: Retrieve, terminology: Terminology): Variable {
  const codes = code
    .flatMap((id) => terminology.valueSets.get(id)?.codings ?? [])
    .map((coding) => `${coding.system}|${coding.code}`);
  return {
    name: codesVariable(code),
    query: `Observation?patient={{%patient.id}}&code=${codes.join(',')}&_sort=-date`,
  };
}

const typeVariable = (type: string): string => `${type.charAt(0).toLowerCase()}${type.slice(1)}s`;
const codesVariable = (valueSets: readonly string[]): string =>
  valueSets.join('-').replaceAll(/[^A-Za-z0-9]+(\w)/g, (_, letter: string) => letter.toUpperCase());

const usableResults = ({ retrieve }: FormItem): string =>
  `%${codesVariable(retrieve?.code ?? [])}.entry.resource${counted('Observation')}.where(value.ofType(Quantity).exists())`;

/** A dateTime as the day that it prints. */
const day = (expression: string): string => `${expression}.toString().substring(0, 10).toDate()`;

const counted = (type: string): string =>
  type === 'Condition'
    ? ".where(verificationStatus.coding.where(code = 'refuted' or code = 'entered-in-error').empty())"
    : `.where(${countedStatuses(type)
        .map((status) => `status = '${status}'`)
        .join(' or ')})`;

const DATES: Readonly<Record<string, string>> = {
  Condition: 'recordedDate',
  Observation: 'effective.ofType(dateTime)',
  DiagnosticReport: 'effective.ofType(dateTime)',
  Procedure: 'performed.ofType(dateTime)',
  MedicationAdministration: 'effective.ofType(dateTime)',
  MedicationStatement: 'effective.ofType(dateTime)',
  MedicationDispense: 'whenHandedOver',
};

/** The retrieves of a record's question whose codes can be its answer, and whose records count. */
const retrievesOf = ({ fact, valueSets }: FormItem): readonly Retrieve[] =>
  fact?.kind !== 'question' || valueSets.length === 0
    ? []
    : [...fact.yes, ...fact.no].filter(({ conditions }) => conditions.size === 0);

function recordPopulation(item: FormItem, terminology: Terminology): Population {
  const set = answerValueSet(item, terminology);
  if (set === undefined) return {};
  const member = `memberOf('${canonicalOf(set)}')`;
  const found = retrievesOf(item).flatMap((retrieve) =>
    retrieve.resource
      .filter((type) => Object.hasOwn(DATES, type))
      .map((type) => {
        const element = type === 'Observation' ? 'value.ofType(CodeableConcept)' : elementOf(type, retrieve);
        const records = `%${type === 'Observation' ? codesVariable(retrieve.code) : typeVariable(type)}.entry.resource${counted(type)}`;
        return { element, records: `${records}.where(${element}.where(${member}).exists())`, type };
      }),
  );
  const distinct = [...new Map(found.map((part) => [part.records, part])).values()];
  if (distinct.length === 0) return {};
  const union = (part: (item: (typeof distinct)[number]) => string): string =>
    `(${distinct.map(part).join(' | ')})`;
  return {
    value: `${union(({ records, element }) => `${records}.${element}.coding`)}.where(${member}).first()`,
    date: day(`${union(({ records, type }) => `${records}.${DATES[type] ?? ''}`)}.first()`),
  };
}

function elementOf(type: string, retrieve: Retrieve): string {
  if (retrieve.element === 'morphology')
    return `extension('${CONDITION_MORPHOLOGY_URL}').value.ofType(CodeableConcept)`;
  const element = codePath(type, retrieve).slice(type.length + 1);
  return element === 'medication' ? 'medication.ofType(CodeableConcept)' : element;
}
