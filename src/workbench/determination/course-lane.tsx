import type { Lane, Mark } from './course.ts';
import { daysWords } from './days.ts';
import { PlannedLine } from './planned-line.tsx';
import type { Frame } from './course-figure.tsx';
import { weightOf } from './mark-weight.ts';
import { useHighlight } from './highlight.tsx';

const HEIGHT = 24;
const MIDDLE = HEIGHT / 2;
/** Pixels that a dose of one day is wide. */
const DOSE = 4;
/** Pixels that a letter of the text in a bar takes, at most. */
const LETTER = 6.4;

/** One row of marks. */
export function CourseLane({ lane, frame }: { readonly lane: Lane; readonly frame: Frame }) {
  const { highlight } = useHighlight();
  return (
    <div className={`course-row course-${lane.group}`} aria-hidden="true">
      <span className="course-label">{lane.title}</span>
      <svg width={frame.width} height={HEIGHT}>
        <line className="lane" x1={0} x2={frame.width} y1={MIDDLE} y2={MIDDLE} />
        <PlannedLine frame={frame} height={HEIGHT} />
        {lane.marks.map((mark, index) => (
          <g
            key={`${mark.references[0] ?? ''} ${index}`}
            className={`mark mark-${mark.shape} ${weightOf(mark.references, highlight)}`}
            onPointerEnter={() => {
              frame.onRead(`${mark.label}, ${daysWords(mark.from, mark.atMost)}`);
            }}
            onPointerLeave={() => {
              frame.onRead(undefined);
            }}
            onClick={() => {
              const [reference] = mark.references;
              if (reference !== undefined) frame.onRecord(reference);
            }}
          >
            <Shape mark={mark} frame={frame} />
          </g>
        ))}
      </svg>
    </div>
  );
}

function Shape({ mark, frame: { x } }: { readonly mark: Mark; readonly frame: Frame }) {
  const start = x(mark.from);
  const centre = (start + x(mark.to)) / 2;
  switch (mark.shape) {
    case 'bar': {
      const width = Math.max(DOSE, x(mark.to) - start);
      const room = Math.max(width, x(mark.atMost) - start);
      const { inside } = mark;
      const letters = Math.floor((width - 12) / LETTER);
      return (
        <>
          {room > width ? (
            <rect className="at-most" x={start} y={6} width={room} height={HEIGHT - 12} rx={3} />
          ) : null}
          <rect
            x={start}
            y={inside === undefined ? 7 : 3}
            width={width}
            height={HEIGHT - (inside === undefined ? 14 : 6)}
            rx={inside === undefined ? 2 : 4}
          />
          {inside === undefined || letters < 1 ? null : (
            <text x={start + 6} y={MIDDLE + 4}>
              {inside.length <= letters
                ? inside
                : letters < 12
                  ? inside.split(' ')[0]
                  : `${inside.slice(0, letters - 1)}…`}
            </text>
          )}
        </>
      );
    }
    case 'diamond':
      return <path d={`M${centre} ${MIDDLE - 8} l8 8 l-8 8 l-8 -8 Z`} />;
    case 'worse':
      return <path d={`M${centre} ${MIDDLE - 7} l7 13 h-14 Z`} />;
    case 'better':
      return <circle cx={centre} cy={MIDDLE} r={6} />;
    case 'tick':
      return (
        <>
          <rect
            className="reach"
            x={start - 5}
            y={2}
            width={Math.max(10, x(mark.to) - start + 10)}
            height={HEIGHT - 4}
          />
          <rect x={start - 1.5} y={5} width={Math.max(3, x(mark.to) - start)} height={HEIGHT - 10} rx={1.5} />
        </>
      );
  }
}
