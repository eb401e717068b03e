/** Says on a stream how far a command is: one line that is rewritten on a terminal, else a line every so often. */
export interface Progress {
  readonly done: (count: number, remark: string) => void;
  /** Leaves the stream at the start of a line. */
  readonly end: () => void;
}

/** Milliseconds between two lines where nothing can be rewritten, and between two states of one that can. */
const EVERY = { line: 30_000, rewrite: 200 } as const;

export function progressOn(
  stream: { readonly isTTY?: boolean; readonly write: (text: string) => unknown },
  total: number,
  now: () => number,
): Progress {
  const isRewritten = stream.isTTY === true;
  const pause = isRewritten ? EVERY.rewrite : EVERY.line;
  let count = 0;
  let said = now();
  /** Where the time that is left is reckoned from: getting started is no measure of it. */
  let first: { readonly time: number; readonly count: number } | undefined;
  return {
    done(more, remark) {
      count += more;
      const time = now();
      first ??= { time, count };
      if (time - said < pause && count < total) return;
      said = time;
      const each = (time - first.time) / (count - first.count);
      const minutes = Math.ceil((each * (total - count)) / 60_000);
      const rest = Number.isFinite(minutes) && count < total ? `, about ${minutes} min left` : '';
      const line = `${count} of ${total}${remark}${rest}`;
      stream.write(isRewritten ? `\r\u001b[K${line}` : `${line}\n`);
    },
    end() {
      if (isRewritten) stream.write('\n');
    },
  };
}
