// A binary WebSocket client that costs the load generator little: it writes many frames in one
// call, does not mask (its mask is zero, as RFC 6455 lets it be), and copies nothing that comes in.
// For a server on this machine alone: it knows whole binary frames, pings no one, and extensions
// not at all.

import net from 'node:net';

const OPCODE_BINARY = 0x82;
const OPCODE_CLOSE = 0x88;
const MASKED = 0x80;
const HEADER_BYTES_MAX = 14;
const HEAD_END = '\r\n\r\n';
const NO_BYTES: Buffer = Buffer.alloc(0);
/** What one read takes at most. */
const READ_BYTES = 65_536;

export interface FrameSocketOptions {
  /** ws://HOST:PORT/PATH */
  readonly url: string;
  /** One frame's payload; its memory is reused after the call. */
  onFrame(payload: Uint8Array): void;
  /** The connection has ended though nobody closed it. `code`: of the close frame, 0: none came. */
  onEnd(code: number): void;
}

export class FrameSocket {
  bytesIn = 0;
  bytesOut = 0;
  private readonly socket: net.Socket;
  private readonly options: FrameSocketOptions;
  private out = Buffer.allocUnsafe(65_536);
  private outBytes = 0;
  /** A frame of which not all has come yet. */
  private rest = NO_BYTES;
  private isClosed = false;
  private closeCode = 0;
  private onBytes: (bytes: Buffer) => void = () => {};

  private constructor(options: FrameSocketOptions) {
    const { hostname, port } = new URL(options.url);
    // One buffer for all reads, and no stream between the socket and this.
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    const callback = (bytes: number): boolean => {
      this.onBytes(buffer.subarray(0, bytes));
      return true;
    };
    const onread = { buffer, callback };
    const socket = net.connect({ host: hostname, port: Number(port), noDelay: true, onread });
    this.socket = socket;
    this.options = options;
    socket.on('close', () => {
      if (!this.isClosed) options.onEnd(this.closeCode);
    });
    socket.on('error', () => {});
  }

  /** Connects and upgrades. Rejects when it is refused. */
  static async connect(options: FrameSocketOptions): Promise<FrameSocket> {
    const { hostname, port, pathname } = new URL(options.url);
    const frames = new FrameSocket(options);
    frames.socket.write(
      `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\n` +
        'Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n' +
        `Sec-WebSocket-Version: 13${HEAD_END}`,
    );
    await frames.upgraded();
    return frames;
  }

  /** Puts a frame in the queue; `flush` sends it. */
  queue(payload: Uint8Array): void {
    const { length } = payload;
    if (this.outBytes + length + HEADER_BYTES_MAX > this.out.length) this.grow(length);
    const at = writeClientHeader(this.out, this.outBytes, length);
    this.out.set(payload, at);
    this.outBytes = at + length;
  }

  /** Sends what is queued in one call. */
  flush(): void {
    if (this.outBytes === 0 || this.isClosed) return;
    this.socket.write(Buffer.from(this.out.subarray(0, this.outBytes)));
    this.bytesOut += this.outBytes;
    this.outBytes = 0;
  }

  /** Sends one frame at once. */
  send(payload: Uint8Array): void {
    this.queue(payload);
    this.flush();
  }

  /** File descriptor of the connection, for a thread that writes to it itself; -1: none. */
  get fd(): number {
    const { _handle: handle } = this.socket as unknown as { _handle: { fd?: number } | null };
    return handle?.fd ?? -1;
  }

  close(): void {
    this.isClosed = true;
    this.socket.destroy();
  }

  private upgraded(): Promise<void> {
    return new Promise((resolve, reject) => {
      let head = '';
      const ended = (): void => reject(new Error(`${this.options.url}: no upgrade: ${head}`));
      this.onBytes = (bytes) => {
        head += bytes.toString('latin1');
        const end = head.indexOf(HEAD_END);
        if (end < 0) return;
        this.socket.off('close', ended);
        if (!head.startsWith('HTTP/1.1 101')) {
          ended();
          return;
        }
        this.onBytes = (more) => this.take(more);
        resolve();
        const first = Buffer.from(head.slice(end + HEAD_END.length), 'latin1');
        if (first.length > 0) this.take(first);
      };
      this.socket.once('close', ended);
    });
  }

  private take(bytes: Buffer): void {
    this.bytesIn += bytes.length;
    let buffer = bytes;
    if (this.rest.length > 0) buffer = Buffer.concat([this.rest, bytes]);
    let at = 0;
    while (at + 2 <= buffer.length) {
      const short = buffer[at + 1]! & 0x7f;
      const headerBytes = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (at + headerBytes > buffer.length) break;
      const length =
        short < 126
          ? short
          : short === 126
            ? buffer.readUInt16BE(at + 2)
            : Number(buffer.readBigUInt64BE(at + 2));
      const end = at + headerBytes + length;
      if (end > buffer.length) break;
      const payload = buffer.subarray(at + headerBytes, end);
      if (buffer[at] === OPCODE_BINARY) this.options.onFrame(payload);
      else if (buffer[at] === OPCODE_CLOSE && length >= 2) {
        this.closeCode = payload.readUInt16BE(0);
      }
      at = end;
    }
    // A copy: the next read goes into the same memory.
    this.rest = at === buffer.length ? NO_BYTES : Buffer.from(buffer.subarray(at));
  }

  private grow(bytes: number): void {
    const larger = Buffer.allocUnsafe(2 * this.out.length + bytes + HEADER_BYTES_MAX);
    larger.set(this.out.subarray(0, this.outBytes));
    this.out = larger;
  }
}

/** Writes the header of a client's binary frame at `at`; returns where its payload begins. */
export function writeClientHeader(out: Buffer, at: number, length: number): number {
  out[at] = OPCODE_BINARY;
  let end = at + 2;
  if (length < 126) {
    out[at + 1] = MASKED | length;
  } else if (length < 65_536) {
    out[at + 1] = MASKED | 126;
    end = out.writeUInt16BE(length, end);
  } else {
    out[at + 1] = MASKED | 127;
    end = out.writeBigUInt64BE(BigInt(length), end);
  }
  return out.writeUInt32BE(0, end);
}
