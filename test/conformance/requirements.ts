import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';
import { VERSIONS, type Version } from './checks/finding.ts';
import { readObject } from './data.ts';

/** The requirements with their tests, and how the tests came out. */

const schema = z.array(
  z.union([
    z.strictObject({ id: z.string(), title: z.string(), tests: z.array(z.string()).min(1) }),
    z.strictObject({ id: z.string(), title: z.string(), untested: z.string() }),
    /** Binds somebody else, or permits what this service does not do: nothing here could fail. */
    z.strictObject({ id: z.string(), title: z.string(), 'not-applicable': z.string() }),
  ]),
);
export type Requirement = z.infer<typeof schema>[number];

export const readRequirements = (): readonly Requirement[] =>
  schema.parse(parse(readFileSync(new URL('./requirements.yaml', import.meta.url), 'utf8')));

/** Every id of the sources: no requirement may be left out of the table. */
export const requirementIds = (): readonly string[] =>
  Object.values(readObject('requirement-ids')).flatMap((ids) => ids as readonly string[]);

/** Full name of a test to whether it passed. */
export type Results = ReadonlyMap<string, boolean>;

export type Outcome = 'pass' | 'FAIL' | 'NO SUCH TEST' | '-';

/** `CRD 2.0.1: answers …` runs for its version, any other test for both. */
const resultOf = (test: string, version: Version, results: Results): boolean | undefined =>
  results.get(`CRD ${version}: ${test}`) ?? results.get(test);

export function outcomeOf(requirement: Requirement, version: Version, results: Results): Outcome {
  if (!('tests' in requirement)) return '-';
  const outcomes = requirement.tests.map((test) => resultOf(test, version, results));
  if (outcomes.includes(undefined)) return 'NO SUCH TEST';
  return outcomes.includes(false) ? 'FAIL' : 'pass';
}

/** One line for each requirement, and whether anything is wrong. */
export function requirementTable(
  requirements: readonly Requirement[],
  results: Results,
): { readonly lines: readonly string[]; readonly isSound: boolean } {
  const rows = requirements.map((requirement) => ({
    requirement,
    outcomes: VERSIONS.map((version) => outcomeOf(requirement, version, results)),
  }));
  const isSound = rows.every(({ outcomes }) => outcomes.every((outcome) => ['pass', '-'].includes(outcome)));
  const tested = rows.filter(({ requirement }) => 'tests' in requirement);
  const count = (why: string): number => rows.filter(({ requirement }) => why in requirement).length;
  const line = (id: string, isTested: string, outcomes: readonly string[], rest: string): string =>
    [id.padEnd(10), isTested.padEnd(7), ...outcomes.map((outcome) => outcome.padEnd(13)), rest]
      .join(' ')
      .trimEnd();
  return {
    isSound,
    lines: [
      line('id', 'tested', VERSIONS, ''),
      ...rows.map(({ requirement, outcomes }) =>
        line(
          requirement.id,
          'tests' in requirement ? 'yes' : 'untested' in requirement ? 'no' : 'n/a',
          outcomes,
          [requirement.title, reasonOf(requirement)].filter((part) => part !== undefined).join('. '),
        ),
      ),
      '',
      `${rows.length} requirements, ${tested.length} tested, ${count('untested')} not, ${count('not-applicable')} not applicable; ${VERSIONS.map(
        (version, index) =>
          `${version}: ${tested.filter(({ outcomes }) => outcomes[index] === 'pass').length} of ${tested.length} pass`,
      ).join(', ')}`,
    ],
  };
}

const reasonOf = (requirement: Requirement): string | undefined =>
  'untested' in requirement
    ? requirement.untested
    : 'not-applicable' in requirement
      ? requirement['not-applicable']
      : undefined;
