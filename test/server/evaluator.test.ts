import request from 'supertest';
import { describe, expect, it } from 'vitest';
import type { EvaluationThreads } from '../../src/server/evaluation-threads.ts';
import { ThreadFailure } from '../../src/server/evaluation-threads.ts';
import type { Work } from '../../src/server/work.ts';
import { draftsOf, orderSign, resourcesOf, withDrafts, type HookBody } from '../crd/service.ts';
import { createService, type Identified } from './service.ts';

const NAME = 'b-all-relapsed-inpatient';
const SERVER = 'http://127.0.0.1:9/fhir';

/** Threads that are full, and note what they are given. */
function fullThreads(kind: ThreadFailure['kind']): EvaluationThreads & { readonly calls: Work[] } {
  const calls: Work[] = [];
  return {
    calls,
    work: (name) => {
      calls.push(name);
      return Promise.reject(new ThreadFailure(kind));
    },
    ready: () => Promise.resolve(),
    state: () => ({ isReady: true, waiting: 0, underWay: 0, heldBytes: 0, openCircuits: [] }),
    close: () => Promise.resolve(),
  };
}

const small: HookBody = {
  ...orderSign(NAME),
  prefetch: {
    chart: {
      resourceType: 'Bundle',
      entry: resourcesOf(NAME)
        .slice(0, 20)
        .map((resource) => ({ resource })),
    },
  },
};
const padding = { padding: 'x'.repeat(300_000) };
const large: HookBody = { ...small, extension: padding };
const byReference = {
  resourceType: 'MedicationRequest',
  id: 'unread',
  status: 'draft',
  medicationReference: { reference: 'Medication/elsewhere' },
};
const ungoverned = withDrafts(small, [{ resourceType: 'MedicationRequest', id: 'aspirin', status: 'draft' }]);

/** The small call with its CAR-T order so many times. */
function withMany(count: number): HookBody {
  const [draft] = draftsOf(small).slice(-1);
  return withDrafts(
    small,
    Array.from({ length: count }, (_, index) => ({ ...draft, id: `draft-${index}` })),
  );
}

const post = (threads: EvaluationThreads, body: object, path = '/cds-services/order-sign') =>
  request(createService({ threads })).post(path).send(body);

describe('a call goes to a thread', () => {
  it.each<[string, object, number]>([
    ['not when no order is for CAR-T, whatever server it names', { ...ungoverned, fhirServer: SERVER }, 0],
    ['not when an order is for CAR-T and its small chart was sent', small, 0],
    ['when many orders are for CAR-T', withMany(5), 1],
    ['when its body is large', { ...ungoverned, extension: padding }, 1],
    ['when it asks the FHIR server', { ...withDrafts(small, [byReference]), fhirServer: SERVER }, 1],
  ])('%s', async (_name, body, count) => {
    const threads = fullThreads('busy');
    await post(threads, body);
    expect(threads.calls).toHaveLength(count);
  });

  it('not when its body is none', async () => {
    const threads = fullThreads('busy');
    expect((await post(threads, [])).status).toBe(400);
    expect(threads.calls).toEqual([]);
  });
});

const PARAMETERS = { resourceType: 'Parameters', parameter: [] };
const OTHER: readonly (readonly [path: string, work: Work])[] = [
  ['/fhir/Questionnaire/$questionnaire-package', 'package'],
  ['/fhir/Questionnaire/$populate', 'populate'],
  ['/fhir/Claim/$submit', 'submission'],
  ['/fhir/Claim/$inquire', 'inquiry'],
  ['/workbench/course', 'course'],
  ['/workbench/chart', 'chart'],
];

describe.each(OTHER)('%s', (path, work) => {
  it('goes to a thread however small it is, and is to be sent again when threads are busy', async () => {
    const threads = fullThreads('busy');
    const { status, headers } = await post(threads, PARAMETERS, path);
    expect({ status, work: threads.calls }).toEqual({ status: 503, work: [work] });
    expect(headers['retry-after']).toMatch(/^\d+$/);
  });
});

describe('where no thread answers', () => {
  const coverage = resourcesOf(NAME).filter(({ resourceType }) =>
    ['Patient', 'Coverage', 'Organization', 'Encounter'].includes(String(resourceType)),
  );
  const fetching = { ...small, fhirServer: SERVER, prefetch: { own: coverage } };

  it.each<[string, HookBody, number]>([
    ['whose chart was not sent', fetching, 1],
    ['with several orders', withMany(5), 5],
  ])(
    'a small call is answered with its chart unread when threads are busy: one %s',
    async (_name, body, count) => {
      const response = await post(fullThreads('busy'), body, '/determinations');
      expect(response.status).toBe(200);
      const { determinations } = response.body as { readonly determinations: readonly Identified[] };
      expect(determinations).toHaveLength(count);
      const criteria = determinations[0]?.criteria ?? [];
      // The age is in what was sent.
      expect(criteria.filter(({ status }) => status === 'met').map(({ id }) => id)).toEqual([
        'carepartners-ct-aucatzyl/aucatzyl/2',
      ]);
      expect(criteria.filter(({ needs }) => needs === 'data-access').length).toBeGreaterThan(3);
      expect(JSON.stringify(criteria)).toContain(new ThreadFailure('busy').message);
    },
  );

  it('a small call with many orders is refused', async () => {
    expect((await post(fullThreads('busy'), withMany(11))).status).toBe(503);
  });

  it('a large call is refused, to be sent again when threads are busy', async () => {
    const response = await post(fullThreads('busy'), large);
    expect(response.status).toBe(503);
    expect(response.headers['retry-after']).toMatch(/^\d+$/);
    expect(response.body).toEqual({
      code: 'busy',
      message: 'the service has too many large charts to evaluate at the moment',
      path: '(service)',
    });
  });

  it.each(['late', 'lost'] as const)('a call that ended its thread is refused (%s)', async (kind) => {
    for (const body of [large, fetching]) {
      const response = await post(fullThreads(kind), body);
      expect(response.status).toBe(503);
      expect(response.headers['retry-after']).toBeUndefined();
      expect(response.body).toMatchObject({ code: 'not-evaluated', path: '(service)' });
    }
  });
});
