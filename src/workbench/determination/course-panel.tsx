import { scaleLinear } from '@visx/scale';
import { LinePath } from '@visx/shape';
import { daysWords } from './days.ts';
import { drawnPanel, type Limit, type Panel, type Point } from './panels.ts';
import { AXIS, type Frame } from './course-figure.tsx';
import { useHighlight } from './highlight.tsx';
import { weightOf } from './mark-weight.ts';
import { PlannedLine } from './planned-line.tsx';

const HEIGHT = 92;
/** Pixels above and below the highest and lowest value. */
const ROOM = 16;
/** Pixels between the texts of two limits. */
const TEXT = 13;
/** Pixels that a letter of them takes, at most. */
const LETTER = 6.4;

/** Results of one quantity over time, and the limits that criteria set them. */
export function CoursePanel({ panel: whole, frame }: { readonly panel: Panel; readonly frame: Frame }) {
  const { highlight } = useHighlight();
  const panel = drawnPanel(whole, frame.picture.domain[0]);
  if (panel === undefined) return null;
  const { width, x } = frame;
  const y = scaleLinear({ domain: [...panel.range], range: [HEIGHT - ROOM, ROOM + 6] });
  const isOfHighlight = ({ criteria }: Limit): boolean =>
    highlight?.criterion !== undefined && criteria.includes(highlight.criterion);
  return (
    <div className="course-row course-lab" aria-hidden="true">
      <span className="course-label">
        {panel.title}
        <span className="course-unit"> {panel.unit}</span>
      </span>
      <svg width={width} height={HEIGHT}>
        <rect className="plot" x={0} y={0} width={width} height={HEIGHT} rx={4} />
        {y.ticks(3).map((tick) => (
          <g key={tick} className="grid">
            <line x1={AXIS} x2={width} y1={y(tick)} y2={y(tick)} />
            <text x={AXIS - 6} y={y(tick) + 4} textAnchor="end">
              {tick}
            </text>
          </g>
        ))}
        <PlannedLine frame={frame} height={HEIGHT} />
        {spread(
          panel.limits,
          (limit) => y(limit.level),
          (limit) => startOf(limit, frame),
        ).map(({ limit, start, at, isBefore, textAt }) => (
          <g key={limit.label} className={`limit-group ${isOfHighlight(limit) ? 'is-deciding' : ''}`}>
            <line className="limit" x1={start} x2={width} y1={at} y2={at} />
            <text x={isBefore ? start - 6 : start + 6} y={textAt} textAnchor={isBefore ? 'end' : 'start'}>
              {limit.label}
            </text>
          </g>
        ))}
        {panel.series.map((one, index) => (
          <g key={one.title} className={`series series-${index % 3}`}>
            <LinePath<Point>
              data={[...one.points]}
              x={(point) => (x(point.from) + x(point.to)) / 2}
              y={(point) => y((point.low + point.high) / 2)}
              className="series-line"
            />
            {one.points.map((point, place) => (
              <ResultPoint
                key={`${point.references[0] ?? ''} ${place}`}
                point={point}
                frame={frame}
                y={(value) => y(value)}
                weight={weightOf(point.references, highlight)}
              />
            ))}
          </g>
        ))}
      </svg>
    </div>
  );
}

function ResultPoint({
  point,
  frame: { x, onRead, onRecord },
  y,
  weight,
}: {
  readonly point: Point;
  readonly frame: Frame;
  readonly y: (value: number) => number;
  readonly weight: string;
}) {
  const centre = (x(point.from) + x(point.to)) / 2;
  const [low, high] = [y(point.low), y(point.high)];
  return (
    <g
      className={`mark mark-result ${weight}`}
      onPointerEnter={() => {
        onRead(`${point.label}, ${daysWords(point.from, point.to)}`);
      }}
      onPointerLeave={() => {
        onRead(undefined);
      }}
      onClick={() => {
        const [reference] = point.references;
        if (reference !== undefined) onRecord(reference);
      }}
    >
      {low - high > 1 ? <line className="reach-line" x1={centre} x2={centre} y1={low} y2={high} /> : null}
      <circle className="reach" cx={centre} cy={(low + high) / 2} r={11} />
      <circle className="halo" cx={centre} cy={(low + high) / 2} r={8} />
      <circle cx={centre} cy={(low + high) / 2} r={4} />
    </g>
  );
}

const startOf = ({ since }: Limit, { x }: Frame): number =>
  since === undefined ? AXIS : Math.max(AXIS, x(since));

interface Placed {
  readonly limit: Limit;
  readonly start: number;
  readonly at: number;
  /** The text stands before the line, away from the newest results; else above its start. */
  readonly isBefore: boolean;
  readonly textAt: number;
}

/** Limits with the places of their texts, moved apart where two would overlap. */
function spread(
  limits: readonly Limit[],
  level: (limit: Limit) => number,
  from: (limit: Limit) => number,
): readonly Placed[] {
  let last = -Infinity;
  return limits
    .map((limit) => ({ limit, at: level(limit), start: from(limit) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ limit, at, start }) => {
      const isBefore = start > limit.label.length * LETTER + AXIS;
      const textAt = Math.max(isBefore ? at + 4 : at - 4, last + TEXT, TEXT - 2);
      last = textAt;
      return { limit, start, at, isBefore, textAt };
    });
}
