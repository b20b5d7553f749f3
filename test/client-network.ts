// Clients of the SDK before the real sessions and core of a venue, over a network that delivers one
// frame at a time and breaks where a test says so.

import type { WebSocketClass } from '../src/client/web-socket.ts';
import type { Connection } from '../src/session/connection.ts';
import { ClientSocket, ManualTimers, settle } from './client-kit.ts';
import type { FakeSocket } from './session-fakes.ts';
import { Venue, type VenueOptions } from './session-kit.ts';

/**
 * What the server notices of a broken connection. at once: the end · nothing: not even the end,
 * until the client's next logon takes over · late: what was under way arrives after that logon.
 */
export type Breakage = 'at once' | 'nothing' | 'late';

interface Line {
  name: string;
  client: ClientSocket;
  server: FakeSocket;
  connection: Connection;
  /** Frames on their way to the server. */
  toServer: Uint8Array[];
  /** Frames of the server's that were delivered. */
  delivered: number;
  isCut: boolean;
}

export class Network {
  readonly venue: Venue;
  readonly timers = new ManualTimers();
  /** Frames delivered or lost on the way so far: places at which a line can be cut. */
  places = 0;
  cuts = 0;
  /** Asked for each frame: whether to cut its line before or after it, or not at all. */
  plan: (place: number) => 'before' | 'after' | null = () => null;
  breakage: Breakage = 'at once';
  private readonly lines: Line[] = [];
  private turn = 0;

  constructor(options: VenueOptions = {}) {
    this.venue = new Venue(options);
  }

  /** For the client of this name. Its sockets open with the next step. */
  socketOf(name: string): WebSocketClass {
    const network = this;
    return class extends ClientSocket {
      constructor(url: string) {
        super(url);
        network.dial(name, this);
      }
    };
  }

  /** Delivers everything; time passes while `isWaiting` says so and nothing is under way. */
  async quiet(isWaiting: () => boolean): Promise<void> {
    for (;;) {
      await settle();
      if (this.step()) continue;
      if (!isWaiting()) return;
      if (this.timers.nextMs > 60_000) throw new Error('nobody will ever do anything again');
      await this.timers.pass(this.timers.nextMs);
    }
  }

  private dial(name: string, client: ClientSocket): void {
    const server = this.venue.open(name);
    const connection = this.venue.connection(name);
    const toServer: Uint8Array[] = [];
    client.hear = (bytes) => toServer.push(bytes);
    this.lines.push({ name, client, server, connection, toServer, delivered: 0, isCut: false });
    queueMicrotask(() => client.open());
  }

  /** Delivers one frame, of the lines in turn; false: there is none. */
  private step(): boolean {
    this.deliverLate();
    for (let i = 0; i < this.lines.length; i++) {
      this.turn = (this.turn + 1) % this.lines.length;
      const line = this.lines[this.turn]!;
      if (line.isCut) continue;
      const up = line.toServer[0];
      const down = line.server.frames[line.delivered];
      if (up === undefined && down === undefined) {
        if (line.server.closeCode !== 0) this.closeByServer(line);
        continue;
      }
      this.places += 1;
      const cut = this.plan(this.places);
      if (cut !== 'before') this.deliver(line, up, down);
      if (cut !== null) this.cut(line);
      return true;
    }
    return false;
  }

  private deliver(line: Line, up: Uint8Array | undefined, down: Uint8Array | undefined): void {
    if (up !== undefined) {
      line.toServer.shift();
      line.connection.frame(up, this.venue.nowMs);
      this.venue.run();
    } else if (down !== undefined) {
      line.delivered += 1;
      line.client.message(down);
    }
  }

  /** What was under way on a broken line, when the client has logged on over another. */
  private deliverLate(): void {
    for (const line of this.lines) {
      if (!line.isCut || line.toServer.length === 0) continue;
      const next = this.lines.findLast((other) => other.name === line.name);
      if (next === line || next!.delivered === 0) continue;
      const frames = line.toServer;
      line.toServer = [];
      for (const bytes of frames) line.connection.frame(bytes, this.venue.nowMs);
      this.venue.run();
    }
  }

  private closeByServer(line: Line): void {
    line.isCut = true;
    line.client.closed(line.server.closeCode);
  }

  private cut(line: Line): void {
    if (line.isCut) return;
    line.isCut = true;
    this.cuts += 1;
    if (this.breakage === 'at once') line.connection.closed(this.venue.nowMs);
    if (this.breakage !== 'late') line.toServer = [];
    line.client.closed(1006);
  }
}
