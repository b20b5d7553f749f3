// Reads what strace saw of a server and says whether anything left by a socket before the fdatasync
// that covers its command had returned.
//
// Sequences are taken from the bytes: a batch in a pwrite64 says which commands it holds, a frame
// in a send which command each of its reports is of. strace writes a line when a call begins,
// before the kernel does it, and the end of a call before its thread goes on; so what stands above
// another line happened before it, whatever the threads.
//
//   pwrite64(fd, batch up to command n), fdatasync(fd) begins … = 0   all up to n are durable
//   sendto(socket, frames)                                            theirs have to be

import { FeedDecoder } from '../../src/wire/feed.ts';
import { FEED_SNAPSHOT, FEED_UPDATE, KIND_REPORTS } from '../../src/wire/frame-kinds.ts';
import { ServerFrameDecoder } from '../../src/wire/order-entry.ts';
import { R_COMMAND_LOW, REPORT_WORDS } from '../../src/wire/report-layout.ts';
import { FrameStream } from './frame-stream.ts';

/** Calls of which strace has to tell, with all bytes as hexadecimal and sockets by address. */
export const TRACED_CALLS = ['pwrite64', 'fdatasync', 'sendto', 'sendmsg', 'write', 'writev'];

const BATCH_MAGIC = 0x03425352;
const BATCH_HEADER_BYTES = 32;
const STARTS = /^(\d+) +(\w+)\((\d+)<([^"]*?)>(?:,|\)| <unfinished)/;
const RESUMES = /^(\d+) +<\.\.\. (\w+) resumed>.* = (-?\d+)/;
const RETURNS = / = (-?\d+)[^"]*$/;
const STRINGS = /"((?:\\x[0-9a-f]{2})*)"/g;

interface Call {
  readonly name: string;
  readonly fd: string;
  /** File or address behind the descriptor. */
  readonly target: string;
  readonly bytes: Buffer;
  /** fdatasync: the last command written to the file before it began. */
  readonly covers: number;
}

export interface OrderPorts {
  readonly orders: number;
  readonly feed: number;
}

export class TraceOrder {
  batches = 0;
  syncs = 0;
  sends = 0;
  reports = 0;
  feedFrames = 0;
  /** Reports and frames of the feed that left before their command was durable. */
  early = 0;
  firstEarly = '';
  private readonly ports: OrderPorts;
  private durable = 0;
  /** By descriptor: last command written there. */
  private readonly written = new Map<string, number>();
  private readonly streams = new Map<string, FrameStream>();
  /** By thread: calls that have begun. */
  private readonly begun = new Map<string, Call>();
  private readonly decoder = new ServerFrameDecoder();
  private readonly feedDecoder = new FeedDecoder();

  constructor(ports: OrderPorts) {
    this.ports = ports;
  }

  /** Takes one line of strace's output; all of them, in order. */
  line(text: string): void {
    const resumed = RESUMES.exec(text);
    if (resumed !== null) {
      const call = this.begun.get(resumed[1]!);
      this.begun.delete(resumed[1]!);
      if (call?.name === resumed[2]) this.returned(call!, Number(resumed[3]));
      return;
    }
    const started = STARTS.exec(text);
    if (started === null) return;
    const [, thread, name, fd, target] = started as unknown as [
      string,
      string,
      string,
      string,
      string,
    ];
    const hex = [...text.matchAll(STRINGS)].map(([, bytes]) => bytes!.replaceAll('\\x', ''));
    const bytes = Buffer.from(hex.join(''), 'hex');
    const call = { name, fd, target, bytes, covers: this.written.get(fd) ?? 0 };
    this.begins(call, text);
    const result = RETURNS.exec(text);
    if (text.endsWith('<unfinished ...>') || result === null) this.begun.set(thread, call);
    else this.returned(call, Number(result[1]));
  }

  private begins(call: Call, text: string): void {
    const stream = this.streamOf(call);
    if (stream === null) return;
    this.sends += 1;
    for (const frame of stream.offer(call.bytes)) {
      const newest = this.newestCommand(frame, stream.port);
      if (newest <= this.durable) continue;
      this.early += 1;
      const line = text.slice(0, 60);
      if (this.firstEarly === '') this.firstEarly = `command ${newest} > ${this.durable}: ${line}`;
    }
  }

  private returned(call: Call, result: number): void {
    if (call.name === 'fdatasync' && result === 0) {
      this.syncs += 1;
      this.durable = Math.max(this.durable, call.covers);
    } else if (call.name === 'pwrite64' && result === call.bytes.length) {
      this.wrote(call);
    } else {
      this.streamOf(call)?.took(call.bytes, Math.max(0, result));
    }
  }

  private wrote({ fd, bytes }: Call): void {
    if (bytes.length <= BATCH_HEADER_BYTES || bytes.readInt32LE(0) !== BATCH_MAGIC) return;
    this.batches += 1;
    const count = bytes.readUInt32LE(4);
    this.written.set(fd, bytes.readUInt32LE(8) + count - 1);
  }

  /** Null: it sends nothing to a client. */
  private streamOf({ name, fd, target }: Call): FrameStream | null {
    if (name === 'pwrite64' || name === 'fdatasync') return null;
    const port = Number(/^TCP:\[[\d.]+:(\d+)->/.exec(target)?.[1] ?? 0);
    if (port !== this.ports.orders && port !== this.ports.feed) return null;
    const key = `${fd} ${target}`;
    const known = this.streams.get(key);
    if (known !== undefined) return known;
    const stream = new FrameStream(port);
    this.streams.set(key, stream);
    return stream;
  }

  /** The newest command that a frame tells of; 0: it tells of none. */
  private newestCommand(frame: Buffer, port: number): number {
    if (port === this.ports.feed) {
      if (this.feedDecoder.decode(frame) !== 0) throw new Error('a frame of the feed is broken');
      const { kind, commandSequence } = this.feedDecoder.head;
      if (kind !== FEED_UPDATE && kind !== FEED_SNAPSHOT) return 0;
      this.feedFrames += 1;
      return commandSequence;
    }
    const { decoder } = this;
    if (decoder.decode(frame) !== 0) throw new Error('a frame of order entry is broken');
    if (decoder.kind !== KIND_REPORTS) return 0;
    let newest = 0;
    for (let i = 0; i < decoder.reportCount; i++) {
      const at = decoder.reportsAt + i * REPORT_WORDS + R_COMMAND_LOW;
      newest = Math.max(newest, decoder.words[at]! >>> 0);
    }
    this.reports += decoder.reportCount;
    return newest;
  }
}
