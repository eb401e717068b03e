import request from 'supertest';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/records/report.ts';
import { memoryRecords } from '../support/memory-records.ts';
import { determination, feedback } from '../store/rows.ts';
import { storedChart, withWholeChart } from './charts.ts';
import { createService } from './service.ts';

/** The report as the workbench asks for it; how it counts, `test/records` checks. */

const PATH = '/workbench/report';

describe('the report', () => {
  it('counts what the service has answered, as JSON and as CSV', async () => {
    const records = memoryRecords();
    const app = createService({ records });
    const chart = storedChart('b-all-second-relapse-outpatient');
    await request(app)
      .post('/cds-services/order-sign')
      .send(withWholeChart(chart, chart.resources))
      .expect(200);
    await records.keep({ feedback: [feedback('card')] });

    const answer = await request(app).get(PATH).expect(200);
    const { policies, feedback: told, timeToAnswer } = answer.body as Report;
    expect(policies.map(({ determinations }) => determinations)).toEqual([1]);
    expect(policies[0]?.criteria.some(({ met }) => met === 1)).toBe(true);
    expect(policies[0]?.missing.length).toBeGreaterThan(0);
    expect(told.overridden).toBe(1);
    expect(timeToAnswer?.calls).toBe(1);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();

    const csv = await request(app).get(`${PATH}?format=csv`).expect(200);
    expect(csv.headers['content-type']).toMatch(/^text\/csv/);
    expect(csv.headers['content-disposition']).toBe('attachment; filename=report.csv');
    expect(csv.text.split('\r\n')).toHaveLength((policies[0]?.criteria.length ?? 0) + 2);
  });

  it('is of the days that are asked for: from one, and before the other', async () => {
    const records = memoryRecords();
    const body = JSON.stringify({ policy: { id: 'policy', version: '1' }, decision: 'review', criteria: [] });
    await records.keep({
      determination: [
        { ...determination('one'), body },
        { ...determination('two', '2026-04-01T00:00:00.000Z'), body },
      ],
    });
    const app = createService({ records });
    const counted = async (query: string): Promise<number> =>
      ((await request(app).get(`${PATH}?${query}`)).body as Report).policies.reduce(
        (sum, { determinations }) => sum + determinations,
        0,
      );
    expect(await counted('')).toBe(2);
    expect(await counted('from=2026-04-01')).toBe(1);
    expect(await counted('to=2026-04-01')).toBe(1);
    expect(await counted('from=2026-03-03&to=2026-04-01')).toBe(0);
  });

  it.each([
    ['from=yesterday', '(url).from'],
    ['to=2026-02-30', '(url).to'],
    ['from=2026-03-01&from=2026-03-02', '(url).from'],
    ['format=xml', '(url).format'],
  ])('refuses %s and names the place', async (query, path) => {
    const response = await request(createService()).get(`${PATH}?${query}`);
    expect([response.status, response.body]).toEqual([400, expect.objectContaining({ path })]);
  });
});
