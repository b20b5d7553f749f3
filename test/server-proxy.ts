// A TCP proxy between a client and a server that knows where WebSocket frames begin and end. It can
// cut a connection at any of them, or stop forwarding without anybody being told.
//
// Frames are counted from 1 for each connection and direction; control frames and heartbeats, which
// come when they like, are not counted.

import { once } from 'node:events';
import net from 'node:net';
import { encodeHeartbeat } from '../src/wire/order-entry.ts';

export type Direction = 'up' | 'down';

export interface Cut {
  /** `up`: from the client to the server. */
  direction: Direction;
  /** Frame of the connection, from 1. */
  frame: number;
  /** How much of that frame arrives: none, half, or all. */
  where: 'before' | 'inside' | 'after';
  /** False: the server is not told; to it the connection is still open. */
  isNoticed: boolean;
}

const HEARTBEAT = Buffer.from(encodeHeartbeat());
const FIRST_CONTROL_OPCODE = 8;

interface WireFrame {
  bytes: Buffer;
  isCounted: boolean;
}

/** Cuts a stream into the HTTP head (not counted) and the WebSocket frames behind it. */
class FrameSplitter {
  private rest: Buffer = Buffer.alloc(0);
  private hasHead = false;

  take(chunk: Buffer): WireFrame[] {
    this.rest = Buffer.concat([this.rest, chunk]);
    const frames: WireFrame[] = [];
    for (let frame = this.next(); frame !== null; frame = this.next()) frames.push(frame);
    return frames;
  }

  private next(): WireFrame | null {
    const { rest } = this;
    if (!this.hasHead) {
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) return null;
      this.hasHead = true;
      return { bytes: this.cutOff(end + 4), isCounted: false };
    }
    if (rest.length < 2) return null;
    const short = rest[1]! & 127;
    const maskAt = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (rest.length < maskAt) return null;
    const length =
      short === 126
        ? rest.readUInt16BE(2)
        : short === 127
          ? Number(rest.readBigUInt64BE(2))
          : short;
    const isMasked = (rest[1]! & 128) !== 0;
    const payloadAt = maskAt + (isMasked ? 4 : 0);
    if (rest.length < payloadAt + length) return null;
    const bytes = this.cutOff(payloadAt + length);
    const payload = bytes.subarray(payloadAt).map((byte, i) => {
      return isMasked ? byte ^ bytes[maskAt + (i & 3)]! : byte;
    });
    const isControl = (bytes[0]! & 15) >= FIRST_CONTROL_OPCODE;
    return { bytes, isCounted: !isControl && !HEARTBEAT.equals(payload) };
  }

  private cutOff(length: number): Buffer {
    const part = this.rest.subarray(0, length);
    this.rest = this.rest.subarray(length);
    return part;
  }
}

interface Link {
  client: net.Socket;
  server: net.Socket;
  frames: Record<Direction, number>;
}

export class CuttingProxy {
  /** Frames that were seen, by direction, of all connections. */
  readonly frames: Record<Direction, number> = { up: 0, down: 0 };
  /** How often a connection was cut. */
  cuts = 0;
  private readonly listening = net.createServer((client) => this.connect(client));
  private readonly sockets = new Set<net.Socket>();
  private readonly port: number;
  private plan: Cut | null;
  private isHolding = false;

  private constructor(port: number, plan: Cut | null) {
    this.port = port;
    this.plan = plan;
  }

  /** A proxy to a port of this machine. `cut` is done once. */
  static async start(port: number, cut: Cut | null = null): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(port, cut);
    proxy.listening.listen(0, '127.0.0.1');
    await once(proxy.listening, 'listening');
    return proxy;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.listening.address() as net.AddressInfo).port}/orders`;
  }

  /** From now on nothing is forwarded, and no connection is closed. */
  hold(): void {
    this.isHolding = true;
  }

  close(): void {
    this.listening.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private connect(client: net.Socket): void {
    const server = net.connect(this.port, '127.0.0.1');
    const link: Link = { client, server, frames: { up: 0, down: 0 } };
    this.forward(link, 'up', client, server);
    this.forward(link, 'down', server, client);
  }

  private forward(link: Link, direction: Direction, from: net.Socket, to: net.Socket): void {
    const splitter = new FrameSplitter();
    this.sockets.add(from);
    from.setNoDelay(true);
    from.on('error', () => {});
    from.on('data', (chunk: Buffer) => {
      if (this.isHolding) return;
      for (const frame of splitter.take(chunk)) this.pass(link, direction, frame, to);
    });
    from.on('close', () => {
      this.sockets.delete(from);
      if (!this.isHolding) to.end();
    });
  }

  private pass(link: Link, direction: Direction, frame: WireFrame, to: net.Socket): void {
    if (to.writableEnded || to.destroyed) return;
    if (frame.isCounted) {
      this.frames[direction] += 1;
      link.frames[direction] += 1;
    }
    const { plan } = this;
    const isHere =
      frame.isCounted && plan?.direction === direction && plan.frame === link.frames[direction];
    if (!isHere) {
      to.write(frame.bytes);
      return;
    }
    this.plan = null;
    this.cuts += 1;
    const half = Math.floor(frame.bytes.length / 2);
    const parts = { before: 0, inside: half, after: frame.bytes.length };
    to.write(frame.bytes.subarray(0, parts[plan.where]));
    this.cut(link, plan.isNoticed);
  }

  /** What was written still arrives; what the other side sends is lost. */
  private cut({ client, server }: Link, isNoticed: boolean): void {
    client.end();
    client.removeAllListeners('data').resume();
    server.removeAllListeners('data').resume();
    client.removeAllListeners('close');
    if (isNoticed) server.end();
  }
}
