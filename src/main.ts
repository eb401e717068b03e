import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

/**
 * Starts the service. Its code is kept compiled beside the built page, where that folder can be written, so that a later
 * start strips no types and compiles nothing; threads find it by the environment.
 */
// After a few collections in the middle of large charts V8 makes objects of those places in the code old from the start, and
// what is old keeps its dead chart through every collection of the young: that took a third of the time of a large call.
setFlagsFromString('--no-allocation-site-pretenuring');
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('../build/compile-cache', import.meta.url));
enableCompileCache();
await import('./service.ts');
