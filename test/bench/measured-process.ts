import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/** Loaded into the service before its own program (`node --import`): tells the benchmark what it asks for. */

/** Since it was last asked. */
export interface Measured {
  /** 99th percentile of how long the event loop that serves calls was held up, in milliseconds. */
  readonly delay: number;
  /** The most memory that the process had at once, threads included, in bytes. */
  readonly resident: number;
}

const EVERY = 5;

if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let resident = 0;
  setInterval(() => {
    resident = Math.max(resident, process.memoryUsage.rss());
  }, EVERY).unref();
  process.on('message', () => {
    process.send?.({ delay: delay.percentile(99) / 1e6, resident } satisfies Measured);
    delay.reset();
    resident = 0;
  });
  // Whoever measures does not keep the process from ending.
  process.channel?.unref();
}
