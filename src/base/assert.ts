/**
 * Throws when an invariant of the program itself does not hold. Never used for what a client sent:
 * bad input is answered with a reject code. On in production.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
