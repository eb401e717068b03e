import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DockerfileParser, type Dockerfile, type PropertyInstruction } from 'dockerfile-ast';
import { parse } from 'yaml';

/** What the deployment files say, for the tests that hold them against the service. */

const root = fileURLToPath(new URL('../..', import.meta.url));
export const inRepository = (path: string): string => join(root, path);
export const deployed = (name: string): string => readFileSync(join(root, 'deploy', name), 'utf8');

export type Settings = Readonly<Record<string, string>>;

const dockerfile: Dockerfile = DockerfileParser.parse(deployed('Dockerfile'));

/** What the image sets in the environment. */
export const imageSettings: Settings = Object.fromEntries(
  dockerfile
    .getENVs()
    .flatMap((env: PropertyInstruction) => env.getProperties())
    .map((property) => [property.getName(), property.getValue() ?? '']),
);

/** Paths that a Dockerfile takes from the repository, in all stages. */
export const copiedPaths = (): readonly string[] => [
  ...new Set(
    dockerfile
      .getCOPYs()
      .filter((copy) => copy.getFlags().every((flag) => flag.getName() !== 'from'))
      .flatMap((copy) =>
        copy
          .getArguments()
          .slice(0, -1)
          .map((argument) => argument.getValue()),
      ),
  ),
];

/** The repository's part that a build may see: what is let through, and what is taken away from that again. */
export function dockerIgnore(): {
  readonly allowed: readonly string[];
  readonly excluded: readonly string[];
} {
  const [everything, ...lines] = deployed('Dockerfile.dockerignore').trim().split('\n');
  if (everything !== '*' || lines.some((line) => line.includes('*')))
    throw new Error('Dockerfile.dockerignore: first *, then paths as they are');
  return {
    allowed: lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1)),
    excluded: lines.filter((line) => !line.startsWith('!')),
  };
}

export interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly environment?: Settings;
        readonly networks: Readonly<Record<string, { readonly ipv4_address?: string } | null>>;
        readonly read_only?: boolean;
        readonly ports?: readonly string[];
        readonly volumes?: readonly string[];
      }
    >
  >;
}
/** With what an operator has to set. */
export const compose = (): Compose =>
  parse(
    deployed('compose.yaml')
      .replaceAll(/\$\{PUBLIC_URL:\?[^}]*\}/g, 'https://cds.example.org')
      .replaceAll(/\$\{POSTGRES_PASSWORD:\?[^}]*\}/g, 'secret'),
    { merge: true },
  ) as Compose;

/** A manifest by its file's name. */
export function manifests(): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  const folder = inRepository('deploy/kubernetes');
  return new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith('.yaml') && name !== 'clients.yaml')
      .map((name) => [name, parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>]),
  );
}

export const isThere = (path: string): boolean => existsSync(inRepository(path));
