import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import { evaluateRequest } from '../../src/crd/evaluate.ts';
import type { HookRequest } from '../../src/crd/hook-request.ts';
import { diseaseReader } from '../../src/engine/disease.ts';
import { createFactReader } from '../../src/engine/facts.ts';
import { proofOf } from '../../src/engine/retrieve.ts';
import type { Scope } from '../../src/engine/scope.ts';
import { countedStatuses } from '../../src/engine/usability.ts';
import { createChart } from '../../src/fhir/chart.ts';
import { CONDITION_MORPHOLOGY_URL } from '../../src/fhir/coded-elements.ts';
import { parseDate } from '../../src/fhir/date.ts';
import { objects, property, type JsonObject } from '../../src/fhir/json.ts';
import type { Fact, Retrieve } from '../../src/policy/fact.ts';
import { factsOf, type Library } from '../../src/policy/library.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { CLINICAL } from '../../src/policy/retrieve-schema.ts';
import { AS_OF, call, library, read } from './calls.ts';
import { rounds, shortest, type Row } from './row.ts';

/** The usual way to ask a chart for facts: an expression for each over the whole Bundle. Ours asks an index first. */

const RESOURCES = 500;

export const bundleExpressionsRow: Row = {
  id: 'bundle-expressions',
  what: `facts of ${RESOURCES} resources: time of FHIRPath compiled over the Bundle against ours, indexing included`,
  goal: { atLeast: 80 },
  note: 'what decides a fact, as far as each record tells it by itself; both find the same records',
  measure: againstBundleExpressions,
};

/** @throws Error when the two find different records: then there is nothing to compare */
async function againstBundleExpressions(): Promise<readonly number[]> {
  const request = read(call(RESOURCES));
  const { determinations } = await evaluateRequest(request, library, undefined, AS_OF);
  const [determined] = determinations;
  const asOf = parseDate(AS_OF);
  if (determined === undefined || asOf === null) throw new Error('there is no determination');
  const { policy, order } = determined.governed;
  // Each has a chart of its own, as it was parsed.
  const [bundle, indexed] = [chartOf(read(call(RESOURCES))), chartOf(request)];
  const intakes = objects(indexed['entry']).map(({ resource }) => ({ resource }));
  const retrieves = selections(policy, library);
  const expressions = retrieves.map((retrieve) => compiled(retrieve, `Patient/${request.patientId}`));

  const byIndex = (): readonly (readonly string[])[] => {
    const chart = createChart(request.patientId, intakes, new Map(), library.terminology);
    const scope: Scope = { library, diseases: diseaseReader(library), chart, order, asOf };
    const { hits } = createFactReader(scope);
    return retrieves.map((retrieve) => proofOf(hits(retrieve)).map(({ record }) => record.reference));
  };
  const overBundle = (): readonly (readonly string[])[] =>
    expressions.map((evaluate) => evaluate.flatMap((ofType) => ofType(bundle)));
  assertSame(retrieves, byIndex(), overBundle());
  return rounds(7, async () => {
    // About as long for each of them.
    const ours = await shortest(200, byIndex);
    return (await shortest(3, overBundle)) / ours;
  });
}

const chartOf = ({ prefetch }: HookRequest): JsonObject => property(prefetch, 'chart') as JsonObject;

/** What decides the policy's facts, each reduced to what one record tells by itself: not when it was, nor to which therapy or disease it belongs. */
function selections(policy: Policy, { facts }: Library): readonly Retrieve[] {
  return factsOf(policy, facts)
    .flatMap(decidingRetrieves)
    .map(({ resource, code, element, value, clinical, confirmed, isPresence, conditions }) => ({
      resource,
      code,
      isPresence,
      conditions,
      ...(element === undefined ? {} : { element }),
      ...(value === undefined ? {} : { value }),
      ...(clinical === undefined ? {} : { clinical }),
      ...(confirmed === undefined ? {} : { confirmed }),
    }));
}

function decidingRetrieves(fact: Fact): readonly Retrieve[] {
  switch (fact.kind) {
    case 'question':
      return [...fact.yes, ...fact.no, ...fact.doubt, ...fact.doubtOfNo];
    case 'events':
      return [...fact.events, ...fact.apart.flatMap(({ before }) => before), ...fact.bridging];
    case 'age':
    case 'setting':
      return [];
    case 'measurement':
    case 'series':
    case 'lines':
    case 'paired':
    case 'episodes':
    case 'failures':
    case 'days-before':
      throw new Error(`the fact ${fact.name} asks for more than records`);
  }
}

/** One function for each resource type of a retrieve: references of what it finds in a Bundle. */
const compiled = (
  retrieve: Retrieve,
  patient: string,
): readonly ((bundle: JsonObject) => readonly string[])[] =>
  retrieve.resource.map((type) => {
    const evaluate = fhirpath.compile(expressionOf(retrieve, type, patient), r4, {
      async: false,
      resolveInternalTypes: false,
      userInvocationTable: { isIn: { fn: isIn, arity: { 1: ['String'] } } },
    });
    return (bundle) =>
      (evaluate(bundle) as readonly unknown[]).map((id) => `${type}/${String(fhirpath.util.valData(id))}`);
  });

/** As its author would write it; the ids alone are given back. */
function expressionOf(retrieve: Retrieve, type: string, patient: string): string {
  const { code, value } = retrieve;
  const where = retrieve.conditions.get(type)?.expression;
  const conditions = [
    anyOf(`${codeElement(type, retrieve)}.isIn`, code),
    `subject.reference = '${patient}'`,
    ...(type === 'Condition' ? standingOfCondition(retrieve) : standingOfEvent(type)),
    ...(value === undefined ? [] : [anyOf('value.isIn', value)]),
    ...(where === undefined ? [] : [where]),
  ];
  return `Bundle.entry.resource.ofType(${type}).where(${conditions.map((item) => `(${item})`).join(' and ')}).id`;
}

const anyOf = (test: string, names: readonly string[]): string =>
  names.map((name) => `${test}('${name}')`).join(' or ');

function codeElement(type: string, { element }: Retrieve): string {
  if (element === 'morphology') return `extension('${CONDITION_MORPHOLOGY_URL}').value`;
  return element ?? (type.startsWith('Medication') ? 'medication' : 'code');
}

const standingOfCondition = ({ confirmed, clinical }: Retrieve): readonly string[] => [
  `${confirmed === true ? '' : 'verificationStatus.empty() or '}verificationStatus.coding.exists(code = 'confirmed')`,
  `clinicalStatus.empty() or clinicalStatus.coding.exists(${CLINICAL[clinical ?? 'active'].map((word) => `code = '${word}'`).join(' or ')})`,
];

const standingOfEvent = (type: string): readonly string[] => [
  countedStatuses(type)
    .map((status) => `status = '${status}'`)
    .join(' or '),
  ...(type === 'Observation' ? ['dataAbsentReason.empty()'] : []),
];

const isIn = (inputs: readonly unknown[], valueSet: string): boolean =>
  inputs.some((input) =>
    library.terminology
      .codings(fhirpath.util.valData(input))
      .some(({ key }) => key !== undefined && library.terminology.includes([valueSet], key)),
  );

function assertSame(
  retrieves: readonly Retrieve[],
  ours: readonly (readonly string[])[],
  theirs: readonly (readonly string[])[],
): void {
  if (ours.flat().length === 0) throw new Error('no record was found');
  for (const [index, { resource, code }] of retrieves.entries()) {
    const [found, wanted] = [theirs[index], ours[index]].map((list) => list?.toSorted().join(', ') ?? '');
    if (found !== wanted)
      throw new Error(
        `${resource.join(', ')} in ${code.join(', ')}: the Bundle gives ${found}; ours ${wanted}`,
      );
  }
}
