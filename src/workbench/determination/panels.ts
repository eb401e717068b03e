import type { LabLimit, LabPanel } from '../../engine/lab-panels.ts';
import { numberOf } from '../criterion-number.ts';
import { dayOf } from './days.ts';
import { unitWords } from './unit-words.ts';

/** Results of one quantity over time, and the limits that criteria set them. Days are milliseconds since 1970, in UTC. */
export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly series: readonly { readonly title: string; readonly points: readonly Point[] }[];
  readonly limits: readonly Limit[];
}

export interface Point {
  readonly references: readonly string[];
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly high: number;
}

export interface Limit {
  /** Ids of the criteria that set it. */
  readonly criteria: readonly string[];
  readonly label: string;
  readonly level: number;
  /** Undefined: for all results. */
  readonly since: number | undefined;
}

/** A panel of the service as one of the picture; none where no result has a number. */
export function panelOf({ id, title, unit, series, limits }: LabPanel): readonly Panel[] {
  const drawn = series.map((one) => ({
    title: one.title,
    points: one.points.flatMap(({ references, value, low, high, from, to }): readonly Point[] => {
      const [bottom, top] = [low ?? high, high ?? low];
      return bottom === null || top === null
        ? []
        : [
            {
              references,
              label: `${one.title}: ${value}`,
              from: dayOf(from),
              to: dayOf(to),
              low: bottom,
              high: top,
            },
          ];
    }),
  }));
  return drawn.every(({ points }) => points.length === 0)
    ? []
    : [{ id, title, unit: unitWords(unit), series: drawn, limits: mergedLimits(limits) }];
}

/** A panel as it is drawn: without the results before the first day of the picture. Undefined where none is left. */
export function drawnPanel(
  panel: Panel,
  first: number,
):
  | (Panel & { /** Lowest and highest of results and limits. */ readonly range: readonly [number, number] })
  | undefined {
  const series = panel.series
    .map((one) => ({ ...one, points: one.points.filter(({ from }) => from >= first) }))
    .filter(({ points }) => points.length > 0);
  const values = [
    ...series.flatMap(({ points }) => points.flatMap(({ low, high }) => [low, high])),
    ...panel.limits.map(({ level }) => level),
  ];
  return series.length === 0
    ? undefined
    : { ...panel, series, range: [Math.min(...values), Math.max(...values)] };
}

const SIGNS = { 'at-least': '≥', 'more-than': '>', 'at-most': '≤', 'less-than': '<' } as const;

function limitWords({ comparison, value, unit, alsoPrinted, of }: LabLimit): string {
  const amount = `${SIGNS[comparison]} ${value} ${unitWords(unit)}`;
  const also = alsoPrinted === undefined ? '' : ` or ${alsoPrinted.value} ${unitWords(alsoPrinted.unit)}`;
  const change = of === 'rise' || of === 'rise-percent' ? 'rise ' : of === 'fall' ? 'fall ' : '';
  return `${change}${amount}${also}`;
}

/** A level that several criteria set in the same words is one line. */
function mergedLimits(limits: readonly LabLimit[]): readonly Limit[] {
  const groups = Map.groupBy(limits, (limit) =>
    [
      limit.level,
      limit.comparison,
      limit.value,
      limit.unit,
      limit.of === 'fall' || limit.of === 'rise' || limit.of === 'rise-percent' ? limit.of : '',
    ].join(' '),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const criteria = [...new Set(group.map(({ criterion }) => criterion))];
    const starts = group.map(({ since }) => (since === undefined ? undefined : dayOf(since)));
    return [
      {
        criteria,
        label: `${criteria.map(numberOf).join(', ')}: ${limitWords(first)}`,
        level: first.level,
        since: starts.includes(undefined)
          ? undefined
          : Math.min(...starts.filter((start) => start !== undefined)),
      },
    ];
  });
}
