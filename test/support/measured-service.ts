import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { createEvaluationThreads } from '../../src/server/evaluation-threads.ts';
import { checkedLibrary } from '../../src/server/policies.ts';
import { readPolicyFiles } from '../../src/server/policy-files.ts';
import { createService, FHIR_BASE } from '../server/service.ts';

/**
 * The service in a process of its own, which measures how long its event loop is held up. Run by `fork`; the argument
 * `threads` evaluates large charts in threads, as the service does, and `none` on the event loop. Each message starts
 * the next measurement, and is answered with what the last one gave, in milliseconds.
 */
export interface Delay {
  readonly p99: number;
  readonly max: number;
}
export type Message = { readonly port: number } | Delay;

const policyFolder = fileURLToPath(new URL('../../cds-services', import.meta.url));
const config = { bodyLimit: 32 * 1024 * 1024, queryMilliseconds: 20_000 };
const threads = createEvaluationThreads(
  1,
  {
    policies: checkedLibrary(readPolicyFiles(policyFolder), policyFolder).checked,
    config,
    fhirBase: FHIR_BASE,
  },
  {
    error: (error) => {
      throw error;
    },
  },
);
const app = createService({ config, ...(process.argv[2] === 'threads' ? { threads } : {}) });
const server = createServer(app).listen(0, '127.0.0.1', () => {
  const address = server.address();
  tell({ port: typeof address === 'object' && address !== null ? address.port : 0 });
});

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on('message', () => {
  tell({ p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 });
  delay.reset();
});

function tell(message: Message): void {
  process.send?.(message);
}
