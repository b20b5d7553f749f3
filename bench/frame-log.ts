// Frames as they came and when, to be read later: a load generator that decodes each frame at once
// takes processor time from the server that it measures.

const CHUNK_BYTES = 1_048_576;

interface Entry {
  readonly bytes: Uint8Array;
  readonly ns: number;
}

export class FrameLog {
  private entries: Entry[] = [];
  private chunk = new Uint8Array(CHUNK_BYTES);
  private used = 0;

  /** Keeps a copy of a frame that came at `ns`. */
  add(frame: Uint8Array, ns: number): void {
    const end = this.used + frame.length;
    if (end > this.chunk.length) {
      this.chunk = new Uint8Array(Math.max(CHUNK_BYTES, frame.length));
      this.used = 0;
    }
    this.chunk.set(frame, this.used);
    const bytes = this.chunk.subarray(this.used, this.used + frame.length);
    this.used += frame.length;
    this.entries.push({ bytes, ns });
  }

  /** Gives out what has come since the last call, in order, and forgets it. */
  take(read: (frame: Uint8Array, ns: number) => void): void {
    const { entries } = this;
    this.entries = [];
    for (const { bytes, ns } of entries) read(bytes, ns);
  }
}
