import { CONDITION_MORPHOLOGY } from '../fhir/coded-elements.ts';
import type { ChartRecord } from '../fhir/chart.ts';
import { derived } from '../fhir/derived.ts';
import { objects, text } from '../fhir/json.ts';
import type { Retrieve } from '../policy/fact.ts';
import { asWords } from '../policy/words.ts';
import type { Evidence } from './result.ts';
import type { Scope } from './scope.ts';
import { shownValue } from './usability.ts';

/** What a record shows to the reader of a criterion: the element that a retrieve asks for, as the chart has it. */
export function evidenceOf(record: ChartRecord, retrieve: Retrieve, scope: Scope): Evidence {
  const { type } = record;
  const base = {
    reference: record.reference,
    ...(record.date === null ? {} : { date: record.date.text }),
  };
  if (retrieve.shows !== undefined) {
    return {
      ...base,
      path: `${type}.${retrieve.shows}`,
      value: shownValue(record.resource, retrieve.shows) ?? '',
    };
  }
  if (retrieve.value !== undefined) {
    const concept = objects(record.resource['valueCodeableConcept'])[0];
    const coding = scope.library.terminology.codings(concept)[0];
    const words = coding?.display ?? text(concept?.['text']) ?? displayOf(coding?.key, scope);
    return {
      ...base,
      path: valuePath(record),
      value: coding?.code ?? text(record.resource['valueString']) ?? text(concept?.['text']) ?? '',
      ...(words === undefined ? {} : { display: words }),
    };
  }
  const path = codePath(type, retrieve);
  const matched = record.codes.find(
    (item) =>
      item.path === path &&
      item.coding.key !== undefined &&
      scope.library.terminology.includes(retrieve.code, item.coding.key),
  );
  const words = retrieve.words === undefined ? undefined : wordsOf(record, type, retrieve);
  if (matched === undefined && words !== undefined)
    return { ...base, path: `${path}.text`, value: words.find(names(retrieve.words ?? [])) ?? '' };
  const display = matched?.coding.display ?? displayOf(matched?.coding.key, scope);
  return { ...base, path, value: matched?.coding.code ?? '', ...(display === undefined ? {} : { display }) };
}

const displayOf = (key: string | undefined, scope: Scope): string | undefined =>
  key === undefined ? undefined : scope.library.terminology.display(key);

/** Path of the value of an Observation, or of the component that stands for it. */
export const valuePath = ({ type, isComponent }: ChartRecord): string =>
  type !== 'Observation'
    ? `${type}.item.answer.value`
    : isComponent === true
      ? 'Observation.component.value'
      : 'Observation.value';

const CODE_ELEMENTS: Readonly<Record<string, string>> = {
  MedicationStatement: 'medication',
  MedicationRequest: 'medication',
  MedicationAdministration: 'medication',
  MedicationDispense: 'medication',
  DocumentReference: 'type',
  ClaimResponse: 'type',
};

/** Path of the element that a retrieve's code stands at. */
export function codePath(type: string, { element }: Retrieve): string {
  if (element === 'morphology') return CONDITION_MORPHOLOGY;
  return `${type}.${element ?? CODE_ELEMENTS[type] ?? 'code'}`;
}

/** True where printed words hold one of a retrieve's words. */
export const names = (words: readonly string[]): ((printed: string) => boolean) => {
  const phrases = phrasesOf(words);
  return (printed) => {
    const said = asWords(printed);
    return phrases.some((phrase) => said.includes(phrase));
  };
};
const phrasesOf = derived((words: readonly string[]) => words.map(asWords));

/** What the element that a retrieve reads its code from is called in the record. */
export const wordsOf = ({ resource }: ChartRecord, type: string, retrieve: Retrieve): readonly string[] =>
  objects(resource[codePath(type, retrieve).slice(type.length + 1)])
    .flatMap((concept) => [concept['text'], ...objects(concept['coding']).map(({ display }) => display)])
    .flatMap((printed) => text(printed) ?? []);
