import type * as z from 'zod';
import type { Fact, Retrieve } from './fact.ts';
import type { factsFileSchema } from './fact-schema.ts';
import type { RetrieveSource } from './retrieve-schema.ts';

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
  if ('age' in source)
    return { ...named, kind: 'age', at: source.age, unplannedMonths: source['unplanned-months'] ?? 0 };
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
    const { unit, molar, ...rest } = source.latest;
    return {
      ...named,
      kind: 'measurement',
      unit,
      molar,
      retrieve: compile(resultsOf(source.latest), ['latest']),
      episode: rest.episode,
      staleAfter: rest['stale-after'],
      isReviewedWithEarlier: rest['any-in-episode'] === 'review',
      doubt: compileAll('doubt', source.doubt),
      missing: missing(source.missing),
    };
  }
  if ('series' in source) {
    const { resource, minus, unit, molar, change, since } = source.series;
    return {
      ...named,
      kind: 'series',
      unit,
      molar,
      change,
      since,
      retrieve: compile(resultsOf(source.series), ['series']),
      minus:
        minus === undefined ? undefined : compile({ ...minus, resource: [resource] }, ['series', 'minus']),
      orWithoutEvents: source.series['or-without-events'] === true,
      isOneKind: source.series.codes === 'any',
      missing: missing(source.missing),
    };
  }
  if ('lines' in source) {
    const { of, progression, progressed, first, holding, after, until, assigned } = source.lines;
    const compileLines = (key: string, list: readonly RetrieveSource[] | undefined): readonly Retrieve[] =>
      (list ?? []).map((retrieve, index) => compile(retrieve, ['lines', key, index]));
    return {
      ...named,
      kind: 'lines',
      of,
      progression: compileLines('progression', progression),
      progressed:
        progressed === undefined ? undefined : { response: compileLines('progressed', progressed.response) },
      isFirst: first === true,
      holding: holding ?? [],
      after: compileLines('after', after),
      until: compileLines('until', until),
      assigned,
      missing: missing(source.missing),
    };
  }
  if ('paired' in source) {
    const { resource, code, unit, with: other, episode } = source.paired;
    return {
      ...named,
      kind: 'paired',
      count: compile({ resource: [resource], code }, ['paired']),
      unit,
      with: compile({ resource: [resource], code: other.code }, ['paired', 'with']),
      withUnit: other.unit,
      present: other.present,
      absent: other.absent,
      episode,
      missing: missing(source.missing),
    };
  }
  if ('episodes' in source) {
    const { therapy, remission, recurrence, returned } = source.episodes;
    return {
      ...named,
      kind: 'episodes',
      therapy,
      remission: remission.map((retrieve, at) => compile(retrieve, ['episodes', 'remission', at])),
      recurrence: recurrence.map((retrieve, at) => compile(retrieve, ['episodes', 'recurrence', at])),
      returned:
        returned === undefined
          ? undefined
          : {
              retrieve: compile(resultsOf(returned), ['episodes', 'returned']),
              unit: returned.unit,
              molar: returned.molar,
              atLeast: returned['at-least'],
            },
    };
  }
  if ('failures' in source) {
    const { drugs, progression, reasons } = source.failures;
    return {
      ...named,
      kind: 'failures',
      drugs: drugs.map((retrieve, at) => compile(retrieve, ['failures', 'drugs', at])),
      progression: progression.map((retrieve, at) => compile(retrieve, ['failures', 'progression', at])),
      reasons,
      missing: missing(source.missing),
    };
  }
  if ('days-before-infusion' in source) {
    const { events, unclear = [] } = source['days-before-infusion'];
    const at = 'days-before-infusion';
    return {
      ...named,
      kind: 'days-before',
      events: events.map((retrieve, index) => compile(retrieve, [at, 'events', index])),
      unclear: unclear.map((retrieve, index) => compile(retrieve, [at, 'unclear', index])),
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
      doubtOfNo: [],
      signs: compileAll('signs', source.signs),
      incomplete: [],
      latestDecides: false,
      yesPrevails: false,
      missing: missing(source.missing),
    };
  return {
    ...named,
    kind: 'question',
    yes: compileAll('yes', source.yes),
    no: compileAll('no', source.no),
    doubt: compileAll('doubt', source.doubt),
    doubtOfNo: compileAll('doubt-of-no', source['doubt-of-no']),
    signs: compileAll('signs', source.signs),
    incomplete: compileAll('incomplete', source.incomplete),
    latestDecides: source['latest-decides'] === true,
    yesPrevails: source['yes-prevails'] === true,
    missing: missing(source.missing),
  };
}

/** What results are found by, of a source that says more of them. */
const resultsOf = ({
  resource,
  code,
  where,
}: {
  readonly resource: 'Observation';
  readonly code: readonly string[];
  readonly where?: string | undefined;
}): RetrieveSource => ({ resource: [resource], code, ...(where === undefined ? {} : { where }) });
