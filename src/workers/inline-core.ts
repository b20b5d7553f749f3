// For threads that run a core: compiled code as large as `apply` and what it calls.

import v8 from 'node:v8';

/**
 * `apply` and what it calls every day have about 15,000, what stands in two places counted twice.
 * Twice as much makes it no faster, and V8 compile for a second at a time instead of a tenth or
 * two, on cores that the server's threads need.
 */
const BYTECODE_BYTES_MAX = 16_000;

/**
 * Lets the whole of `apply` be compiled into the loop around it, with the better register allocator
 * that V8 spares large functions. To be called before the core runs.
 *
 * V8's flags are those of the whole process: what is set here holds for the I/O threads too, so
 * the frequency from which it inlines stays as it is, or it compiles without end there.
 */
export function inlineCore(): void {
  v8.setFlagsFromString(`--max-inlined-bytecode-size=${BYTECODE_BYTES_MAX}`);
  v8.setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${BYTECODE_BYTES_MAX}`);
  // V8's last word, whatever the two above say.
  v8.setFlagsFromString(`--max-inlined-bytecode-size-absolute=${BYTECODE_BYTES_MAX}`);
  v8.setFlagsFromString('--no-turbo-use-mid-tier-regalloc-for-huge-functions');
}
