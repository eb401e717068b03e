import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Starts the service. Its code is kept compiled beside the built page, where that folder can be written, so that a later
 * start strips no types and compiles nothing; threads find it by the environment.
 */
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('../build/compile-cache', import.meta.url));
enableCompileCache();
await import('./service.ts');
