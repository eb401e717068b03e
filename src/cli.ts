import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { today } from './today.ts';

/** `EXIT.internal`, which cannot be imported yet: it also covers a module that does not load. */
const INTERNAL_ERROR = 70;

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const folder = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

try {
  const [{ determineCommand }, { loadLibrary }] = await Promise.all([
    import('./cli/command.ts'),
    import('./server/policies.ts'),
  ]);
  const { npm_lifecycle_event: script, INIT_CWD: calledFrom } = process.env;
  process.exitCode = await determineCommand(process.argv.slice(2), {
    // npm runs a script in the package's folder, wherever it was called.
    workingFolder: script === 'determine' && calledFrom !== undefined ? calledFrom : process.cwd(),
    fixtureFolder: folder('fhir-fixtures'),
    library: () => loadLibrary(folder('cds-services')),
    environment: process.env,
    today,
    newUuid: randomUUID,
    // On a terminal only, and as NO_COLOR and FORCE_COLOR say.
    paint: (style, text) => styleText(style, text, { stream: process.stdout }),
    out: (text) => process.stdout.write(text),
    error: (text) => process.stderr.write(text),
  });
} catch (error) {
  process.stderr.write(
    `determine: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = INTERNAL_ERROR;
}
