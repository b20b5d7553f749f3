// Simulated time: what is to happen, in the order of its time, and of its planning when that is the
// same. Nothing else makes time pass.

/** Something planned. A canceled one stays in the heap until its time. */
export interface Planned {
  readonly atUs: number;
  readonly order: number;
  run: (() => void) | null;
}

export class SimClock {
  /** Microseconds since the world began, a whole number. */
  nowUs = 0;
  private readonly heap: Planned[] = [];
  private order = 0;

  /** Whole milliseconds, as sessions and publisher count them. */
  get nowMs(): number {
    return Math.floor(this.nowUs / 1_000);
  }

  /** Runs `run` in `us` microseconds (0 or more, made whole). */
  after(us: number, run: () => void): Planned {
    this.order += 1;
    const planned = { atUs: this.nowUs + Math.max(0, Math.round(us)), order: this.order, run };
    this.push(planned);
    return planned;
  }

  /** Does the next thing. False: there is nothing to do, ever. */
  step(): boolean {
    const next = this.pop();
    if (next === undefined) return false;
    this.nowUs = next.atUs;
    const { run } = next;
    next.run = null;
    run?.();
    return true;
  }

  private push(planned: Planned): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(planned);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(planned, heap[above]!)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = planned;
  }

  private pop(): Planned | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || first === last) return first;
    let at = 0;
    for (;;) {
      let below = at * 2 + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below += 1;
      if (!isBefore(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Planned, b: Planned): boolean {
  return a.atUs < b.atUs || (a.atUs === b.atUs && a.order < b.order);
}
