import type {
  OperationOutcome,
  Parameters,
  QuestionnaireResponse,
  QuestionnaireResponseItem,
  QuestionnaireResponseItemAnswer,
} from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withParts } from '../../src/engine/determination.ts';
import { invalidity } from '../conformance/checks/fhir-validity.ts';
import { startServer, type Started } from '../conformance/server.ts';
import { completed } from './clinician.ts';
import { determinationsOf, draftIn, hookRequest, PACKAGE, packagesOf, parameters, send } from './service.ts';

/** Each mistake in a completed form: refused with a clear answer where it is posted, and never evidence in a chart. */

const FIXTURE = 'abecma-lines-undocumented';
const POLICY = 'bcbsma-942';
const calcium = `${POLICY}/def/relapsed/r.3#lab-calcium-total`;
const diagnosis = `${POLICY}/abecma-mm/3/anti-cd38`;

let server: Started;
let good: QuestionnaireResponse;
let request: Record<string, unknown>;
let context: string;
beforeAll(async () => {
  server = await startServer();
  request = await hookRequest(server, FIXTURE);
  const [determination] = await determinationsOf(server, request);
  context = determination?.id ?? '';
  const { body } = await send<Parameters>(
    server,
    PACKAGE,
    parameters({ name: 'context', valueString: context }),
  );
  const [bundle] = packagesOf(body).packages;
  if (bundle === undefined) throw new Error('no package');
  good = completed(draftIn(bundle), bundle, '2026-03-01T09:00:00Z');
});
afterAll(() => server.close());

/** The response with the answers of one item put in place, in the first section. */
function withItem(item: QuestionnaireResponseItem): QuestionnaireResponse {
  const without = (items: readonly QuestionnaireResponseItem[]): QuestionnaireResponseItem[] =>
    items
      .filter(({ linkId }) => linkId !== item.linkId)
      .map((one) => (one.item === undefined ? one : { ...one, item: without(one.item) }));
  const [first, ...rest] = without(good.item ?? []);
  return {
    ...good,
    item: first === undefined ? [] : [{ ...first, item: [...(first.item ?? []), item] }, ...rest],
  };
}
const answered = (linkId: string, answer: QuestionnaireResponseItemAnswer): QuestionnaireResponse =>
  withItem({ linkId, answer: [answer] });
const result = (
  valueQuantity: QuestionnaireResponseItemAnswer['valueQuantity'],
  valueDate: string | null = '2026-02-01',
): QuestionnaireResponse =>
  withItem({
    linkId: calcium,
    item: [
      { linkId: `${calcium}#value`, answer: [valueQuantity === undefined ? {} : { valueQuantity }] },
      ...(valueDate === null ? [] : [{ linkId: `${calcium}#date`, answer: [{ valueDate }] }]),
    ],
  });
const ucum = (value: number, code: string) => ({
  value,
  unit: code,
  system: 'http://unitsofmeasure.org',
  code,
});
const attached = {
  item: [{ linkId: `${diagnosis}#attachment`, answer: [{ valueAttachment: { data: 'cmVwb3J0' } }] }],
};
const daratumumab = {
  system: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  code: '1721947',
  display: 'daratumumab',
};

/** What is wrong, the response, and how it is said. */
const ITEMS: readonly (readonly [string, () => QuestionnaireResponse, string])[] = [
  [
    'an unknown linkId',
    () => answered(`${POLICY}/abecma-mm/99`, { valueBoolean: true }),
    `item "${POLICY}/abecma-mm/99": the questionnaire has no item with this linkId`,
  ],
  [
    'a word for a yes or no',
    () => answered(`${POLICY}/abecma-mm/4`, { valueString: 'yes' }),
    `item "${POLICY}/abecma-mm/4": it is answered with valueBoolean`,
  ],
  [
    'a text for a quantity',
    () =>
      withItem({
        linkId: calcium,
        item: [
          { linkId: `${calcium}#value`, answer: [{ valueString: 'high' }] },
          { linkId: `${calcium}#date`, answer: [{ valueDate: '2026-02-01' }] },
        ],
      }),
    `item "${calcium}": it is answered with valueQuantity`,
  ],
  [
    'a unit that does not convert',
    () => result(ucum(12, 'kg')),
    `item "${calcium}": unit "kg" does not convert to mg/dL`,
  ],
  ['a quantity without a unit', () => result({ value: 12 }), `item "${calcium}": the value has no unit`],
  [
    'a result of no day',
    () => result(ucum(12, 'mg/dL'), null),
    `item "${calcium}": the day of the measurement is missing`,
  ],
  [
    'a result of tomorrow',
    () => result(ucum(12, 'mg/dL'), '2026-03-03'),
    `item "${calcium}#date": its date lies in the future`,
  ],
  [
    'a day that is none',
    () => result(ucum(12, 'mg/dL'), '2026-02-31'),
    `item "${calcium}#date": it is answered with valueDate, a date`,
  ],
  [
    'a birth date in the future',
    () => answered(`${POLICY}/abecma-mm/1`, { valueDate: '2027-01-01' }),
    `item "${POLICY}/abecma-mm/1": its date lies in the future`,
  ],
  [
    'a code of another value set',
    () => answered(diagnosis, { valueCoding: { ...daratumumab, code: '161' }, ...attached }),
    `item "${diagnosis}": it is answered with valueCoding, a code of its value set`,
  ],
  [
    'a record without its document',
    () => answered(diagnosis, { valueCoding: daratumumab }),
    `item "${diagnosis}": what says so is missing, or not final in the chart: attach the document or refer to it`,
  ],
  [
    'two answers to one question',
    () =>
      withItem({
        linkId: `${POLICY}/abecma-mm/4`,
        answer: [{ valueBoolean: true }, { valueBoolean: false }],
      }),
    `item "${POLICY}/abecma-mm/4": it takes one answer`,
  ],
  [
    'an answer to a group',
    () => answered(`${POLICY}/abecma-mm/3`, { valueBoolean: true }),
    `item "${POLICY}/abecma-mm/3": it is a group, and takes no answer`,
  ],
];

const WHOLE: readonly (readonly [string, () => object, string])[] = [
  [
    'in progress',
    () => ({ ...good, status: 'in-progress' }),
    'its status is "in-progress", not completed or amended',
  ],
  [
    'signed by nobody',
    () => ({ ...good, author: undefined }),
    'its author is no Practitioner or PractitionerRole: nobody has signed it',
  ],
  [
    'by the patient',
    () => ({ ...good, author: good.subject }),
    'its author is no Practitioner or PractitionerRole: nobody has signed it',
  ],
  ['of no date', () => ({ ...good, authored: undefined }), 'it does not say when it was given (authored)'],
  ['dated tomorrow', () => ({ ...good, authored: '2026-03-03' }), 'it is dated after the request'],
  [
    'to another version',
    () => ({ ...good, questionnaire: good.questionnaire?.replace(/\|.*/, '|2019-01') }),
    'another version of the questionnaire than 2025-01',
  ],
  [
    'to no stated version',
    () => ({ ...good, questionnaire: good.questionnaire?.replace(/\|.*/, '') }),
    'which version of the questionnaire it answers',
  ],
];

const post = (body: object, query = '') =>
  send<OperationOutcome>(server, `/fhir/QuestionnaireResponse${query}`, body);
const textsOf = ({ issue }: OperationOutcome): readonly string[] =>
  issue.map(({ details }) => details?.text ?? '');

describe('what is posted', () => {
  it('is kept where nothing is wrong with it', async () => {
    const answer = await post({ ...good, subject: { reference: 'Patient/nobody-else' } });
    expect([answer.status, answer.headers.get('location')]).toEqual([
      201,
      expect.stringMatching(/\/fhir\/QuestionnaireResponse\/[A-Za-z0-9]+$/),
    ]);
    const path = new URL(answer.headers.get('location') ?? '').pathname;
    expect((await send<QuestionnaireResponse>(server, path)).body.status).toBe('completed');
  });

  it.each(ITEMS)('%s is refused, by name', async (_name, response, message) => {
    const { status, body } = await post(response());
    expect([status, textsOf(body)]).toEqual([422, [message]]);
    expect(invalidity(body)).toEqual([]);
  });

  it.each(WHOLE)('%s is refused', async (_name, response, message) => {
    const { status, body } = await post(response());
    expect([status, textsOf(body)]).toEqual([422, [expect.stringContaining(message)]]);
  });

  it('that is no FHIR is refused with every element that makes it none', async () => {
    const linkId = `${POLICY}/abecma-mm/4`;
    const item = { linkId, text: 5, answer: [], foo: 1 };
    const odd = withItem(item as unknown as QuestionnaireResponseItem);
    const { status, body } = await post({
      ...odd,
      authored: 'yesterday',
      foreign: { part: [] },
      language: 7,
    });
    expect([status, textsOf(body).toSorted()]).toEqual([
      422,
      [
        'authored: must be a date, or a moment with its time zone',
        'foreign: FHIR has no such element here',
        `item "${linkId}": answer: a list must not be empty`,
        `item "${linkId}": foo: FHIR has no such element here`,
        `item "${linkId}": text: Invalid input: expected string, received number`,
        'language: Invalid input: expected string, received number',
      ],
    ]);
    expect(body.issue[0]?.expression).toEqual(['QuestionnaireResponse.language']);
  });

  it('to a questionnaire that is not served here, or to none, is refused', async () => {
    const other = await post({ ...good, questionnaire: 'https://payer.example.org/Questionnaire/other|1' });
    expect(textsOf(other.body)).toEqual(['it answers a questionnaire that is not served here']);
    const none = await post({ ...good, questionnaire: undefined });
    expect(textsOf(none.body)).toEqual(['it does not name its questionnaire']);
  });

  it('about another patient or order than the determination it was asked for is refused', async () => {
    const patient = await post({ ...good, subject: { reference: 'Patient/other' } }, `?context=${context}`);
    expect([patient.status, textsOf(patient.body)]).toEqual([
      422,
      ['it is about another patient than the determination'],
    ]);
    const extension = (good.extension ?? []).map((item) =>
      /^(Medication|Service)Request\//.test(item.valueReference?.reference ?? '')
        ? { ...item, valueReference: { reference: 'MedicationRequest/another' } }
        : item,
    );
    const order = await post({ ...good, extension }, `?context=${context}`);
    expect([order.status, textsOf(order.body)]).toEqual([422, ['it is about another order']]);
    expect((await post(good, '?context=unknown')).status).toBe(404);
  });

  it('lists everything that is wrong at once', async () => {
    const { body } = await post({
      ...answered(`${POLICY}/abecma-mm/4`, { valueString: 'yes' }),
      status: 'in-progress',
      author: undefined,
    });
    expect(textsOf(body)).toHaveLength(2);
  });
});

describe('in a chart', () => {
  /** The determination with a response in prefetch, against the one without any. */
  async function compared(response: object) {
    const id = 'form';
    const [plain] = await determinationsOf(server, request);
    const [second] = await determinationsOf(server, {
      ...request,
      prefetch: { form: JSON.parse(JSON.stringify({ ...response, id })) as object },
    });
    return {
      plain,
      second,
      told: second?.anomalies.filter((anomaly) => anomaly.id === 'chart.answers') ?? [],
    };
  }
  const statuses = (determination: Awaited<ReturnType<typeof compared>>['plain']) =>
    withParts(determination?.criteria ?? []).map(({ id, status }) => [id, status]);

  it.each(WHOLE)('%s changes nothing, and is told', async (_name, response) => {
    const { plain, second, told } = await compared(response());
    expect(statuses(second)).toEqual(statuses(plain));
    expect(told.map(({ text }) => text)).toEqual([
      expect.stringContaining('The answers of QuestionnaireResponse/form do not count') as string,
    ]);
  });

  it('of a date that cannot be read changes nothing, and is told', async () => {
    const { plain, second, told } = await compared({ ...good, authored: 'yesterday' });
    expect(statuses(second)).toEqual(statuses(plain));
    expect(told[0]?.text).toContain('the date on which it was given (authored) cannot be read');
  });

  it('about another order changes nothing, and is told', async () => {
    const extension = (good.extension ?? []).map((item) =>
      /^(Medication|Service)Request\//.test(item.valueReference?.reference ?? '')
        ? { ...item, valueReference: { reference: 'MedicationRequest/another' } }
        : item,
    );
    const { plain, second, told } = await compared({ ...good, extension });
    expect(statuses(second)).toEqual(statuses(plain));
    expect(told[0]?.text).toContain('it is about another order');
  });

  it('about another patient changes nothing', async () => {
    const { plain, second } = await compared({ ...good, subject: { reference: 'Patient/other' } });
    expect(statuses(second)).toEqual(statuses(plain));
    expect(second?.anomalies.some(({ id }) => id === 'chart.other-patient')).toBe(true);
  });

  it.each(ITEMS)('%s does not count, and is told by name', async (_name, response, message) => {
    const { told } = await compared(response());
    const [, linkId] = /^item "([^"]+)"/.exec(message) ?? [];
    expect(told.map(({ text }) => text)).toEqual([
      expect.stringContaining(`item "${linkId ?? ''}"`) as string,
    ]);
  });

  it('no answer is evidence where it is wrong', async () => {
    const { second } = await compared(result(ucum(40, 'kg')));
    const evidence = withParts(second?.criteria ?? []).flatMap((criterion) => criterion.evidence);
    expect(evidence.filter(({ value }) => value.includes('kg'))).toEqual([]);
  });
});
