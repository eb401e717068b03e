import { afterEach, describe, expect, it } from 'vitest';
import type { ClientSettings } from '../../src/crd/client-settings.ts';
import { objects, property, type JsonObject } from '../../src/fhir/json.ts';
import { isExternalReference, isFormAction, isInstructions } from './checks/card-kind-checks.ts';
import { coverageActions } from './checks/coverage-action-checks.ts';
import { coverageInformation, values } from './checks/coverage-information.ts';
import { rowsOf } from './checks/decision-table.ts';
import { VERSIONS, type Exchange, type Version } from './checks/finding.ts';
import { actions, suggestions } from './checks/response-checks.ts';
import { readObject } from './data.ts';
import { asVersion, fixtureRequest } from './sample-requests.ts';
import { fixtures, PAYERS_CLIENT, startServer, type Options, type Started } from './server.ts';

/** What a client's settings change, and the worked examples of the specification notes as a payer's client sends them. */

const BECKER = fixtures.find(({ name }) => name === 'b-all-relapsed-inpatient');
if (BECKER === undefined) throw new Error('a fixture is missing');

const cards = ({ body }: Exchange): readonly JsonObject[] => objects(property(body, 'cards'));
const extensions = (exchange: Exchange): readonly JsonObject[] =>
  coverageActions(exchange).flatMap(({ resource }) =>
    coverageInformation(resource).map(({ extension }) => extension),
  );

describe.each(VERSIONS)('CRD %s: clients', (version: Version) => {
  const started: Started[] = [];
  afterEach(() => Promise.all(started.splice(0).map((server) => server.close())));

  const answer = async (options: Options): Promise<Exchange> => {
    const server = await startServer(options);
    started.push(server);
    const request = fixtureRequest(BECKER, 'order-sign', version, `${server.base}/sandbox/fhir`);
    return server.call({ name: 'becker', hook: 'order-sign', version, request });
  };
  const answerTo = (client: Partial<ClientSettings>): Promise<Exchange> => answer({ client });

  it('that read the extension are not told it again in a card, and still get links and instructions', async () => {
    const exchange = await answerTo({ repeatInCard: false });
    const ofCoverage = cards(exchange).filter(
      (card) => property(property(card['source'], 'topic'), 'code') === 'coverage-info',
    );
    // A task to complete the form says nothing of coverage. 2.2 leaves it to DTR.
    expect(ofCoverage.map((card) => suggestions(card).flatMap(actions).every(isFormAction))).toEqual(
      version === '2.0.1' ? [true] : [],
    );
    expect(cards(exchange).some(isExternalReference)).toBe(true);
    expect(cards(exchange).some(isInstructions)).toBe(true);
    expect(extensions(exchange)).toHaveLength(1);
  });

  it('that validate hard may do without doc-purpose in 2.2', async () => {
    const [plain] = extensions(await answerTo({}));
    expect(values(plain, 'doc-purpose')).toEqual(['withpa']);
    const [switched] = extensions(await answerTo({ withoutDocPurpose: true }));
    expect(values(switched, 'doc-purpose')).toEqual(version === '2.0.1' ? ['withpa'] : []);
  });

  it('that have a card type off get none of it', async () => {
    const exchange = await answerTo({
      cardTypesOff: ['determination-card', 'external-reference', 'instructions', 'form-completion'],
    });
    expect(cards(exchange)).toEqual([]);
    expect(extensions(exchange)).toHaveLength(1);
  });

  it('are offered the app that they registered, with the determination as its context', async () => {
    const links = cards(await answer(PAYERS_CLIENT))
      .flatMap((card) => objects(card['links']))
      .filter(({ type }) => type === 'smart');
    expect(links.map(({ url }) => url)).toEqual(['https://app.example.org/launch']);
    expect(links[0]?.['appContext']).toMatch(/^\{"determination":"[A-Za-z0-9]{20,30}"\}$/);
  });

  it('are answered as the worked examples are: rows of the table', async () => {
    const worked = objects(readObject(`worked-order-sign-response-${version}`)['systemActions'])
      .map((action) => property(action, 'resource'))
      .flatMap((resource) => coverageInformation(resource).map(({ extension }) => extension));
    expect(worked.map((extension) => rowsOf(extension, version))).toEqual([
      ['authorization with documents'],
      ['satisfied'],
    ]);
    // The same situation of ours: authorization is required and documents are missing.
    expect(extensions(await answerTo({})).map((extension) => rowsOf(extension, version))).toEqual([
      ['authorization with documents'],
    ]);
  });

  /** The worked examples' orders as a payer's client signs them, under a coverage of ours. */
  const signWorkedOrders = async (
    status: string,
    client: Partial<ClientSettings> = {},
  ): Promise<Exchange> => {
    const server = await startServer({ ...PAYERS_CLIENT, client });
    started.push(server);
    const entry = objects(readObject(`worked-order-sign-response-${version}`)['systemActions'])
      .map((action) => property(action, 'resource') as JsonObject)
      .map((order) => ({ resource: { ...order, extension: undefined } }));
    const coverage = {
      resourceType: 'Coverage',
      id: 'cov-1',
      status,
      beneficiary: { reference: 'Patient/pat-1' },
      payor: [{ display: 'CarePartners of Connecticut' }],
    };
    const request = {
      hook: 'order-sign',
      hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
      context: {
        userId: 'Practitioner/prac-1',
        patientId: 'pat-1',
        encounterId: 'enc-1',
        draftOrders: { resourceType: 'Bundle', type: 'collection', entry },
      },
      prefetch: { coverage: { resourceType: 'Bundle', type: 'searchset', entry: [{ resource: coverage }] } },
    };
    return server.call({ name: 'worked', hook: 'order-sign', version, request: asVersion(request, version) });
  };
  const rows = (exchange: Exchange) => extensions(exchange).map((extension) => rowsOf(extension, version));

  it('of a payer that sign the worked examples’ orders, which no policy of ours governs, are told so', async () => {
    const row =
      version === '2.0.1'
        ? 'unknown to every policy; a failure of ours'
        : 'code too general, or unknown to every policy';
    expect(rows(await signWorkedOrders('active'))).toEqual([[row], [row]]);
  });

  it('of a payer whose coverage has ended are told "not covered", with no-auth for hard validators of 2.0.1', async () => {
    const row = version === '2.0.1' ? 'not a benefit' : 'coverage inactive';
    expect(rows(await signWorkedOrders('cancelled'))).toEqual([[row], [row]]);
    const switched = await signWorkedOrders('cancelled', { noAuthWithNotCovered: true });
    const authorization = extensions(switched).map((extension) => values(extension, 'pa-needed'));
    const expected = version === '2.0.1' ? ['no-auth'] : [];
    expect(authorization).toEqual([expected, expected]);
  });
});
