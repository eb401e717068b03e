import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { createApp } from './server/app.ts';
import { sandboxClient } from './server/clients.ts';
import { readConfig } from './server/config.ts';
import { loadLibrary, PolicyProblems } from './server/policies.ts';
import { readFixtures } from './server/sandbox.ts';
import { today } from './today.ts';

const folder = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

try {
  const config = readConfig(process.env);
  const library = loadLibrary(folder('cds-services'));
  const fixtures = readFixtures(folder('fhir-fixtures'));
  const app = createApp(
    {
      library,
      config,
      logger: pino({ level: config.logLevel, base: null }),
      today,
      newUuid: randomUUID,
      newId: () => randomUUID().replaceAll('-', '').slice(0, 24),
      clients: { sandbox: sandboxClient(config, library) },
    },
    fixtures,
  );
  // Sandbox mode: unsigned calls are accepted, so only this machine may make them.
  const server = app.listen(config.port, '127.0.0.1', (error) => {
    if (error !== undefined) {
      process.stderr.write(`Cartograph cannot listen on port ${config.port}: ${error.message}\n`);
      process.exitCode = 1;
      return;
    }
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : config.port;
    const base = `http://localhost:${port}`;
    process.stdout.write(
      [
        `Cartograph in sandbox mode: unsigned calls, loopback only. ${library.policies.length} policies.`,
        `  services   ${base}/cds-services/{hook}  (order-sign, order-select, order-dispatch, appointment-book, …)`,
        `  discovery  ${base}/cds-services`,
        `  sandbox    ${base}/sandbox/fhir  (${fixtures.length} patients; hook requests: ${base}/sandbox/hooks)`,
        '',
        'Try it:',
        `  curl -s ${base}/sandbox/hooks/b-all-second-relapse-outpatient | curl -s -H 'content-type: application/json' -d @- ${base}/cds-services/order-sign`,
        '',
      ].join('\n'),
    );
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => server.close());
} catch (error) {
  process.stderr.write(
    `Cartograph does not start: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  if (
    !(error instanceof PolicyProblems) &&
    error instanceof Error &&
    !error.message.startsWith('wrong settings')
  ) {
    process.stderr.write(`${error.stack ?? ''}\n`);
  }
  process.exitCode = 1;
}
