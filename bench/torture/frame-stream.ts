// The WebSocket messages in what a server hands to one socket: offered with each call, taken as far
// as the call says, so that the rest may be offered again.

const HEADER_END = '\r\n\r\n';
const OPCODE_BINARY = 2;
const OPCODE_MASK = 15;
const LENGTH_MASK = 127;
/** Lengths that say that the length follows, in so many bytes. */
const LENGTH_OF_2 = 126;
const LENGTH_OF_8 = 127;

export class FrameStream {
  /** Of the server. */
  readonly port: number;
  /** Taken, and not the end of a message yet. */
  private rest: Buffer = Buffer.alloc(0);
  private isUpgraded = false;
  /** Bytes of messages that were given out already and not taken yet. */
  private given = 0;

  constructor(port: number) {
    this.port = port;
  }

  /** Binary messages that end in what is offered now, those left out that were given before. */
  offer(bytes: Buffer): Buffer[] {
    const all = Buffer.concat([this.rest, bytes]);
    const messages: Buffer[] = [];
    let at = this.skipUpgrade(all);
    for (;;) {
      const message = messageAt(all, at);
      if (message === null) break;
      if (message.isBinary && at >= this.given)
        messages.push(all.subarray(message.from, message.end));
      at = message.end;
    }
    this.given = Math.max(this.given, at);
    return messages;
  }

  /** The socket took the first `count` of these bytes. */
  took(bytes: Buffer, count: number): void {
    const all = Buffer.concat([this.rest, bytes.subarray(0, count)]);
    let at = this.skipUpgrade(all);
    if (at > 0) this.isUpgraded = true;
    for (let message = messageAt(all, at); message !== null; message = messageAt(all, at)) {
      at = message.end;
    }
    this.rest = all.subarray(at);
    this.given = Math.max(0, this.given - at);
  }

  /** Byte behind the answer to the upgrade, which goes before all messages. */
  private skipUpgrade(bytes: Buffer): number {
    if (this.isUpgraded) return 0;
    const end = bytes.indexOf(HEADER_END);
    return end < 0 ? bytes.length : end + HEADER_END.length;
  }
}

interface Message {
  readonly from: number;
  readonly end: number;
  readonly isBinary: boolean;
}

/** The message that begins at a byte (a server masks none); null: it does not end here. */
function messageAt(bytes: Buffer, at: number): Message | null {
  if (at + 2 > bytes.length) return null;
  const isBinary = (bytes[at]! & OPCODE_MASK) === OPCODE_BINARY;
  const short = bytes[at + 1]! & LENGTH_MASK;
  const more = short === LENGTH_OF_2 ? 2 : short === LENGTH_OF_8 ? 8 : 0;
  const from = at + 2 + more;
  if (from > bytes.length) return null;
  const length =
    more === 0
      ? short
      : more === 2
        ? bytes.readUInt16BE(at + 2)
        : Number(bytes.readBigUInt64BE(at + 2));
  const end = from + length;
  return end > bytes.length ? null : { from, end, isBinary };
}
