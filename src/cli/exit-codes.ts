// What the ringside program's exit status means; README.md and --help repeat it.

/** All well. */
export const EXIT_OK = 0;
/** The work was done and a check in it failed (replay --verify found a difference). */
export const EXIT_CHECK_FAILED = 1;
/** The exchange rejected the command (order, admin). */
export const EXIT_REJECTED = 1;
/** Wrong usage, or input that cannot be read: malformed, torn, missing. */
export const EXIT_BAD_INPUT = 2;
/** A fault of the program itself. */
export const EXIT_INTERNAL = 70;
