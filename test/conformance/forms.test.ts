import type { Parameters, QuestionnaireResponse } from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objects, type JsonObject } from '../../src/fhir/json.ts';
import type { SandboxFixture } from '../../src/server/sandbox.ts';
import { completed } from '../dtr/clinician.ts';
import { draftIn, PACKAGE, packagesOf, parameters, POPULATE, questionnaireIn, send } from '../dtr/service.ts';
import { coverageActions } from './checks/coverage-action-checks.ts';
import {
  COVERAGE_INFORMATION,
  coverageInformation,
  coverageInformationProblems,
  isCarrier,
  values,
} from './checks/coverage-information.ts';
import { invalidity } from './checks/fhir-validity.ts';
import { VERSIONS, type Version } from './checks/finding.ts';
import { fixtureRequest } from './sample-requests.ts';
import { FHIR_BASE, fixtures, startServer, type Started } from './server.ts';

/** From coverage information to the forms that it names, and back: CRD as DTR takes it up. */

const ASKING = 'b-all-second-relapse-outpatient';

describe.each(VERSIONS)('CRD %s: forms', (version: Version) => {
  let server: Started;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());

  const sign = async (fixture: SandboxFixture): Promise<readonly JsonObject[]> => {
    const request = fixtureRequest(fixture, 'order-sign', version, `${server.base}/sandbox/fhir`);
    const exchange = await server.call({ name: fixture.name, hook: 'order-sign', version, request });
    return coverageActions(exchange).flatMap(({ resource }) =>
      coverageInformation(resource).map((found) => found.extension),
    );
  };
  const asking = async (): Promise<JsonObject> => {
    const fixture = fixtures.find(({ name }) => name === ASKING);
    const [statement] = fixture === undefined ? [] : await sign(fixture);
    if (statement === undefined) throw new Error(`no coverage information for ${ASKING}`);
    return statement;
  };
  const contextOf = (statement: JsonObject) => ({
    name: 'context',
    valueString: String(values(statement, 'coverage-assertion-id')[0]),
  });
  const packageOf = async (statement: JsonObject) => {
    const { body } = await send<Parameters>(server, PACKAGE, parameters(contextOf(statement)));
    return packagesOf(body);
  };
  const statedIn = ({ extension = [] }: QuestionnaireResponse): readonly unknown[] =>
    extension.filter(({ url }) => url === COVERAGE_INFORMATION);

  it('that coverage information names are served under that URL and version, and packaged for its assertion id', async () => {
    let named = 0;
    for (const fixture of fixtures)
      for (const statement of await sign(fixture)) {
        const canonicals = values(statement, 'questionnaire').map(String);
        named += canonicals.length;
        expect(canonicals.length > 0, fixture.name).toBe(values(statement, 'doc-needed').length > 0);
        for (const canonical of canonicals) {
          expect(canonical.startsWith(`${FHIR_BASE}/Questionnaire/`), canonical).toBe(true);
          const [url = '', pinned] = canonical.split('|');
          const served = await send<JsonObject>(server, `/fhir${url.slice(FHIR_BASE.length)}`);
          expect([served.status, served.body['url'], served.body['version']]).toEqual([200, url, pinned]);
        }
        if (canonicals.length === 0) continue;
        const { packages } = await packageOf(statement);
        const packaged = packages.map(questionnaireIn).map((form) => `${form.url}|${form.version}`);
        expect(packaged, fixture.name).toEqual(canonicals);
      }
    expect(named).toBeGreaterThan(5);
  }, 60_000);

  it('come with a draft that carries the order’s coverage information', async () => {
    const statement = await asking();
    const { packages } = await packageOf(statement);
    const drafts = packages.map(draftIn);
    expect(drafts.map(statedIn)).toEqual([[statement]]);
    const { body } = await send<Parameters>(
      server,
      POPULATE,
      parameters(
        { name: 'canonical', valueCanonical: values(statement, 'questionnaire')[0] },
        { name: 'subject', valueReference: drafts[0]?.subject },
        contextOf(statement),
      ),
    );
    const populated = (body.parameter ?? []).map(({ resource }) => resource as QuestionnaireResponse);
    expect(populated.map(statedIn)).toEqual([[statement]]);
    expect(isCarrier('QuestionnaireResponse', version)).toBe(true);
    for (const draft of [...drafts, ...populated]) {
      expect(invalidity(draft)).toEqual([]);
      for (const { extension } of coverageInformation(draft))
        expect(coverageInformationProblems(extension, version)).toEqual([]);
    }
  });

  it('come back with coverage information, which is kept and is no evidence', async () => {
    const statement = await asking();
    const [bundle] = (await packageOf(statement)).packages;
    if (bundle === undefined) throw new Error('no package');
    const response = completed(draftIn(bundle), bundle, '2026-03-02T10:00:00Z');
    const claim = { url: 'satisfied-pa-id', valueString: 'X' };
    const others = objects(statement['extension']).filter(({ url }) => url !== 'pa-needed');
    const claimed = {
      url: COVERAGE_INFORMATION,
      extension: [...others, { url: 'pa-needed', valueCode: 'satisfied' }, claim],
    };
    const foreign = { ...response, extension: [claimed] };
    const posted = await send<QuestionnaireResponse>(server, '/fhir/QuestionnaireResponse', foreign);
    expect([posted.status, statedIn(posted.body)]).toEqual([201, [claimed]]);
    const kept = await send<QuestionnaireResponse>(
      server,
      `/fhir/QuestionnaireResponse/${posted.body.id ?? ''}`,
    );
    expect(statedIn(kept.body)).toEqual([claimed]);
    const next = await asking();
    expect(values(next, 'pa-needed')).toEqual(['auth-needed']);
    expect([values(next, 'doc-needed'), values(next, 'questionnaire')]).toEqual([[], []]);
  });

  it('carry no coverage information where the client switched it off, or asks in another version of DTR', async () => {
    const fixture = fixtures.find(({ name }) => name === 'mcl-response-not-documented');
    if (fixture === undefined) throw new Error('a fixture is missing');
    const [statement] = await sign(fixture);
    if (statement === undefined) throw new Error('no coverage information');
    const other = version === '2.0.1' ? '2.2.0' : '2.0.1';
    const profile = `http://hl7.org/fhir/us/davinci-dtr/StructureDefinition/dtr-qpackage-input-parameters|${other}`;
    const { body } = await send<Parameters>(server, PACKAGE, {
      ...parameters(contextOf(statement)),
      meta: { profile: [profile] },
    });
    expect(packagesOf(body).packages.map(draftIn).map(statedIn)).toEqual([[]]);

    const request = {
      ...fixtureRequest(fixture, 'order-sign', version, `${server.base}/sandbox/fhir`),
      extension: {
        'davinci-crd.requestedVersion': version.slice(0, 3),
        'davinci-crd.configuration': { 'coverage-info': false },
      },
    };
    const { body: determined } = await send<{ determinations: readonly { id: string }[] }>(
      server,
      '/determinations',
      request,
    );
    const context = { name: 'context', valueString: determined.determinations[0]?.id };
    const packaged = await send<Parameters>(server, PACKAGE, parameters(context));
    expect(packagesOf(packaged.body).packages.map(draftIn).map(statedIn)).toEqual([[]]);
  });
});
