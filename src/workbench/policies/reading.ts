import type { FactDescription } from '../../policy/fact-description.ts';
import type { ReadPolicy, ValueSetDescription } from '../../policy/policy-description.ts';

export const STATES = ['met', 'not-met', 'unknown', 'not-applicable'] as const;
export type State = (typeof STATES)[number];

/** A case of the test suite. */
export interface Shown {
  readonly name: string;
  readonly story: string;
}

/** A policy with what stands behind its criteria, by name. */
export class PolicyReading {
  readonly policy: ReadPolicy;
  readonly #facts: ReadonlyMap<string, FactDescription>;
  readonly #valueSets: ReadonlyMap<string, ValueSetDescription>;
  readonly #anomalies: ReadonlyMap<string, string>;
  readonly #systems: ReadonlyMap<string, string>;

  constructor(policy: ReadPolicy) {
    this.policy = policy;
    this.#facts = new Map(policy.facts.map((fact) => [fact.name, fact]));
    this.#valueSets = new Map(policy.valueSets.map((set) => [set.id, set]));
    this.#anomalies = new Map(policy.anomalies.map(({ id, text }) => [id, text]));
    this.#systems = new Map(policy.codeSystems.map(({ uri, name }) => [uri, name]));
  }

  fact(name: string): FactDescription | undefined {
    return this.#facts.get(name);
  }

  valueSet(id: string): ValueSetDescription | undefined {
    return this.#valueSets.get(id);
  }

  anomaly(id: string): string {
    return this.#anomalies.get(id) ?? '';
  }

  /** A code system by the name that people use. */
  systemName(uri: string): string {
    return this.#systems.get(uri) ?? uri;
  }

  /** The cases that show a criterion in each status, null for one that it cannot have; undefined: none were counted. */
  tests(id: string, indication: string): Readonly<Record<State, readonly Shown[] | null>> | undefined {
    const { tests } = this.policy;
    const found = tests?.criteria.find((one) => one.id === id && one.indication === indication);
    if (tests === null || found === undefined) return undefined;
    const cases = (state: State): readonly Shown[] | null =>
      found[state]?.flatMap((place) => tests.vignettes[place] ?? []) ?? null;
    return {
      met: cases('met'),
      'not-met': cases('not-met'),
      unknown: cases('unknown'),
      'not-applicable': cases('not-applicable'),
    };
  }
}
