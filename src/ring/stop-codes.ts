// What the owner of a batch loop stores into its stop word (with Atomics.store, then `wake`).

export const RUN = 0;
/**
 * Return when every slot of the ring is handled and committed. For a drain: the producers must have
 * stopped before, or there may be no such moment.
 */
export const STOP_WHEN_EMPTY = 1;
/** Return after the batch in hand; what else is published stays unread. */
export const STOP_NOW = 2;
