// Limits of the SDK's own; those that both sides know are in src/wire/frame-kinds.ts. Imports
// nothing. schemas/sdk.md lists them.

/** Commands that wait in the client, because credits are used up or there is no connection. */
export const WAITING_COMMANDS_MAX = 65_536;
/** Reports that one result of a command lists; beyond them they are only counted. */
export const RESULT_REPORTS_MAX = 65_536;
/** Reports that wait for one reader (`for await`); beyond them it ends with reader_behind. */
export const READER_REPORTS_MAX = 65_536;
/** From dialing to the server's first answer. */
export const CONNECT_MS_MAX = 5_000;
/** The pause before the first new dialing is at most this long; it doubles with each … */
export const REDIAL_FIRST_MS = 50;
/** … up to this. */
export const REDIAL_MS_MAX = 5_000;
/** A server that stops may ask for a longer pause, up to this. */
export const RETRY_AFTER_MS_MAX = 60_000;
/** How long `close` waits for the answers to what was sent. */
export const CLOSE_MS_MAX = 5_000;
/** How long the end of a socket waits for the server's closing frame. */
export const FAREWELL_MS_MAX = 1_000;
/** How long a snapshot may make no progress before it is asked for again. */
export const SNAPSHOT_WAIT_MS_MAX = 30_000;
