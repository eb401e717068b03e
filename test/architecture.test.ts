import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { flatten } from '../src/policy/policy.ts';
import { loadLibrary } from '../src/server/policies.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'src');

interface SourceFile {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  /** Text without comments: what runs. */
  readonly code: string;
  readonly imports: readonly string[];
}

const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '');

const files: readonly SourceFile[] = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(tsx?|js)$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
  .map((entry) => {
    const absolute = join(entry.parentPath, entry.name);
    const path = relative(source, absolute);
    const text = readFileSync(absolute, 'utf8');
    const code = withoutComments(text);
    return {
      path,
      // A file of the root is a layer of its own (service.ts, cli.ts), and so is its folder of parts (cli/).
      folder: path.includes('/') ? (path.split('/')[0] ?? '') : path.replace(/\.(tsx?|js)$/, ''),
      text,
      code,
      imports: [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? ''),
    };
  });

/** Each layer, and the layers that it may import beside itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  fhir: [],
  policy: ['fhir'],
  engine: ['fhir', 'policy'],
  crd: ['fhir', 'policy', 'engine'],
  dtr: ['fhir', 'policy', 'engine'],
  pas: ['fhir', 'policy', 'engine'],
  workbench: ['fhir', 'policy', 'engine', 'crd', 'dtr', 'pas', 'records'],
  sandbox: ['fhir'],
  store: [],
  records: ['fhir', 'policy', 'engine', 'store'],
  server: ['fhir', 'policy', 'engine', 'crd', 'dtr', 'pas', 'sandbox', 'store', 'records'],
  impact: ['fhir', 'policy', 'engine', 'crd', 'store', 'records', 'server', 'cli', 'today'],
};
/** Left of the server: plain functions of values. */
const PURE = ['fhir', 'policy', 'engine', 'crd', 'dtr', 'pas'];
const pure = files.filter(({ folder }) => PURE.includes(folder));

const folderOf = (file: SourceFile, specifier: string): string => {
  const target = relative(source, join(source, dirname(file.path), specifier));
  return target.includes('/') ? (target.split('/')[0] ?? '') : target.replace(/\.(ts|js)$/, '');
};

describe('dependencies', () => {
  it('point left: fhir, policy, engine, then crd and dtr, then server, then what starts it', () => {
    const wrong = files.flatMap((file) =>
      file.imports
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => folderOf(file, specifier))
        .filter((folder) => {
          const allowed = MAY_IMPORT[file.folder];
          return allowed !== undefined && folder !== file.folder && !allowed.includes(folder);
        })
        .map((folder) => `${file.path} imports ${folder}`),
    );
    expect(wrong).toEqual([]);
  });

  it('of the page on other layers are types, which leave nothing in the browser, but for functions of fhir', () => {
    const wrong = files
      .filter(({ folder }) => folder === 'workbench')
      .flatMap((file) =>
        [...file.code.matchAll(/\bimport\s+(?!type\b)[^;]*?'(\.[^']+)'/g)]
          .map((match) => folderOf(file, match[1] ?? ''))
          .filter((folder) => !['workbench', 'fhir'].includes(folder))
          .map((folder) => `${file.path} runs code of ${folder}`),
      );
    expect(wrong).toEqual([]);
  });

  it('stay between the layers that are known here', () => {
    const layers = new Set(files.filter(({ path }) => path.includes('/')).map(({ folder }) => folder));
    expect([...layers].filter((folder) => !(folder in MAY_IMPORT) && folder !== 'cli')).toEqual([]);
  });

  it('lead to the sandbox from the server alone', () => {
    const importers = files.filter(
      (file) =>
        !['server', 'sandbox'].includes(file.folder) &&
        file.imports.some(
          (specifier) => specifier.startsWith('.') && folderOf(file, specifier) === 'sandbox',
        ),
    );
    expect(importers.map(({ path }) => path)).toEqual([]);
  });

  it('reach a file that is there, with its ending', () => {
    const lost = files.flatMap((file) =>
      file.imports
        .filter((specifier) => specifier.startsWith('.'))
        .filter((specifier) => !existsSync(join(source, dirname(file.path), specifier)))
        .map((specifier) => `${file.path} imports ${specifier}`),
    );
    expect(lost).toEqual([]);
  });

  it('have one importer of fhirpath, and one of UCUM', () => {
    const importers = (name: string): readonly string[] =>
      files
        .filter(({ imports }) =>
          imports.some((specifier) => specifier === name || specifier.startsWith(`${name}/`)),
        )
        .map(({ path }) => path);
    expect(importers('fhirpath')).toEqual(['fhir/fhirpath.ts']);
    expect(importers('@lhncbc/ucum-lhc')).toEqual(['fhir/quantity.ts']);
  });
});

describe('left of the server', () => {
  it('no package is imported that reads or writes anything', () => {
    const allowed = new Set([
      'zod',
      'yaml',
      'fhirpath',
      'fhirpath/fhir-context/r4',
      '@lhncbc/ucum-lhc',
      'fhir/r4.js',
    ]);
    const wrong = pure.flatMap(({ path, imports }) =>
      imports
        .filter((specifier) => !specifier.startsWith('.') && !allowed.has(specifier))
        .map((specifier) => `${path} imports ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it.each([
    ['the process', /\bprocess\./],
    ['the clock', /\bnew Date\(\s*\)|\bDate\.now\(|\bperformance\.now\(/],
    ['chance', /\bMath\.random\(|\bcrypto\.|\brandomUUID\(/],
    ['the network', /\bfetch\(/],
    ['the log', /\bconsole\.|\bpino\(/],
    ['timers', /\bset(?:Timeout|Interval|Immediate)\(/],
  ])('nothing is asked of %s', (_name, pattern) => {
    expect(pure.filter(({ code }) => pattern.test(code)).map(({ path }) => path)).toEqual([]);
  });
});

describe('what a policy says stays in its file', () => {
  const library = loadLibrary(join(root, 'cds-services'));
  const words = [
    ...library.policies.flatMap(({ id }) => [id, id.toUpperCase()]),
    ...library.policies.flatMap(({ indications }) =>
      indications.flatMap(({ criteria }) => flatten(criteria).flatMap(({ id }) => id ?? [])),
    ),
    ...library.policies.flatMap(({ anomalies }) => [...anomalies.keys()]),
    ...[...library.payers.values()].flatMap(({ id, name, names }) => [id, name, ...names]),
    ...library.products.products.flatMap(({ id, brand, generic, names }) => [id, brand, generic, ...names]),
    ...[...library.terminology.valueSets.keys()],
  ];

  it('no policy, payer, product, criterion or value set is named in the program', () => {
    const named = files.flatMap(({ path, code }) =>
      [...new Set(words)]
        .filter((word) => new RegExp(`(?<![\\w-])${RegExp.escape(word)}(?![\\w-])`, 'i').test(code))
        .map((word) => `${path} names ${word}`),
    );
    expect(named).toEqual([]);
  });
});

describe('files', () => {
  const LINES = 320;
  /** Longer, each for a reason. */
  const LONGER: Readonly<Record<string, string>> = {
    'policy/library.ts': 'one function checks each file against the others, in the order in which they refer',
  };

  it(`have at most ${LINES} lines, but for those with a reason`, () => {
    const long = files
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ path, lines }) => lines > LINES && !(path in LONGER))
      .map(({ path, lines }) => `${path}: ${lines} lines`);
    expect(long).toEqual([]);
  });

  it('are kebab-case nouns', () => {
    const odd = files
      .map(({ path }) => path)
      .filter(
        (path) => !/^([a-z0-9]+(-[a-z0-9]+)*\/){0,2}[a-z0-9]+(-[a-z0-9]+)*(\.config)?\.(tsx?|js)$/.test(path),
      );
    expect(odd).toEqual([]);
    expect(files.map(({ path }) => path).filter((path) => /util|helper|common|manager/i.test(path))).toEqual(
      [],
    );
  });
});
