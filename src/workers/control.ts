// Words that all threads of a server share beside the rings.
//
// Layout: lines of 32 words, one writer each.
//   line 0  DURABLE       the journal thread (at start-up, before it, the storage thread): command
//                         sequence (low word) up to which, exclusive, commands are durable; events
//                         of later ones must not leave
//   line 1  COMMAND_STOP  the supervisor: stop word (ring room) of those who read the command ring
//   line 2  EVENT_STOP    the supervisor: stop word of those who read the event ring
//   line 3  STORAGE       counter on which the storage thread sleeps
//           SPARE         SPARE_NONE ⇄ (journal) SPARE_WANTED → (storage) SPARE_READY → (journal)
//           STORAGE_STOP  the supervisor: STORAGE_RUNS → STORAGE_SNAPSHOTS → STORAGE_ENDS
//   line 4  FAILED        the journal thread: 1 when its disk has failed
//           TOLD          I/O threads that have told their clients
//   line 5  DUE           the matching thread: counts changes of the time in words 2 and 3, uint64
//                         ns: when the next transition of a timetable is due, 0 = none is
//   then    session owners, one word a session: counts its logons (session room)

const LINE_WORDS = 32;
const DURABLE = 0;
const STORAGE = 3 * LINE_WORDS;
const SPARE = STORAGE + 1;
const STORAGE_STOP = STORAGE + 2;
const FAILED = 4 * LINE_WORDS;
const TOLD = FAILED + 1;
const DUE = 5 * LINE_WORDS;
const OWNERS = 6 * LINE_WORDS;

export const SPARE_NONE = 0;
export const SPARE_WANTED = 1;
export const SPARE_READY = 2;

export const STORAGE_RUNS = 0;
/** The journal is closed: one more snapshot, then it ends. */
export const STORAGE_SNAPSHOTS = 1;
/** It ends at once. */
export const STORAGE_ENDS = 2;

export const COMMAND_STOP = LINE_WORDS;
export const EVENT_STOP = 2 * LINE_WORDS;

interface AsyncAtomics {
  waitAsync(words: Int32Array, at: number, value: number): { value: unknown };
}

const { waitAsync } = Atomics as unknown as AsyncAtomics;

export class Control {
  readonly words: Int32Array;
  /** One word a session, by its index in the configuration. */
  readonly sessionOwners: Int32Array;
  private readonly dueTime: BigUint64Array;
  /** Changes of `due` that `dueChanged` has told of. */
  private dueSeen = 0;

  /** Attaches to a buffer of `Control.create`. */
  constructor(buffer: SharedArrayBuffer) {
    this.words = new Int32Array(buffer);
    this.sessionOwners = this.words.subarray(OWNERS);
    this.dueTime = new BigUint64Array(buffer, (DUE + 2) * 4, 1);
  }

  static create(sessions: number, firstSequence: number): SharedArrayBuffer {
    const buffer = new SharedArrayBuffer((OWNERS + sessions) * 4);
    new Int32Array(buffer)[DURABLE] = firstSequence;
    return buffer;
  }

  get durable(): number {
    return Atomics.load(this.words, DURABLE);
  }

  /** Followed by `wake` of the event ring. */
  set durable(sequence: number) {
    Atomics.store(this.words, DURABLE, sequence);
  }

  /** The journal's next segment: SPARE_*. */
  get spare(): number {
    return Atomics.load(this.words, SPARE);
  }

  set spare(state: number) {
    Atomics.store(this.words, SPARE, state);
  }

  /** For the journal thread: asks for the next segment, or takes that back if it is not ready. */
  wantSpare(isWanted: boolean): void {
    const [from, to] = isWanted ? [SPARE_NONE, SPARE_WANTED] : [SPARE_WANTED, SPARE_NONE];
    const isChanged = Atomics.compareExchange(this.words, SPARE, from, to) === from;
    if (isChanged && isWanted) this.wakeStorage();
  }

  /** STORAGE_*. */
  get storageStop(): number {
    return Atomics.load(this.words, STORAGE_STOP);
  }

  /** Followed by `wakeStorage`. */
  set storageStop(stop: number) {
    Atomics.store(this.words, STORAGE_STOP, stop);
  }

  /** Lets the storage thread look around. */
  wakeStorage(): void {
    Atomics.add(this.words, STORAGE, 1);
    Atomics.notify(this.words, STORAGE);
  }

  /** Sleeps until `wakeStorage`, called since `seen` was read, or for `ms`. */
  sleepStorage(seen: number, ms: number): void {
    Atomics.wait(this.words, STORAGE, seen, ms);
  }

  get storageCalls(): number {
    return Atomics.load(this.words, STORAGE);
  }

  /** The disk has failed: lets every I/O thread tell its clients, for at most `ms`. */
  failAndWait(ioThreads: number, ms: number): void {
    Atomics.store(this.words, FAILED, 1);
    Atomics.notify(this.words, FAILED);
    const endMs = performance.now() + ms;
    for (;;) {
      const told = Atomics.load(this.words, TOLD);
      const leftMs = endMs - performance.now();
      if (told >= ioThreads || leftMs <= 0) return;
      Atomics.wait(this.words, TOLD, told, leftMs);
    }
  }

  get hasFailed(): boolean {
    return Atomics.load(this.words, FAILED) !== 0;
  }

  /** Resolves when the disk has failed. Does not keep Node.js from ending. */
  async failed(): Promise<void> {
    await waitAsync(this.words, FAILED, 0).value;
  }

  /** An I/O thread has told its clients that the disk has failed. */
  tellFailed(): void {
    Atomics.add(this.words, TOLD, 1);
    Atomics.notify(this.words, TOLD);
  }

  /** When the next transition of a timetable is due, ns; 0n: none is. */
  get due(): bigint {
    return Atomics.load(this.dueTime, 0);
  }

  /** Set by the matching thread, when it has changed. */
  set due(time: bigint) {
    Atomics.store(this.dueTime, 0, time);
    this.wakeDue();
  }

  /** Resolves when `due` has changed since the last time. Does not keep Node.js from ending. */
  async dueChanged(): Promise<void> {
    const seen = this.dueSeen;
    const { value } = waitAsync(this.words, DUE, seen);
    await value;
    this.dueSeen = Atomics.load(this.words, DUE);
  }

  /** Lets who waits for a change go on. */
  wakeDue(): void {
    Atomics.add(this.words, DUE, 1);
    Atomics.notify(this.words, DUE);
  }

  /** `stop`: COMMAND_STOP or EVENT_STOP. Followed by `wake` of that ring. */
  setStop(stop: number, value: number): void {
    Atomics.store(this.words, stop, value);
  }
}
