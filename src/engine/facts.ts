import type { DateInterval } from '../fhir/date.ts';
import {
  retrievesOf,
  typesOf as typesOfFact,
  type Fact,
  type Question,
  type Retrieve,
} from '../policy/fact.ts';
import { keysOf } from '../policy/form.ts';
import type { Threshold, Within } from '../policy/policy.ts';
import { daysBeforeAnswer } from './days-before.ts';
import { episodesOf, type Episodes } from './episodes.ts';
import { spanOf, type Span } from './exposure.ts';
import { failuresAnswer } from './failures.ts';
import { ageAnswer, measurementAnswer } from './measurement.ts';
import type { FormAnswer } from './form-answers.ts';
import { answerHits, denied, together } from './form-evidence.ts';
import { pairedAnswer } from './paired.ts';
import { aside, distinct, SHOWN_ALONE, type Answer } from './result.ts';
import { candidates, hitOf, proofOf, type Hit, type Timeline } from './retrieve.ts';
import {
  BROKEN_SOURCES,
  isUnread,
  OPEN_SOURCES,
  questionTypes,
  referredRetrieves,
  searchedTypes,
  type Scope,
} from './scope.ts';
import { linesAnswer } from './lines.ts';
import { seriesAnswer } from './series.ts';
import { settingAnswer } from './setting.ts';
import { eventsAnswer, isNewerThanLastDose, therapyOf, type Therapy } from './therapy.ts';
import { placed, placedAtFirst, type Placed } from './window.ts';

/** Asks facts of one chart. */
export interface FactReader {
  /** @param criterion id of the criterion that asks: an answer of yes or no to another one's question is not for it */
  readonly answer: (fact: Fact, threshold: Threshold | undefined, criterion?: string) => Answer;
  /** Where findings of the given days stand to a therapy's latest regimen. */
  readonly place: (within: Within, dates: readonly Span[]) => Placed;
  /** References of the records that a fact's retrieves prove. */
  readonly records: (fact: Fact) => readonly string[];
  /** What a retrieve of a fact finds in the chart, answers to forms left aside. */
  readonly hits: (retrieve: Retrieve) => readonly Hit[];
  /** The therapy that an events fact records. @param name of the fact */
  readonly therapy: (name: string) => Therapy;
}

/**
 * Each answer is found once and kept for the call.
 * @param given what clinicians' forms say, by the key of what it speaks to
 */
export function createFactReader(
  scope: Scope,
  given: ReadonlyMap<string, readonly FormAnswer[]> = new Map(),
): FactReader {
  const therapies = new Map<string, Therapy>();
  const courses = new Map<string, Episodes>();
  const hitsOf = new Map<Retrieve, readonly Hit[]>();

  const therapy = (name: string): Therapy => {
    const known = therapies.get(name);
    if (known !== undefined) return known;
    const fact = scope.library.facts.get(name);
    if (fact?.kind !== 'events') throw new Error(`fact ${name} has no events`);
    const read = therapyOf(fact, hits, scope);
    therapies.set(name, read);
    return read;
  };
  const episodes = (name: string): Episodes => {
    const known = courses.get(name);
    if (known !== undefined) return known;
    const fact = scope.library.facts.get(name);
    if (fact?.kind !== 'episodes') throw new Error(`fact ${name} has no episodes`);
    const read = episodesOf(fact, hits, therapy(fact.therapy));
    courses.set(name, read);
    return read;
  };
  const timeline: Timeline = {
    therapy,
    isNewerThanLastDose: (name, on) => isNewerThanLastDose(on, therapy(name)),
    isUntreated: (name, on) => episodes(name).isUntreated(on),
  };

  const hits = (retrieve: Retrieve): readonly Hit[] => {
    const known = hitsOf.get(retrieve);
    if (known !== undefined) return known;
    const found = retrieve.resource.flatMap((type) =>
      candidates(type, retrieve, scope).flatMap(
        (record) => hitOf(record, type, retrieve, scope, timeline) ?? [],
      ),
    );
    hitsOf.set(retrieve, found);
    return found;
  };

  const datesOf = (fact: Fact): readonly Span[] =>
    fact.kind === 'question' ? datesOfProof(proofOf(fact.yes.flatMap(hits))) : [];

  const kept = new Map<string, Answer>();
  return {
    hits,
    therapy,
    answer(fact, threshold, criterion) {
      const answers = keysOf(fact)
        .flatMap((name) => given.get(name) ?? [])
        .filter(({ item, says }) => says === undefined || item.criterion?.id === criterion);
      const asker = answers.length === 0 ? '' : (criterion ?? '');
      const key = `${fact.name} ${asker} ${JSON.stringify(threshold)}`;
      const known = kept.get(key);
      if (known !== undefined) return known;
      const byChart = answerTo(fact, threshold, scope, hits, therapy, episodes, []);
      const hitsWithAnswers = (retrieve: Retrieve): readonly Hit[] => [
        ...hits(retrieve),
        ...answerHits(retrieve, fact, answers, scope, timeline),
      ];
      const answer =
        answers.length === 0
          ? byChart
          : together(
              byChart,
              denied(answers, byChart) ??
                answerTo(fact, threshold, scope, hitsWithAnswers, therapy, episodes, answers),
            );
      kept.set(key, answer);
      return answer;
    },
    records: (fact) => proofOf(retrievesOf(fact).flatMap(hits)).map(({ record }) => record.reference),
    place(within, dates) {
      const fact = scope.library.facts.get(within.therapy);
      const remission = 'remission' in within ? scope.library.facts.get(within.remission) : undefined;
      const types = new Set(
        [fact, remission].flatMap((item) => (item === undefined ? [] : typesOfFact(item))),
      );
      const read =
        'remission' in within
          ? placedAtFirst(
              within,
              dates,
              remission === undefined ? [] : datesOf(remission),
              therapy(within.therapy),
            )
          : placed(within, dates, therapy(within.therapy), scope.library.terminology);
      if (isUnread(types, scope.chart, BROKEN_SOURCES)) return { ...read, truth: null, needs: 'data-access' };
      return read.truth === null && isUnread(types, scope.chart, OPEN_SOURCES)
        ? { ...read, needs: 'data-access' }
        : read;
    },
  };
}

function answerTo(
  fact: Fact,
  threshold: Threshold | undefined,
  scope: Scope,
  hits: (retrieve: Retrieve) => readonly Hit[],
  therapy: (name: string) => Therapy,
  episodes: (name: string) => Episodes,
  answers: readonly FormAnswer[],
): Answer {
  const episodesNamed = (name: string | undefined): Episodes | undefined =>
    name === undefined ? undefined : episodes(name);
  switch (fact.kind) {
    case 'question':
      return questionAnswer(fact, scope, hits);
    case 'age':
      return ageAnswer(fact, threshold, scope, answers);
    case 'setting':
      return settingAnswer(fact, scope, answers);
    case 'measurement':
      return measurementAnswer(fact, threshold, scope, hits, {
        episodes: episodesNamed(fact.episode),
        therapy: fact.staleAfter === undefined ? undefined : therapy(fact.staleAfter),
      });
    case 'paired':
      return pairedAnswer(fact, threshold, scope, hits, episodesNamed(fact.episode));
    case 'failures':
      return failuresAnswer(fact, threshold, scope, hits);
    case 'days-before':
      return daysBeforeAnswer(fact, threshold, scope, hits);
    case 'series':
      return seriesAnswer(
        fact,
        threshold,
        scope,
        hits,
        therapy(fact.since).start,
        referredRetrieves(fact, scope.library),
      );
    case 'lines':
      return linesAnswer(
        fact,
        threshold,
        scope,
        hits,
        therapy(fact.of),
        referredRetrieves(fact, scope.library),
      );
    case 'events':
      return eventsAnswer(fact, scope, hits);
    case 'episodes':
      throw new Error(`fact ${fact.name} answers no question`);
  }
}

/** Of what does not decide, the newest are shown; the count of what was looked through stands beside them. */
const SIGNS_SHOWN = 25;
/** Of records that are what is asked for, the newest. */
const PRESENT_SHOWN = 5;

function questionAnswer(fact: Question, scope: Scope, hits: (retrieve: Retrieve) => readonly Hit[]): Answer {
  const types = questionTypes(scope.library)(fact);
  const yesHits = fact.yes.flatMap(hits);
  const noHits = fact.no.flatMap(hits);
  const [yesProof, noProof] = [proofOf(yesHits), proofOf(noHits)];
  const isPrevailing = fact.yesPrevails && yesProof.length > 0;
  const overruled = isPrevailing ? noProof : [];
  const { yes, no } = standingAnswers(fact, yesProof, isPrevailing ? [] : noProof);
  const doubtful = proofOf(fact.doubt.flatMap(hits));
  const doubt = new Set(notSurelyEarlier(doubtful, [...yes, ...no]));
  const doubtfulOfNo = no.length > 0 ? proofOf(fact.doubtOfNo.flatMap(hits)) : [];
  const doubtOfNo = new Set(notSurelyEarlier(doubtfulOfNo, no));
  const undecided = [...yesHits, ...noHits].filter(({ standing }) => standing !== 'proof');
  const incomplete = fact.incomplete.flatMap(hits);

  const contrary = (): readonly Hit[] => {
    const standing = new Set([...yes, ...no, ...overruled]);
    const outdated = [...yesProof, ...noProof].filter((hit) => !standing.has(hit));
    return [...doubtful, ...doubtfulOfNo, ...outdated].map((hit) =>
      noted(
        hit,
        doubt.has(hit) || doubtOfNo.has(hit)
          ? 'contradicts, and is not surely older than what it contradicts'
          : 'older, and followed by the evidence above',
      ),
    );
  };
  const signs = (): readonly Hit[] =>
    [...undecided, ...fact.signs.flatMap(hits), ...incomplete].slice(-SIGNS_SHOWN).map(asSign);
  const isFound = fact.yes.every(({ isPresence }) => isPresence) && yes.length > 0;
  const shown = isFound
    ? newestFirst(yes).slice(0, PRESENT_SHOWN)
    : [
        ...yes,
        ...no,
        ...overruled.map((hit) => noted(hit, 'does not undo what was found once')),
        ...contrary(),
        ...signs(),
      ];
  const read = {
    evidence: distinct(shown.map(({ evidence }) => evidence)),
    missing: [] as Answer['missing'],
    searched: searchedTypes(types.all, scope.chart),
  };
  const { deciding } = types;
  if (isUnread(deciding, scope.chart, BROKEN_SOURCES)) {
    return { ...read, truth: null, needs: 'data-access', isBroken: true };
  }
  if (yes.length > 0 && no.length === 0 && doubt.size === 0)
    return {
      ...read,
      truth: true,
      needs: undefined,
      dates: datesOfProof(yes),
    };
  if (no.length > 0 && yes.length === 0 && doubt.size === 0 && doubtOfNo.size === 0)
    return { ...read, truth: false, needs: undefined };
  const missing = fact.missing === undefined ? [] : [fact.missing];
  if ((yes.length > 0 && no.length > 0) || undecided.some(({ standing }) => standing === 'conflict')) {
    return { ...read, truth: null, needs: 'review', missing };
  }
  if (yes.length > 0 || no.length > 0) return { ...read, truth: null, needs: 'documentation', missing };
  // Signs cannot settle the question, but with it open their reader is owed all of them.
  if (isUnread(types.signs, scope.chart, BROKEN_SOURCES)) {
    return { ...read, truth: null, needs: 'data-access', isBroken: true };
  }
  const isContested = yesHits.some(({ standing }) => standing === 'undated');
  if (isUnread(deciding, scope.chart, OPEN_SOURCES))
    return { ...read, truth: null, needs: 'data-access', isContested };
  const needs = proofOf(incomplete).length > 0 ? 'documentation' : undefined;
  return { ...read, truth: null, needs, missing, isContested };
}

/** Where the newest answer decides, those that a later one has replaced are passed over. */
function standingAnswers(
  { latestDecides }: Question,
  yes: readonly Hit[],
  no: readonly Hit[],
): { readonly yes: readonly Hit[]; readonly no: readonly Hit[] } {
  if (!latestDecides) return { yes, no };
  return { yes: notSurelyEarlier(yes, no), no: notSurelyEarlier(no, yes) };
}

const newestFirst = (hits: readonly Hit[]): readonly Hit[] =>
  hits.toSorted((a, b) => (b.record.date?.high ?? -Infinity) - (a.record.date?.high ?? -Infinity));

const datesOfProof = (hits: readonly Hit[]): readonly Span[] =>
  hits.flatMap(({ record: { date } }) => (date === null ? [] : [spanOf(date)]));

const noted = (hit: Hit, note: string): Hit => ({ ...hit, evidence: aside(hit.evidence, note) });

const asSign = (hit: Hit): Hit => (hit.standing === 'proof' ? noted(hit, SHOWN_ALONE) : hit);

/** Without those that one of the others surely followed, by the day on which each was stated; undated is never surely earlier. */
function notSurelyEarlier(list: readonly Hit[], others: readonly Hit[]): readonly Hit[] {
  let newest = -Infinity;
  for (const { record } of others)
    if (record.stated !== null) newest = Math.max(newest, lowOf(record.stated));
  return list.filter(({ record }) => record.stated === null || record.stated.high >= newest);
}

/** A statement "known by" a day was made on that day. */
const lowOf = (interval: DateInterval): number =>
  Number.isFinite(interval.low) ? interval.low : interval.high;
