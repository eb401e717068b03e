import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyPair } from '../server/production.ts';
import { clientsFile } from '../server/started-process.ts';
import { freePort } from '../support/free-port.ts';
import { copiedPaths, dockerIgnore, imageSettings, inRepository } from './files.ts';

/** The files of the image, and nothing else, are the service: laid out as the Dockerfile does, and run as it says. */

const ACCOUNT = 65532;
const isRoot = process.getuid?.() === 0;
let folder = '';
let clients: ReturnType<typeof clientsFile>;
const at = (name: string): string => join(folder, name);

/** What `npm ci --omit=dev` installs, from the packages that are here. */
function copyPackages(): void {
  const { packages } = JSON.parse(readFileSync(inRepository('package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>>;
  };
  const shipped = Object.entries(packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true)
    .map(([path]) => path)
    // Those within another package come with it; optional ones may be of other systems.
    .filter((path) => path.split('node_modules/').length === 2 && existsSync(inRepository(path)));
  execFileSync('cp', ['-a', '--parents', ...shipped, at('app')], { cwd: inRepository('.') });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cartograph-image-'));
  const excluded = dockerIgnore().excluded.map(inRepository);
  for (const path of copiedPaths().filter((name) => !/^(package-lock\.json|\.npmrc)$/.test(name)))
    cpSync(inRepository(path), at(`app/${path}`), {
      recursive: true,
      filter: (from) => !excluded.includes(from),
    });
  copyPackages();
  cpSync(process.execPath, at('node'));
  const key = await keyPair('ES384', 'one');
  clients = clientsFile({ hospital: { issuer: 'https://ehr.example.org', keys: [key.jwk] } });
  cpSync(clients.path, at('clients.yaml'));
  mkdirSync(at('data'));
  for (const name of ['', 'app', 'clients.yaml']) chmodSync(at(name), 0o555);
  if (isRoot) chownSync(at('data'), ACCOUNT, ACCOUNT);
}, 60_000);
afterAll(() => {
  chmodSync(folder, 0o755);
  rmSync(folder, { recursive: true });
  clients.remove();
}, 60_000);

describe('the files of the image', () => {
  it('start production mode without rights, with a place to write to in the data folder alone', async () => {
    expect(existsSync(at('app/node_modules/express'))).toBe(true);
    for (const tool of ['vitest', 'vite', 'typescript', 'react', 'node'])
      expect(existsSync(at(`app/node_modules/${tool}`))).toBe(false);
    expect(existsSync(at('app/src/workbench'))).toBe(false);
    const port = await freePort();
    const child = spawn(at('node'), ['src/main.ts'], {
      cwd: at('app'),
      env: {
        ...imageSettings,
        PORT: String(port),
        DATA_FOLDER: at('data'),
        PUBLIC_URL: 'https://cds.example.org',
        CLIENTS: at('clients.yaml'),
        // Nothing may depend on a temporary folder.
        TMPDIR: at('app'),
      },
      ...(isRoot ? { uid: ACCOUNT, gid: ACCOUNT } : {}),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise((resolve) => child.once('close', resolve));
    try {
      const ask = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`);
      const isReady = (): Promise<boolean> =>
        ask('/readyz').then(
          ({ ok }) => ok,
          () => false,
        );
      for (const until = Date.now() + 45_000; !(await isReady()); await pause(50))
        if (child.exitCode !== null || Date.now() > until) throw new Error(output);
      expect(await (await ask('/healthz')).json()).toMatchObject({ status: 'ok' });
      expect((await ask('/cds-services')).status).toBe(200);
      expect((await ask('/')).status).toBe(404);
      expect(existsSync(at('data/records.sqlite'))).toBe(true);
    } finally {
      child.kill('SIGTERM');
    }
    expect(await ended, output).toBe(0);
  }, 90_000);
});
