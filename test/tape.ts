import { stringify } from 'lossless-json';
import type { Limits } from '../src/core/limits.ts';
import { Tape } from '../src/sim/tape/tape.ts';

/** Room enough for a test. To lay the default limits out takes longer than most tests do. */
const LIMITS: Limits = { orders: 32_768, accounts: 256, instruments: 64, pages: 2_048 };

/**
 * Runs a tape, given as text or as one object a line, and returns the lines that it prints. Throws
 * InputError at a malformed line; it is named `-:LINE`.
 */
export function runTape(commands: string | readonly object[], limits?: Partial<Limits>): string[] {
  const text =
    typeof commands === 'string' ? commands : commands.map((line) => stringify(line)).join('\n');
  const { printed, error } = runBytes(Buffer.from(text), limits);
  if (error !== undefined) throw error;
  return printed;
}

/** The same for bytes, in blocks of `blockBytes`; also what was printed before a fault. */
export function runBytes(
  bytes: Uint8Array,
  limits: Partial<Limits> = {},
  blockBytes = 65_536,
): { printed: string[]; error: unknown } {
  let output = '';
  let error: unknown;
  const tape = new Tape('-', { ...LIMITS, ...limits }, (text) => {
    output += text;
    return true;
  });
  try {
    for (let at = 0; at < bytes.length; at += blockBytes) {
      tape.push(Buffer.from(bytes.subarray(at, at + blockBytes)));
      tape.run();
    }
    tape.end();
    tape.run();
  } catch (thrown) {
    error = thrown;
  }
  return { printed: output.split('\n').slice(0, -1), error };
}
