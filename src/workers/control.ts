// Words that all threads of a server share beside the rings.
//
// Layout: lines of 32 words, one writer each.
//   line 0  DURABLE       the journal thread (at start-up, before it, the storage thread): command
//                         sequence (low word) up to which, exclusive, commands are durable; events
//                         of later ones must not leave
//   line 1  COMMAND_STOP  the supervisor: stop word (ring room) of those who read the command ring
//   line 2  EVENT_STOP    the supervisor: stop word of those who read the event ring
//   line 3  STORAGE       counter on which the storage thread sleeps
//           SPARE         SPARE_NONE → (journal) SPARE_WANTED → (storage) SPARE_READY → (journal)
//   line 4  FAILED        the journal thread: 1 when its disk has failed
//           TOLD          I/O threads that have told their clients
//   then    session owners, one word a session: counts its logons (session room)

const LINE_WORDS = 32;
const DURABLE = 0;
const STORAGE = 3 * LINE_WORDS;
const SPARE = STORAGE + 1;
const FAILED = 4 * LINE_WORDS;
const TOLD = FAILED + 1;
const OWNERS = 5 * LINE_WORDS;

export const SPARE_NONE = 0;
export const SPARE_WANTED = 1;
export const SPARE_READY = 2;

export const COMMAND_STOP = LINE_WORDS;
export const EVENT_STOP = 2 * LINE_WORDS;

interface AsyncAtomics {
  waitAsync(
    words: Int32Array,
    at: number,
    value: number,
  ): { async: false } | { async: true; value: Promise<string> };
}

export class Control {
  readonly words: Int32Array;
  /** One word a session, by its index in the configuration. */
  readonly sessionOwners: Int32Array;

  /** Attaches to a buffer of `Control.create`. */
  constructor(buffer: SharedArrayBuffer) {
    this.words = new Int32Array(buffer);
    this.sessionOwners = this.words.subarray(OWNERS);
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

  /** Resolves when the disk has failed. Does not keep Node.js from ending. */
  async failed(): Promise<void> {
    const wait = (Atomics as unknown as AsyncAtomics).waitAsync(this.words, FAILED, 0);
    if (wait.async) await wait.value;
  }

  /** An I/O thread has told its clients that the disk has failed. */
  tellFailed(): void {
    Atomics.add(this.words, TOLD, 1);
    Atomics.notify(this.words, TOLD);
  }

  /** `stop`: COMMAND_STOP or EVENT_STOP. Followed by `wake` of that ring. */
  setStop(stop: number, value: number): void {
    Atomics.store(this.words, stop, value);
  }
}
