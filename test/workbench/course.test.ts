import { describe, expect, it } from 'vitest';
import { pictureOf, pictureWords, type Lane } from '../../src/workbench/determination/course.ts';
import { drawnPanel } from '../../src/workbench/determination/panels.ts';
import { fixtureCourse } from './fixture-course.ts';

/** From a chart to the picture of its course: what the facts read, where it stands in time, which limits are drawn. */

const day = (date: string): number => Date.parse(`${date}T00:00:00Z`);
const lane = (lanes: readonly Lane[], id: string): Lane => {
  const found = lanes.find((item) => item.id === id);
  if (found === undefined) throw new Error(`no row ${id} among ${lanes.map((item) => item.id).join(', ')}`);
  return found;
};

describe('the course of a myeloma with four lines', async () => {
  const { determination, course } = await fixtureCourse('abecma-four-lines');
  const picture = pictureOf(determination, course);

  it('has the regimens as the service counts them, with the days that the last supply may have lasted', () => {
    const [first, ...later] = lane(picture.lanes, 'lines myeloma-therapy').marks;
    expect(first).toMatchObject({
      label: 'Regimen 1: bortezomib, lenalidomide',
      from: day('2018-04-09'),
      to: day('2020-04-02'),
      atMost: day('2020-04-30'),
    });
    expect(later.map(({ label }) => label)).toEqual([
      'Regimen 2: daratumumab, pomalidomide',
      'Regimen 3: carfilzomib, cyclophosphamide',
      'Regimen 4: bortezomib, selinexor',
    ]);
    expect(course.lines.map(({ references }) => references.length)).toEqual([34, 15, 20, 24]);
  });

  it('has drug classes and the transplant by the service’s own value sets', () => {
    expect(lane(picture.lanes, 'rx-imid').title).toBe('Immunomodulatory drugs');
    expect(lane(picture.lanes, 'rx-imid').marks).toHaveLength(27);
    expect(lane(picture.lanes, 'px-hsct-autologous').marks).toMatchObject([
      { shape: 'diamond', from: day('2018-09-12') },
    ]);
  });

  it('has what was said of the disease', () => {
    expect(lane(picture.lanes, 'disease').marks.map(({ shape, from }) => [shape, from])).toEqual(
      ['2020-06-15', '2021-02-08', '2023-05-22', '2026-02-10'].map((date) => ['worse', day(date)]),
    );
  });

  it('draws a change as a level above what it is counted from, since the latest regimen began', () => {
    const panel = picture.panels.find(({ id }) => id.startsWith('lab-serum-m-protein '));
    expect(panel?.series.map(({ points }) => points.at(-1)?.label)).toEqual([
      'Serum M-protein, mass concentration: 2.3 g/dL',
    ]);
    const limits = panel?.limits.map(({ label, level, since }) => ({ label, level, since }));
    expect(limits).toEqual([
      { label: 'p.1: rise ≥ 25 %', level: 1.375, since: day('2025-08-11') },
      { label: 'p.1: rise ≥ 0.5 g/dL', level: 1.6, since: day('2025-08-11') },
    ]);
  });

  it('draws one line where two criteria set the same limit', () => {
    const calcium = picture.panels.find(({ id }) => id.startsWith('lab-calcium-total '));
    expect(calcium?.limits).toMatchObject([
      {
        criteria: ['bcbsma-942/def/relapsed/r.3', 'bcbsma-942/def/progression/p.6'],
        label: 'r.3, p.6: > 11.5 mg/dL or 2.875 mmol/L',
        level: 11.5,
        since: undefined,
      },
    ]);
  });

  it('subtracts the chains of one day, the one in excess first', () => {
    const chains = picture.panels.find(({ id }) => id.startsWith('lab-free-light-chain-kappa '));
    const difference = chains?.series.find(({ title }) => title.endsWith('less the other'));
    expect(difference?.points.at(-1)).toMatchObject({ low: 23.52, high: 23.52 });
    expect(difference?.points.at(-1)?.references).toHaveLength(2);
  });

  it('leaves results without a limit to those who ask for them', () => {
    expect(picture.quietPanels.map(({ title }) => title)).toEqual([
      'Total bilirubin',
      'Absolute neutrophil count',
      'Platelet count',
    ]);
  });

  it('holds every dated record that decided a criterion, and the planned infusion', () => {
    const drawn = new Set([
      ...picture.lanes.flatMap(({ marks }) => marks.flatMap(({ references }) => references)),
      ...picture.panels.flatMap((panel) =>
        (drawnPanel(panel, picture.domain[0])?.series ?? []).flatMap(({ points }) =>
          points.flatMap(({ references }) => references),
        ),
      ),
    ]);
    const deciding = determination.criteria
      .flatMap(({ evidence }) => evidence)
      .filter(({ decides, date }) => decides !== false && date !== undefined);
    expect(deciding.length).toBeGreaterThan(50);
    expect(deciding.filter(({ reference }) => !drawn.has(reference))).toEqual([]);
    expect(picture.planned).toEqual({ from: day('2026-04-09'), to: day('2026-04-09') });
    expect(picture.domain[0]).toBeLessThan(day('2018-04-09'));
    expect(picture.domain[1]).toBeGreaterThan(day('2026-04-09'));
  });

  it('is a sentence for who cannot see it', () => {
    expect(pictureWords(picture)).toBe(
      '4 regimens, from 2018-04-09 to 2026-01-12. Relapse or progression: 2020-06-15, 2021-02-08, 2023-05-22, ' +
        '2026-02-10. Leukapheresis / apheresis for cell collection: 2018-08-22; Autologous hematopoietic cell ' +
        'transplantation: 2018-09-12. 7 kinds of results with limits. Infusion planned for 2026-04-09.',
    );
  });
});

describe('the course of other patients', () => {
  it('has the blasts of a leukemia with the limit of the policy', async () => {
    const { determination, course } = await fixtureCourse('aucatzyl-b-all-early-relapse');
    const { panels, lanes } = pictureOf(determination, course);
    expect(panels.map(({ title, limits }) => [title, limits.map(({ label }) => label)])).toEqual([
      ['Bone marrow blasts', ['relapsed-b-all: ≥ 5 %']],
    ]);
    // The policy asks for no lines: those of the patient's disease are drawn all the same.
    expect(lane(lanes, 'lines all-therapy').marks).toHaveLength(2);
  });

  it('says progression before earlier regimens too, though the policy asks about the latest alone', async () => {
    const { determination, course } = await fixtureCourse('mcl-progressed-on-btk');
    const { lanes } = pictureOf(determination, course);
    expect(lane(lanes, 'disease').marks.map(({ shape }) => shape)).toEqual([
      'better',
      'worse',
      'better',
      'worse',
      'better',
      'worse',
    ]);
  });

  it('is drawn without criteria where no indication fits', async () => {
    const { determination, course } = await fixtureCourse('dlbcl-wrong-indication');
    expect(determination.criteria).toEqual([]);
    expect(lane(pictureOf(determination, course).lanes, 'lines lymphoma-therapy').marks).toHaveLength(3);
  });
});
