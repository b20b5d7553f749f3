// One WebSocket to the server at a time: dialing, heartbeats both ways, dialing again.
//
//   idle ──dial──▶ dialing ──▶ open ──welcomed──▶ heartbeats ──▶ lost
//    ▲                                                             │
//    └──────────── redial: after a growing pause ◀─────────────────┘
//
// Invariants: of a socket that was lost or ended nothing is heard any more. Each dialing that is
// not ended by the owner is lost exactly once. One timer at a time: dialing, heartbeats, or pause.

import { assert } from '../base/assert.ts';
import { retryAfterMs } from '../wire/codes.ts';
import { SILENCE_MS_MAX } from '../wire/frame-kinds.ts';
import {
  CONNECT_MS_MAX,
  FAREWELL_MS_MAX,
  REDIAL_FIRST_MS,
  REDIAL_MS_MAX,
  RETRY_AFTER_MS_MAX,
} from './client-limits.ts';
import { type Surroundings, surroundings, type WebSocketLike } from './web-socket.ts';

export interface ConnectionOwner {
  /** The socket is open. */
  opened(): void;
  /** One binary message; the bytes are good during the call only. */
  received(bytes: Uint8Array): void;
  /** A heartbeat interval has passed. */
  ticked(): void;
  /** Code and words of the closing; 0: the client itself gave up. */
  lost(closeCode: number, reason: string): void;
}

/** Shortest interval of heartbeats that a server may ask for. */
const HEARTBEAT_MS_MIN = 10;

export class Connection {
  private readonly url: string;
  private readonly owner: ConnectionOwner;
  private readonly heartbeat: Uint8Array;
  readonly around: ReturnType<typeof surroundings>;
  private socket: WebSocketLike | null = null;
  private isOpen = false;
  private timer: unknown = null;
  private heartbeatMs = 0;
  private hasSent = false;
  private hasHeard = false;
  private silentMs = 0;
  /** Dialings since a connection last was of use. */
  private attempts = 0;

  /** Throws ClientError no_websocket. */
  constructor(url: string, given: Surroundings, owner: ConnectionOwner, heartbeat: Uint8Array) {
    this.url = url;
    this.around = surroundings(given);
    this.owner = owner;
    this.heartbeat = heartbeat;
  }

  /** Opens a socket. A bad URL counts as lost. */
  dial(): void {
    assert(this.socket === null && this.timer === null, 'one socket at a time');
    let socket: WebSocketLike;
    try {
      socket = new this.around.WebSocket(this.url);
    } catch (error) {
      this.owner.lost(0, error instanceof Error ? error.message : String(error));
      return;
    }
    this.socket = socket;
    this.isOpen = false;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      if (this.socket !== socket) return;
      this.isOpen = true;
      this.owner.opened();
    };
    socket.onmessage = (event: { data: unknown }) => {
      if (this.socket === socket) this.receive(event.data);
    };
    socket.onclose = (event: { code: number; reason: string }) => {
      if (this.socket === socket) this.lose(event.code, event.reason);
    };
    // A close event follows each; without a handler some classes throw.
    socket.onerror = () => {};
    this.arm(CONNECT_MS_MAX, () => this.drop('no answer in time'));
  }

  /** Sends a copy of a message. To be called on an open connection. */
  send(bytes: Uint8Array): void {
    assert(this.socket !== null && this.isOpen, 'an open connection');
    this.hasSent = true;
    this.socket.send(bytes.slice().buffer);
  }

  /** The server has answered: heartbeats begin. */
  welcomed(heartbeatMs: number): void {
    this.heartbeatMs = Math.max(HEARTBEAT_MS_MIN, heartbeatMs);
    this.silentMs = 0;
    this.hasHeard = true;
    this.hasSent = false;
    this.arm(this.heartbeatMs, () => this.tick());
  }

  /** Gives the socket up; the owner hears that it is lost. */
  drop(reason: string): void {
    const socket = this.socket;
    if (socket === null) return;
    this.lose(0, reason);
    socket.close();
  }

  /**
   * Dials again after a pause that doubles each time, until a connection is of use; at least as
   * long as the server asked for when it closed (`reason`).
   */
  redial(reason: string): void {
    const pauseMs = Math.min(REDIAL_MS_MAX, REDIAL_FIRST_MS * 2 ** this.attempts);
    const askedMs = Math.min(RETRY_AFTER_MS_MAX, retryAfterMs(reason) ?? 0);
    this.attempts += 1;
    const random = this.around.random() / 2;
    // Clients that were closed together do not come back together.
    const waitMs = Math.max(pauseMs * (0.5 + random), askedMs * (1 + random));
    this.arm(waitMs, () => this.dial());
  }

  /** Ends it for good. Resolves when the socket is closed, at most FAREWELL_MS_MAX later. */
  end(): Promise<void> {
    const { timers } = this.around;
    const socket = this.socket;
    this.socket = null;
    this.disarm();
    if (socket === null) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = timers.setTimeout(resolve, FAREWELL_MS_MAX);
      socket.onclose = () => {
        timers.clearTimeout(timer);
        resolve();
      };
      socket.close(1000);
    });
  }

  private receive(data: unknown): void {
    if (typeof data === 'string') {
      this.drop('a text message');
      return;
    }
    // Only after the welcome: a server that closes right after it is none to be dialed at once.
    if (this.heartbeatMs > 0) this.attempts = 0;
    this.hasHeard = true;
    this.owner.received(
      ArrayBuffer.isView(data)
        ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
        : new Uint8Array(data as ArrayBuffer),
    );
  }

  private lose(closeCode: number, reason: string): void {
    this.socket = null;
    this.isOpen = false;
    this.heartbeatMs = 0;
    this.disarm();
    this.owner.lost(closeCode, reason);
  }

  private tick(): void {
    this.silentMs = this.hasHeard ? 0 : this.silentMs + this.heartbeatMs;
    if (this.silentMs >= SILENCE_MS_MAX) {
      this.drop('the server is silent');
      return;
    }
    if (!this.hasSent) this.send(this.heartbeat);
    this.hasSent = false;
    this.hasHeard = false;
    this.arm(this.heartbeatMs, () => this.tick());
    this.owner.ticked();
  }

  private arm(ms: number, run: () => void): void {
    this.disarm();
    this.timer = this.around.timers.setTimeout(() => {
      this.timer = null;
      run();
    }, ms);
  }

  private disarm(): void {
    if (this.timer !== null) this.around.timers.clearTimeout(this.timer);
    this.timer = null;
  }
}
