import { AxisBottom } from '@visx/axis';
import { scaleUtc } from '@visx/scale';
import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import type { StoredDetermination } from '../api.ts';
import { Disclosure } from '../components/disclosure.tsx';
import { CourseLane } from './course-lane.tsx';
import { CoursePanel } from './course-panel.tsx';
import { CourseTable } from './course-table.tsx';
import { pictureWords, type Lane, type Picture } from './course.ts';
import type { Panel } from './panels.ts';
import { evidenceOf } from './evidence-of.ts';
import type { Opened } from './evidence-dialog.tsx';
import { useHighlight } from './highlight.tsx';
import { useWidth } from './use-width.ts';

/** Pixels of a day axis, and what hangs on it. */
export interface Frame {
  readonly width: number;
  readonly x: (time: number) => number;
  readonly picture: Picture;
  /** Says what a mark is, in the line above the picture; undefined: nothing is pointed at. */
  readonly onRead: (words: string | undefined) => void;
  /** Opens the record of a mark. */
  readonly onRecord: (reference: string) => void;
}

/** Pixels for the numbers of the results' axes. */
export const AXIS = 34;
/** Pixels at both ends of the axis where a text would be cut off. */
const EDGE = 18;

/** A group of one row needs no heading of its own. */
const GROUPS: readonly { readonly group: Lane['group']; readonly title: string | undefined }[] = [
  { group: 'lines', title: undefined },
  { group: 'drugs', title: 'Drug classes' },
  { group: 'procedures', title: 'Transplants and procedures' },
  { group: 'disease', title: undefined },
  { group: 'cited', title: undefined },
];

/**
 * The course as rows over one axis of time. Screen readers get it as a sentence and, on demand, as a table: the drawing
 * itself is hidden from them.
 */
export function CourseFigure({
  picture,
  determination,
  onEvidence,
}: {
  readonly picture: Picture;
  readonly determination: StoredDetermination;
  readonly onEvidence: (opened: Opened) => void;
}) {
  const title = useId();
  const [read, setRead] = useState<string>();
  const { highlight } = useHighlight();
  const [measured, width] = useWidth();
  const scroller = useRef<HTMLDivElement>(null);
  const scale = scaleUtc({ domain: [...picture.domain], range: [AXIS, Math.max(AXIS, width - 8)] });
  const frame: Frame = {
    width,
    x: (time) => scale(time),
    picture,
    onRead: setRead,
    onRecord: (reference) => {
      onEvidence(evidenceOf(determination, reference));
    },
  };

  // Where the picture scrolls in its own window, what decided the criterion comes into view.
  useEffect(() => {
    const window = scroller.current;
    if (window === null || highlight?.criterion === undefined) return;
    const row = window.querySelector<SVGElement>('.is-deciding')?.closest<HTMLElement>('.course-row');
    if (row === null || row === undefined) return;
    const [inner, outer] = [row.getBoundingClientRect(), window.getBoundingClientRect()];
    if (inner.top < outer.top) window.scrollTop += inner.top - outer.top - 8;
    else if (inner.bottom > outer.bottom) window.scrollTop += inner.bottom - outer.bottom + 8;
  }, [highlight]);

  return (
    <figure className="course" aria-labelledby={title}>
      <figcaption id={title} className="visually-hidden">
        {pictureWords(picture)}
      </figcaption>
      <div className="course-head">
        <p className="course-readout" aria-hidden="true">
          {read ?? highlight?.words ?? 'Point at a criterion, or at a mark.'}
        </p>
        <Legend picture={picture} />
      </div>
      <div
        className="course-window"
        ref={scroller}
        data-highlighting={highlight === undefined ? undefined : ''}
      >
        <div className="course-rows">
          <div className="course-row course-measure">
            <span />
            <div ref={measured} />
          </div>
          {GROUPS.map(({ group, title: name }) => {
            const lanes = picture.lanes.filter((lane) => lane.group === group);
            return lanes.length === 0 ? null : (
              <RowGroup key={group} title={name}>
                {lanes.map((lane) => (
                  <CourseLane key={lane.id} lane={lane} frame={frame} />
                ))}
              </RowGroup>
            );
          })}
          {picture.panels.length === 0 ? null : (
            <RowGroup title="Results that criteria read, with their limits">
              <Panels panels={picture.panels} frame={frame} />
            </RowGroup>
          )}
          <div className="course-row course-axis" aria-hidden="true">
            <span />
            <svg width={width} height={28}>
              <AxisBottom
                scale={scale}
                tickValues={scale
                  .ticks(Math.max(2, Math.floor(width / 90)))
                  .filter((tick) => scale(tick) > EDGE && scale(tick) < width - EDGE)}
                axisClassName="axis"
                hideAxisLine
                tickLength={5}
              />
            </svg>
          </div>
        </div>
        {picture.quietPanels.length === 0 ? null : (
          <Disclosure title={`Results that criteria show without a limit (${picture.quietPanels.length})`}>
            <Panels panels={picture.quietPanels} frame={frame} />
          </Disclosure>
        )}
        {picture.unread.length === 0 ? null : (
          <p className="anomaly-note small">
            Not in the picture: {picture.unread.map(({ resourceType }) => resourceType).join(', ')} could not
            be read, or not all of it.
          </p>
        )}
        <Disclosure title="The same as a table">
          <CourseTable picture={picture} onRecord={frame.onRecord} />
        </Disclosure>
      </div>
    </figure>
  );
}

const Panels = ({ panels, frame }: { readonly panels: readonly Panel[]; readonly frame: Frame }): ReactNode =>
  panels.map((panel) => <CoursePanel key={panel.id} panel={panel} frame={frame} />);

const RowGroup = ({
  title,
  children,
}: {
  readonly title: string | undefined;
  readonly children: ReactNode;
}) => (
  <div className="course-group">
    {title === undefined ? null : (
      <p className="course-group-title" aria-hidden="true">
        {title}
      </p>
    )}
    {children}
  </div>
);

function Legend({ picture }: { readonly picture: Picture }) {
  const shapes = new Set(picture.lanes.flatMap(({ marks }) => marks.map(({ shape }) => shape)));
  return (
    <ul role="list" className="course-legend" aria-hidden="true">
      {shapes.has('worse') ? (
        <li>
          <svg viewBox="-8 -8 16 16" width="14" height="14">
            <path className="mark mark-worse" d="M0 -6 L6 5 H-6 Z" />
          </svg>
          relapse, progression
        </li>
      ) : null}
      {shapes.has('better') ? (
        <li>
          <svg viewBox="-8 -8 16 16" width="14" height="14">
            <circle className="mark mark-better" r="5" />
          </svg>
          response, remission
        </li>
      ) : null}
      {picture.panels.length > 0 ? (
        <li>
          <svg viewBox="-8 -8 16 16" width="20" height="14">
            <line className="limit" x1="-8" x2="8" y1="0" y2="0" />
          </svg>
          limit of a criterion
        </li>
      ) : null}
      {picture.planned === undefined ? null : (
        <li>
          <svg viewBox="-8 -8 16 16" width="14" height="14">
            <line className="planned" x1="0" x2="0" y1="-8" y2="8" />
          </svg>
          planned infusion
        </li>
      )}
    </ul>
  );
}
