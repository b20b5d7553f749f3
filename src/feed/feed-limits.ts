// Limits of the publisher's own; those that both sides know are in src/wire/frame-kinds.ts. Imports
// nothing.

/** A subscriber that has not taken one snapshot in this time is closed as slow. */
export const SNAPSHOT_MS_MAX = 30_000;
/**
 * Records of all snapshots under way (24 bytes each at most). Beyond them a subscription waits for
 * its snapshot, unless none is under way: one book always fits.
 */
export const SNAPSHOT_RECORDS_MAX = 4_194_304;
/**
 * Records that are copied for snapshots between two batches of events, or ticks: some 10 ms. One
 * book is copied whole, however large, if it is the first.
 */
export const SNAPSHOT_RECORDS_PER_TURN = 131_072;
/** Frames of one subscriber in a second; more are a flood. */
export const REQUESTS_PER_SECOND_MAX = 8_192;
