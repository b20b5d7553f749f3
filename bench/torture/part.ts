// A part of the torture: it breaks one thing in many ways and counts what came of it.

export interface TortureOptions {
  /** File of the program that users call: dist/ringside.js. */
  readonly program: string;
  /** What random choices begin with; printed, so that a run can be had again. */
  readonly seed: number;
  /** Servers that are killed under load. */
  readonly rounds: number;
  /** Cuts and flips on which a server is started. */
  readonly samples: number;
  /** Seeds of the simulation. */
  readonly seeds: number;
  /** Of the places where a part breaks something by turns, every `stride`th is tried; 1: all. */
  readonly stride: number;
  /** Servers at a time, where they do not need each other. */
  readonly jobs: number;
  /** Only as much as tests have time for. */
  readonly isShort: boolean;
  /** What strace could show must be shown: without it the run fails. */
  readonly needsStrace: boolean;
  /** Tells how far it is. */
  readonly say: (text: string) => void;
}

export interface Outcome {
  /** Figures by name; a name of the last line (torture.ts) belongs to one part alone. */
  readonly figures: Readonly<Record<string, unknown>>;
  /** What must not be, each as a line for people. */
  readonly failures: readonly string[];
  /** What was not run, and why. */
  readonly skipped?: readonly string[];
}

export interface Part {
  readonly name: string;
  /** What it does, in a line. */
  readonly title: string;
  run(options: TortureOptions): Promise<Outcome>;
}

/** The median, and the longest, of times in ms. */
export function spread(times: readonly number[]): { p50Ms: number; maxMs: number } {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
  return { p50Ms: at(0.5), maxMs: at(1) };
}

/** Does the work for each thing, `jobs` at a time, begun in their order. */
export async function inLanes<T>(
  things: readonly T[],
  jobs: number,
  work: (thing: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < things.length) {
      const thing = things[next]!;
      next += 1;
      await work(thing);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, things.length) }, lane));
}
