import { readFileSync } from 'node:fs';
import { CodeService, DateTime, Executor, Library as ElmLibrary, Repository } from 'cql-execution';
import { PatientSource } from 'cql-exec-fhir';
import type { JsonObject } from '../../../src/fhir/json.ts';
import type { Library } from '../../../src/policy/library.ts';
import { flatten } from '../../../src/policy/policy.ts';
import { shortId } from '../../policy-tools/coverage.ts';
import type { State } from '../../policy-tools/states.ts';
import { translate } from './translate.ts';
import { expansions, ingredientLibrary } from './value-sets.ts';

/** One policy's criteria as a service in CQL evaluates them: translated, and everything loaded, once. */

export const POLICY = 'carepartners-ct-tecartus';

export interface CqlAnswer {
  /** Whether all that is required is met. */
  readonly decision: 'criteria-met' | 'criteria-not-met' | 'documentation-needed';
  /** Status of each criterion by its number, parts and definitions too, in the policy's order; CQL's null is unknown. */
  readonly criteria: Readonly<Record<string, State>>;
}

/**
 * @param chart the patient's resources
 * @param order the order under evaluation
 * @param today day of the request, YYYY-MM-DD
 */
export type EvaluateCql = (
  chart: readonly JsonObject[],
  order: JsonObject,
  today: string,
) => Promise<CqlAnswer>;

const text = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

/** @throws Error when a criterion of the policy is not defined in CQL */
export function createCqlCriteria(library: Library): EvaluateCql {
  const [indication] = library.policies.find(({ id }) => id === POLICY)?.indications ?? [];
  const ids = flatten(indication?.criteria ?? []).flatMap(({ id }) =>
    id === undefined ? [] : shortId(POLICY, indication?.id ?? '', id),
  );
  const { Tecartus: main, ...included } = translate({
    FHIRHelpers: text('FHIRHelpers.cql'),
    Ingredients: ingredientLibrary(library),
    Tecartus: text('Tecartus.cql'),
  });
  const codes = new CodeService(expansions(library));
  const criteria = new ElmLibrary(main, new Repository(included));
  const undefinedIds = ids.filter((id) => !(nameOf(id) in criteria.expressions));
  if (undefinedIds.length > 0 || ids.length === 0)
    throw new Error(`not defined in CQL: ${undefinedIds.join(', ')}`);
  const source = PatientSource.FHIRv401();
  return async (chart, order, today) => {
    const entry = [...chart, order].map((resource) => ({ resource }));
    source.reset();
    source.loadBundles([{ resourceType: 'Bundle', type: 'collection', entry }]);
    const patient = source.currentPatient();
    const now = DateTime.parse(today);
    if (now === null) throw new Error('the day of the request is not a date');
    const executor = new Executor(criteria, codes, {
      Today: now.getDate(),
      Order: `${String(order['resourceType'])}/${String(order['id'])}`,
    });
    // The source, which holds the model of FHIR, is shared by calls that overlap.
    const results = await executor.exec({ currentPatient: () => patient, nextPatient: () => undefined }, now);
    const byPatient = results.patientResults as Readonly<
      Record<string, Readonly<Record<string, boolean | null>>>
    >;
    const [found] = Object.values(byPatient);
    if (found === undefined) throw new Error('the chart has no Patient');
    const isOutpatient = found['Outpatient setting'];
    return {
      decision: DECISIONS[wordOf(found['All criteria'])],
      criteria: Object.fromEntries(
        ids.map((id) => [
          id,
          id === 'outpatient' && isOutpatient === false ? 'not-applicable' : wordOf(found[nameOf(id)]),
        ]),
      ),
    };
  };
}

/** Name of a criterion's definition. */
const nameOf = (id: string): string => `Criterion ${id}`;

const wordOf = (isMet: boolean | null | undefined): 'met' | 'not-met' | 'unknown' =>
  isMet === true ? 'met' : isMet === false ? 'not-met' : 'unknown';

const DECISIONS = {
  met: 'criteria-met',
  'not-met': 'criteria-not-met',
  unknown: 'documentation-needed',
} as const;
