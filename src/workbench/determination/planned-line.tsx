import type { Frame } from './course-figure.tsx';

/** The planned infusion, through every row: a line, or a band where only the month is known. */
export function PlannedLine({
  frame: { picture, x },
  height,
}: {
  readonly frame: Frame;
  readonly height: number;
}) {
  const { planned } = picture;
  if (planned === undefined) return null;
  const [from, to] = [x(planned.from), x(planned.to)];
  return to - from > 2 ? (
    <rect className="planned-span" x={from} y={0} width={to - from} height={height} />
  ) : (
    <line className="planned" x1={from} x2={from} y1={0} y2={height} />
  );
}
