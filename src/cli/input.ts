import type { HookRequest } from '../crd/hook-request.ts';
import type { FhirClient } from '../fhir/client.ts';
import type { JsonObject } from '../fhir/json.ts';
import type { Arguments } from './arguments.ts';
import { CommandError, EXIT } from './exit-code.ts';
import { fixtureFile, locate, valuesOf, wrong, type NamedFile } from './files.ts';
import { orderOf, signRequest } from './order-file.ts';
import { patientOf, type Charts } from './patient.ts';
import { bundleOf, idsOf, resourcesOf } from './resource-file.ts';
import { readPatient, serverClient } from './server.ts';
import type { Surroundings } from './surroundings.ts';

/** What there is to evaluate: a request with the chart as its prefetch, and the server that has the rest. */
export interface Input {
  readonly request: HookRequest;
  readonly client: FhirClient | undefined;
}

/**
 * Reads the files, and the Patient from the server, so that a wrong address is told before anything is evaluated.
 * @throws CommandError
 */
export async function readInput(options: Arguments, surroundings: Surroundings): Promise<Input> {
  const { chart: source } = options;
  const files = source.kind === 'files' ? readCharts(source.names, surroundings) : undefined;
  const file = orderFile(options, surroundings);
  const order = orderOf(valuesOf(file));
  if ('problem' in order) throw wrong(file, order.problem);

  const patientId = patientOf(options.patientId, order, file, files);
  const coverage = options.coverage === undefined ? {} : readCoverage(options.coverage, surroundings);
  const request =
    order.kind === 'request' ? order.request : signRequest(order.bundle, patientId, surroundings.newUuid());
  switch (source.kind) {
    case 'files':
      return {
        request: { ...request, patientId, prefetch: { chart: files?.bundle, ...coverage } },
        client: undefined,
      };
    case 'server': {
      const client = serverClient(source, patientId, surroundings.environment);
      const patient = await readPatient(client, source, patientId);
      return {
        request: { ...request, patientId, prefetch: { ...request.prefetch, patient, ...coverage } },
        client,
      };
    }
    case 'request':
      if (Object.keys(request.prefetch).length === 0) {
        throw new CommandError(
          EXIT.usage,
          `--chart (or --server) is missing: ${file.option} ${file.name} brings no prefetch`,
        );
      }
      return {
        request: { ...request, patientId, prefetch: { ...request.prefetch, ...coverage } },
        client: undefined,
      };
  }
}

function readCharts(names: readonly string[], surroundings: Surroundings): Charts | undefined {
  const files = names.map((name) => locate('--chart', name, 'chart.json', surroundings));
  const read = files.map((file) => ({ file, values: valuesOf(file) }));
  for (const { file, values } of read) {
    if (resourcesOf(bundleOf(values, 'entry')).length === 0) throw wrong(file, 'holds no FHIR resource');
  }
  const [first] = files;
  return first === undefined
    ? undefined
    : {
        file: first,
        bundle: bundleOf(
          read.flatMap(({ values }) => values),
          'entry',
        ),
      };
}

/** The file of `--order`, or the order of the fixture that is the chart. */
function orderFile({ order, chart }: Arguments, surroundings: Surroundings): NamedFile {
  if (order !== undefined) return locate('--order', order, 'order-sign.json', surroundings);
  const name = chart.kind === 'files' ? (chart.names[0] ?? '') : '';
  const path = fixtureFile(name, 'order-sign.json', surroundings);
  if (path === undefined)
    throw new CommandError(EXIT.usage, `--order is missing: --chart ${name} is no fixture with an order`);
  return { option: '--chart', name, path };
}

/** Only what says who pays: a Patient in the file must not make it pass for the chart. */
function readCoverage(name: string, surroundings: Surroundings): { readonly coverage: JsonObject } {
  const file = locate('--coverage', name, 'coverage.json', surroundings);
  const bundle = bundleOf(valuesOf(file), 'coverage');
  if (idsOf(bundle, 'Coverage').length === 0) throw wrong(file, 'holds no Coverage');
  const entry = (
    bundle['entry'] as readonly { readonly resource?: { readonly resourceType?: unknown } }[]
  ).filter(({ resource }) => ['Coverage', 'Organization'].includes(String(resource?.resourceType)));
  return { coverage: { ...bundle, entry } };
}
