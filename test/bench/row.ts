/** One line of the table: a ratio, so that it means the same on any machine. */
export interface Row {
  readonly id: string;
  readonly what: string;
  readonly goal: Goal;
  /** What the figure does not say. */
  readonly note?: string;
  /** One ratio for each round; both sides are measured in turns within a round. */
  readonly measure: () => Promise<readonly number[]>;
}

export type Goal = { readonly atLeast: number } | { readonly atMost: number };

export interface Figure {
  readonly row: string;
  readonly what: string;
  readonly goal: Goal;
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  readonly result: 'pass' | 'short';
  readonly note: string | undefined;
}

export function figureOf({ id, what, goal, note }: Row, ratios: readonly number[]): Figure {
  const middle = median(ratios);
  const isReached = 'atLeast' in goal ? middle >= goal.atLeast : middle <= goal.atMost;
  return {
    row: id,
    what,
    goal,
    median: middle,
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    result: isReached ? 'pass' : 'short',
    note,
  };
}

/** @throws Error for no values */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('nothing was measured');
  return middle;
}

/** In which a process compiles its code for good, on a busy machine too, in milliseconds. */
const UNSETTLED = 5000;

/**
 * Rounds, without those of the time in which the code is compiled: one at least.
 * @param unsettled that time, in milliseconds
 */
export async function rounds(
  count: number,
  round: () => Promise<number>,
  unsettled = UNSETTLED,
): Promise<readonly number[]> {
  const settled = performance.now() + unsettled;
  do await round();
  while (performance.now() < settled);
  const ratios: number[] = [];
  for (let turn = 0; turn < count; turn += 1) ratios.push(await round());
  return ratios;
}

/** Wall time in milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** The shortest of a few: what the work takes when nothing else runs. */
export async function shortest(times: number, work: () => unknown): Promise<number> {
  let least = Infinity;
  for (let turn = 0; turn < times; turn += 1) least = Math.min(least, await timed(work));
  return least;
}
