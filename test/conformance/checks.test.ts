import { describe, expect, it } from 'vitest';
import { CALL_CHECKS, type Demonstration } from './checks/call-checks.ts';
import { CARD_KIND_CHECKS, SUGGESTION_CHECKS } from './checks/card-kind-checks.ts';
import { acrossHooks, COVERAGE_CHECKS } from './checks/coverage-action-checks.ts';
import { DISCOVERY_CHECKS } from './checks/discovery-checks.ts';
import type { Exchange } from './checks/finding.ts';
import { CONTEXT_CHECKS, OPTIONAL_REQUEST_CHECKS, REQUEST_CHECKS } from './checks/request-checks.ts';
import { OPTIONAL_CARD_CHECKS, RESPONSE_CHECKS } from './checks/response-checks.ts';
import { readObject, readObjects } from './data.ts';

/** That every check can fail: for each row an exchange that breaks it, beside one that breaks none. */

type Loose = Record<string, unknown>;
interface Sample {
  hook: string;
  status: number;
  request: Loose & { context: Loose };
  body: Loose & { cards: Loose[]; systemActions: Loose[] };
}

const worked = readObject('worked-order-sign-response-2.0.1');

const source = { label: 'CarePartners', topic: { code: 'guideline', system: 'http://example.org/topics' } };
const card = (more: Loose): Loose => ({
  summary: 'Prior authorization required',
  indicator: 'info',
  source,
  ...more,
});
const draft = (): Loose =>
  structuredClone((worked['systemActions'] as { resource: Loose }[])[0]?.resource ?? {});
const bare = (): Loose => ({ ...draft(), extension: undefined });
const order = (more: Loose = {}): Loose => JSON.parse(JSON.stringify({ ...bare(), ...more })) as Loose;

const suggestion = (...actions: Loose[]): Loose =>
  card({
    selectionBehavior: 'any',
    suggestions: [{ label: 'Change it', uuid: 'b', actions }],
  });
const create = (resource: Loose): Loose => ({ type: 'create', description: 'Adds it', resource });
const task = readObject('crd-2.0.1-task-questionnaire');
const form: Loose = {
  ...task,
  input: (task['input'] as Loose[]).map((input) =>
    'valueCanonical' in input
      ? { ...input, type: { ...(input['type'] as Loose), text: 'questionnaire' } }
      : input,
  ),
};
const coverage = {
  resourceType: 'Coverage',
  id: 'cov-1',
  status: 'active',
  beneficiary: { reference: 'Patient/pat-1' },
  payor: [{ display: 'CarePartners' }],
};

/** An order-sign call that no row has anything to say against. */
const good = (): Sample => ({
  hook: 'order-sign',
  status: 200,
  request: {
    hook: 'order-sign',
    hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
    fhirServer: 'https://ehr.example.org/r4',
    fhirAuthorization: {
      access_token: 't',
      token_type: 'Bearer',
      scope: 'user/*.read',
      subject: 's',
      expires_in: 300,
    },
    prefetch: { patient: null },
    context: {
      userId: 'Practitioner/prac-1',
      patientId: 'pat-1',
      encounterId: 'enc-1',
      draftOrders: { resourceType: 'Bundle', type: 'collection', entry: [{ resource: order() }] },
    },
  },
  body: {
    cards: [
      card({ uuid: 'a', detail: 'Text' }),
      card({ links: [{ label: 'Policy', url: 'https://example.org/p', type: 'absolute' }] }),
      card({ links: [{ label: 'App', url: 'https://example.org/a', type: 'smart' }] }),
      suggestion(
        { type: 'delete', description: 'Removes it', resourceId: 'ServiceRequest/sr-1' },
        create(order({ id: 'new' })),
      ),
      suggestion(create(order({ id: 'more' }))),
      suggestion(create(form)),
      suggestion(create(coverage)),
    ],
    systemActions: structuredClone(worked['systemActions']) as Loose[],
  },
});

const exchange = ({ hook, status, request, body }: Sample): Exchange => ({
  name: 'sample',
  hook,
  version: '2.0.1',
  request,
  status,
  headers: new Headers(),
  text: JSON.stringify(body),
  body: JSON.parse(JSON.stringify(body)) as unknown,
  milliseconds: 1,
});

type Spoil = (sample: Sample) => void;
const first = (sample: Sample): Loose => sample.body.cards[0] ?? {};
const action = (sample: Sample): Loose => sample.body.systemActions[0] ?? {};
const resource = (sample: Sample): Loose => action(sample)['resource'] as Loose;
const parts = (sample: Sample): Loose[] =>
  ((resource(sample)['extension'] as Loose[])[0]?.['extension'] ?? []) as Loose[];
const bundle = (sample: Sample): Loose => sample.request.context['draftOrders'] as Loose;
const drafted = (sample: Sample): Loose =>
  (bundle(sample)['entry'] as { resource: Loose }[])[0]?.resource ?? {};
const context = (sample: Sample, hook: string, fields: Loose): void => {
  sample.hook = hook;
  sample.request.context = fields;
};
const suggested = (sample: Sample, index: number): Loose[] =>
  ((sample.body.cards[index]?.['suggestions'] as Loose[])[0]?.['actions'] ?? []) as Loose[];
/** A second coverage-information extension on the first order. */
const again = (sample: Sample, change: (part: Loose) => Loose): void => {
  const copy = structuredClone(resource(sample)['extension'] as Loose[])[0] ?? {};
  (resource(sample)['extension'] as Loose[]).push({
    ...copy,
    extension: (copy['extension'] as Loose[]).map(change),
  });
};
const satisfied = (sample: Sample): void => {
  for (const part of parts(sample)) if (part['url'] === 'pa-needed') part['valueCode'] = 'satisfied';
  parts(sample).splice(0, parts(sample).length, ...parts(sample).filter(({ url }) => url !== 'doc-purpose'), {
    url: 'satisfied-pa-id',
    valueString: 'one',
  });
};
const withPart =
  (url: string, value: Loose) =>
  (part: Loose): Loose =>
    part['url'] === url ? { url, ...value } : part;

const spoiled: readonly (readonly [string, string, Spoil])[] = [
  ['1.02', 'discovery answers 500', (s) => (s.status = 500)],
  ['B1', 'no hookInstance', (s) => delete s.request['hookInstance']],
  ['B2', 'another hook', (s) => (s.request['hook'] = 'order-select')],
  ['B3', 'a token without a server', (s) => delete s.request['fhirServer']],
  [
    'B4',
    'a malformed hookInstance',
    (s) => (s.request['hookInstance'] = 'f3945c39-dfbe-444f-ba6d-3e05e123b2va'),
  ],
  [
    'C1',
    'no appointments',
    (s) => context(s, 'appointment-book', { userId: 'Practitioner/1', patientId: '1' }),
  ],
  [
    'C2',
    'no encounterId',
    (s) => context(s, 'encounter-start', { userId: 'Practitioner/1', patientId: '1' }),
  ],
  ['C3', 'no selections', (s) => context(s, 'order-select', { ...s.request.context })],
  ['C4', 'no draftOrders', (s) => delete s.request.context['draftOrders']],
  ['C5', 'no order', (s) => context(s, 'order-dispatch', { patientId: '1', performer: 'Practitioner/1' })],
  ['C6', 'an encounterId that is an object', (s) => (s.request.context['encounterId'] = { id: '1' })],
  ['C7', 'a Patient as the user', (s) => (s.request.context['userId'] = 'Patient/pat-1')],
  ['C8', 'a patientId that is a reference', (s) => (s.request.context['patientId'] = 'Patient/pat-1')],
  ['C9', 'a draft without an id', (s) => delete drafted(s)['id']],
  [
    'C10',
    'a booked appointment',
    (s) =>
      context(s, 'appointment-book', {
        appointments: {
          resourceType: 'Bundle',
          entry: [{ resource: { resourceType: 'Appointment', id: '1', status: 'booked' } }],
        },
      }),
  ],
  ['C11', 'a draft without a requester', (s) => delete drafted(s)['requester']],
  [
    'C12',
    'a selection that is no draft',
    (s) => context(s, 'order-select', { ...s.request.context, selections: ['ServiceRequest/other'] }),
  ],
  [
    'C13',
    'a dispatched Task',
    (s) => context(s, 'order-dispatch', { patientId: '1', order: 'Task/1', performer: 'Practitioner/1' }),
  ],
  ['D1', 'a prefetch that is an array', (s) => (s.request['prefetch'] = [1])],
  ['D2', 'a blank key', (s) => (s.request['extension'] = {})],
  ['D3', 'a token without scope', (s) => delete (s.request['fhirAuthorization'] as Loose)['scope']],
  [
    'D4',
    'another type of token',
    (s) => ((s.request['fhirAuthorization'] as Loose)['token_type'] = 'bearer'),
  ],
  ['E1', 'no cards', (s) => delete (s.body as Loose)['cards']],
  ['E2', 'cards that are an object', (s) => ((s.body as Loose)['cards'] = { 0: {} })],
  ['E4', 'a summary of 140 characters', (s) => (first(s)['summary'] = 'x'.repeat(140))],
  ['E5', 'an indicator of our own', (s) => (first(s)['indicator'] = 'error')],
  ['E6', 'no source', (s) => delete first(s)['source']],
  ['E7', 'a blank label', (s) => (first(s)['source'] = { ...source, label: ' ' })],
  ['E8', 'no topic', (s) => (first(s)['source'] = { label: 'x' })],
  [
    'E9',
    'a topic without a system',
    (s) => (first(s)['source'] = { label: 'x', topic: { code: 'guideline' } }),
  ],
  ['E10', 'no systemActions in order-sign', (s) => delete (s.body as Loose)['systemActions']],
  ['E11', 'systemActions that are an object', (s) => ((s.body as Loose)['systemActions'] = { 0: {} })],
  ['E12', 'an action of another type', (s) => (action(s)['type'] = 'replace')],
  ['E13', 'an action without a description', (s) => delete action(s)['description']],
  ['E14', 'an action with an unknown resource', (s) => (resource(s)['resourceType'] = 'Order')],
  ['E15', 'a delete without a resourceId', (s) => (action(s)['type'] = 'delete')],
  ['F1', 'a uuid that is a number', (s) => (first(s)['uuid'] = 5)],
  ['F2', 'links that are empty', (s) => (first(s)['links'] = [])],
  ['F3', 'suggestions without selectionBehavior', (s) => delete s.body.cards[3]?.['selectionBehavior']],
  [
    'F4',
    'an override reason without display',
    (s) => (first(s)['overrideReasons'] = [{ code: 'c', system: 's' }]),
  ],
  [
    'F5',
    'a link without a host',
    (s) => (first(s)['links'] = [{ label: 'x', type: 'absolute', url: '/policy' }]),
  ],
  [
    'F6',
    'a link of another type',
    (s) => (first(s)['links'] = [{ label: 'x', type: 'relative', url: 'https://x.org' }]),
  ],
  [
    'F7',
    'an appContext on an absolute link',
    (s) => (first(s)['links'] = [{ label: 'x', type: 'absolute', url: 'https://x.org', appContext: 'y' }]),
  ],
  [
    'F8',
    'a suggestion without a label',
    (s) => delete (s.body.cards[3]?.['suggestions'] as Loose[])[0]?.['label'],
  ],
  [
    'F9',
    'a suggestion with empty actions',
    (s) => ((s.body.cards[3]?.['suggestions'] as Loose[])[0] = { label: 'x', actions: [] }),
  ],
  ['F10', 'a suggested action without a description', (s) => delete suggested(s, 3)[0]?.['description']],
  ['G', 'no card with absolute links alone', (s) => (s.body.cards = [first(s)])],
  ['I', 'no card of text alone', (s) => s.body.cards.shift()],
  ['J', 'no coverage information', (s) => (s.body.systemActions = [])],
  ['K1', 'coverage information by create', (s) => (action(s)['type'] = 'create')],
  ['K2', 'an update that drops the requester', (s) => delete resource(s)['requester']],
  [
    'K3',
    'two assertion ids for one coverage',
    (s) => again(s, withPart('coverage-assertion-id', { valueString: 'other' })),
  ],
  [
    'K4',
    'two authorizations for one coverage',
    (s) => {
      satisfied(s);
      again(s, withPart('satisfied-pa-id', { valueString: 'two' }));
    },
  ],
  [
    'K5',
    'one assertion id for two coverages',
    (s) => again(s, withPart('coverage', { valueReference: { reference: 'Coverage/2' } })),
  ],
  [
    'K6',
    'one authorization for two coverages',
    (s) => {
      satisfied(s);
      again(s, withPart('coverage', { valueReference: { reference: 'Coverage/2' } }));
    },
  ],
  [
    'L1',
    'an alternate without a subject',
    (s) => delete (suggested(s, 3)[1]?.['resource'] as Loose)['subject'],
  ],
  [
    'L2',
    'an update of an order not in the request',
    (s) =>
      suggested(s, 3).splice(0, 2, {
        type: 'update',
        description: 'x',
        resource: order({ id: 'elsewhere' }),
      }),
  ],
  [
    'L3',
    'a delete of an order not in the request',
    (s) => Object.assign(suggested(s, 3)[0] ?? {}, { resourceId: 'ServiceRequest/elsewhere' }),
  ],
  [
    'L4',
    'a delete that creates another type',
    (s) => Object.assign(suggested(s, 3)[0] ?? {}, { resourceId: 'DeviceRequest/sr-1' }),
  ],
  [
    'M',
    'an additional order without intent',
    (s) => delete (suggested(s, 4)[0]?.['resource'] as Loose)['intent'],
  ],
  [
    'N',
    'a form Task without an after-completion input',
    (s) =>
      ((suggested(s, 5)[0]?.['resource'] as Loose)['input'] = (form['input'] as Loose[]).filter(
        (input) => 'valueCanonical' in input,
      )),
  ],
  ['P', 'a Coverage without a payor', (s) => delete (suggested(s, 6)[0]?.['resource'] as Loose)['payor']],
];

const EXCHANGE_ROWS = {
  '1.02': DISCOVERY_CHECKS['1.02'],
  ...REQUEST_CHECKS,
  ...CONTEXT_CHECKS,
  ...OPTIONAL_REQUEST_CHECKS,
  ...RESPONSE_CHECKS,
  ...OPTIONAL_CARD_CHECKS,
};
const GROUP_ROWS = { ...CARD_KIND_CHECKS, ...SUGGESTION_CHECKS, ...COVERAGE_CHECKS };

/** Rows that fail for an exchange; skips, warnings and information aside. */
function failing(sample: Sample): readonly string[] {
  const given = exchange(sample);
  const fails = (problems: readonly { level?: string }[] | undefined): boolean =>
    (problems ?? []).some(({ level = 'fail' }) => level === 'fail');
  return [
    ...Object.entries(EXCHANGE_ROWS).filter(([, check]) => fails(check?.(given))),
    ...Object.entries(GROUP_ROWS).filter(([, check]) => fails(check([given]))),
  ].map(([id]) => id);
}

describe('the checks themselves', () => {
  it('have nothing against an exchange without a defect', () => {
    expect(failing(good())).toEqual([]);
  });

  it.each(spoiled)('%s fails for %s', (id, _, spoil) => {
    const sample = good();
    spoil(sample);
    expect(failing(sample)).toContain(id);
  });

  it('a summary of 139 emoji is short enough, one of 140 is not', () => {
    const sample = good();
    first(sample)['summary'] = '💉'.repeat(139);
    expect(failing(sample)).not.toContain('E4');
    first(sample)['summary'] = '💉'.repeat(140);
    expect(failing(sample)).toContain('E4');
  });

  it('E3, D5 and H say so without failing', () => {
    const sample = good();
    sample.body.cards = [];
    sample.body.systemActions = [];
    (sample.request['fhirAuthorization'] as Loose)['scope'] = 'patient/*.read';
    const given = exchange(sample);
    expect(RESPONSE_CHECKS['E3']?.(given)[0]?.level).toBe('warning');
    expect(OPTIONAL_REQUEST_CHECKS['D5']?.(given)[0]?.level).toBe('info');
    expect(CARD_KIND_CHECKS['H']?.([given])[0]?.level).toBe('skip');
  });

  it('1.03 fails without services, skips an empty list, and asks each service for three strings', () => {
    const discovery = (body: unknown) => {
      const given = { ...exchange(good()), body };
      return Object.entries(DISCOVERY_CHECKS).flatMap(([id, check]) =>
        check(given).map(({ level = 'fail' }) => `${id} ${level}`),
      );
    };
    expect(discovery({})).toEqual(['1.03a fail', '1.03c skip']);
    expect(discovery({ services: {} })).toEqual(['1.03b fail', '1.03c skip']);
    expect(discovery({ services: [] })).toEqual(['1.03c skip']);
    expect(discovery({ services: [{ hook: 'order-sign' }] })).toEqual(['1.03d fail', '1.03d fail']);
  });

  it('A1 to A7 tell a missing body, a bad one, two for one, no service, an unsent one, a 412 and an answer not JSON', () => {
    const given = exchange(good());
    const rows = (demonstration: Partial<Demonstration>) => {
      const whole: Demonstration = {
        group: 'hook',
        text: '[{}]',
        serviceIds: ['order-sign'],
        exchanges: [given],
        ...demonstration,
      };
      return Object.entries(CALL_CHECKS)
        .filter(([, check]) => check(whole).length > 0)
        .map(([id]) => id);
    };
    expect(rows({})).toEqual([]);
    expect(rows({ text: undefined })).toEqual(['A1']);
    expect(rows({ text: '{' })).toEqual(['A2', 'A5']);
    expect(rows({ group: 'any-hook', text: '[{},{}]', exchanges: [given, given] })).toEqual(['A3']);
    expect(rows({ serviceIds: [] })).toEqual(['A4']);
    expect(rows({ exchanges: [] })).toEqual(['A5']);
    expect(rows({ exchanges: [{ ...given, status: 412 }] })).toEqual(['A6']);
    expect(rows({ exchanges: [{ ...given, body: undefined }] })).toEqual(['A7']);
  });

  it('3.7 asks for each required kind in some hook', () => {
    const passed = new Map([['order-sign', new Set(['G', 'J', 'K1'])]]);
    const found = Object.entries(acrossHooks(passed)).filter(([, problems]) => problems.length > 0);
    expect(found.map(([id]) => id)).toEqual(['3.7.02', '3.7.03']);
  });

  it('the kit’s own sample cards pass E and F, G and I among them', () => {
    const sample = good();
    sample.body.cards = readObjects('inferno-fixture-valid-cards') as Loose[];
    expect(failing(sample).filter((id) => /^[EFGI]/.test(id))).toEqual([]);
  });

  it('each row is proven to fail', () => {
    const proven = new Set(spoiled.map(([id]) => id));
    const rows = [...Object.keys(EXCHANGE_ROWS), ...Object.keys(GROUP_ROWS)];
    // They never fail: a warning, an information, a skip.
    expect(rows.filter((id) => !proven.has(id))).toEqual(['D5', 'E3', 'H']);
  });
});
