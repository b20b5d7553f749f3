/** Input that cannot be used. The message names file and line; the program exits with 2. */
export class InputError extends Error {}
