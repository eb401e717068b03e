import { openDatabase, type Location } from '../../src/store/database.ts';
import { createRecordStore } from '../../src/store/records.ts';
import { determination } from './rows.ts';

/**
 * Writes determinations from many callers at once until it is killed, and prints each id when its write is acknowledged:
 * what a clinician's EHR would have been told. `refused <code>` is printed for a write that failed.
 * Arguments: the location as JSON, a prefix of the ids, and how many callers there are.
 */
const [location = '', prefix = '', callers = '8'] = process.argv.slice(2);
const store = createRecordStore(() => openDatabase(JSON.parse(location) as Location));
await store.check();
process.stdout.write('open\n');
let next = 0;
const call = async (): Promise<never> => {
  for (;;) {
    const id = `${prefix}-${next++}`;
    try {
      await store.keep({ determination: [determination(id)] });
      process.stdout.write(`${id}\n`);
    } catch (error) {
      process.stdout.write(`refused ${error instanceof Error ? error.name : 'unknown'}\n`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
};
await Promise.all(Array.from({ length: Number(callers) }, call));
