import type { Chart } from '../fhir/chart.ts';
import { parseDate } from '../fhir/date.ts';
import { typesOf, type EventsFact, type Fact, type Retrieve } from '../policy/fact.ts';
import { factsAsked, type Library } from '../policy/library.ts';
import { isForProduct } from '../policy/policy.ts';
import { courseRows, daysOf, type CourseRow, type Days } from './course-rows.ts';
import type { GovernedOrder } from './determination.ts';
import { diseaseReader } from './disease.ts';
import { createFactReader, type FactReader } from './facts.ts';
import { labPanels, type LabPanel } from './lab-panels.ts';
import { diseaseStatements, type DiseaseStatement } from './disease-statements.ts';
import type { Searched } from './result.ts';
import { searchedType, type Scope } from './scope.ts';

/**
 * A patient's course by day, as the facts read it: the material of a picture, and nothing that decides. Every item names
 * the records that it comes from, as the evidence of the determination does.
 */
export interface PatientCourse {
  /** The day of the planned infusion. */
  readonly planned: Days | null;
  /** Regimens for the patient's diseases, as lines of therapy are counted from them, earliest first. */
  readonly lines: readonly TherapyLine[];
  /** Doses by value set: drug classes and single drugs. */
  readonly drugs: readonly CourseRow[];
  /** Transplants, infusions and collections, by value set. */
  readonly procedures: readonly CourseRow[];
  /** What was said of the disease: that it progressed or came back, that it responded. */
  readonly disease: readonly DiseaseStatement[];
  readonly labs: readonly LabPanel[];
  /** Parts of the chart that were not read, or not all of them: what they hold is not in the picture. */
  readonly unread: readonly Searched[];
}

/** The course behind one determination, which it names as the determination names itself. */
export interface DeterminedCourse {
  readonly order: string;
  readonly coverage: string;
  readonly policy: string;
  readonly indication: string | null;
  readonly course: PatientCourse;
}

export interface TherapyLine {
  /** Name of the fact that asks for the therapy. */
  readonly therapy: string;
  readonly number: number;
  readonly drugs: readonly string[];
  readonly first: Days;
  /** The last dose: a supply may have been taken to its end or not. */
  readonly last: Days;
  readonly references: readonly string[];
}

/**
 * @param indication id; null: the course is what all indications of the order's product read
 * @param asOf the day of the request, a FHIR date
 */
export function patientCourse(
  { order, policy }: Pick<GovernedOrder, 'order' | 'policy'>,
  indication: string | null,
  chart: Chart,
  library: Library,
  asOf: string,
): PatientCourse {
  const day = parseDate(asOf);
  if (day === null) throw new Error(`asOf "${asOf}" is not a FHIR date`);
  const scope: Scope = { library, diseases: diseaseReader(library), chart, order, asOf: day };
  const reader = createFactReader(scope);
  const criteria = policy.indications
    .filter(({ id, products }) =>
      indication === null ? isForProduct(products, order.product) : id === indication,
    )
    .flatMap((item) => item.criteria);
  const asked = factsAsked(criteria, library.facts);
  const therapies = therapiesFor(scope);
  const drawn = new Set([...therapies, ...asked.filter((fact) => !isForDisease(fact))]);
  const rows = courseRows([...drawn].flatMap(eventRetrieves), reader, scope);
  const types = [...drawn].flatMap(typesOf);
  return {
    planned: order.planned === null ? null : daysOf(order.planned.date),
    lines: distinctLines(therapies.flatMap(({ name }) => linesOf(name, reader, scope))),
    drugs: rows.drugs,
    procedures: rows.procedures,
    disease: diseaseStatements(scope, reader),
    labs: labPanels(criteria, asked, reader, scope),
    unread: [...new Set(types)]
      .map((type) => searchedType(type, chart))
      .filter(({ status }) => status !== undefined),
  };
}

/** The therapies that the library knows for the diseases that the chart names, whether this policy asks for them or not. */
function therapiesFor({ library, diseases, chart }: Scope): readonly EventsFact[] {
  const named = chart.of('Condition').flatMap((record) => diseases.ofCondition(record).diseases);
  const isForPatient = ({ for: reasons = [] }: Retrieve): boolean =>
    reasons.some((reason) => named.some((disease) => diseases.agree(disease, reason)));
  return [...library.facts.values()].flatMap((fact) =>
    fact.kind === 'events' && fact.events.some(isForPatient) ? [fact] : [],
  );
}

/** A therapy against a named disease: drawn for the patients who have it. */
const isForDisease = (fact: Fact): boolean =>
  fact.kind === 'events' && fact.events.some((retrieve) => retrieve.for !== undefined);

const linesOf = (
  therapy: string,
  reader: FactReader,
  { library: { terminology } }: Scope,
): readonly TherapyLine[] =>
  reader.therapy(therapy).regimens.map(({ drugs, first, last, exposures }, index) => ({
    therapy,
    number: index + 1,
    // What is no known ingredient stands as its code.
    drugs: drugs.map((drug) => terminology.display(drug) ?? drug),
    first: daysOf(first),
    last: daysOf(last),
    references: [...new Set(exposures.map(({ record }) => record.reference))],
  }));

/** Two therapies that come to the same regimen are drawn once. */
const distinctLines = (lines: readonly TherapyLine[]): readonly TherapyLine[] =>
  [
    ...new Map(
      lines.toReversed().map((line) => [[line.number, line.first.from, ...line.references].join(' '), line]),
    ).values(),
  ].toReversed();

/** Retrieves of what took place: given, done. */
function eventRetrieves(fact: Fact): readonly Retrieve[] {
  switch (fact.kind) {
    case 'question':
      return [...fact.yes, ...fact.no];
    case 'events':
      return [...fact.events, ...fact.apart.flatMap(({ before }) => before), ...fact.bridging];
    case 'failures':
      return fact.drugs;
    case 'days-before':
      return [...fact.events, ...fact.unclear];
    case 'age':
    case 'setting':
    case 'measurement':
    case 'series':
    case 'paired':
    case 'lines':
    case 'episodes':
      return [];
  }
}
