import cliProgress from 'cli-progress';

/** A progress bar on standard error. */
export interface ProgressBar {
  /** Says how much of the total is done: 0 … total. Cheap enough to call for every block read. */
  update(done: number): void;
  /** Takes the bar off the screen. Call it on failure too, before the message is printed. */
  stop(): void;
}

const SILENT: ProgressBar = { update: () => {}, stop: () => {} };

/**
 * Shows a bar for `total` of `unit` (a plural word: `MB`, `messages`), drawn at most five times a
 * second. Does nothing at all when standard error is no terminal.
 */
export function progressBar(total: number, unit: string): ProgressBar {
  if (!process.stderr.isTTY) return SILENT;
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    format: `{bar} {percentage} % | {value} of {total} ${unit} | {eta_formatted} left`,
    formatValue: (value, _options, type) =>
      type === 'value' || type === 'total'
        ? Math.floor(value).toLocaleString('en-US')
        : String(value),
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    fps: 5,
    clearOnComplete: true,
    // The terminal keeps its own settings, so that there is none to restore after a Ctrl-C.
    hideCursor: false,
    linewrap: true,
  });
  bar.start(Math.max(total, 1), 0);
  return { update: (done) => bar.update(Math.min(done, total)), stop: () => bar.stop() };
}
