import { existsSync, mkdtempSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Builds the workbench where it is absent or older than what it is made of; `npm start` runs this first. */

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'build', 'workbench');
const page = join(target, 'index.html');

/** What the page is made of: its own folder, the one that it takes functions from, and the locked packages. */
const SOURCES = ['src/workbench', 'src/fhir', 'package-lock.json'].map((name) => join(root, name));

/** When something at or below a path was last changed, in milliseconds; a folder changes when a file leaves it. */
function lastChange(path: string): number {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => lastChange(join(path, name))));
}

async function build(): Promise<void> {
  const vite = await import('vite');
  mkdirSync(join(root, 'build'), { recursive: true });
  // Built beside its place and moved there whole: nobody is served half a page, and two builds do not mix.
  const folder = mkdtempSync(join(root, 'build', 'workbench-'));
  try {
    await vite.build({
      configFile: join(root, 'src', 'workbench', 'vite.config.ts'),
      logLevel: 'warn',
      build: { outDir: folder },
    });
    rmSync(target, { recursive: true, force: true });
    renameSync(folder, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (!existsSync(page) || statSync(page).mtimeMs < Math.max(...SOURCES.map(lastChange))) {
  // React and Vite go by it: whoever builds, a test too, gets what is served to users.
  process.env['NODE_ENV'] = 'production';
  const started = performance.now();
  try {
    await build();
    process.stdout.write(`Workbench built in ${((performance.now() - started) / 1000).toFixed(1)} s.\n`);
  } catch (error) {
    // The build tools are devDependencies: an install without them runs the service without its page.
    if ((error as { readonly code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    process.stderr.write('The workbench is not built: its build tools are not installed.\n');
  }
}
