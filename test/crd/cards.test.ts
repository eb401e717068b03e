import { describe, expect, it } from 'vitest';
import {
  CARD_TYPES,
  CARD_TYPE_CODES,
  configurationOptions,
  type CardType,
} from '../../src/crd/card-types.ts';
import { SANDBOX_CLIENT, type ClientSettings } from '../../src/crd/client-settings.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import type { Library } from '../../src/policy/library.ts';
import type { Indication, Policy } from '../../src/policy/policy.ts';
import { sandboxCallers } from '../../src/server/sandbox-caller.ts';
import { callerWith, createService, FHIR_BASE, library } from '../server/service.ts';
import {
  answerOf,
  orderSign,
  statementsOf,
  told,
  withConfiguration,
  withDrafts,
  draftsOf,
  type Answer,
  type HookBody,
} from './service.ts';

/** A policy of two products, and one of two indications for one product: what the policies on file do not have. */
const policyOf = (product: string): Policy => {
  const found = library.policies.find(
    ({ payer, products }) => payer === 'carepartners-ct' && products.includes(product),
  );
  if (found === undefined) throw new Error(product);
  return found;
};
const mantleCell = policyOf('tecartus').indications.map((indication): Indication => ({
  ...indication,
  diseases: ['mantle-cell-lymphoma'],
}));
const twoProducts: Library = {
  ...library,
  policies: [
    {
      ...policyOf('aucatzyl'),
      products: ['aucatzyl', 'tecartus'],
      indications: [...policyOf('aucatzyl').indications, ...mantleCell],
    },
  ],
};
const twoIndications: Library = {
  ...library,
  policies: [
    {
      ...policyOf('aucatzyl'),
      indications: policyOf('aucatzyl').indications.flatMap((indication) => [
        indication,
        { ...indication, id: 'other', title: 'Another indication' },
      ]),
    },
  ],
};
const TECARTUS_FORM = `${FHIR_BASE}/Questionnaire/carepartners-ct-tecartus.tecartus|2025-09`;
const client = (changes: Partial<ClientSettings>) => ({
  callers: sandboxCallers(callerWith({ settings: { ...SANDBOX_CLIENT, ...changes } })),
});
const smartApp = { label: 'Open', url: 'https://app.example.org/launch' };

/** For each type of card, a service and a call that get one. */
const aucatzyl: JsonObject = {
  resourceType: 'ServiceRequest',
  id: 'draft',
  status: 'draft',
  intent: 'order',
  authoredOn: '2026-03-02',
  requester: { reference: 'Practitioner/x' },
  code: { coding: [{ system: 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets', code: 'Q2058' }] },
  extension: [{ url: 'https://x.org/own', valueString: 'y' }],
};
const documents = orderSign('b-all-second-relapse-outpatient');
const quiet = createService(client({ repeatInCard: false }));
const CASES: Readonly<Record<CardType, readonly [ReturnType<typeof createService>, HookBody]>> = {
  'determination-card': [createService(), documents],
  'not-determined': [createService(), { ...documents, prefetch: { coverage: null } }],
  instructions: [createService(), orderSign('b-all-all-attested')],
  'additional-orders': [createService(), orderSign('all-lineage-not-stated')],
  'propose-alternate': [
    createService({ library: twoProducts }),
    withDrafts(orderSign('mcl-progressed-on-btk'), [aucatzyl]),
  ],
  'form-completion': [createService(), documents],
  'external-reference': [quiet, documents],
  'smart-app': [createService(client({ smartApp })), documents],
};

const ofType = (answer: Answer, type: CardType): Answer['cards'] => {
  const tests: Readonly<Record<CardType, (card: Answer['cards'][number]) => boolean>> = {
    'determination-card': ({ detail }) => detail.includes('Decision support'),
    'not-determined': ({ detail }) => detail.includes('was not determined'),
    instructions: ({ summary }) => /^(Records to send|To put together)/.test(summary),
    'additional-orders': ({ summary }) => summary.includes('tests that would supply'),
    'propose-alternate': ({ summary }) => summary.includes('another product'),
    'form-completion': ({ summary }) => summary.startsWith('Questionnaire'),
    'external-reference': ({ summary }) => summary.startsWith('What the coverage policy'),
    'smart-app': ({ links }) => links?.some((link) => link.type === 'smart') === true,
  };
  return answer.cards.filter(tests[type]);
};

describe.each(CARD_TYPE_CODES)('%s', (type) => {
  const [app, body] = CASES[type];

  it('comes with topic, uuid and the order it is about, in each version’s form', async () => {
    for (const version of ['2.0', '2.1', '2.2']) {
      if (type === 'form-completion' && version === '2.2') continue;
      // Without any coverage 2.1 and 2.2 refuse the call.
      if (type === 'not-determined' && version !== '2.0') continue;
      const [card, ...rest] = ofType(await answerOf(app, withConfiguration(body, {}, version)), type);
      expect(rest, version).toEqual([]);
      expect(card?.source.topic).toEqual({
        system:
          version === '2.2'
            ? 'http://terminology.hl7.org/CodeSystem/cdshooks-card-type'
            : 'http://hl7.org/fhir/us/davinci-crd/CodeSystem/temp',
        code: CARD_TYPES[type].topic,
        display: expect.any(String) as unknown,
      });
      expect(card?.uuid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(card?.summary.length).toBeLessThan(140);
      const [about] =
        (card?.['extension'] as Record<string, readonly unknown[]>)['davinci-crd.associated-resource'] ?? [];
      expect(version === '2.2' ? (about as JsonObject)['reference'] : about).toMatch(/^[A-Z][A-Za-z]+\/\S+$/);
      for (const reason of (card?.['overrideReasons'] ?? []) as readonly JsonObject[])
        for (const field of ['code', 'system', 'display'])
          expect(reason[field]).toEqual(expect.stringMatching(/\S/));
      if (card?.suggestions !== undefined) {
        expect(['any', 'at-most-one']).toContain(card['selectionBehavior']);
        for (const { uuid } of card.suggestions) expect(uuid).toMatch(/^[0-9a-f-]{36}$/);
      }
    }
  });

  it.each([type, CARD_TYPES[type].topic])('is suppressed by %s: false', async (code) => {
    const answer = await answerOf(app, withConfiguration(body, { [code]: false }));
    expect(ofType(answer, type)).toEqual([]);
  });

  it('is suppressed by the client’s settings', async () => {
    const settings = { smartApp, cardTypesOff: [type], repeatInCard: type !== 'external-reference' };
    const off = createService({
      ...client(settings),
      ...(type === 'propose-alternate' ? { library: twoProducts } : {}),
    });
    expect(ofType(await answerOf(off, body), type)).toEqual([]);
  });
});

describe('the kinds of card', () => {
  const only = async (type: CardType, version = '2.0') => {
    const [app, body] = CASES[type];
    const [card] = ofType(await answerOf(app, withConfiguration(body, {}, version)), type);
    if (card === undefined) throw new Error(type);
    return card;
  };

  it('external references are absolute links and nothing else', async () => {
    for (const type of ['external-reference', 'determination-card'] as const) {
      const card = await only(type);
      expect(card.links?.map((link) => [link.type, /^https:\/\//.test(link.url)])).toEqual([
        ['absolute', true],
      ]);
      expect(card.suggestions).toBeUndefined();
    }
  });

  it('instructions are text only', async () => {
    const card = await only('instructions');
    expect([card.links, card.suggestions]).toEqual([undefined, undefined]);
    expect(card.detail).toContain('These records show the criteria');
  });

  it('with the determination card off, links and instructions stand for themselves', async () => {
    const off = await answerOf(
      createService(),
      withConfiguration(documents, { 'determination-card': false }),
    );
    expect(off.cards.map(({ summary }) => summary)).toEqual([
      'To put together for the request for Tecartus',
      'Questionnaire for the request for Tecartus',
      expect.stringContaining('What the coverage policy rests on'),
    ]);
    expect(off.systemActions).toHaveLength(1);
  });

  it('external references off take the links of the determination card too', async () => {
    const { cards } = await answerOf(createService(), withConfiguration(documents, { guideline: false }));
    expect(cards.map(({ links }) => links)).toEqual([undefined, undefined]);
  });

  it('further orders are coded drafts of the same patient, one each', async () => {
    const { suggestions = [] } = await only('additional-orders');
    expect(suggestions.map(({ actions }) => actions.length)).toEqual([1, 1]);
    const resources = suggestions.flatMap(({ actions }) => actions.map(({ resource }) => resource ?? {}));
    expect(resources.map(({ code }) => (code as { coding: { code: string }[] }).coding[0]?.code)).toEqual([
      '38222',
      '88184',
    ]);
    for (const resource of resources) {
      expect(resource).toMatchObject({
        resourceType: 'ServiceRequest',
        status: 'draft',
        intent: 'order',
        subject: { reference: 'Patient/quinn' },
        authoredOn: '2026-03-02',
        requester: { reference: 'Practitioner/quinn-oncologist' },
        insurance: [{ reference: 'Coverage/quinn-coverage' }],
      });
    }
    expect(new Set(resources.map(({ id }) => id)).size).toBe(2);
  });

  it('a test that is drafted already is not offered again', async () => {
    const body = CASES['additional-orders'][1];
    const drafted = {
      resourceType: 'ServiceRequest',
      id: 'marrow',
      status: 'draft',
      subject: { reference: 'Patient/quinn' },
      code: { coding: [{ system: 'http://www.ama-assn.org/go/cpt', code: '38221' }] },
    };
    const [card] = ofType(
      await answerOf(createService(), withDrafts(body, [...draftsOf(body), drafted])),
      'additional-orders',
    );
    expect(card?.suggestions).toHaveLength(1);
  });

  it('another product is proposed by the policy alone, as information, in place of the draft', async () => {
    const card = await only('propose-alternate');
    expect(card.detail).toContain('no medical advice');
    const [suggestion] = card.suggestions ?? [];
    expect(suggestion?.actions.map(({ type }) => type)).toEqual(['delete', 'create']);
    expect(suggestion?.actions[0]?.resourceId).toBe('ServiceRequest/draft');
    const resource = suggestion?.actions[1]?.resource;
    expect(resource).toMatchObject({ ...aucatzyl, id: resource?.['id'], code: { text: 'Tecartus' } });
    expect(JSON.stringify(resource?.['code'])).toMatch(/HCPCSReleaseCodeSets/);
    expect(resource?.['id']).not.toBe('draft');
  });

  it.each([
    ['kymriah-lbcl-mediastinal', ['Yescarta', 'Breyanzi']],
    ['kymriah-b-all-twenty-seven', ['Tecartus', 'Aucatzyl']],
    // An earlier cell therapy speaks against every product of the policy.
    ['kymriah-fl-after-yescarta', []],
    ['yescarta-lbcl-cerebral', []],
  ])('criteria that are not met: for %s the same policy names %j', async (name, brands) => {
    const [card] = ofType(await answerOf(createService(), orderSign(name)), 'propose-alternate');
    const proposed = (card?.suggestions ?? []).map(({ actions }) => actions[1]?.resource);
    expect(proposed).toMatchObject(brands.map((text) => ({ medicationCodeableConcept: { text } })));
  });

  it('no other product is proposed where the policy names none', async () => {
    for (const name of ['dlbcl-wrong-indication', 'mcl-progressed-on-btk']) {
      const answer = await answerOf(createService(), withDrafts(orderSign(name), [aucatzyl]));
      expect(ofType(answer, 'propose-alternate'), name).toEqual([]);
    }
  });

  it('the form is a Task for the questionnaire, in 2.0 and 2.1; 2.2 leaves it to DTR', async () => {
    const { suggestions = [] } = await only('form-completion');
    // Cut, it would name another disease than the patient's.
    expect(suggestions.map(({ label }) => label)).toEqual([policyOf('tecartus').indications[0]?.title]);
    expect(policyOf('tecartus').indications[0]?.title).toContain('B-cell precursor ALL');
    const [action, ...rest] = suggestions.flatMap(({ actions }) => actions);
    expect(rest).toEqual([]);
    expect(action).toMatchObject({
      type: 'create',
      resource: {
        resourceType: 'Task',
        status: 'ready',
        intent: 'order',
        basedOn: [{ reference: 'MedicationRequest/pryce-draft-tecartus' }],
        for: { reference: 'Patient/pryce' },
        authoredOn: '2026-03-02',
        input: [
          {
            type: { text: 'questionnaire' },
            valueCanonical: TECARTUS_FORM,
          },
          {},
        ],
      },
    });
    expect(action?.resource?.['requester']).toBeDefined();
    const [app, body] = CASES['form-completion'];
    const since22 = await answerOf(app, withConfiguration(body, {}, '2.2'));
    expect(ofType(since22, 'form-completion')).toEqual([]);
    expect(JSON.stringify(since22.systemActions)).toContain(`"valueCanonical":"${TECARTUS_FORM}"`);
  });

  it('where no diagnosis decides, there is a form for each indication that may be meant', async () => {
    const app = createService({ library: twoIndications });
    const answer = await answerOf(app, orderSign('b-all-refuted'));
    const [card] = ofType(answer, 'form-completion');
    expect(card?.['selectionBehavior']).toBe('at-most-one');
    const inputs = (card?.suggestions ?? []).flatMap(({ actions }) =>
      actions.map(({ resource }) => (resource?.['input'] as JsonObject[])[0]?.['valueCanonical']),
    );
    expect(inputs).toEqual([
      `${FHIR_BASE}/Questionnaire/carepartners-ct-aucatzyl.aucatzyl|2025-07`,
      `${FHIR_BASE}/Questionnaire/carepartners-ct-aucatzyl.other|2025-07`,
    ]);
    expect(new Set(card?.suggestions?.map(({ uuid }) => uuid)).size).toBe(2);
  });

  it('an order that names no product is asked for it once, with the products and the policies of all that ask', async () => {
    const general = {
      resourceType: 'ServiceRequest',
      id: 'general',
      status: 'draft',
      intent: 'order',
      code: { coding: [{ system: 'http://www.ama-assn.org/go/cpt', code: '38228' }] },
    };
    const body = orderSign('b-all-newly-diagnosed');
    const subject = draftsOf(body)[0]?.['subject'];
    const answer = await answerOf(createService(), withDrafts(body, [{ ...general, subject }]));
    const [card, ...others] = ofType(answer, 'determination-card');
    const statements = statementsOf(answer.systemActions?.[0]?.resource);
    const reason = statements[0]?.find(({ url }) => url === 'reason')?.['valueCodeableConcept'] as JsonObject;
    expect([others, statements.length]).toEqual([[], 1]);
    for (const told of [card?.detail, reason['text']]) {
      expect(told).toContain('Name the product: Aucatzyl or Tecartus.');
      for (const name of ['aucatzyl', 'tecartus']) expect(told).toContain(policyOf(name).title);
    }
    expect(card?.links?.length).toBe(1);
  });

  it('no form is offered where no document is asked for', async () => {
    const unread = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception' }] };
    const chart = (documents['prefetch'] as JsonObject)['chart'];
    const cases: readonly (readonly [HookBody, string])[] = [
      [orderSign('b-all-all-attested'), 'covered'],
      [orderSign('dlbcl-wrong-indication'), 'conditional'],
      [
        { ...documents, prefetch: { chart, conditions: unread, procedures: unread, observations: unread } },
        'conditional',
      ],
    ];
    for (const [body, covered] of cases) {
      const answer = await answerOf(createService(), body);
      const statement = told(statementsOf(answer.systemActions?.[0]?.resource)[0]);
      expect(statement).toContain(`covered: ${covered}`);
      expect(statement.filter((part) => /^(doc-|questionnaire)/.test(part))).toEqual([]);
      expect(ofType(answer, 'form-completion')).toEqual([]);
    }
  });

  it('the app gets the determination’s id', async () => {
    const card = await only('smart-app');
    expect(card.links?.[0]).toMatchObject({ ...smartApp, type: 'smart' });
    expect(JSON.parse(card.links?.[0]?.appContext ?? '')).toEqual({
      determination: expect.stringMatching(/^determination\d+$/) as unknown,
    });
    expect(ofType(await answerOf(createService(), documents), 'smart-app')).toEqual([]);
  });
});

describe('the configuration of a request', () => {
  const app = createService();

  it('coverage-info off gives neither card nor action', async () => {
    expect(await answerOf(app, withConfiguration(documents, { 'coverage-info': false }))).toEqual({
      cards: [],
      systemActions: [],
    });
  });

  it.each([0, 1, 2])('max-cards %i keeps the most important, and all actions', async (limit) => {
    const body = CASES['additional-orders'][1];
    const all = (await answerOf(app, body)).cards.map(({ summary }) => summary);
    const { cards, systemActions } = await answerOf(app, withConfiguration(body, { 'max-cards': limit }));
    expect(cards.map(({ summary }) => summary)).toEqual(all.slice(0, limit));
    expect(systemActions).toHaveLength(1);
  });

  it.each<readonly [string, unknown]>([
    ['a string for a boolean', { 'coverage-info': 'false' }],
    ['null for a boolean', { 'determination-card': null }],
    ['a negative number of cards', { 'max-cards': -1 }],
    ['half a card', { 'max-cards': 0.5 }],
    ['a string of cards', { 'max-cards': '0' }],
    [
      'codes that nobody knows',
      { 'alt-drug': true, coverage: false, 'dtr-clin': 1, __proto__: 1, constructor: false },
    ],
    ['a list', [{ 'coverage-info': false }]],
    ['a string', 'coverage-info=false'],
    ['null', null],
  ])('%s is ignored', async (_name, configuration) => {
    const { cards, systemActions } = await answerOf(app, withConfiguration(documents, configuration));
    expect([cards.length, systemActions?.length]).toEqual([2, 1]);
  });

  it('may be anything but an extension that is no object', async () => {
    expect((await answerOf(app, { ...documents, extension: null })).cards).toHaveLength(2);
  });

  it('options are there for every type of card, each with a default', () => {
    const options = configurationOptions('order-sign').map(({ code }) => code);
    for (const type of CARD_TYPE_CODES) {
      expect(options).toContain(type);
      expect(options).toContain(CARD_TYPES[type].topic);
    }
    expect(configurationOptions('encounter-start').map(({ code }) => code)).toEqual([
      'coverage-info',
      'max-cards',
    ]);
  });
});
