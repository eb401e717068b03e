import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** What is installed: exact versions, sealed by the lock file, under licences that allow it, and running no scripts. */

interface Package {
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly inBundle?: boolean;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));
const manifest = read('package.json') as Readonly<
  Record<'dependencies' | 'devDependencies', Readonly<Record<string, string>>>
> & {
  readonly overrides: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
};
const { packages } = read('package-lock.json') as { readonly packages: Readonly<Record<string, Package>> };
const installed = Object.entries(packages)
  .filter(([path]) => path !== '')
  .map(([path, found]) => ({ name: path.replace(/^.*node_modules\//, ''), path, ...found }));

/** Licences that a product may be built with, by their SPDX names. */
const PERMISSIVE = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT and ISC',
  'Python-2.0',
  'Unlicense',
  'WTFPL OR ISC',
  '(MIT OR CC0-1.0)',
];
/** For tools that are not shipped, four more; the last is for data (which browser can do what). */
const FOR_TOOLS = [...PERMISSIVE, 'MPL-2.0', '(MIT AND Zlib)', 'CC0-1.0', 'CC-BY-4.0'];
/** Licences in the packages' own words: the National Library of Medicine's, modelled on BSD. */
const OWN_WORDS = ['fhirpath', '@lhncbc/ucum-lhc', 'lforms'];
/**
 * LForms is used as it is published: finished scripts that hold all they need. What they were built from, Angular and
 * more, is left out of the install: one small package of no effect stands in place of each.
 */
const STANDING_IN = 'npm:tslib@2.8.1';

describe('packages', () => {
  it('are named by exact versions', () => {
    const named = Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.overrides,
    });
    expect(
      named.filter(([, version]) => typeof version === 'string' && !/^\d+\.\d+\.\d+$/.test(version)),
    ).toEqual([]);
    const nested = Object.entries(manifest.overrides).filter(([, version]) => typeof version !== 'string');
    expect(nested.map(([name]) => name)).toEqual(['lforms']);
    expect(new Set(Object.values(manifest.overrides['lforms'] ?? {}))).toEqual(new Set([STANDING_IN]));
  });

  it('are sealed by the lock file, each or with the package that brings it', () => {
    expect(installed.length).toBeGreaterThan(100);
    expect(
      installed.filter(({ integrity, inBundle }) => integrity === undefined && inBundle !== true),
    ).toEqual([]);
  });

  it('run no script when they are installed, but for Node itself', () => {
    expect(
      installed.filter(({ hasInstallScript }) => hasInstallScript === true).map(({ name }) => name),
    ).toEqual(['node']);
    expect(manifest.allowScripts).toEqual({ node: true });
  });

  it('have licences that allow their use', () => {
    const wrong = installed
      .filter(({ name }) => !OWN_WORDS.includes(name))
      .filter(({ license, dev }) => !(dev === true ? FOR_TOOLS : PERMISSIVE).includes(license ?? ''))
      .map(({ path, license }) => `${path}: ${license ?? 'none'}`);
    expect(wrong).toEqual([]);
  });
});
