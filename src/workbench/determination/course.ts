import type { CriterionResult } from '../../engine/evaluated.ts';
import type { PatientCourse } from '../../engine/patient-course.ts';
import type { Days } from '../../engine/course-rows.ts';
import type { Evidence, Searched } from '../../engine/result.ts';
import { parseDate, parsePeriod, type DateInterval } from '../../fhir/date.ts';
import type { StoredDetermination } from '../api.ts';
import { DAY, dayOf, dayWord } from './days.ts';
import { panelOf, type Panel } from './panels.ts';

/** The picture of a patient's course: rows over one axis of days. Days are milliseconds since 1970, in UTC. */
export interface Picture {
  /** First and last day that is drawn. */
  readonly domain: readonly [number, number];
  readonly planned: { readonly from: number; readonly to: number } | undefined;
  readonly asOf: number;
  readonly lanes: readonly Lane[];
  /** Results that criteria compare with a limit. */
  readonly panels: readonly Panel[];
  /** Results that criteria show and compare with none. */
  readonly quietPanels: readonly Panel[];
  readonly unread: readonly Searched[];
}

export interface Lane {
  readonly id: string;
  readonly title: string;
  readonly group: 'lines' | 'drugs' | 'procedures' | 'disease' | 'cited';
  readonly marks: readonly Mark[];
}

export interface Mark {
  /** Records that it stands for, `Type/id`. */
  readonly references: readonly string[];
  /** What it says, its day apart. */
  readonly label: string;
  /** In the mark itself, where it has room. */
  readonly inside?: string;
  readonly shape: 'bar' | 'diamond' | 'worse' | 'better' | 'tick';
  readonly from: number;
  readonly to: number;
  /** The last day that it may have gone on. */
  readonly atMost: number;
}

/** What a determination and the service's course of the patient come to as a picture. */
export function pictureOf(determination: StoredDetermination, course: PatientCourse): Picture {
  const drawn = new Set([
    ...course.lines.flatMap(({ references }) => references),
    ...[...course.drugs, ...course.procedures].flatMap(({ records }) =>
      records.map(({ reference }) => reference),
    ),
    ...course.disease.map(({ reference }) => reference),
    ...course.labs.flatMap(({ series }) =>
      series.flatMap(({ points }) => points.flatMap((point) => point.references)),
    ),
  ]);
  const lanes: readonly Lane[] = [
    ...lineLanes(course),
    ...course.drugs.map(({ valueSet, title, records }): Lane => ({
      id: valueSet,
      title: shortTitle(title),
      group: 'drugs',
      marks: records.map(({ reference, label, first, last }) => ({
        references: [reference],
        label,
        shape: 'bar',
        from: startOf(first),
        to: startOf(last),
        atMost: endOf(last),
      })),
    })),
    ...course.procedures.map(({ valueSet, title, records }): Lane => ({
      id: valueSet,
      title: shortTitle(title),
      group: 'procedures',
      marks: records.map(({ reference, label, first }) => pointMark([reference], label, 'diamond', first)),
    })),
    {
      id: 'disease',
      title: 'Relapse, progression, response',
      group: 'disease',
      marks: course.disease.map(({ reference, label, says, on }) =>
        pointMark(
          [reference],
          label,
          says === 'progression' ? 'worse' : says === 'response' ? 'better' : 'tick',
          on,
        ),
      ),
    },
    {
      id: 'cited',
      title: 'Other records cited',
      group: 'cited',
      marks: citedMarks(withParts(determination.criteria), drawn),
    },
  ];
  const kept = lanes.filter(({ marks }) => marks.length > 0);
  const panels = course.labs.flatMap(panelOf);
  const planned =
    course.planned === null ? undefined : { from: startOf(course.planned), to: endOf(course.planned) };
  const asOf = dayOf(determination.asOf);
  return {
    domain: domainOf(kept, panels, decidingReferences(determination), [
      asOf,
      ...(planned === undefined ? [] : [planned.from, planned.to]),
    ]),
    planned,
    asOf,
    lanes: kept,
    panels: panels.filter(({ limits }) => limits.length > 0),
    quietPanels: panels.filter(({ limits }) => limits.length === 0),
    unread: course.unread,
  };
}

const startOf = ({ from }: Days): number => dayOf(from);
const endOf = ({ to }: Days): number => dayOf(to);

const withParts = (criteria: readonly CriterionResult[]): readonly CriterionResult[] =>
  criteria.flatMap((criterion) => [criterion, ...withParts(criterion.criteria)]);

/** A value set's title without what it says of itself in brackets. */
const shortTitle = (title: string): string => title.replace(/ \([^()]*\)$/, '');

const lineLanes = ({ lines }: PatientCourse): readonly Lane[] =>
  [...Map.groupBy(lines, ({ therapy }) => therapy)].map(([therapy, members], index) => ({
    id: `lines ${therapy}`,
    title: index === 0 ? 'Lines of therapy' : 'Lines, counted apart',
    group: 'lines',
    marks: members.map(({ number, drugs, first, last, references }) => ({
      references,
      label: `Regimen ${number}: ${drugs.join(', ')}`,
      inside: `${number} · ${drugs.join(', ')}`,
      shape: 'bar' as const,
      from: startOf(first),
      to: startOf(last),
      atMost: endOf(last),
    })),
  }));

const pointMark = (references: readonly string[], label: string, shape: Mark['shape'], on: Days): Mark => ({
  references,
  label,
  shape,
  from: startOf(on),
  to: endOf(on),
  atMost: endOf(on),
});

/** Records with a date that no other row shows. */
function citedMarks(criteria: readonly CriterionResult[], drawn: ReadonlySet<string>): readonly Mark[] {
  const cited = new Map<string, Evidence>();
  for (const { evidence } of criteria)
    for (const item of evidence)
      if (!drawn.has(item.reference) && !cited.has(item.reference)) cited.set(item.reference, item);
  return [...cited.values()].flatMap(({ reference, display, value, date }): readonly Mark[] => {
    const on = intervalOf(date);
    if (on === null) return [];
    const low = Number.isFinite(on.low) ? on.low : on.high;
    const high = Number.isFinite(on.high) ? on.high : low;
    return Number.isFinite(low)
      ? [
          {
            references: [reference],
            label: display ?? value,
            shape: 'tick',
            from: low * DAY,
            to: high * DAY,
            atMost: high * DAY,
          },
        ]
      : [];
  });
}

/** A date or a period as evidence prints it. */
function intervalOf(date: string | undefined): DateInterval | null {
  if (date === undefined) return null;
  const [start = '', end] = date.split('/');
  return end === undefined
    ? parseDate(start)
    : parsePeriod({ ...(start === '' ? {} : { start }), ...(end === '' ? {} : { end }) });
}

const decidingReferences = ({ criteria }: StoredDetermination): ReadonlySet<string> =>
  new Set(
    withParts(criteria)
      .flatMap(({ evidence }) => evidence)
      .filter(({ decides }) => decides !== false)
      .map(({ reference }) => reference),
  );

/**
 * From the first that belongs to the disease or decided something to the last, with room at both ends. Results of the
 * years before would press all of it into a corner; they stand in the table.
 */
function domainOf(
  lanes: readonly Lane[],
  panels: readonly Panel[],
  deciding: ReadonlySet<string>,
  days: readonly number[],
): readonly [number, number] {
  const decides = ({ references }: Pick<Mark, 'references'>): boolean =>
    references.some((reference) => deciding.has(reference));
  const all = [
    ...days,
    ...lanes.flatMap(({ group, marks }) =>
      marks
        .filter((mark) => group !== 'cited' || decides(mark))
        .flatMap(({ from, atMost }) => [from, atMost]),
    ),
    ...panels.flatMap(({ series }) =>
      series.flatMap(({ points }) => points.filter(decides).flatMap(({ from, to }) => [from, to])),
    ),
  ];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = Math.max((high - low) * 0.04, 15 * DAY);
  return [low - room, high + room];
}

/** The picture in a sentence or two, for who cannot see it. */
export function pictureWords({ lanes, panels, planned }: Picture): string {
  const of = (group: Lane['group']): readonly Mark[] =>
    lanes.filter((lane) => lane.group === group).flatMap(({ marks }) => marks);
  const regimens = lanes.find(({ group }) => group === 'lines')?.marks ?? [];
  const worse = of('disease').filter(({ shape }) => shape === 'worse');
  return [
    regimens.length === 0
      ? 'No regimen of therapy was read.'
      : `${regimens.length} regimen${regimens.length === 1 ? '' : 's'}, from ${dayWord(regimens[0]?.from ?? 0)} to ${dayWord(Math.max(...regimens.map(({ to }) => to)))}.`,
    worse.length === 0
      ? 'No relapse or progression is recorded.'
      : `Relapse or progression: ${[...new Set(worse.map(({ from }) => dayWord(from)))].join(', ')}.`,
    of('procedures').length === 0
      ? ''
      : `${lanes
          .filter(({ group }) => group === 'procedures')
          .map(({ title, marks }) => `${title}: ${marks.map(({ from }) => dayWord(from)).join(', ')}`)
          .join('; ')}.`,
    panels.length === 0 ? '' : `${panels.length} kinds of results with limits.`,
    planned === undefined ? 'No infusion date is planned.' : `Infusion planned for ${dayWord(planned.from)}.`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}
