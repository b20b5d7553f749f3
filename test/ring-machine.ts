// Takes a thread of the ring's own code one step further. `Atomics` and the shared words are
// replaced by watched ones. One step is: plain reads and writes up to the next atomic operation,
// and that operation. The thread's code is run again from its last checkpoint: what it has done
// since is answered from its log, the step is done, and then it is cut off by an exception.

export interface ModelThread {
  readonly name: string;
  /** The objects and arrays whose numbers are all that the thread keeps at a checkpoint. */
  readonly kept: readonly object[];
  /** Words that no other thread ever touches: its steps there need no interleaving. */
  readonly ownWords?: readonly number[];
  /** Goes on from what they hold to its end. Must do the same whenever its reads give the same. */
  run(): void;
}

export interface ThreadState {
  /** What its kept objects held at its last checkpoint. */
  kept: readonly number[];
  /** Answers of its operations since. */
  log: readonly number[];
  /** The log without what was read of counters … */
  shape: readonly number[];
  /** … and that: word, value, word, value … */
  counts: readonly number[];
  /** Stands for `kept` and `shape`, exactly. */
  id: number;
  status: 'ready' | 'asleep' | 'stalled' | 'done';
  /** Asleep on this word; stalled while these words hold these values. */
  on: readonly number[];
  isWoken: boolean;
}

export interface State {
  memory: Int32Array;
  threads: readonly ThreadState[];
  /** The steps that led here, newest first. */
  trace: Trace | undefined;
}

interface Trace {
  step: string;
  before: Trace | undefined;
}

/** What one step touched. */
export interface Step {
  next: State;
  reads: readonly number[];
  writes: readonly number[];
  /** Word of the atomic operation, -1 if none. */
  atomicAt: number;
  isAtomicWrite: boolean;
  /** Whether it touched only the thread's own words. */
  isAlone: boolean;
}

const NOT_EQUAL = 1;
const WOKEN = 2;
const CUT_OFF = new Error('cut off');

/** The thread in hand, on its way through one step. Between steps: plain access to the memory. */
class Machine {
  memory: Int32Array = new Int32Array(0);
  /** Words only added to and compared with what was read of them: the value itself is no matter. */
  counters: readonly number[] = [];
  /** Words touched so far, but counters: no two states differ in others. */
  used: number[] = [];
  private isStepping = false;
  private thread: ModelThread | undefined;
  private kept: readonly number[] = [];
  private log: number[] = [];
  private shape: number[] = [];
  private counts: number[] = [];
  private position = 0;
  private reads: number[] = [];
  private writes: number[] = [];
  private atomicAt = -1;
  private isAtomicWrite = false;
  private hasStepped = false;
  private isWoken = false;
  private step = '';
  private status: ThreadState['status'] = 'ready';
  private on: readonly number[] = [];
  private notified = -1;
  private readonly ids = new Map<string, number>();

  /** The words as the ring's code shall see them. */
  watch(real: Int32Array, counters: readonly number[]): Int32Array {
    this.memory = real.slice();
    this.counters = counters;
    this.used = [];
    return new Proxy(real, {
      get: (target, key) => {
        const at = typeof key === 'string' ? Number(key) : Number.NaN;
        return Number.isNaN(at) ? Reflect.get(target, key, target) : this.readPlain(at);
      },
      set: (_target, key, value) => this.writePlain(Number(key), value),
    });
  }

  /** What the ring's code shall see as Atomics. */
  readonly atomics = {
    load: (_: unknown, at: number) => this.atomic('load', at, (old) => old),
    store: (_: unknown, at: number, value: number) => {
      this.atomic(`store ${value} to`, at, () => value);
      return value;
    },
    add: (_: unknown, at: number, by: number) => this.atomic('add to', at, (old) => old + by),
    compareExchange: (_: unknown, at: number, expected: number, value: number) =>
      this.atomic(`exchange to ${value}`, at, (old) => (old === expected ? value : old)),
    wait: (_: unknown, at: number, value: number) => {
      const result = this.live(`wait on ${at} while ${value}`, at, () => {
        if (this.isWoken) return WOKEN;
        return this.memory[at] === value ? this.block('asleep', [at]) : NOT_EQUAL;
      });
      return result === WOKEN ? 'ok' : 'not-equal';
    },
    notify: (_: unknown, at: number) =>
      this.live(`notify ${at}`, -1, () => {
        this.notified = at;
        return 0;
      }),
  };

  /** Not the ring's, and no step of its own: a read that the next step begins with. */
  peek(at: number): number {
    if (this.position < this.log.length) return this.log[this.position++]!;
    if (this.hasStepped) throw CUT_OFF;
    return this.answer(this.memory[at]!, at, false);
  }

  /** Not the ring's: holds the thread while every word `pairs[2i]` is `pairs[2i + 1]`. */
  stallWhile(pairs: readonly number[]): void {
    this.live('stall', -1, () => {
      return holds(this.memory, pairs) ? this.block('stalled', pairs) : 0;
    });
  }

  /** The thread says: everything I know is in my kept objects. */
  checkpoint(): void {
    if (!this.isStepping || this.position < this.log.length) return;
    this.kept = numbersOf(this.thread!.kept);
    this.log = [];
    this.shape = [];
    this.counts = [];
    this.position = 0;
  }

  begin(threads: readonly ModelThread[]): State {
    return {
      memory: this.memory,
      threads: threads.map((thread) => {
        const kept = numbersOf(thread.kept);
        const id = this.idOf(kept, []);
        const log = { log: [], shape: [], counts: [] };
        return { kept, ...log, id, status: 'ready', on: [], isWoken: false };
      }),
      trace: undefined,
    };
  }

  advance(before: State, index: number, thread: ModelThread): Step {
    const old = before.threads[index]!;
    this.memory = before.memory.slice();
    this.thread = thread;
    this.kept = old.kept;
    this.log = old.log.slice();
    this.shape = old.shape.slice();
    this.counts = old.counts.slice();
    this.position = 0;
    this.reads = [];
    this.writes = [];
    this.atomicAt = -1;
    this.isAtomicWrite = false;
    this.hasStepped = false;
    this.isWoken = old.isWoken;
    this.step = 'no operation';
    this.status = 'ready';
    this.on = [];
    this.notified = -1;
    putNumbers(thread.kept, old.kept);
    this.isStepping = true;
    try {
      thread.run();
      this.status = 'done';
    } catch (error) {
      if (error !== CUT_OFF) {
        throw new Error(`${thread.name}: ${this.step}, then ${(error as Error).message}`);
      }
    } finally {
      this.isStepping = false;
    }
    const next = {
      memory: this.memory,
      threads: this.threadsAfter(before, index),
      trace: undefined,
    };
    const { reads, writes, atomicAt, isAtomicWrite } = this;
    return {
      next: { ...next, trace: { step: `${thread.name}: ${this.step}`, before: before.trace } },
      reads,
      writes,
      atomicAt,
      isAtomicWrite,
      isAlone: isAlone(thread.ownWords ?? [], reads, writes, atomicAt),
    };
  }

  private threadsAfter(before: State, index: number): ThreadState[] {
    const threads = before.threads.map((other) => {
      const isMeant = other.status === 'asleep' && other.on[0] === this.notified;
      return isMeant ? { ...other, status: 'ready' as const, isWoken: true, on: [] } : other;
    });
    const { kept, log, shape, counts, status, on } = this;
    const id = status === 'done' ? 0 : this.idOf(kept, shape);
    threads[index] = { kept, log, shape, counts, id, status, on, isWoken: false };
    return threads;
  }

  private idOf(kept: readonly number[], shape: readonly number[]): number {
    const key = `${kept.join()};${shape.join()}`;
    const id = this.ids.get(key) ?? this.ids.size + 1;
    this.ids.set(key, id);
    return id;
  }

  private live(step: string, at: number, execute: () => number, isCount = false): number {
    if (!this.isStepping) return execute();
    if (this.position < this.log.length) return this.log[this.position++]!;
    if (this.hasStepped) throw CUT_OFF;
    this.hasStepped = true;
    this.step = step;
    this.atomicAt = at;
    return this.answer(execute(), at, isCount);
  }

  private answer(result: number, at: number, isCount: boolean): number {
    if (at >= 0 && !this.used.includes(at) && !this.counters.includes(at)) this.used.push(at);
    if (isCount) this.counts.push(at, result);
    this.shape.push(isCount ? 0 : result);
    this.log.push(result);
    this.position += 1;
    return result;
  }

  private atomic(kind: string, at: number, change: (old: number) => number): number {
    const execute = (): number => {
      const old = this.memory[at]!;
      this.memory[at] = change(old);
      this.isAtomicWrite = kind !== 'load';
      return old;
    };
    return this.live(`${kind} ${at}`, at, execute, this.counters.includes(at));
  }

  private block(status: 'asleep' | 'stalled', on: readonly number[]): never {
    this.status = status;
    this.on = on;
    throw CUT_OFF;
  }

  private readPlain(at: number): number {
    if (!this.isStepping) return this.memory[at]!;
    if (this.position === this.log.length) {
      if (this.hasStepped) throw CUT_OFF;
      this.reads.push(at);
      return this.answer(this.memory[at]!, at, false);
    }
    return this.log[this.position++]!;
  }

  private writePlain(at: number, value: number): boolean {
    if (this.isStepping && this.position < this.log.length) {
      this.position += 1;
      return true;
    }
    if (this.hasStepped && this.isStepping) throw CUT_OFF;
    this.memory[at] = value;
    this.writes.push(at);
    if (this.isStepping) this.answer(0, at, false);
    return true;
  }
}

export const machine = new Machine();

function isAlone(
  own: readonly number[],
  reads: readonly number[],
  writes: readonly number[],
  atomicAt: number,
): boolean {
  return own.includes(atomicAt) && [...reads, ...writes].every((at) => own.includes(at));
}

function numbersOf(objects: readonly object[]): number[] {
  const numbers: number[] = [];
  for (const object of objects) {
    for (const value of Object.values(object)) if (typeof value === 'number') numbers.push(value);
  }
  return numbers;
}

function putNumbers(objects: readonly object[], numbers: readonly number[]): void {
  let position = 0;
  for (const object of objects as Record<string, unknown>[]) {
    for (const key in object) {
      if (typeof object[key] === 'number') object[key] = numbers[position++];
    }
  }
}

export function holds(memory: Int32Array, pairs: readonly number[]): boolean {
  for (let i = 0; i < pairs.length; i += 2) if (memory[pairs[i]!] !== pairs[i + 1]) return false;
  return true;
}
