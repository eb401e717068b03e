import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { OUTCOMES, type OutcomeCodes } from '../../src/crd/coverage-outcome.ts';
import { curlCommand } from '../../src/workbench/integrators/curl.ts';
import { draftOrders } from '../../src/workbench/hook-body.ts';
import { explained } from '../../src/workbench/order/coverage-words.ts';
import { titleOf } from '../../src/workbench/order/order-draft.ts';
import { acted } from '../../src/workbench/order/suggestion.ts';

/** Parts of the order view that are functions of values. */

const order = (id: string, more: object = {}) => ({ resourceType: 'ServiceRequest', id, ...more });
const request = (...orders: object[]) => ({
  hook: 'order-sign',
  context: {
    patientId: 'p',
    draftOrders: { resourceType: 'Bundle', entry: orders.map((resource) => ({ resource })) },
  },
});

describe('an accepted suggestion', () => {
  it('deletes, updates and creates draft orders, and files what is no order', () => {
    const task = { resourceType: 'Task', id: 't' };
    const { request: next, filed } = acted(request(order('a'), order('b'), order('c')), [
      { type: 'delete', description: '', resourceId: 'ServiceRequest/a' },
      { type: 'update', description: '', resource: order('b', { priority: 'urgent' }) },
      { type: 'create', description: '', resource: order('d') },
      { type: 'create', description: '', resource: task },
    ]);
    expect(draftOrders(next)).toEqual([order('b', { priority: 'urgent' }), order('c'), order('d')]);
    expect(filed).toEqual([task]);
    expect(next).toMatchObject({ hook: 'order-sign', context: { patientId: 'p' } });
  });
});

describe('coverage information', () => {
  const parts: Readonly<Partial<Record<keyof OutcomeCodes, string>>> = {
    covered: 'covered',
    paNeeded: 'pa-needed',
    docNeeded: 'doc-needed',
    docPurpose: 'doc-purpose',
    infoNeeded: 'info-needed',
  };

  it('is put in words for every code that the service can write', () => {
    const said = Object.values(OUTCOMES).flatMap((row) =>
      Object.values(row).flatMap((codes) =>
        Object.entries<unknown>({ ...codes }).flatMap(([name, valueCode]) => {
          const url = parts[name as keyof OutcomeCodes];
          return url === undefined ? [] : [{ url, valueCode }];
        }),
      ),
    );
    expect(said.length).toBeGreaterThan(50);
    const silent = explained({
      extension: [...said, ...['admin', 'both'].map((valueCode) => ({ url: 'doc-needed', valueCode }))],
    }).filter(({ meaning, question, name }) => meaning === undefined || question === name);
    expect(silent).toEqual([]);
  });

  it('shows what is no code as it stands', () => {
    const shown = explained({
      extension: [
        { url: 'coverage', valueReference: { reference: 'Coverage/1' } },
        { url: 'billingCode', valueCoding: { code: 'Q2053', display: 'A product' } },
        { url: 'reason', valueCodeableConcept: { text: 'Because' } },
        {
          url: 'detail',
          extension: [
            { url: 'code', valueCodeableConcept: { coding: [{ code: 'instructions' }] } },
            { url: 'value', valueString: 'By fax' },
          ],
        },
        { url: 'date', valueDate: '2026-03-02' },
        { url: 'something-new', valueBoolean: true },
      ],
    });
    expect(shown.map(({ question, value }) => [question, value])).toEqual([
      ['Which coverage', 'Coverage/1'],
      ['Code that the answer is about', 'Q2053 (A product)'],
      ['Why', 'Because'],
      ['Detail', 'instructions: By fax'],
      ['Day of the answer', '2026-03-02'],
      ['something-new', 'true'],
    ]);
  });
});

describe('an order', () => {
  it.each([
    [{ resourceType: 'MedicationRequest', medicationCodeableConcept: { text: 'T' } }, 'T'],
    [
      {
        resourceType: 'MedicationRequest',
        medicationReference: { reference: '#m' },
        contained: [{ id: 'm', code: { coding: [{ display: 'D' }] } }],
      },
      'D',
    ],
    [{ resourceType: 'MedicationRequest', medicationReference: { display: 'R' } }, 'R'],
    [{ resourceType: 'ServiceRequest', code: { coding: [{ code: '85025' }] } }, '85025'],
    [{ resourceType: 'ServiceRequest' }, 'ServiceRequest'],
  ])('is called what it says: %j', (resource, title) => {
    expect(titleOf(resource)).toBe(title);
  });
});

describe('a curl command', () => {
  it('gives the shell exactly what was sent', () => {
    const body = JSON.stringify({ text: `it's "$HOME" \`ls\` \\ \n ü` });
    const command = curlCommand('http://localhost:1/x?a=b&c', { 'x-as-of': '2026-03-02' }, body);
    const printed = execFileSync('sh', ['-c', `curl() { printf '%s\\0' "$@"; }\n${command}`]).toString();
    expect(printed.split('\0').slice(0, -1)).toEqual([
      '-s',
      'http://localhost:1/x?a=b&c',
      '-H',
      'content-type: application/json',
      '-H',
      'x-as-of: 2026-03-02',
      '-d',
      body,
    ]);
  });
});
