import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CALL_CHECKS } from './checks/call-checks.ts';
import { CARD_KIND_CHECKS, SUGGESTION_CHECKS, SUGGESTION_HOOKS } from './checks/card-kind-checks.ts';
import { acrossHooks, coverageActions, COVERAGE_CHECKS } from './checks/coverage-action-checks.ts';
import { DISCOVERY_CHECKS, serviceIds } from './checks/discovery-checks.ts';
import {
  failures,
  finding,
  findings,
  groupFindings,
  VERSIONS,
  type Exchange,
  type Finding,
  type Version,
} from './checks/finding.ts';
import { CONTEXT_CHECKS, OPTIONAL_REQUEST_CHECKS, REQUEST_CHECKS } from './checks/request-checks.ts';
import { OPTIONAL_CARD_CHECKS, RESPONSE_CHECKS } from './checks/response-checks.ts';
import { readData } from './data.ts';
import {
  alternateCall,
  fixtureCalls,
  guideCalls,
  HOOKS,
  presetCalls,
  type HookName,
} from './sample-requests.ts';
import { fixtures, PAYERS_CLIENT, startServer, withAlternate, type Call, type Started } from './server.ts';

/** Every row of Inferno's suite over our fixtures, Inferno's own demonstration bodies and the guide's samples. */

/** What is wrong with a sample itself: the rows that look at the request complain about it, not about the answer. */
const SAMPLE_DEFECTS: readonly { row: string; sample: RegExp; versions?: readonly Version[] }[] = [
  // A UUID that ends in "b2va" (trap T1).
  { row: 'B4', sample: /^inferno-preset-order-dispatch\[0\]/ },
  // Names of the other version of the hook.
  { row: 'C5', sample: /^inferno-preset-order-dispatch/, versions: ['2.2.1'] },
  { row: 'C5', sample: /^crd-2.2.1-order-dispatch/, versions: ['2.0.1'] },
  // Epic's id of 194 characters and its `category`, an object; the Bundle is left without a type.
  { row: 'C11', sample: /^mcl-epic-shapes/ },
  { row: 'K2', sample: /^mcl-epic-shapes/ },
  // Its orders come by reference, from a server out of reach: 412 is the answer that CDS Hooks asks for.
  { row: 'A6', sample: /^crd-2.2.1-order-dispatch/ },
  // It brings no coverage, and its server is out of reach: a payer's endpoint cannot answer it.
  { row: 'A6', sample: /^crd-2.2.1-appointment-book-request, payer/ },
  // The guide's appointment has neither start nor end nor requestedPeriod, which 2.0.1 asks for.
  { row: 'C11', sample: /^crd-2.2.1-appointment-book/, versions: ['2.0.1'] },
];

const isKnown = ({ id, path }: Finding, version: Version): boolean =>
  SAMPLE_DEFECTS.some(
    ({ row, sample, versions = VERSIONS }) => row === id && sample.test(path) && versions.includes(version),
  );

const EXCHANGE_ROWS = {
  ...REQUEST_CHECKS,
  ...CONTEXT_CHECKS,
  ...OPTIONAL_REQUEST_CHECKS,
  ...RESPONSE_CHECKS,
  ...OPTIONAL_CARD_CHECKS,
};

const allCalls = (version: Version, base: string): readonly Call[] => [
  ...fixtureCalls(fixtures, version, base),
  ...presetCalls(version),
  ...guideCalls(version),
];

describe.each(VERSIONS)('CRD %s: Inferno', (version) => {
  let server: Started;
  let registered: Started;
  let alternate: Started;
  let discovery: Exchange;
  let exchanges: readonly Exchange[];
  const of = (hook: HookName): readonly Exchange[] => exchanges.filter((exchange) => exchange.hook === hook);

  beforeAll(async () => {
    server = await startServer();
    const response = await server.fetch('/cds-services', { headers: { accept: 'application/json' } });
    const text = await response.text();
    discovery = {
      name: 'discovery',
      hook: '',
      version,
      request: undefined,
      status: response.status,
      headers: response.headers,
      text,
      body: JSON.parse(text) as unknown,
      milliseconds: 0,
    };
    registered = await startServer(PAYERS_CLIENT);
    alternate = await startServer({ policies: withAlternate });
    const answered: Exchange[] = [];
    for (const call of allCalls(version, server.base)) answered.push(await server.call(call));
    for (const call of allCalls(version, registered.base))
      answered.push(await registered.call({ ...call, name: `${call.name}, payer’s client` }));
    answered.push(await alternate.call(alternateCall(fixtures, version, alternate.base)));
    exchanges = answered;
  }, 120_000);

  afterAll(() => Promise.all([server, registered, alternate].map((started) => started.close())));

  const unexpected = (found: readonly Finding[]): readonly Finding[] =>
    failures(found).filter((finding) => !isKnown(finding, version));

  it.each(Object.entries(DISCOVERY_CHECKS))('%s', (id, check) => {
    expect(findings({ [id]: check }, discovery)).toEqual([]);
  });

  it.each(Object.entries(CALL_CHECKS))('%s', (id, check) => {
    const demonstration = (hook: HookName, text: string, answered: readonly Exchange[]) =>
      check({ group: 'hook', text, serviceIds: serviceIds(discovery.body, hook), exchanges: answered })
        .map((problem) => finding(id, problem))
        .filter((found) => !isKnown(found, version));
    for (const hook of HOOKS) {
      const isPreset = ({ name }: Exchange) => name.startsWith('inferno-preset');
      const isRegistered = ({ name }: Exchange) => name.endsWith('payer’s client');
      const presets = of(hook).filter(isPreset);
      const text = JSON.stringify(readData(`inferno-preset-${hook}`));
      for (const one of [presets.filter(isRegistered), presets.filter((item) => !isRegistered(item))])
        expect(demonstration(hook, text, one), `${id} ${hook}, presets`).toEqual([]);
      const others = of(hook).filter((exchange) => !isPreset(exchange));
      const bodies = JSON.stringify(others.map(({ request }) => request));
      expect(demonstration(hook, bodies, others), `${id} ${hook}, fixtures and the guide`).toEqual([]);
    }
  });

  it.each(Object.entries(EXCHANGE_ROWS))('%s', (id, check) => {
    expect(unexpected(exchanges.flatMap((exchange) => findings({ [id]: check }, exchange)))).toEqual([]);
  });

  const REQUIRED: readonly HookName[] = ['order-sign', 'order-dispatch', 'appointment-book'];

  /** The suite's levels: J and K are required of the three primary hooks; a skip is no failure. */
  it.each(Object.entries(COVERAGE_CHECKS))('%s', (id, check) => {
    const hooks = id === 'J' ? REQUIRED : HOOKS;
    expect(unexpected(hooks.flatMap((hook) => groupFindings({ [id]: check }, of(hook))))).toEqual([]);
  });

  it.each(Object.entries(CARD_KIND_CHECKS))('%s', (id, check) => {
    // G and I are optional in each hook, and must pass in one: order-sign shows both.
    expect(unexpected(groupFindings({ [id]: check }, of('order-sign')))).toEqual([]);
  });

  it.each(Object.entries(SUGGESTION_CHECKS))('%s', (id, check) => {
    const hooks = HOOKS.filter((hook) => SUGGESTION_HOOKS[id]?.includes(hook) ?? true);
    expect(unexpected(hooks.flatMap((hook) => groupFindings({ [id]: check }, of(hook))))).toEqual([]);
  });

  it.each(['3.7.01', '3.7.02', '3.7.03'])('%s', (id) => {
    const rows = { ...CARD_KIND_CHECKS, ...COVERAGE_CHECKS };
    const passed = new Map(
      HOOKS.map((hook) => [
        hook as string,
        new Set(
          Object.keys(rows).filter((row) => {
            const check = rows[row];
            return check !== undefined && unexpected(groupFindings({ [row]: check }, of(hook))).length === 0;
          }),
        ),
      ]),
    );
    expect(acrossHooks(passed)[id]).toEqual([]);
  });

  it('T1 to T10: Inferno’s bodies get 200 within two seconds, and a payer’s client an answer for every order', () => {
    const presets = exchanges.filter(({ name }) => name.startsWith('inferno-preset'));
    expect(presets).toHaveLength(2 * 10);
    for (const { name, status, milliseconds } of presets)
      expect([name, status, milliseconds < 2000]).toEqual([name, 200, true]);
    for (const exchange of presets.filter(({ name }) => name.endsWith('payer’s client'))) {
      const isPrimary = REQUIRED.some((hook) => hook === exchange.hook);
      const expected = exchange.name.startsWith('inferno-preset-appointment-book[1]') ? 2 : 1;
      if (isPrimary)
        expect([exchange.name, coverageActions(exchange).length]).toEqual([exchange.name, expected]);
    }
  });

  it('sees a card of each kind that the service may send', () => {
    const skipped = Object.entries({
      G: CARD_KIND_CHECKS['G'],
      I: CARD_KIND_CHECKS['I'],
      ...SUGGESTION_CHECKS,
    })
      .filter(([, check]) => (check?.(of('order-sign')) ?? []).some(({ level }) => level === 'skip'))
      .map(([id]) => id);
    // P: the service never changes a Coverage. N: in 2.2 a form is DTR's, not a card's.
    expect(skipped).toEqual(version === '2.0.1' ? ['P'] : ['N', 'P']);
  });
});
