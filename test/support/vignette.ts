import type { JsonObject } from '../../src/fhir/json.ts';
import { parseYaml, type Problem } from '../../src/policy/parse.ts';
import { suggestion } from '../../src/policy/suggestion.ts';
import {
  vignettesSchema,
  type Coverage,
  type Entry,
  type Expectation,
  type Order,
  type VignetteSource,
} from './vignette-schema.ts';

/** A vignette with everything that its base states. */
export interface Vignette {
  readonly name: string;
  readonly story: string;
  readonly asOf: string;
  readonly patient: JsonObject;
  readonly order: Order;
  readonly coverages: readonly Coverage[];
  readonly chart: readonly Entry[];
  readonly expect: Readonly<Record<string, Expectation>>;
  readonly ungoverned: string | undefined;
}

/** The vignettes of a file, or every problem in it with its line. */
export function parseVignettes(
  file: string,
  text: string,
): { readonly vignettes: readonly Vignette[] } | { readonly problems: readonly Problem[] } {
  const parsed = parseYaml(file, text, vignettesSchema);
  if (!('value' in parsed)) return { problems: parsed.problems };
  const problems: Problem[] = [];
  const known = new Map<string, Vignette>();
  for (const [index, source] of parsed.value.entries()) {
    const problem = (key: string, message: string): void => {
      problems.push({
        file,
        line: parsed.lineOf([index, key]),
        message: `vignette "${source.name}" ${message}`,
      });
    };
    const base = source.base === undefined ? undefined : known.get(source.base);
    if (source.base !== undefined && base === undefined)
      problem(
        'base',
        `has the base "${source.base}", which does not stand above it${suggestion(source.base, known.keys())}`,
      );
    if (known.has(source.name)) problem('name', 'stands twice in this file');
    const built = withBase(source, base);
    if (typeof built === 'string') problem('name', built);
    else known.set(source.name, built);
  }
  return problems.length > 0 ? { problems } : { vignettes: [...known.values()] };
}

function withBase(source: VignetteSource, base: Vignette | undefined): Vignette | string {
  const asOf = source.asOf ?? base?.asOf;
  const order = source.order ?? base?.order;
  if (asOf === undefined) return 'needs asOf';
  if (order === undefined) return 'needs an order';
  if (source.expect === undefined && base === undefined) return 'needs expect';
  const given = source.coverage === undefined ? undefined : [source.coverage].flat();
  const [baseCoverage] = base?.coverages ?? [{}];
  const isList = Array.isArray(source.coverage);
  return {
    name: source.name,
    story: source.story,
    asOf,
    patient: { ...base?.patient, ...source.patient },
    order: { ...base?.order, ...order },
    coverages:
      given === undefined
        ? (base?.coverages ?? [{}])
        : isList
          ? given
          : given.map((one) => ({ ...baseCoverage, ...one })),
    chart: [...(source.chart ?? base?.chart ?? []), ...(source.add ?? [])],
    expect: expected(source.expect, base),
    ungoverned: source.ungoverned,
  };
}

/** What the base expects, changed where the vignette says so; a vignette that names other determinations starts afresh. */
function expected(
  stated: VignetteSource['expect'],
  base: Vignette | undefined,
): Readonly<Record<string, Expectation>> {
  if (stated === undefined) return base?.expect ?? {};
  return Object.fromEntries(
    Object.entries(stated).map(([key, value]) => [
      key,
      { ...base?.expect[key], ...value, criteria: { ...base?.expect[key]?.criteria, ...value.criteria } },
    ]),
  );
}
