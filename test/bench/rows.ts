import { evaluateRequest } from '../../src/crd/evaluate.ts';
import type { HookRequest } from '../../src/crd/hook-request.ts';
import { createLibrary } from '../../src/policy/checked-library.ts';
import type { Library } from '../../src/policy/library.ts';
import { dataFiles } from '../../src/server/policy-files.ts';
import { bundleExpressionsRow } from './bundle-expressions.ts';
import { AS_OF, call, folder, library, read, ungoverned } from './calls.ts';
import { cqlRow } from './cql/row.ts';
import { delayRow, fetchRow, memoryRow } from './in-flight.ts';
import { post, startBareApp, startService, startUnpinned, throughput } from './processes.ts';
import { median, rounds, shortest, timed, type Row } from './row.ts';

/** Throughput of the service against the bare app, both on the same core. */
async function againstBareApp(body: string): Promise<readonly number[]> {
  const [service, bare] = [await startService(), await startBareApp()];
  try {
    const round = async (): Promise<number> => {
      const ours = await throughput(service.base, body, SECONDS);
      return ours / (await throughput(bare.base, body, SECONDS));
    };
    return await rounds(ROUNDS, round, SETTLED_AFTER);
  } finally {
    service.stop();
    bare.stop();
  }
}
const ROUNDS = 5;
const SECONDS = 2;
/** Milliseconds, half of them the service’s: some thousand calls, after which V8 has compiled what is hot. */
const SETTLED_AFTER = 16_000;

/** From the parsed body to the determinations. @throws Error when there is not one */
async function determined(from: HookRequest, policies: Library): Promise<void> {
  const { determinations } = await evaluateRequest(from, policies, undefined, AS_OF);
  if (determinations.length !== 1) throw new Error(`${determinations.length} determinations`);
}

async function againstParsing(resources: number): Promise<readonly number[]> {
  const text = call(resources);
  const from = read(text);
  return rounds(15, async () => {
    const parsing = await shortest(10, () => JSON.parse(text) as unknown);
    return (await shortest(10, () => determined(from, library))) / parsing;
  });
}

async function bySize(): Promise<readonly number[]> {
  const [small, large] = [read(call(500)), read(call(10_000))];
  return rounds(7, async () => {
    // About as long for each of them.
    const little = await shortest(60, () => determined(small, library));
    return (await shortest(3, () => determined(large, library))) / little;
  });
}

/** The library with a hundred copies of a policy of a product that is not ordered, under other ids. */
function widerLibrary(): Library {
  const files = dataFiles(folder('cds-services'));
  const ordered = library.policies.find(({ products }) => !products.includes('tecartus'));
  const source = files.find(({ path }) => path === `${ordered?.id ?? ''}/policy.yaml`);
  if (ordered === undefined || source === undefined) throw new Error('every policy concerns the order');
  const copies = Array.from({ length: 100 }, (_, index) => ({
    path: `${ordered.id}-${index}/policy.yaml`,
    text: source.text.replaceAll(ordered.id, `${ordered.id}-${index}`),
  }));
  const made = createLibrary([...files, ...copies]);
  if ('problems' in made)
    throw new Error(made.problems.map(({ file, message }) => `${file}: ${message}`).join('\n'));
  return made;
}

async function byPolicies(): Promise<readonly number[]> {
  const from = read(call(500));
  const wider = widerLibrary();
  return rounds(15, async () => {
    const usual = await shortest(5, () => determined(from, library));
    return (await shortest(5, () => determined(from, wider))) / usual;
  });
}

/** The first answer of a started service against its tenth to twentieth. */
async function firstAnswer(): Promise<readonly number[]> {
  const body = call(50);
  return rounds(ROUNDS, async () => {
    const service = await startService();
    try {
      const once = (): Promise<number> =>
        timed(async () => {
          const response = await post(service.base, body);
          await response.text();
        });
      const first = await once();
      const later: number[] = [];
      for (let turn = 0; turn < 20; turn += 1) later.push(await once());
      return first / median(later.slice(10));
    } finally {
      service.stop();
    }
  });
}

/** Seconds, which is the ratio to one. */
const startToReady = (): Promise<readonly number[]> =>
  rounds(ROUNDS, async () => {
    const service = await startUnpinned();
    service.stop();
    return service.milliseconds / 1000;
  });

const carT = (resources: number): Row => ({
  id: `car-t-${resources}`,
  what: `CAR-T order, whole answer, ${resources} resources: throughput against a bare app`,
  goal: { atLeast: 0.5 },
  note: 'the evaluation thread shares the server’s core, the store’s too; records are committed to SQLite on a disk',
  measure: () => againstBareApp(call(resources)),
});
const determination = (resources: number): Row => ({
  id: `determination-${resources}`,
  what: `determination of ${resources} resources: time against JSON.parse of the body`,
  goal: { atMost: 1 },
  measure: () => againstParsing(resources),
});

export const ROWS: readonly Row[] = [
  {
    id: 'ungoverned',
    what: 'order that no policy governs: throughput against a bare app',
    goal: { atLeast: 0.9 },
    measure: () => againstBareApp(ungoverned),
  },
  carT(50),
  carT(500),
  carT(2000),
  determination(500),
  determination(2000),
  bundleExpressionsRow,
  cqlRow,
  {
    id: 'size',
    what: 'determination: time at 10,000 resources against 500',
    goal: { atMost: 20 },
    measure: bySize,
  },
  {
    id: 'policies',
    what: 'determination: time with 100 more policies that do not concern the order',
    goal: { atMost: 1.03 },
    measure: byPolicies,
  },
  {
    id: 'first-answer',
    what: 'first answer after ready: time against settled',
    goal: { atMost: 2 },
    measure: firstAnswer,
  },
  { id: 'start', what: 'start to ready, in seconds', goal: { atMost: 1 }, measure: startToReady },
  delayRow,
  memoryRow,
  fetchRow,
];
