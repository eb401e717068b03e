import { describe, expect, it } from 'vitest';
import { objects, property, type JsonObject } from '../../src/fhir/json.ts';
import { byFhir, byMedplum, invalidity } from './checks/fhir-validity.ts';
import { readObject } from './data.ts';

/** What each validator catches: a defect planted in a valid order, and which of them say so. */

interface Order {
  [element: string]: unknown;
  code: { coding: Record<string, unknown>[]; text?: string };
  extension: Record<string, unknown>[];
}

const valid = (): Order =>
  structuredClone(
    property(objects(readObject('worked-order-sign-response-2.0.1')['systemActions'])[0], 'resource'),
  ) as Order;

const part = (order: Order, url: string): Record<string, unknown> =>
  (objects(order.extension[0]?.['extension']) as Record<string, unknown>[]).find(
    (item) => item['url'] === url,
  ) ?? {};

type Defect = readonly [string, (order: Order) => void, { medplum: boolean; fhir: boolean }];
const both = { medplum: true, fhir: true };
const medplum = { medplum: true, fhir: false };
const fhir = { medplum: false, fhir: true };
const own = { medplum: false, fhir: false };

const defects: readonly Defect[] = [
  ['a required element is missing', (order) => delete order['intent'], both],
  ['a property is unknown', (order) => (order['foo'] = 'x'), both],
  ['a primitive has the wrong type', (order) => (order['status'] = 3), both],
  ['an array is an object', (order) => (order['reasonCode'] = { text: 'x' }), both],
  ['the resource type is misspelt', (order) => (order['resourceType'] = 'ServceRequest'), both],
  ['a dateTime is a word', (order) => (order['authoredOn'] = 'tomorrow'), both],
  ['an extension has no url', (order) => order.extension.push({ valueString: 'x' }), both],
  ['an extension’s value is misspelt', (order) => (part(order, 'covered')['valueCodes'] = 'x'), both],
  ['an element is null', (order) => (order['encounter'] = null), both],
  ['a date is impossible', (order) => (order['authoredOn'] = '2026-02-31'), medplum],
  ['a system is a number', (order) => (order.code.coding[0] = { system: 5, code: 'x' }), medplum],
  [
    'invariant prr-1 does not hold',
    (order) => Object.assign(order, { code: undefined, orderDetail: [{ text: 'x' }] }),
    medplum,
  ],
  [
    'an extension has parts and a value',
    (order) => Object.assign(order.extension[0] ?? {}, { valueString: 'x' }),
    medplum,
  ],
  ['an extension has neither', (order) => order.extension.push({ url: 'http://example.org/x' }), medplum],
  [
    'an extension’s date has a time',
    (order) => (part(order, 'date')['valueDate'] = '2026-01-01T00:00:00Z'),
    medplum,
  ],
  [
    'an extension’s code has blanks around it',
    (order) => (part(order, 'covered')['valueCode'] = ' covered '),
    medplum,
  ],
  [
    'two occurrences are given',
    (order) =>
      Object.assign(order, { occurrenceDateTime: '2026-01-01', occurrencePeriod: { start: '2026-01-01' } }),
    medplum,
  ],
  ['a code is outside a required value set', (order) => (order['status'] = 'dratf'), fhir],
  [
    'a reference is to a type not allowed',
    (order) => (order['requester'] = { reference: 'Condition/1' }),
    fhir,
  ],
  ['an id has 65 characters', (order) => (order['id'] = 'a'.repeat(65)), own],
  ['an array is empty', (order) => (order['identifier'] = []), own],
  ['a string is empty', (order) => (order.code.text = ''), own],
];

describe('FHIR R4 validity', () => {
  it.each(['2.0.1', '2.2.1'])('both orders of the worked answer %s are valid', (version) => {
    const orders = objects(readObject(`worked-order-sign-response-${version}`)['systemActions']).map(
      (action) => property(action, 'resource') as JsonObject,
    );
    expect(orders).toHaveLength(2);
    expect(orders.flatMap((order) => invalidity(order))).toEqual([]);
  });

  it.each(defects)('%s', (_, plant, caughtBy) => {
    const order = valid();
    plant(order);
    const planted = JSON.parse(JSON.stringify(order)) as unknown;
    expect({ medplum: byMedplum(planted).length > 0, fhir: byFhir(planted).length > 0 }).toEqual(caughtBy);
    expect(invalidity(planted)).not.toEqual([]);
  });
});
