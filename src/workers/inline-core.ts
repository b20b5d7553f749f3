// For threads that run a core: compiled code as large as `apply` and what it calls.

import v8 from 'node:v8';

const BYTECODE_BYTES_MAX = 60_000;

/**
 * Lets the whole of `apply` be compiled into the loop around it, its rarer ways too, with the
 * better register allocator that V8 spares large functions. To be called before the core runs.
 */
export function inlineCore(): void {
  v8.setFlagsFromString(`--max-inlined-bytecode-size=${BYTECODE_BYTES_MAX}`);
  v8.setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${BYTECODE_BYTES_MAX}`);
  // V8's last word, whatever the two above say.
  v8.setFlagsFromString(`--max-inlined-bytecode-size-absolute=${BYTECODE_BYTES_MAX}`);
  v8.setFlagsFromString('--min-inlining-frequency=0');
  v8.setFlagsFromString('--no-turbo-use-mid-tier-regalloc-for-huge-functions');
}
