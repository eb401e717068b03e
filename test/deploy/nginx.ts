import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { deployed } from './files.ts';

/** nginx as it is deployed, with ports and paths of a test. */
export interface Nginx {
  readonly port: number;
  /** The certificate that it shows, as PEM. */
  readonly certificate: string;
  /** Calls so far that were sent to more than one replica. */
  readonly sentAgain: () => number;
  readonly stop: () => Promise<void>;
}

const PROGRAMS = ['/usr/sbin/nginx', '/usr/local/sbin/nginx'];
export const nginxProgram = (): string | undefined => PROGRAMS.find((path) => existsSync(path));

/** @param name the host that its certificate is for */
export async function startNginx(program: string, name: string, replicas: readonly number[]): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'cartograph-nginx-'));
  // Its workers run as another account.
  chmodSync(folder, 0o755);
  const at = (file: string): string => join(folder, file);
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '1',
      ],
      ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`],
      ...['-keyout', at('tls.key'), '-out', at('tls.crt')],
    ],
    { stdio: 'ignore' },
  );
  const port = await freePort();
  let servers = 0;
  const configuration = deployed('nginx.conf')
    .replaceAll(/(?<= )\/tmp\//g, `${folder}/`)
    .replaceAll('/etc/nginx/tls/', `${folder}/`)
    .replace('listen 8443', `listen 127.0.0.1:${port}`)
    .replaceAll(
      /^( +server )[\d.]+:\d+/gm,
      (_, start: string) => `${start}127.0.0.1:${replicas[servers++] ?? 0}`,
    );
  if (servers !== replicas.length) throw new Error(`nginx.conf has ${servers} replicas`);
  writeFileSync(at('nginx.conf'), configuration);
  const log = openSync(at('log'), 'a');
  const child = spawn(program, ['-c', at('nginx.conf'), '-g', 'daemon off;'], {
    stdio: ['ignore', log, log],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  while (!(await takesConnections(port)))
    if (child.exitCode !== null) throw new Error(readFileSync(at('log'), 'utf8'));
  return {
    port,
    certificate: readFileSync(at('tls.crt'), 'utf8'),
    // The addresses of a call's replicas are separated by commas.
    sentAgain: () =>
      readFileSync(at('log'), 'utf8')
        .split('\n')
        .filter((line) => line.includes(', 127.0.0.1:')).length,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

const takesConnections = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () =>
      setTimeout(() => {
        resolve(false);
      }, 20),
    );
  });
