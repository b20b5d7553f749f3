/**
 * A shorter list that still fails: `list` with as many parts left out as can be found in `msMax`
 * milliseconds (delta debugging: halves first, then ever smaller parts, down to single items).
 * `fails` must be true of `list` itself and must not depend on anything but its argument.
 */
export function shrink<T>(
  list: readonly T[],
  fails: (shorter: readonly T[]) => boolean,
  msMax: number,
): readonly T[] {
  const deadline = performance.now() + msMax;
  let best = list;
  let size = Math.ceil(best.length / 2);
  while (size >= 1) {
    let removed = false;
    // From the end, so that what is left out never holds what a later part needed.
    for (let end = best.length; end > 0; end -= size) {
      if (performance.now() > deadline) return best;
      const shorter = [...best.slice(0, Math.max(0, end - size)), ...best.slice(end)];
      if (!fails(shorter)) continue;
      best = shorter;
      removed = true;
    }
    if (size === 1 && !removed) break;
    if (size > 1 || !removed) size = Math.max(1, Math.floor(size / 2));
  }
  return best;
}
