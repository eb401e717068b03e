import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Fixtures as exports of a FHIR server hold them: each chart with its order, as NDJSON of Bundles and as Bulk Data. */

type Resource = { readonly resourceType: string; readonly id: string; readonly [key: string]: unknown };
export interface FixtureChart {
  readonly name: string;
  readonly patient: string;
  readonly resources: readonly Resource[];
}

const FIXTURES = fileURLToPath(new URL('../../fhir-fixtures', import.meta.url));

interface Bundle {
  readonly entry: readonly { readonly resource: Resource }[];
}

export function fixtureCharts(names: readonly string[]): readonly FixtureChart[] {
  return names.map((name) => {
    const read = (file: string): unknown => JSON.parse(readFileSync(join(FIXTURES, name, file), 'utf8'));
    const request = read('order-sign.json') as {
      readonly context: { readonly patientId: string; readonly draftOrders: Bundle };
    };
    const bundles = [read('chart.json') as Bundle, request.context.draftOrders];
    return {
      name,
      patient: request.context.patientId,
      resources: bundles.flatMap(({ entry }) => entry.map(({ resource }) => resource)),
    };
  });
}

export const fixtureNames = (): readonly string[] =>
  readdirSync(FIXTURES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'generator')
    .map(({ name }) => name);

const bundleLine = ({ resources }: FixtureChart): string =>
  JSON.stringify({
    resourceType: 'Bundle',
    type: 'collection',
    entry: resources.map((resource) => ({ resource })),
  });

export function writeBundles(path: string, charts: readonly FixtureChart[]): void {
  writeFileSync(path, charts.map((chart) => `${bundleLine(chart)}\n`).join(''));
}

/** One file for each type, the patients' resources in turns, in two parts where there are many, as servers write them. */
export function writeBulkData(folder: string, charts: readonly FixtureChart[]): void {
  mkdirSync(folder, { recursive: true });
  const byType = Map.groupBy(
    charts.flatMap(({ resources }) => resources.map((resource, index) => ({ resource, index }))),
    ({ resource }) => resource.resourceType,
  );
  for (const [type, found] of byType) {
    const lines = found.toSorted((a, b) => a.index - b.index).map(({ resource }) => JSON.stringify(resource));
    const half = Math.ceil(lines.length / 2);
    const parts = lines.length < 20 ? [lines] : [lines.slice(0, half), lines.slice(half)];
    for (const [index, part] of parts.entries())
      writeFileSync(
        join(folder, `${type}.${String(index + 1).padStart(3, '0')}.ndjson`),
        `${part.join('\n')}\n`,
      );
  }
}
