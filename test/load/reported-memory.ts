import { isMainThread } from 'node:worker_threads';

/** Loaded into the service before its own program (`node --import`): tells its memory to the test that started it. */

/** Bytes. */
export interface Memory {
  /** Of the whole process, threads included. */
  readonly resident: number;
  /** Of the thread that serves calls, after garbage collection. */
  readonly heap: number;
}

if (isMainThread)
  process.on('message', () => {
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    process.send?.({ resident: rss, heap: heapUsed } satisfies Memory);
  });
