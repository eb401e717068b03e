import express from 'express';
import { fileURLToPath } from 'node:url';
import type { Bundle } from 'fhir/r4.js';
import type { JsonObject } from '../../../src/fhir/json.ts';
import { loadLibrary } from '../../../src/server/policies.ts';
import { createCqlCriteria } from './criteria.ts';

/** The criteria in CQL behind the same call: what the service is measured against. */

interface Call {
  readonly context: { readonly draftOrders: Bundle };
  readonly prefetch: { readonly chart: Bundle };
}

const evaluate = createCqlCriteria(
  loadLibrary(fileURLToPath(new URL('../../../cds-services', import.meta.url))),
);
const resourcesOf = ({ entry = [] }: Bundle): readonly JsonObject[] =>
  entry.map(({ resource }) => resource as unknown as JsonObject);

const app = express();
app.use(express.json({ limit: '32mb' }));
app.post('/cds-services/:id', async (request, response) => {
  const { context, prefetch } = request.body as Call;
  const [order] = resourcesOf(context.draftOrders);
  if (order === undefined) throw new Error('the call has no order');
  response.json(await evaluate(resourcesOf(prefetch.chart), order, request.get('x-as-of') ?? ''));
});
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.stdout.write(`http://localhost:${port}\n`);
});
