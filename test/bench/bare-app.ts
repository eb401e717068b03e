import express from 'express';

/** What it costs to receive and parse a request, and nothing else: the floor that the service is measured against. */

const answer = JSON.stringify({ cards: [{ detail: 'x'.repeat(4096 - 28) }] });

const app = express();
app.use(express.json({ limit: '32mb' }));
app.post('/cds-services/:id', (_request, response) => {
  response.type('json').send(answer);
});
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.stdout.write(`http://localhost:${port}\n`);
});
