// Frames as they came and when, to be read later: a load generator that decodes each frame at once
// takes processor time from the server that it measures. Nothing is kept in objects, which the
// garbage collector would carry around meanwhile.

/** A frame lies whole in one chunk, which holds the longest. */
const CHUNK_BYTES = 4_194_304;

export class FrameLog {
  private readonly chunks: Uint8Array[] = [];
  /** Of each frame: when it came, its chunk, its first byte there and its length. */
  private readonly ns: Float64Array;
  private readonly places: Int32Array;
  /** Frames that have come. */
  count = 0;
  private read = 0;
  private used = CHUNK_BYTES;

  /** `framesMax`: more cannot be kept. */
  constructor(framesMax: number) {
    this.ns = new Float64Array(framesMax);
    this.places = new Int32Array(3 * framesMax);
  }

  /** Keeps a copy of a frame that came at `ns`. */
  add(frame: Uint8Array, ns: number): void {
    const { length } = frame;
    if (this.count === this.ns.length || length > CHUNK_BYTES) throw new Error('too many frames');
    if (this.used + length > CHUNK_BYTES) {
      this.chunks.push(new Uint8Array(CHUNK_BYTES));
      this.used = 0;
    }
    const chunk = this.chunks.length - 1;
    this.chunks[chunk]!.set(frame, this.used);
    this.ns[this.count] = ns;
    const at = 3 * this.count;
    this.places[at] = chunk;
    this.places[at + 1] = this.used;
    this.places[at + 2] = length;
    this.used += length;
    this.count += 1;
  }

  /** Gives out what has come since the last call, in order. */
  take(read: (frame: Uint8Array, ns: number) => void): void {
    for (; this.read < this.count; this.read++) {
      const [chunk, at, length] = this.places.subarray(3 * this.read, 3 * this.read + 3);
      read(this.chunks[chunk!]!.subarray(at!, at! + length!), this.ns[this.read]!);
    }
  }
}
