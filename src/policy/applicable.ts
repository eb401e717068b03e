import type { ChartRecord } from '../fhir/chart.ts';
import { parsePeriod, type DateInterval } from '../fhir/date.ts';
import { derived } from '../fhir/derived.ts';
import { objects, property, text, texts, type JsonObject } from '../fhir/json.ts';
import type { Library } from './library.ts';
import type { Payer, Product } from './vocabulary.ts';
import { isForProduct, type Policy } from './policy.ts';
import { asWords } from './words.ts';

/** A Coverage, with what it says of payer and plan line. */
export interface ReadCoverage {
  readonly reference: string;
  /** `Coverage.order`; coverages without one come last. */
  readonly order: number;
  readonly payer: Payer | undefined;
  /** Who pays, as the Coverage names it, when it is no payer that we know. */
  readonly payerName: string;
  /** Plan lines that it may be of; all of them when nothing tells. */
  readonly lines: ReadonlySet<string>;
  /** The elements that the lines were read from, for the reader. */
  readonly lineSigns: readonly { readonly path: string; readonly value: string }[];
}

/** A policy that governs an order under a coverage; `doubt` says what cannot be told. */
export interface ApplicablePolicy {
  readonly coverage: ReadCoverage;
  readonly policy: Policy;
  readonly payer: Payer;
  readonly doubt: string | undefined;
  /** The anomaly of the policy's text that the doubt comes from. */
  readonly anomaly?: string;
}

/** Why a coverage brings no policy to a CAR-T order. */
export interface NotApplicable {
  readonly coverage: ReadCoverage;
  readonly reason: 'unknown-payer' | 'no-policy-for-product' | 'other-plan-line' | 'not-in-force';
  /** With `other-plan-line`: why the policy leaves this line out, where it says so. */
  readonly because?: string;
  /** With `not-in-force`: when the versions on file are in force, in order. */
  readonly periods?: readonly InForce[];
}

/** First and last day of a version; one that has not been replaced has no last day. */
export interface InForce {
  readonly effective: string;
  readonly until: string | undefined;
}

/**
 * The policies that govern an order: by payer, product, plan line and the date of service.
 * @param product null for a CAR-T order that names no product
 */
export function applicablePolicies(
  product: Product | null,
  coverages: readonly ReadCoverage[],
  dateOfService: DateInterval,
  library: Library,
): { readonly applicable: readonly ApplicablePolicy[]; readonly rest: readonly NotApplicable[] } {
  const applicable: ApplicablePolicy[] = [];
  const rest: NotApplicable[] = [];
  for (const coverage of coverages) {
    const { payer } = coverage;
    if (payer === undefined) {
      rest.push({ coverage, reason: 'unknown-payer' });
      continue;
    }
    const listed = library.policies.filter(
      (policy) => policy.payer === payer.id && (product === null || isForProduct(policy.products, product)),
    );
    if (listed.length === 0) {
      rest.push({ coverage, reason: 'no-policy-for-product' });
      continue;
    }
    const isForLine = (policy: Policy): boolean => mayBeForLine(policy, coverage);
    const inForce = listed.filter((policy) => mayBeInForce(policy, dateOfService));
    const governing = inForce.filter(isForLine);
    // The version in force decides which plan lines there are, whatever another version says.
    if (governing.length === 0) {
      const versions = inForce.length > 0 ? [] : listed.filter(isForLine);
      if (versions.length > 0) {
        rest.push({ coverage, reason: 'not-in-force', periods: periodsOf(versions) });
      } else {
        const because = listed.find((policy) => isExcluded(policy, coverage))?.excludedLines?.because;
        rest.push({ coverage, reason: 'other-plan-line', ...(because === undefined ? {} : { because }) });
      }
    }
    for (const policy of governing) {
      applicable.push({ coverage, policy, payer, ...doubtOf(policy, coverage, dateOfService, library) });
    }
  }
  return { applicable, rest };
}

/** A line that the policy says it applies to, or leaves in doubt. */
const mayBeForLine = (policy: Policy, coverage: ReadCoverage): boolean =>
  !isExcluded(policy, coverage) &&
  [...policy.lines, ...(policy.doubtfulLines?.lines ?? [])].some((line) => coverage.lines.has(line));

/** Whatever line it is, the policy leaves it out; where each one is in doubt as well, the doubt stands. */
const isExcluded = ({ excludedLines, doubtfulLines }: Policy, { lines }: ReadCoverage): boolean =>
  excludedLines !== undefined &&
  [...lines].every((line) => excludedLines.lines.includes(line)) &&
  ![...lines].every((line) => doubtfulLines?.lines.includes(line) === true);

const periodsOf = (versions: readonly Policy[]): readonly InForce[] =>
  versions
    .map(({ effective, until }) => ({ effective, until }))
    .toSorted((a, b) => (a.effective < b.effective ? -1 : 1));

const period = derived((policy: Policy): DateInterval => {
  const interval = parsePeriod({
    start: policy.effective,
    ...(policy.until === undefined ? {} : { end: policy.until }),
  });
  if (interval === null) throw new Error(`policy ${policy.id} has no period`);
  return interval;
});

const mayBeInForce = (policy: Policy, date: DateInterval): boolean =>
  period(policy).low <= date.high && date.low <= period(policy).high;

function doubtOf(
  policy: Policy,
  coverage: ReadCoverage,
  date: DateInterval,
  library: Library,
): Pick<ApplicablePolicy, 'doubt' | 'anomaly'> {
  const others = [...coverage.lines].filter((line) => !policy.lines.includes(line));
  if (others.length > 0) {
    const name = (line: string): string => library.planLines.lines.get(line) ?? line;
    const { doubtfulLines } = policy;
    // Every line that it can be is one that the policy's own text is at odds about.
    if (
      doubtfulLines !== undefined &&
      [...coverage.lines].every((line) => doubtfulLines.lines.includes(line))
    )
      return {
        doubt: `${policy.anomalies.get(doubtfulLines.anomaly)?.text ?? ''} The coverage is ${[...coverage.lines].map(name).join(' or ')}.`,
        anomaly: doubtfulLines.anomaly,
      };
    return {
      doubt:
        coverage.lineSigns.length === 0
          ? `The coverage does not say which plan line it is; the policy applies to ${policy.lines.map(name).join(', ')} only.`
          : `The coverage does not tell ${[...coverage.lines].map(name).join(', ')} apart; the policy applies to ${policy.lines.map(name).join(', ')} only.`,
    };
  }
  const { low, high } = period(policy);
  return {
    doubt:
      date.low >= low && date.high <= high
        ? undefined
        : `The date of service (${date.text}) is not exact enough to say that the policy, effective ${policy.effective}, is in force.`,
  };
}

/** A coverage counts when it is active on the date of service, as far as both dates tell. */
export function isActiveOn(coverage: JsonObject, date: DateInterval): boolean {
  const status = text(coverage['status']);
  if (status !== undefined && status !== 'active') return false;
  if (coverage['period'] === undefined) return true;
  const interval = parsePeriod(coverage['period']);
  return interval === null || (interval.low <= date.high && date.low <= interval.high);
}

/**
 * Payer and plan line of a Coverage.
 * @param payors the payor Organizations (or what stands for them), as far as they could be read
 */
export function readCoverage(
  record: ChartRecord,
  payors: readonly JsonObject[],
  library: Library,
): ReadCoverage {
  const { resource } = record;
  const printed = objects(resource['payor']);
  const names = [
    ...payors.flatMap((payor) => [...texts(payor['name']), ...texts(payor['alias'])]),
    ...printed.flatMap((payor) => texts(payor['display'])),
  ];
  const identifiers = [
    ...payors.flatMap((payor) => objects(payor['identifier'])),
    ...printed.flatMap((payor) => objects(payor['identifier'])),
  ];
  const { payers, endings } = namesOf(library);
  const named = new Set(names.flatMap((name) => payers.get(payerWords(name, endings)) ?? []));
  const payer = [...library.payers.values()].find(
    (candidate) =>
      candidate.identifiers.some(({ system, value }) =>
        identifiers.some((item) => text(item['system']) === system && text(item['value']) === value),
      ) || named.has(candidate),
  );
  const order = resource['order'];
  return {
    reference: record.reference,
    order: typeof order === 'number' ? order : Infinity,
    payer,
    payerName: names[0] ?? 'a payer that the Coverage does not name',
    ...planLine(resource, library),
  };
}

const LEGAL_FORMS = ['inc', 'llc', 'corp', 'corporation', 'company', 'co', 'ltd'];

/** Payers and plan lines by the words that say them. */
const namesOf = derived((library: Library) => {
  const endings = [...LEGAL_FORMS, ...library.planLines.signs.flatMap((sign) => sign.words)].map(asWords);
  const payers = new Map<string, Payer[]>();
  for (const payer of library.payers.values())
    for (const name of payer.names) {
      const words = payerWords(name, endings);
      payers.set(words, [...(payers.get(words) ?? []), payer]);
    }
  const signs = library.planLines.signs.map((sign) => ({
    ...sign,
    lines: new Set(sign.lines),
    words: sign.words.map(asWords),
  }));
  return { endings, payers, signs };
});

/** A payer's name without what follows it on cards: its legal form, and the words that say the plan line. */
function payerWords(value: string, endings: readonly string[]): string {
  let words = asWords(value);
  for (;;) {
    const ending = endings.find((phrase) => words.endsWith(phrase) && words.length > phrase.length);
    if (ending === undefined) return words;
    words = `${words.slice(0, -ending.length)} `;
  }
}

function planLine(resource: JsonObject, library: Library): Pick<ReadCoverage, 'lines' | 'lineSigns'> {
  const { lines: all } = library.planLines;
  const { signs } = namesOf(library);
  const lineSigns: { path: string; value: string }[] = [];
  let lines = new Set(all.keys());
  const narrow = (path: string, value: string, fits: (sign: (typeof signs)[number]) => boolean): void => {
    for (const sign of signs.filter(fits)) {
      lines = lines.intersection(sign.lines);
      if (!lineSigns.some((item) => item.path === path && item.value === value))
        lineSigns.push({ path, value });
    }
  };
  for (const coding of library.terminology.codings(resource['type'])) {
    narrow('Coverage.type', coding.code, ({ codes }) =>
      codes.some(({ system, code }) => coding.system === system && coding.code === code),
    );
  }
  const classes = objects(resource['class']).filter((item) =>
    library.terminology
      .codings(item['type'])
      .some(({ code }) => ['plan', 'subplan', 'group', 'subgroup', 'class', 'subclass'].includes(code)),
  );
  const phrases = [
    ...texts(property(resource['type'], 'text')).map((value) => ['Coverage.type', value] as const),
    ...library.terminology
      .codings(resource['type'])
      .flatMap(({ display }) => texts(display).map((value) => ['Coverage.type', value] as const)),
    ...classes.flatMap((item) =>
      [...texts(item['name']), ...texts(item['value'])].map((value) => ['Coverage.class', value] as const),
    ),
  ];
  for (const [path, value] of phrases) {
    const said = asWords(value);
    narrow(path, value, ({ words }) => words.some((word) => said.includes(word)));
  }
  // Signs that contradict each other leave every line possible: a person must look.
  return { lines: lines.size === 0 ? new Set(all.keys()) : lines, lineSigns };
}
