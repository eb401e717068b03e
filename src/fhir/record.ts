import { clinicalDate, type ClinicalDate } from './clinical-date.ts';
import { codedElements, type CodedElement } from './coded-elements.ts';
import type { DateInterval } from './date.ts';
import type { JsonObject } from './json.ts';
import type { Terminology } from './terminology.ts';

/** One resource of the patient's chart, read once. */
export interface ChartRecord extends ClinicalDate {
  readonly reference: string;
  readonly type: string;
  readonly resource: JsonObject;
  readonly codes: readonly CodedElement[];
  /** False when the resource does not say whom it is about. */
  readonly hasSubject: boolean;
  /** True for a component of an Observation, which is read as a result of its own. */
  readonly isComponent?: true;
}

type Resolve = (reference: unknown) => JsonObject | undefined;

/** What a record reads when it is asked, and keeps: of most records of a chart nobody asks the date. */
export class ReadRecord implements ChartRecord {
  readonly resource: JsonObject;
  readonly type: string;
  readonly reference: string;
  readonly hasSubject: boolean;
  /** Place among the records of its chart as they came in. */
  readonly ordinal: number;
  readonly #resolve: Resolve;
  readonly #terminology: Terminology;
  #when: ClinicalDate | undefined;
  #codes: readonly CodedElement[] | undefined;

  constructor(
    resource: JsonObject,
    type: string,
    reference: string,
    hasSubject: boolean,
    ordinal: number,
    resolve: Resolve,
    terminology: Terminology,
  ) {
    this.resource = resource;
    this.type = type;
    this.reference = reference;
    this.hasSubject = hasSubject;
    this.ordinal = ordinal;
    this.#resolve = resolve;
    this.#terminology = terminology;
  }

  get codes(): readonly CodedElement[] {
    return (this.#codes ??= codedElements(this.resource, this.type, this.#resolve, this.#terminology));
  }

  get date(): DateInterval | null {
    return this.#read().date;
  }

  get stated(): DateInterval | null {
    return this.#read().stated;
  }

  get problem(): string | undefined {
    return this.#read().problem;
  }

  #read(): ClinicalDate {
    return (this.#when ??= clinicalDate(this.resource, (condition) => this.#resolve(condition['encounter'])));
  }
}

/** A component of an Observation as a result of its own. */
class ComponentRecord extends ReadRecord {
  readonly isComponent = true;
}

const RESULT = /^(value[A-Z]|dataAbsentReason$|interpretation$)/;

/** A coded component with its own value, and with all that it shares with the Observation. */
export function componentRecord(
  whole: ReadRecord,
  component: JsonObject,
  ordinal: number,
  terminology: Terminology,
): ReadRecord {
  const shared = Object.entries(whole.resource).filter(
    ([name]) => name !== 'component' && !RESULT.test(name),
  );
  const own = Object.entries(component).filter(([name]) => RESULT.test(name));
  const resource: JsonObject = Object.fromEntries([...shared, ...own, ['code', component['code']]]);
  const { reference, type, hasSubject } = whole;
  return new ComponentRecord(resource, type, reference, hasSubject, ordinal, () => undefined, terminology);
}

/** The order of a chart: by the day by which something had taken place, then by reference. */
export function byDateThenReference(a: ReadRecord, b: ReadRecord): number {
  const first = a.date?.high ?? -Infinity;
  const second = b.date?.high ?? -Infinity;
  if (first !== second) return first < second ? -1 : 1;
  if (a.reference !== b.reference) return a.reference < b.reference ? -1 : 1;
  return a.ordinal - b.ordinal;
}
