import type { Library } from '../policy/library.ts';
import type { Paint } from './text.ts';

/** What the command takes from the world around it: tests put their own in place of any of it. */
export interface Surroundings {
  /** The folder that relative paths start from. */
  readonly workingFolder: string;
  readonly fixtureFolder: string;
  /** Reads the policies. @throws PolicyProblems */
  readonly library: () => Library;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Today as a FHIR date. */
  readonly today: () => string;
  readonly newUuid: () => string;
  readonly paint: Paint;
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}
