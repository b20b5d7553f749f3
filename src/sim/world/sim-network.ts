// The simulated network: sockets for clients of the SDK, connections to whatever server runs, and
// everything that can happen to them.
//
// A connection is what TCP makes of one: frames in order, each once, until it breaks; then a first
// part of what was on its way has arrived, and each side learns of the break now, later or never.
// What a stream of the exchange has to stand beyond that is done to it here too: frames of commands
// come twice (a clOrdId acts once), frames of the feed are lost, doubled or out of order (each has
// a sequence).

import type { Prng } from '../../base/prng.ts';
import type { WebSocketClass, WebSocketLike } from '../../client/index.ts';
import { FeedDecoder } from '../../wire/feed.ts';
import { FEED_SNAPSHOT, FEED_UPDATE } from '../../wire/frame-kinds.ts';
import type { FaultCounts } from './faults.ts';
import type { SimClock } from './sim-clock.ts';
import { Way } from './sim-line.ts';
import type { SimProgram } from './sim-program.ts';

export type Path = 'orders' | 'feed';

/** What a server does with a connection. */
export interface ServerEnd {
  frame(bytes: Uint8Array): void;
  drained(unsentBytes: number): void;
  closed(): void;
}

/** What a server has of it. */
export interface ServerWire {
  /** Gives how many bytes the socket has not passed on yet. */
  send(bytes: Uint8Array): number;
  close(code: number): void;
}

export interface NetworkHooks {
  /** Null: nobody listens. */
  accept(path: Path, wire: ServerWire): ServerEnd | null;
  /** A frame is about to be handed to a client. */
  onDelivery(path: Path, program: SimProgram, bytes: Uint8Array): void;
  /** Whether a frame of commands may come twice; it will, then. */
  mayDouble(bytes: Uint8Array): boolean;
}

/** Feed frames are small here: a socket of a consumer tells its bytes so many times over. */
const FEED_BYTES_FACTOR = 512;
const LOST_CODE = 1006;
/** A client or server that is told of a break learns of it within this. */
const NOTICE_US_MAX = 400_000;
/** So long frames pile up before a connection breaks behind them. */
const PILE_US_MAX = 120_000;
/** Frames in 10,000 to which something happens. */
const DOUBLED_IN_10000 = 60;
const FEED_FAULTS_IN_10000 = 25;

class SimSocket implements WebSocketLike {
  binaryType = 'arraybuffer';
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  send: (bytes: ArrayBuffer) => void = () => {};
  close: (code?: number) => void = () => {};
}

export class Line {
  readonly path: Path;
  readonly program: SimProgram;
  readonly socket: SimSocket;
  readonly up: Way;
  readonly down: Way;
  /** Null: not connected yet, or gone. */
  server: ServerEnd | null = null;
  isClientOpen = true;
  isCut = false;
  /** Whether each side learns of the end. */
  isClientTold = true;
  isServerTold = true;

  constructor(path: Path, program: SimProgram, socket: SimSocket, up: Way, down: Way) {
    this.path = path;
    this.program = program;
    this.socket = socket;
    this.up = up;
    this.down = down;
  }
}

export class SimNetwork {
  /** Per-frame faults happen. */
  isFaulty = true;
  private readonly clock: SimClock;
  private readonly random: Prng;
  private readonly counts: FaultCounts;
  private readonly hooks: NetworkHooks;
  private readonly lines = new Set<Line>();
  private readonly decoder = new FeedDecoder();

  constructor(clock: SimClock, random: Prng, counts: FaultCounts, hooks: NetworkHooks) {
    this.clock = clock;
    this.random = random;
    this.counts = counts;
    this.hooks = hooks;
  }

  /** For a client's program. */
  socketsOf(program: SimProgram): WebSocketClass {
    const network = this;
    return class extends SimSocket {
      constructor(url: string) {
        super();
        network.dial(url.endsWith('feed') ? 'feed' : 'orders', program, this);
      }
    };
  }

  /** Connections that are whole, of one path or of both. */
  open(path?: Path): Line[] {
    const all = [...this.lines];
    return all.filter(
      (line) => !line.isCut && line.server !== null && (path === undefined || line.path === path),
    );
  }

  /** Whether a program has a whole connection, whatever it believes. */
  serves(program: SimProgram): boolean {
    for (const line of this.lines) {
      if (line.program === program && !line.isCut && line.server !== null) return true;
    }
    return false;
  }

  /** Nothing is under way. */
  get isQuiet(): boolean {
    for (const { up, down } of this.lines) if (!up.isEmpty || !down.isEmpty) return false;
    return true;
  }

  /** Breaks a connection. A side that is not told has to find out for itself. */
  cut(line: Line, tellsClient: boolean, tellsServer: boolean): void {
    if (line.isCut) return;
    line.isCut = true;
    line.isClientTold = tellsClient;
    line.isServerTold = tellsServer;
    this.breakOff(line.up);
    this.breakOff(line.down);
    if (tellsClient) this.tellClient(line, LOST_CODE);
    if (tellsServer) this.tellServer(line);
  }

  /** Frames to the server pile up for so long; meanwhile the connection breaks for the client. */
  breakLate(line: Line, us: number): void {
    this.stall(line.up, us);
    this.clock.after(Math.min(us, this.random.below(PILE_US_MAX)), () => {
      if (line.isCut || line.server === null) return;
      if (!line.up.isEmpty) this.counts.reorder += 1;
      line.isCut = true;
      this.breakOff(line.down);
      line.up.isBroken = true;
      this.tellClient(line, LOST_CODE);
      line.up.afterRest(() => this.closeServer(line));
    });
  }

  /** Nothing passes for a while. */
  stall(way: Way, us: number): void {
    way.stalledUntilUs = Math.max(way.stalledUntilUs, this.clock.nowUs + us);
  }

  /** The program has ended: its connections break, and nobody is left to be told. */
  programEnded(program: SimProgram): void {
    for (const line of this.lines) {
      if (line.program !== program) continue;
      line.isClientOpen = false;
      this.cut(line, false, this.random.chance(70));
    }
  }

  /** The server is gone. With its machine it takes the word of it along. */
  serverEnded(isMachine: boolean): void {
    for (const line of this.lines) {
      line.server = null;
      this.cut(line, !isMachine || this.random.chance(50), false);
    }
  }

  private breakOff(way: Way): void {
    this.counts.drop += way.breakOff(this.random.below(way.frames + 1));
  }

  private dial(path: Path, program: SimProgram, socket: SimSocket): void {
    const { clock, random } = this;
    const deliverUp = (bytes: Uint8Array): void => line.server?.frame(bytes);
    const deliverDown = (bytes: Uint8Array): void => this.toClient(line, bytes);
    const drained = (): void => {
      if (!line.isCut) line.server?.drained(this.unsentOf(line));
    };
    const up = new Way(clock, random, deliverUp, () => {});
    const down = new Way(clock, random, deliverDown, drained);
    const line = new Line(path, program, socket, up, down);
    this.lines.add(line);
    socket.send = (bytes) => this.fromClient(line, new Uint8Array(bytes));
    socket.close = () => {
      line.isClientOpen = false;
      up.afterRest(() => this.closeServer(line));
    };
    clock.after(random.between(100, 3_000), () => this.connect(line));
  }

  private connect(line: Line): void {
    const wire: ServerWire = {
      send: (bytes) => {
        this.fromServer(line, bytes.slice());
        return this.unsentOf(line);
      },
      close: (code) => {
        line.server = null;
        line.up.breakOff(0);
        line.down.afterRest(() => this.loseClient(line, code));
      },
    };
    const isWanted = line.program.isAlive && line.isClientOpen;
    const server = isWanted ? this.hooks.accept(line.path, wire) : null;
    if (server === null) {
      this.loseClient(line, LOST_CODE);
      return;
    }
    line.server = server;
    line.socket.onopen?.({} as never);
  }

  private fromClient(line: Line, bytes: Uint8Array): void {
    line.up.push(bytes);
    const isHit = this.isFaulty && this.random.below(10_000) < DOUBLED_IN_10000;
    if (!isHit || line.path !== 'orders' || !this.hooks.mayDouble(bytes)) return;
    this.counts.duplicate += 1;
    line.up.push(bytes);
  }

  private fromServer(line: Line, bytes: Uint8Array): void {
    const isHit =
      this.isFaulty && line.path === 'feed' && this.random.below(10_000) < FEED_FAULTS_IN_10000;
    if (!isHit || !this.isSequenced(bytes)) {
      line.down.push(bytes);
      return;
    }
    const what = this.random.below(3);
    if (what === 0) {
      this.counts.feedDrop += 1;
    } else if (what === 1) {
      this.counts.feedDuplicate += 1;
      line.down.push(bytes);
      line.down.push(bytes);
    } else {
      this.counts.feedReorder += 1;
      line.down.pushBehindNext(bytes);
    }
  }

  private isSequenced(bytes: Uint8Array): boolean {
    const { decoder } = this;
    if (decoder.decode(bytes) !== 0) return false;
    return decoder.head.kind === FEED_SNAPSHOT || decoder.head.kind === FEED_UPDATE;
  }

  private unsentOf(line: Line): number {
    return line.down.unsentBytes * (line.path === 'feed' ? FEED_BYTES_FACTOR : 1);
  }

  private toClient(line: Line, bytes: Uint8Array): void {
    if (!line.isClientOpen || !line.program.isAlive) return;
    this.hooks.onDelivery(line.path, line.program, bytes);
    line.socket.onmessage?.({ data: bytes } as never);
  }

  private tellClient(line: Line, code: number): void {
    this.clock.after(this.random.below(NOTICE_US_MAX), () => {
      line.down.afterRest(() => this.loseClient(line, code));
    });
  }

  private tellServer(line: Line): void {
    this.clock.after(this.random.below(NOTICE_US_MAX), () => {
      line.up.afterRest(() => this.closeServer(line));
    });
  }

  private closeServer(line: Line): void {
    if (!line.isServerTold) return;
    const { server } = line;
    line.server = null;
    line.down.isBroken = true;
    server?.closed();
    this.loseClient(line, LOST_CODE);
  }

  /** The client's end of it, whatever the server's is. */
  private loseClient(line: Line, code: number): void {
    if (line.server === null) this.lines.delete(line);
    if (!line.isClientTold || !line.program.isAlive) return;
    line.isClientTold = false;
    line.isClientOpen = false;
    line.socket.onclose?.({ code, reason: '' } as never);
  }
}
