import type { Picture } from './course.ts';
import { daysWords } from './days.ts';

interface Row {
  readonly when: string;
  readonly what: string;
  readonly where: string;
  readonly reference: string | undefined;
}

/** The picture as a table, by date: what it shows, and a way to each record. */
export function CourseTable({
  picture,
  onRecord,
}: {
  readonly picture: Picture;
  readonly onRecord: (reference: string) => void;
}) {
  const rows = rowsOf(picture);
  return (
    <div className="scrolled" role="region" aria-label="The patient’s course as a table" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Date</th>
            <th scope="col">What</th>
            <th scope="col">Record</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ when, what, where, reference }, index) => (
            <tr key={`${when} ${what} ${index}`}>
              <td className="table-date">{when}</td>
              <td>
                {what}
                <span className="small quiet"> {where}</span>
              </td>
              <td>
                {reference === undefined ? null : (
                  <button
                    type="button"
                    className="link-button"
                    onClick={() => {
                      onRecord(reference);
                    }}
                  >
                    {reference}
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function rowsOf({ lanes, panels, quietPanels, planned }: Picture): readonly Row[] {
  const rows = [
    ...lanes.flatMap(({ title, marks }) =>
      marks.map((mark) => ({
        at: mark.from,
        when: daysWords(mark.from, mark.atMost),
        what: mark.label,
        where: title,
        reference: mark.references[0],
      })),
    ),
    ...[...panels, ...quietPanels].flatMap(({ series }) =>
      series.flatMap(({ points }) =>
        points.map(({ from, to, label, references }) => ({
          at: from,
          when: daysWords(from, to),
          what: label,
          where: '',
          reference: references[0],
        })),
      ),
    ),
    ...(planned === undefined
      ? []
      : [
          {
            at: planned.from,
            when: daysWords(planned.from, planned.to),
            what: 'Planned infusion',
            where: '',
            reference: undefined,
          },
        ]),
  ];
  return rows.toSorted((a, b) => a.at - b.at);
}
