import { property, text } from '../../../src/fhir/json.ts';
import { coverageInformation, values } from './coverage-information.ts';
import { profileProblems } from './profile.ts';
import { ORDER_TYPES } from './request-checks.ts';
import { validActions } from './response-checks.ts';
import type { Exchange, GroupCheck, Problem, Version } from './finding.ts';

/** J and K: coverage information was received, and it is valid; 3.7: what must have passed in some hook. */

/** The resources that carry the extension. In 2.2 an appointment's goes to the order it is based on. */
const carriers = (hook: string, version: Version): readonly string[] => {
  if (hook === 'appointment-book')
    return version === '2.0.1' ? ['Appointment'] : ['Appointment', ...ORDER_TYPES];
  return hook.startsWith('encounter') ? ['Encounter'] : ORDER_TYPES;
};

export interface CoverageAction {
  readonly action: unknown;
  readonly resource: unknown;
  readonly path: string;
  readonly exchange: Exchange;
}

export const coverageActions = (exchange: Exchange): readonly CoverageAction[] =>
  validActions(exchange).flatMap(({ item, path }) => {
    const resource = property(item, 'resource');
    return carriers(exchange.hook, exchange.version).includes(
      text(property(resource, 'resourceType')) ?? '',
    ) && coverageInformation(resource).length > 0
      ? [{ action: item, resource, path: `${exchange.name}: ${path}`, exchange }]
      : [];
  });

/** Assertion and authorization ids of a resource, by the coverage that they are about. */
const idsByCoverage = (resource: unknown, url: string): ReadonlyMap<string, ReadonlySet<string>> => {
  const byCoverage = new Map<string, Set<string>>();
  for (const { extension } of coverageInformation(resource)) {
    const coverage = String(property(values(extension, 'coverage')[0], 'reference'));
    const ids = byCoverage.get(coverage) ?? new Set<string>();
    for (const id of values(extension, url)) ids.add(String(id));
    byCoverage.set(coverage, ids);
  }
  return byCoverage;
};

const within =
  (url: string, allowed: (count: number) => boolean, rule: string) =>
  ({ resource, path }: CoverageAction): readonly Problem[] =>
    [...idsByCoverage(resource, url)]
      .filter(([, ids]) => !allowed(ids.size))
      .map(([coverage, ids]) => ({ message: `${coverage} has ${ids.size} of ${url}, ${rule}`, path }));

const between =
  (url: string) =>
  ({ resource, path }: CoverageAction): readonly Problem[] => {
    const groups = [...idsByCoverage(resource, url).values()].flatMap((ids) => [...ids]);
    return new Set(groups).size === groups.length
      ? []
      : [{ message: `two coverages share one ${url}`, path }];
  };

const each =
  (check: (action: CoverageAction) => readonly Problem[]): GroupCheck =>
  (group) =>
    group.flatMap(coverageActions).flatMap(check);

export const COVERAGE_CHECKS: Readonly<Record<string, GroupCheck>> = {
  J: (group) =>
    group.flatMap(coverageActions).length > 0
      ? []
      : [{ message: 'no coverage information was received', path: '(answers)' }],
  K1: each(({ action, path }) =>
    property(action, 'type') === 'update' ? [] : [{ message: 'is not an update', path }],
  ),
  K2: each(({ resource, path, exchange }) =>
    profileProblems(resource, exchange.version).map((problem) => ({
      message: `${problem.message} (${problem.path})`,
      path,
    })),
  ),
  K3: each(within('coverage-assertion-id', (count) => count === 1, 'exactly one')),
  K4: each(within('satisfied-pa-id', (count) => count <= 1, 'at most one')),
  K5: each(between('coverage-assertion-id')),
  K6: each(between('satisfied-pa-id')),
};

/** Passed rows by hook, as the suite's group 3.7 asks for them. */
export function acrossHooks(
  passed: ReadonlyMap<string, ReadonlySet<string>>,
): Readonly<Record<string, readonly Problem[]>> {
  const somewhere = (rows: readonly string[], what: string): readonly Problem[] =>
    [...passed.values()].some((rowsOfHook) => rows.every((row) => rowsOfHook.has(row)))
      ? []
      : [{ message: `${what} passed in no hook`, path: '(hooks)', level: 'skip' }];
  return {
    '3.7.01': somewhere(['G'], 'External Reference'),
    '3.7.02': somewhere(['I'], 'Instructions'),
    '3.7.03': somewhere(['J', 'K1', 'K2', 'K3', 'K4', 'K5', 'K6'], 'Coverage Information'),
  };
}
