import type * as z from 'zod';
import type { Fact, factsFileSchema, Retrieve, RetrieveSource } from './fact.ts';

/** A fact as its file has it, to the fact that the engine asks. @param compile turns a retrieve's FHIRPath into a condition */
export function buildFact(
  id: string,
  source: z.output<typeof factsFileSchema>[string],
  compile: (retrieve: RetrieveSource, path: readonly PropertyKey[], isPresence?: boolean) => Retrieve,
): Fact {
  const compileAll = (key: string, list: readonly RetrieveSource[] | undefined): readonly Retrieve[] =>
    (list ?? []).map((retrieve, index) => compile(retrieve, [key, index]));
  const missing = (value: { what: string; 'value-set'?: string | undefined } | undefined) =>
    value === undefined
      ? undefined
      : { what: value.what, ...(value['value-set'] === undefined ? {} : { valueSet: value['value-set'] }) };
  const named = { name: id, ask: source.ask };
  if ('age' in source) return { ...named, kind: 'age', at: source.age };
  if ('setting' in source) return { ...named, kind: 'setting', setting: source.setting };
  if ('events' in source) {
    const apart = (source.apart ?? []).map(({ before, ...rest }, index) => ({
      ...rest,
      before: before.map((retrieve, at) => compile(retrieve, ['apart', index, 'before', at])),
    }));
    return {
      ...named,
      kind: 'events',
      events: compileAll('events', source.events),
      apart,
      bridging: compileAll('bridging', source.bridging),
    };
  }
  if ('latest' in source) {
    const { unit, molar, resource, ...rest } = source.latest;
    return {
      ...named,
      kind: 'measurement',
      unit,
      molar,
      retrieve: compile({ ...rest, resource: [resource] }, ['latest']),
      missing: missing(source.missing),
    };
  }
  if ('series' in source) {
    const {
      resource,
      code,
      where,
      minus,
      codes,
      'or-without-events': orWithoutEvents,
      ...rest
    } = source.series;
    const results = { resource: [resource], code, ...(where === undefined ? {} : { where }) };
    return {
      ...named,
      ...rest,
      kind: 'series',
      molar: rest.molar,
      retrieve: compile(results, ['series']),
      minus:
        minus === undefined ? undefined : compile({ ...minus, resource: [resource] }, ['series', 'minus']),
      orWithoutEvents: orWithoutEvents === true,
      isOneKind: codes === 'any',
      missing: missing(source.missing),
    };
  }
  if ('lines' in source) {
    const { of, progression, assigned } = source.lines;
    return {
      ...named,
      kind: 'lines',
      of,
      progression: progression.map((retrieve, index) => compile(retrieve, ['lines', 'progression', index])),
      assigned,
      missing: missing(source.missing),
    };
  }
  if ('exists' in source)
    return {
      ...named,
      kind: 'question',
      yes: source.exists.map((retrieve, index) => compile(retrieve, ['exists', index], true)),
      no: [],
      doubt: [],
      signs: compileAll('signs', source.signs),
      latestDecides: false,
      missing: missing(source.missing),
    };
  return {
    ...named,
    kind: 'question',
    yes: compileAll('yes', source.yes),
    no: compileAll('no', source.no),
    doubt: compileAll('doubt', source.doubt),
    signs: compileAll('signs', source.signs),
    latestDecides: source['latest-decides'] === true,
    missing: missing(source.missing),
  };
}
