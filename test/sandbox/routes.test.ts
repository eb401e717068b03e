import type { CapabilityStatement, OperationOutcome } from 'fhir/r4.js';
import express from 'express';
import fc from 'fast-check';
import request, { type Response } from 'supertest';
import { describe, expect, it, test } from 'vitest';
import { sandboxRoutes } from '../../src/sandbox/routes.ts';
import { searchParameters } from '../../src/sandbox/search-parameters.ts';
import { createStore } from '../../src/sandbox/store.ts';
import { adams, baker, loinc, longId } from './charts.ts';

const app = express()
  .use(express.json())
  .use('/sandbox/fhir', sandboxRoutes(createStore([adams, baker])));
const fhir = '/sandbox/fhir';
const form = 'application/x-www-form-urlencoded';

const bodyOf = (response: Response): unknown => JSON.parse(response.text);

function expectProblem(response: Response, status: number, code: string, diagnostics: string): void {
  expect(response.headers['content-type']).toBe('application/fhir+json; charset=utf-8');
  expect(response.text).not.toMatch(/node_modules|\.ts:|at [A-Za-z]+ \(/);
  const outcome = bodyOf(response) as OperationOutcome;
  expect(outcome).toMatchObject({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code, diagnostics: expect.stringContaining(diagnostics) as string }],
  });
  expect(response.status).toBe(status);
}

describe('read', () => {
  it('gives the resource as it is in the chart', async () => {
    const response = await request(app).get(`${fhir}/Patient/adams`);
    expect(response.status).toBe(200);
    expect(response.headers['content-type']).toBe('application/fhir+json; charset=utf-8');
    expect(response.headers['etag']).toBeUndefined();
    expect(bodyOf(response)).toEqual(adams.entry?.[0]?.resource);
  });

  it('takes an id of more than 64 characters', async () => {
    expect(longId.length).toBeGreaterThan(180);
    const response = await request(app).get(`${fhir}/MedicationRequest/${longId}`);
    expect(bodyOf(response)).toMatchObject({ id: longId });
  });

  test.each([
    ['/Patient/nobody', 'not-found', 'There is no Patient "nobody".'],
    ['/Observation/adams', 'not-found', 'There is no Observation "adams".'],
    ['/Patient/__proto__', 'not-found', 'There is no Patient "__proto__".'],
    ['/Patient/$everything', 'not-found', 'There is no Patient "$everything".'],
    ['/Patient/x%2Fadams', 'not-found', 'There is no Patient "x/adams".'],
    [
      '/Nothing/1',
      'not-supported',
      'Resource type "Nothing" is not supported. Supported: AllergyIntolerance, ',
    ],
    ['/constructor/1', 'not-supported', 'Resource type "constructor" is not supported.'],
    ['/__proto__', 'not-supported', 'Resource type "__proto__" is not supported.'],
    ['/patient?_id=1', 'not-supported', 'Resource type "patient" is not supported.'],
    ['/toString', 'not-supported', 'Resource type "toString" is not supported.'],
    ['/', 'not-supported', '"/" is not served. Supported: metadata, '],
    ['/Patient/adams/_history', 'not-supported', '"/Patient/adams/_history" is not served.'],
    ['/Patient/adams/Observation', 'not-supported', 'is not served'],
    ['/Patient/adams/_history/1', 'not-supported', 'is not served'],
  ])('404 for %s', async (path, code, diagnostics) => {
    expectProblem(await request(app).get(fhir + path), 404, code, diagnostics);
  });

  test.each(['/Patient/adams?_elements=id', '/metadata?mode=full'])('400 for %s', async (path) => {
    expectProblem(
      await request(app).get(fhir + path),
      400,
      'not-supported',
      'is not supported. Supported: _format.',
    );
  });
});

describe('search', () => {
  it('builds links from the host and protocol of the request', async () => {
    const response = await request(app)
      .get(`${fhir}/Observation?patient=Patient/adams&_count=1`)
      .set('Host', 'ehr.example:8443');
    expect(bodyOf(response)).toMatchObject({
      total: 4,
      link: [
        {
          relation: 'self',
          url: 'http://ehr.example:8443/sandbox/fhir/Observation?patient=Patient%2Fadams&_count=1',
        },
        {
          relation: 'next',
          url: 'http://ehr.example:8443/sandbox/fhir/Observation?patient=Patient%2Fadams&_count=1&_offset=1',
        },
      ],
      entry: [{ fullUrl: 'http://ehr.example:8443/sandbox/fhir/Observation/blasts' }],
    });
  });

  it('knows its own absolute references', async () => {
    const host = 'ehr.example';
    const patient = encodeURIComponent(`http://${host}${fhir}/Patient/adams`);
    const response = await request(app).get(`${fhir}/Observation?patient=${patient}`).set('Host', host);
    expect(bodyOf(response)).toMatchObject({ total: 4 });
  });

  it('takes parameters from a form body and from the query together', async () => {
    const response = await request(app)
      .post(`${fhir}/Observation/_search?patient=adams`)
      .set('Content-Type', `${form}; charset=utf-8`)
      .send(`code=${encodeURIComponent(`${loinc}|777-3`)}&status=final`);
    expect(response.status).toBe(200);
    expect(bodyOf(response)).toMatchObject({ total: 1, entry: [{ resource: { id: 'platelets' } }] });
  });

  it('leads on from a POST by a link to GET', async () => {
    const first = await request(app)
      .post(`${fhir}/Observation/_search`)
      .type('form')
      .send('patient=adams&_count=3');
    const { link = [] } = bodyOf(first) as { link?: { relation: string; url: string }[] };
    const next = new URL(link.find((one) => one.relation === 'next')?.url ?? '');
    const second = await request(app).get(next.pathname + next.search);
    expect(bodyOf(second)).toMatchObject({ total: 4, entry: [{ resource: { id: 'calcium' } }] });
  });

  it('takes a POST with the parameters in the query alone', async () => {
    const response = await request(app).post(`${fhir}/Patient/_search?_id=adams`);
    expect(bodyOf(response)).toMatchObject({ total: 1 });
  });

  it('answers HEAD without a body', async () => {
    const response = await request(app).head(`${fhir}/Patient?_id=adams`);
    expect(response.status).toBe(200);
    expect(response.headers['content-type']).toBe('application/fhir+json; charset=utf-8');
  });

  test.each([
    [
      'Observation?flavour=sweet',
      'not-supported',
      'Parameter "flavour" is not supported. Supported for Observation: _id,',
    ],
    ['Observation?code[in]=x', 'not-supported', 'Parameter "code[in]" is not supported.'],
    ['Observation?patient[]=adams', 'not-supported', 'Parameter "patient[]" is not supported.'],
    ['Observation?__proto__[x]=1', 'not-supported', 'Parameter "__proto__[x]" is not supported.'],
    ['Observation?date=2024-99', 'invalid', 'Parameter "date": "2024-99" is not a date'],
    ['Observation?code=%', 'invalid', 'percent-encoding'],
    ['Observation?code=%zz', 'invalid', 'percent-encoding'],
    ['Observation?code=%ff', 'invalid', 'percent-encoding'],
    ['Observation/%zz', 'invalid', 'percent-encoding'],
    ['%c0%80', 'invalid', 'percent-encoding'],
  ])('400 for %s', async (path, code, diagnostics) => {
    expectProblem(await request(app).get(`${fhir}/${path}`), 400, code, diagnostics);
  });

  test.each([
    ['application/json', '{"patient":"adams"}', 415, 'not-supported', `The body of a search is ${form}.`],
    [
      'application/fhir+json',
      '{"resourceType":"Parameters"}',
      415,
      'not-supported',
      'The body of a search is',
    ],
    [`${form}; charset=nonsense`, 'patient=adams', 415, 'not-supported', 'The encoding of the body'],
    [form, 'code=%zz', 400, 'invalid', 'percent-encoding'],
    [form, 'flavour=sweet', 400, 'not-supported', 'Parameter "flavour" is not supported.'],
    [form, `_id=${'x'.repeat(110_000)}`, 413, 'too-long', 'The body of the search is too long.'],
  ])('a POST of %s %#', async (contentType, body, status, code, diagnostics) => {
    const response = await request(app)
      .post(`${fhir}/Patient/_search`)
      .set('Content-Type', contentType)
      .send(body);
    expectProblem(response, status, code, diagnostics);
  });

  it('never fails, whatever is asked', async () => {
    const server = app.listen(0);
    try {
      const names = fc.constantFrom(
        ...(searchParameters.get('Observation')?.keys() ?? []),
        '_sort',
        '_include',
        '_count',
      );
      const query = fc.array(fc.tuple(fc.oneof(names, fc.string()), fc.string({ unit: 'binary' })), {
        maxLength: 4,
      });
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom('Observation', '__proto__', 'Coverage'),
          query,
          async (type, pairs) => {
            const wellFormed = pairs.map(
              ([name, value]) => [name.toWellFormed(), value.toWellFormed()] as [string, string],
            );
            const response = await request(server).get(
              `${fhir}/${type}?${new URLSearchParams(wellFormed).toString()}`,
            );
            expect([200, 400, 404, 406]).toContain(response.status);
            expect(bodyOf(response)).toHaveProperty(
              'resourceType',
              response.status === 200 ? 'Bundle' : 'OperationOutcome',
            );
          },
        ),
      );
    } finally {
      server.close();
    }
  });
});

describe('what is not read-only', () => {
  test.each([
    ['post', '/Patient', 'GET, HEAD'],
    ['put', '/Patient/adams', 'GET, HEAD'],
    ['patch', '/Patient/adams', 'GET, HEAD'],
    ['delete', '/Patient/adams', 'GET, HEAD'],
    ['delete', '/Patient?_id=adams', 'GET, HEAD'],
    ['put', '/Nothing/1', 'GET, HEAD'],
    ['post', '/', 'GET, HEAD'],
    ['post', '/metadata', 'GET, HEAD'],
    ['post', '/Patient/adams/$everything', 'GET, HEAD'],
    ['get', '/Patient/_search', 'POST'],
  ] as const)('%s %s is not allowed', async (method, path, allowed) => {
    const response = await request(app)[method](fhir + path);
    expectProblem(response, 405, 'not-supported', `Supported: ${allowed}.`);
    expect(response.headers['allow']).toBe(allowed);
  });
});

describe('format', () => {
  test.each([
    'application/fhir+json',
    'application/json',
    'application/json+fhir',
    'application/fhir+json; fhirVersion=4.0',
    'Application/JSON;charset=utf-8',
    'application/fhir+xml, application/fhir+json;q=0.9',
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    '*/*',
  ])('answers Accept: %s', async (accept) => {
    const response = await request(app).get(`${fhir}/Patient/adams`).set('Accept', accept);
    expect(response.status).toBe(200);
    expect(response.headers['content-type']).toBe('application/fhir+json; charset=utf-8');
  });

  test.each(['application/fhir+xml', 'application/xml', 'text/html', 'text/turtle;q=1, application/xml'])(
    'has nothing for Accept: %s',
    async (accept) => {
      const response = await request(app).get(`${fhir}/Patient/adams`).set('Accept', accept);
      expectProblem(response, 406, 'not-supported', 'Supported: application/fhir+json.');
    },
  );

  test.each([
    ['json', 200],
    ['application/json', 200],
    ['application/fhir+json', 200],
    ['application%2Ffhir%2Bjson', 200],
    ['xml', 406],
    ['application/fhir%2Bxml', 406],
    ['', 406],
  ])('_format=%s outweighs Accept: %i', async (format, status) => {
    for (const path of ['Patient/adams', 'Patient', 'metadata']) {
      const response = await request(app)
        .get(`${fhir}/${path}?_format=${format}`)
        .set('Accept', status === 200 ? 'application/fhir+xml' : 'application/fhir+json');
      expect(response.status, path).toBe(status);
    }
  });
});

describe('metadata', () => {
  it('states what the search table holds', async () => {
    const response = await request(app).get(`${fhir}/metadata`).set('Host', 'ehr.example');
    const statement = bodyOf(response) as CapabilityStatement;
    expect(statement).toMatchObject({
      resourceType: 'CapabilityStatement',
      status: 'active',
      kind: 'instance',
      fhirVersion: '4.0.1',
      format: ['json', 'application/fhir+json'],
      implementation: { url: 'http://ehr.example/sandbox/fhir' },
      rest: [{ mode: 'server' }],
    });
    const resources = statement.rest?.[0]?.resource ?? [];
    expect(resources.map((resource) => resource.type)).toEqual([...searchParameters.keys()]);
    for (const { type, searchParam = [], searchInclude = [] } of resources) {
      expect(searchParam.map((parameter) => parameter.name)).toEqual([
        ...(searchParameters.get(type)?.keys() ?? []),
      ]);
      const references = searchParam.filter((parameter) => parameter.type === 'reference');
      expect(searchInclude).toEqual(references.map((parameter) => `${type}:${parameter.name}`));
    }
    expect(
      resources.find((resource) => resource.type === 'MedicationAdministration')?.searchParam,
    ).toContainEqual({
      name: 'effective-time',
      type: 'date',
    });
  });

  it('serves every parameter and include that it states', async () => {
    const statement = bodyOf(await request(app).get(`${fhir}/metadata`)) as CapabilityStatement;
    for (const { type, searchParam = [], searchInclude = [] } of statement.rest?.[0]?.resource ?? []) {
      const query = new URLSearchParams(
        searchParam.map(({ name, type: kind }) => [name, kind === 'date' ? '2024' : 'x'] as [string, string]),
      );
      if (searchInclude.length > 0) query.set('_include', searchInclude.join(','));
      const response = await request(app).get(`${fhir}/${type}?${query.toString()}`);
      expect(response.status, `${type}: ${response.text}`).toBe(200);
    }
  });
});
