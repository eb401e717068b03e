import { today } from '../../src/today.ts';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { withParts } from '../../src/engine/determination.ts';
import { STATUS_WORDS } from '../../src/engine/explanation.ts';
import {
  AS_OF,
  determinationsOf,
  fits,
  fixture,
  runInside,
  runProcess,
  scratchFolder,
} from './command-line.ts';

// Each test starts processes of its own, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const scratch = scratchFolder();
afterAll(scratch.remove);

/** What each fixture comes to, by the stories in fhir-fixtures/README.md. */
const EXIT_CODES = {
  'mcl-all-attested': 0,
  'b-all-all-attested': 0,
  'mcl-progressed-on-btk': 1,
  'mcl-response-not-documented': 1,
  'mcl-epic-shapes': 1,
  'b-all-refuted': 1,
  'mcl-prior-car-t-trial': 2,
  'b-all-seventeen': 2,
  't-all': 2,
  'dlbcl-wrong-indication': 2,
  'hypertension-only': 3,
} as const;

describe('npm run determine on fixtures', () => {
  it.each(Object.entries(EXIT_CODES))('%s ends with %i, as text and as JSON', async (name, code) => {
    const text = await runInside(['--chart', name]);
    const json = await runInside(['--chart', name, '--json']);
    expect(text.code, text.error).toBe(code);
    expect(json.code, json.error).toBe(code);
    const determinations = determinationsOf(json);
    expect(determinations).toHaveLength(code === 3 ? 0 : 1);
    for (const { id, decision, criteria, indication, policy } of determinations) {
      expect(id).toMatch(/^[0-9a-f]{24}$/);
      expect(text.out, 'decision').toContain(`\nDecision      ${decision}: `);
      for (const criterion of withParts(criteria)) {
        const short = criterion.id.replace(`${policy.id}/`, '').replace(`${indication ?? ''}/`, '');
        const head = text.out.split('\n').find((line) => line.includes(`  ${short}  `));
        expect(head?.trim(), criterion.id).toMatch(
          new RegExp(`^[✓✗?–] ${STATUS_WORDS[criterion.status]} +${short.replaceAll('.', '\\.')}  `),
        );
      }
    }
    expect(text.out.split('\n').filter((line) => !fits(line))).toEqual([]);
  });
});

describe('npm run determine as a process', () => {
  it.each([
    ['mcl-all-attested', 0],
    ['b-all-refuted', 1],
    ['dlbcl-wrong-indication', 2],
    ['hypertension-only', 3],
    ['no-such-fixture', 65],
  ])('%s ends with %i and says what it says inside', async (name, code) => {
    const outcome = await runProcess(['--chart', name, ...AS_OF]);
    expect(outcome).toEqual({ ...(await runInside(['--chart', name])), code });
    expect(outcome.out, 'no color codes in a pipe').toBe(stripVTControlCharacters(outcome.out));
  });

  it('is of today when no day is given', async () => {
    const before = today();
    const [determination] = determinationsOf(await runProcess(['--chart', 'mcl-all-attested', '--json']));
    const after = today();
    expect([before, after]).toContain(determination?.asOf);
  });

  it('colors with FORCE_COLOR, and says the same without the colors', async () => {
    const args = ['--chart', 'mcl-prior-car-t-trial', ...AS_OF];
    const [plain, colored] = await Promise.all([runProcess(args), runProcess(args, { FORCE_COLOR: '1' })]);
    expect(colored.out).toContain('\u001B[31m✗ not met  limit.prior-car-t');
    expect(stripVTControlCharacters(colored.out)).toBe(plain.out);
  });

  it('shows the record that decides, what is missing, who can supply it, and what was searched', async () => {
    const { out } = await runInside(['--chart', 'b-all-relapsed-inpatient']);
    expect(out).toContain(
      [
        '✓ met      2  Age 18 or over on the treatment date',
        '    source    Clinical Guideline Coverage Criteria, 2',
        '    found     Patient/becker: 1958-07-11, age 67 on 2026-04-20 (planned infusion',
        '              date, MedicationRequest.dosageInstruction.timing)',
      ].join('\n'),
    );
    expect(out).toMatch(
      /\? open {5}3 {2}No earlier CAR-T therapy\n.*\n {4}open {6}the treating clinician must state it\n {4}missing {3}Statement that no CAR-T was given before[^✓✗?]*\n {4}searched {2}\d+ MedicationAdministration/,
    );
    expect(out).toContain('- A-CPA-02 (3): Criterion 3 ends in "AND"');
  });

  it('says of what is open below a decided criterion that it is not asked for', async () => {
    const { out } = await runInside(['--chart', 'mcl-all-attested']);
    expect(out).toMatch(/ {2}\? open {5}1\.b {2}[^✓✗?]*not asked for, since 1 is decided\n {4}\? open/);
    expect(out).not.toContain('missing');
  });

  it('gives a reason for an order that is no CAR-T order, also beside JSON', async () => {
    const args = ['--chart', 'hypertension-only', ...AS_OF];
    const [text, json] = await Promise.all([runProcess(args), runProcess([...args, '--json'])]);
    expect(text.out).toContain(
      'No determination\n- MedicationRequest/doyle-draft-lisinopril (lisinopril): no CAR-T order',
    );
    expect(json.out).toBe('{\n  "determinations": []\n}\n');
    expect(json.error).toContain('MedicationRequest/doyle-draft-lisinopril (lisinopril): no CAR-T order');
  });

  it('explains itself with --help, in 80 columns, every exit code included', async () => {
    const { code, out, error } = await runProcess(['--help']);
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    for (const exitCode of [0, 1, 2, 3, 64, 65, 69, 70]) {
      expect(out).toMatch(new RegExp(`^ +${exitCode} {2}\\w`, 'm'));
    }
  });

  it('takes paths from the folder that npm was called in', async () => {
    const { chart, draft } = fixture('mcl-all-attested');
    scratch.write('chart.json', chart);
    scratch.write('order.json', draft);
    const args = ['--chart', './chart.json', '--order', 'order.json', ...AS_OF];
    const script = { npm_lifecycle_event: 'determine', INIT_CWD: scratch.path };
    expect(await runProcess(args, script)).toMatchObject({ code: 0, error: '' });
    expect(await runProcess(args, {}, scratch.path)).toMatchObject({ code: 0, error: '' });
  });
});
