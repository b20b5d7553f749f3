// What a check prints: a line a step, and an exit status.

/** A step cannot be taken on this machine. */
export class Skipped extends Error {}

let failures = 0;
let skips = 0;

/**
 * Runs a step and prints what came of it: what it returns when it went well, else its faults. A
 * step that fails ends nothing but itself. Gives whether it went well.
 */
export async function step(
  name: string,
  run: () => string | readonly string[] | Promise<string | readonly string[]>,
): Promise<boolean> {
  const startMs = performance.now();
  const told = (mark: string, text: string): void => {
    const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
    process.stdout.write(`${mark} ${name}${text === '' ? '' : `: ${text}`} (${seconds} s)\n`);
  };
  try {
    const result = await run();
    if (typeof result === 'string' || result.length === 0) {
      told('ok     ', typeof result === 'string' ? result : '');
      return true;
    }
    told('FAILED ', ['', ...result].join('\n          '));
  } catch (error) {
    if (error instanceof Skipped) {
      told('skipped', error.message);
      skips += 1;
      return false;
    }
    told('FAILED ', (error as Error).message);
  }
  failures += 1;
  return false;
}

/** Prints the sum, and sets the exit status: 1 when a step failed. */
export function finish(name: string): void {
  const text = failures === 0 ? 'all well' : `${failures} failed`;
  process.stdout.write(`${name}: ${text}${skips === 0 ? '' : `, ${skips} skipped`}\n`);
  process.exitCode = failures === 0 ? 0 : 1;
}
