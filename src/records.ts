import { HELP, recordsCommand } from './records/command.ts';
import { openDatabase } from './store/database.ts';
import { locationOf } from './store/location.ts';
import { createRecordStore } from './store/records.ts';

/** `npm run records` and `npm run report`: the operator's view of what is kept. */

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const location = locationOf(process.env);
if ('problems' in location) {
  process.stderr.write(`records: ${location.problems.join('; ')}\n\n${HELP}`);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await recordsCommand(process.argv.slice(2), {
      open: () => createRecordStore(() => openDatabase(location)),
      now: () => new Date().toISOString(),
      out: (text) => process.stdout.write(text),
      error: (text) => process.stderr.write(text),
    });
  } catch (error) {
    process.stderr.write(`records: ${error instanceof Error ? error.message : 'unknown error'}\n`);
    process.exitCode = 1;
  }
}
