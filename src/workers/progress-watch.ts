// A start-up that hangs must not hang in silence: whoever waits for it learns where it stands.

const LOOK_MS = 1_000;
/**
 * How long nothing may move. Counted in looks, so that a process which was stopped for a while is
 * not blamed for it; above what a slow disk takes to make a whole journal durable.
 */
const LOOKS_MAX = 60;

/**
 * Calls `giveUp` with what `reached` tells when it has told the same for a minute. Returns what
 * ends the watch.
 */
export function watchProgress(reached: () => string, giveUp: (reached: string) => void) {
  let before = reached();
  let looks = 0;
  const watch = setInterval(() => {
    const now = reached();
    looks = now === before ? looks + 1 : 0;
    before = now;
    if (looks < LOOKS_MAX) return;
    clearInterval(watch);
    giveUp(now);
  }, LOOK_MS);
  return () => clearInterval(watch);
}
