import cliProgress from 'cli-progress';

/** How far a step of a long command is, told on stderr: counts, never whose chart it is. */
export interface Progress {
  readonly advance: (by: number) => void;
  readonly end: () => void;
}

export type NewProgress = (
  step: string,
  total: number,
  done: number,
  unit: 'MB' | 'charts' | 'changes',
) => Progress;

/** Milliseconds between two lines where there is no terminal. */
const LINE_MILLISECONDS = 10_000;

/** A bar on a terminal, a line now and then elsewhere. */
export const barOn =
  (stream: NodeJS.WritableStream): NewProgress =>
  (step, total, done, unit) => {
    const bar = new cliProgress.SingleBar({
      stream,
      format: `${step} [{bar}] {percentage}%  {value} of {total} ${unit}  {duration_formatted}, {eta_formatted} left`,
      barCompleteChar: '#',
      barIncompleteChar: '.',
      barsize: 30,
      etaBuffer: 100,
      // While nothing moves the library's estimate is no number.
      formatTime: (seconds, options, multiple) =>
        Number.isFinite(seconds) ? cliProgress.Format.TimeFormat(seconds, options, multiple) : 'unknown time',
      noTTYOutput: true,
      notTTYSchedule: LINE_MILLISECONDS,
      formatValue: (value, _options, type) =>
        unit === 'MB' && (type === 'value' || type === 'total') ? (value / 1e6).toFixed(1) : String(value),
    });
    bar.start(total, done);
    return {
      advance: (by) => {
        bar.increment(by);
      },
      end: () => {
        bar.stop();
      },
    };
  };
