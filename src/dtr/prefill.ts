import type { Coding, Quantity } from 'fhir/r4.js';
import type { Chart } from '../fhir/chart.ts';
import { objects, property, text, type JsonObject } from '../fhir/json.ts';
import type { CriterionResult } from '../engine/criteria.ts';
import { withParts } from '../engine/determination.ts';
import { diseaseReader } from '../engine/disease.ts';
import { isDecisive } from '../engine/explanation.ts';
import { createFactReader } from '../engine/facts.ts';
import { readingOf, withoutSuperseded } from '../engine/reading.ts';
import type { Evidence, PlannedOrder } from '../engine/result.ts';
import { hitOf, proofOf, type Timeline } from '../engine/retrieve.ts';
import type { Scope } from '../engine/scope.ts';
import { parseDate } from '../fhir/date.ts';
import type { Form, FormItem } from '../policy/form.ts';
import type { Library } from '../policy/library.ts';
import { settingCoding } from './questionnaire.ts';
import { answerValueSet } from './value-sets.ts';

/** One answer that the chart gives, and the records that give it. */
export interface Prefilled {
  readonly linkId: string;
  readonly value:
    | { readonly valueBoolean: boolean }
    | { readonly valueQuantity: Quantity }
    | { readonly valueDate: string }
    | { readonly valueCoding: Coding };
  /** FHIR date. */
  readonly date: string | undefined;
  /** `Type/id` and the path of the element, of each. */
  readonly sources: readonly { readonly reference: string; readonly path: string }[];
}

/** What a form is filled in from. */
export interface PrefillScope {
  readonly chart: Chart;
  readonly order: PlannedOrder;
  readonly library: Library;
  /** FHIR date. */
  readonly asOf: string;
}

/**
 * The answers to a form that the chart already holds. A statement is filled in where the chart decides its criterion; a
 * result or record where there is a usable one, by the rules that evidence is judged by.
 * @param criteria the results of the form's indication
 */
export function prefill(
  form: Form,
  criteria: readonly CriterionResult[],
  { chart, order, library, asOf }: PrefillScope,
): readonly Prefilled[] {
  const day = parseDate(asOf);
  if (day === null) throw new Error(`asOf "${asOf}" is not a FHIR date`);
  const scope: Scope = { library, diseases: diseaseReader(library), chart, order, asOf: day };
  const reader = createFactReader(scope);
  const results = new Map(withParts(criteria).map((result) => [result.id, result]));
  return [...form.items.values()].flatMap((item): readonly Prefilled[] => {
    switch (item.asks) {
      case 'statement':
        return stated(item, results.get(item.linkId));
      case 'result':
        return measured(item, scope).slice(0, 1);
      case 'results':
        return measured(item, scope).slice(0, MOST_RESULTS);
      case 'birth-date': {
        const birth = parseDate(chart.patient?.resource['birthDate']);
        return chart.patient === null || birth === null
          ? []
          : [
              {
                linkId: item.linkId,
                value: { valueDate: birth.text },
                date: undefined,
                sources: [{ reference: chart.patient.reference, path: 'Patient.birthDate' }],
              },
            ];
      }
      case 'setting': {
        const { value, evidence } = order.setting;
        return value === 'unknown'
          ? []
          : [
              {
                linkId: item.linkId,
                value: { valueCoding: settingCoding(value) },
                date: undefined,
                sources: evidence.map(sourceOf),
              },
            ];
      }
      case 'record': {
        const answer = item.fact === undefined ? undefined : reader.answer(item.fact, undefined);
        return answer === undefined || answer.truth === null
          ? []
          : recorded(item, answer.truth, answer.evidence.filter(isDecisive), scope);
      }
      case 'group':
        return [];
    }
  });
}

/** Results are filled in whenever they were measured: what they are compared with is the engine's. */
const UNPLACED: Timeline = {
  therapy: () => ({
    regimens: [],
    exposures: [],
    undated: [],
    start: 'unclear',
    transplants: [],
    doses: new Set(),
    hits: [],
  }),
  isNewerThanLastDose: () => null,
  isUntreated: () => null,
};

const MOST_RESULTS = 12;
/** Records that are named for one answer. */
const MOST_SOURCES = 5;

const sourceOf = ({ reference, path }: Evidence) => ({ reference, path });

function stated(item: FormItem, result: CriterionResult | undefined): readonly Prefilled[] {
  if (result === undefined || !['met', 'not-met'].includes(result.status)) return [];
  const deciding = result.evidence.filter(isDecisive);
  return deciding.length === 0
    ? []
    : [
        {
          linkId: item.linkId,
          value: { valueBoolean: result.status === 'met' },
          date: undefined,
          sources: deciding.slice(0, MOST_SOURCES).map(sourceOf),
        },
      ];
}

/** Usable results with their day, newest first. */
function measured({ linkId, retrieve, fact, units }: FormItem, scope: Scope): readonly Prefilled[] {
  const [unit] = units;
  if (retrieve === undefined || unit === undefined) return [];
  const molar = fact !== undefined && 'molar' in fact ? fact.molar : undefined;
  const hits = scope.chart
    .coded('Observation.code', retrieve.code)
    .flatMap((record) => hitOf(record, 'Observation', retrieve, scope, UNPLACED) ?? []);
  return withoutSuperseded(proofOf(hits))
    .toReversed()
    .flatMap((hit): readonly Prefilled[] => {
      const { interval } = readingOf(hit, unit, molar);
      const { resource, date, reference } = hit.record;
      const valueQuantity = quantityOf(resource['valueQuantity']);
      // A period or a year says no day.
      return interval === null || valueQuantity === undefined || date === null || date.low !== date.high
        ? []
        : [
            {
              linkId,
              value: { valueQuantity },
              date: date.text.slice(0, 10),
              sources: [{ reference, path: 'Observation.value' }],
            },
          ];
    });
}

/** The parts of a Quantity that an answer has, as the chart has them. */
function quantityOf(value: unknown): Quantity | undefined {
  const number = property(value, 'value');
  if (typeof number !== 'number') return undefined;
  const [comparator, unit, system, code] = ['comparator', 'unit', 'system', 'code'].map((name) =>
    text(property(value, name)),
  );
  return {
    value: number,
    ...(comparator === undefined
      ? {}
      : { comparator: comparator as Exclude<Quantity['comparator'], undefined> }),
    ...(unit === undefined ? {} : { unit }),
    ...(system === undefined ? {} : { system }),
    ...(code === undefined ? {} : { code }),
  };
}

function recorded(
  item: FormItem,
  truth: boolean,
  deciding: readonly Evidence[],
  { chart, library: { terminology } }: Scope,
): readonly Prefilled[] {
  const sources = deciding.slice(0, MOST_SOURCES).map(sourceOf);
  if (item.valueSets.length === 0)
    return sources.length === 0
      ? []
      : [{ linkId: item.linkId, value: { valueBoolean: truth }, date: dayOf(deciding[0]?.date), sources }];
  const listed = answerValueSet(item, terminology)?.codings ?? [];
  for (const evidence of deciding) {
    const record = chart.find(evidence.reference);
    const keys = [
      ...(record?.codes ?? []).map(({ coding }) => coding.key),
      ...concepts(record?.resource).flatMap((concept) => terminology.codings(concept).map(({ key }) => key)),
    ];
    const coding = listed.find((one) => {
      const key = terminology.coding({ ...one })?.key;
      return key !== undefined && keys.includes(key);
    });
    if (coding === undefined) continue;
    return [
      {
        linkId: item.linkId,
        value: { valueCoding: { ...coding } },
        date: dayOf(evidence.date),
        sources: [sourceOf(evidence), ...sources.filter(({ reference }) => reference !== evidence.reference)],
      },
    ];
  }
  return [];
}

const concepts = (resource: JsonObject | undefined): readonly JsonObject[] =>
  objects(resource?.['valueCodeableConcept']);

/** The day of a date, or the start of a period; undefined where it is neither. */
function dayOf(printed: string | undefined): string | undefined {
  const [start] = (printed ?? '').split('/');
  const date = parseDate(start);
  return date === null ? undefined : date.text.slice(0, 10);
}
