import type { Parameters, QuestionnaireResponse } from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withParts } from '../../src/engine/determination.ts';
import { invalidity } from '../conformance/checks/fhir-validity.ts';
import { fixtures, startServer, type Started } from '../conformance/server.ts';
import { requestBundle, reviewIn, statementOf, submitted } from '../pas/payer.ts';
import { completed } from './clinician.ts';
import {
  determinationsOf,
  draftIn,
  hookRequest,
  PACKAGE,
  packagesOf,
  parameters,
  POPULATE,
  send,
} from './service.ts';

/**
 * From "documentation needed" through package, draft and answers to a new determination, to the request for
 * authorization, what the sandbox payer says to it, and an order-sign call that finds the authorization, over HTTP.
 */

let server: Started;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

/** Fixtures whose form, completed in favour of the request, meets every criterion; one for each indication. */
const CIRCLES = [
  ['b-all-second-relapse-outpatient', 'tecartus'],
  ['all-lineage-not-stated', 'tecartus'],
  ['mcl-response-not-documented', 'tecartus'],
  ['b-all-relapsed-inpatient', 'aucatzyl'],
  ['abecma-four-lines', 'abecma-mm'],
  ['abecma-lines-undocumented', 'abecma-mm'],
  ['carvykti-on-lenalidomide', 'carvykti-mm'],
  ['excellus-documents-complete', 'candidate'],
  ['excellus-copd-without-pft', 'candidate'],
  ['kymriah-b-all-second-relapse', 'kymriah-b-all'],
  ['kymriah-lbcl-third-line', 'kymriah-lbcl'],
  ['kymriah-fl-two-lines', 'kymriah-fl'],
  ['yescarta-lbcl-primary-refractory', 'yescarta-lbcl'],
  ['yescarta-fl-two-lines', 'yescarta-fl'],
  ['tecartus-b-all-ph-positive', 'tecartus-b-all'],
  ['tecartus-mcl-after-acalabrutinib', 'tecartus-mcl'],
  ['breyanzi-lbcl-follicular-3b', 'breyanzi-lbcl'],
] as const;

/** Indications whose text only the payer can settle: no form of the clinician's closes them. */
const FOR_THE_PAYER = ['aucatzyl-b-all'];

describe.each(CIRCLES)('%s', (name, indication) => {
  it('goes from what is missing to all criteria met', async () => {
    const request = await hookRequest(server, name);
    const [first] = await determinationsOf(server, request);
    expect(first).toMatchObject({ decision: 'documentation-needed', indication });
    const context = { name: 'context', valueString: first?.id };

    const packaged = await send<Parameters>(server, PACKAGE, parameters(context));
    expect(packaged.status).toBe(200);
    const { packages, outcome } = packagesOf(packaged.body);
    expect(outcome).toBeUndefined();
    expect(packages).toHaveLength(1);
    const [bundle] = packages;
    if (bundle === undefined) return;
    expect(invalidity(packaged.body)).toEqual([]);
    const draft = draftIn(bundle);

    const populated = await send<Parameters>(
      server,
      POPULATE,
      parameters(
        { name: 'canonical', valueCanonical: draft.questionnaire },
        { name: 'subject', valueReference: draft.subject },
        { name: 'local', valueBoolean: true },
        { name: 'order', resource: request.context.draftOrders.entry?.[0]?.resource },
      ),
    );
    expect(populated.status).toBe(200);
    const response = completed(draft, bundle, '2026-03-02T10:00:00Z');
    expect(invalidity(response)).toEqual([]);

    const inPrefetch = { ...request, prefetch: { completedForm: { ...response, id: `form-${name}` } } };
    const [byPrefetch] = await determinationsOf(server, inPrefetch);
    const posted = await send<QuestionnaireResponse>(server, '/fhir/QuestionnaireResponse', response);
    expect(posted.status, JSON.stringify(posted.body)).toBe(201);
    const [byPost] = await determinationsOf(server, request);

    for (const second of [byPrefetch, byPost]) {
      expect([second?.decision, second?.criteria.map(({ status }) => status)]).toEqual([
        'criteria-met',
        second?.criteria.map(({ status }) => (status === 'not-applicable' ? status : 'met')),
      ]);
      expect(second?.anomalies.filter(({ id }) => id === 'chart.answers')).toEqual([]);
      for (const criterion of withParts(second?.criteria ?? []))
        if (criterion.status === 'met') expect(criterion.evidence, criterion.id).not.toEqual([]);
    }
    const answered = withParts(byPost?.criteria ?? []).flatMap(({ evidence }) => evidence);
    expect(answered.map(({ reference }) => reference)).toContain(
      `QuestionnaireResponse/${posted.body.id ?? ''}`,
    );

    const authorization = await requestBundle(server, byPost?.id);
    expect(invalidity(authorization)).toEqual([]);
    const decided = await submitted(server, authorization);
    const { action, number } = reviewIn(decided);
    expect(action).toBe('A1');
    expect(number).toMatch(/^SANDBOX-/);
    expect(await statementOf(server, request)).toMatchObject({
      covered: 'covered',
      'pa-needed': 'satisfied',
      'satisfied-pa-id': number,
    });
  }, 60_000);
});

describe('an indication whose text only the payer can settle', () => {
  it('goes round to a request that is pended with the payer’s own question', async () => {
    const request = await hookRequest(server, 'aucatzyl-b-all-early-relapse');
    const [first] = await determinationsOf(server, request);
    const packaged = await send<Parameters>(
      server,
      PACKAGE,
      parameters({ name: 'context', valueString: first?.id }),
    );
    const [bundle] = packagesOf(packaged.body).packages;
    if (bundle === undefined) throw new Error('there is no form');
    const response = completed(draftIn(bundle), bundle, '2026-03-02T10:00:00Z');
    expect((await send(server, '/fhir/QuestionnaireResponse', response)).status).toBe(201);

    const [second] = await determinationsOf(server, request);
    const open = second?.criteria.filter(({ status }) => status !== 'met') ?? [];
    expect(open.map(({ needs }) => needs)).toEqual(['review', 'review']);
    const decided = await submitted(server, await requestBundle(server, second?.id));
    const { action, number, notes } = reviewIn(decided);
    expect([action, number]).toEqual(['A4', undefined]);
    for (const { id } of open)
      expect(notes.find((note) => note.startsWith(`${id} `))).toMatch(
        /open, a person must review it.*The payer must say/,
      );
  }, 60_000);
});

it('every indication that a fixture asks for documents of goes round', async () => {
  const asked = new Set<string | null>();
  const fresh = await startServer();
  for (const { name } of fixtures)
    for (const { decision, indication } of await determinationsOf(fresh, await hookRequest(fresh, name)))
      if (decision === 'documentation-needed' && indication !== null) asked.add(indication);
  await fresh.close();
  expect([...asked].toSorted()).toEqual(
    [...new Set<string>([...CIRCLES.map(([, id]) => id), ...FOR_THE_PAYER])].toSorted(),
  );
}, 60_000);

describe('results given in a form', () => {
  const p1 = 'bcbsma-942/def/progression/p.1';
  const given = (value: number, day: string) => ({
    linkId: p1,
    item: [
      { linkId: `${p1}#value`, answer: [{ valueQuantity: { value, unit: 'g/dL' } }] },
      { linkId: `${p1}#date`, answer: [{ valueDate: day }] },
    ],
  });
  const determinedWith = async (...item: readonly object[]) => {
    const request = await hookRequest(server, 'carvykti-late-progression');
    const form = {
      resourceType: 'QuestionnaireResponse',
      id: 'results',
      status: 'completed',
      subject: { reference: `Patient/${request.context.patientId}` },
      author: { reference: 'Practitioner/oncologist' },
      authored: '2026-03-01',
      item,
    };
    const [determination] = await determinationsOf(server, { ...request, prefetch: { form } });
    return withParts(determination?.criteria ?? []).find(({ id }) => id === p1);
  };

  it('are compared with each other as a laboratory’s are, and with what the chart says of them', async () => {
    const chart = await determinedWith();
    const agreeing = await determinedWith(given(0.4, '2025-06-01'), given(2.1, '2026-02-01'));
    const contrary = await determinedWith(given(2.1, '2025-06-01'), given(2.1, '2026-02-01'));
    expect([chart?.status, agreeing?.status, contrary?.status, contrary?.needs]).toEqual([
      'met',
      'met',
      'unknown',
      'review',
    ]);
    const references = contrary?.evidence.map(({ reference }) => reference) ?? [];
    expect(references).toContain('QuestionnaireResponse/results');
    expect(references.some((reference) => reference.startsWith('Observation/'))).toBe(true);
  });
});
