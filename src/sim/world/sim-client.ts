// Somebody outside the server: a program that connects, is started again when it ended, and may be
// ended at any moment.

import type { Prng } from '../../base/prng.ts';
import type { ClientError, WebSocketClass } from '../../client/index.ts';
import type { SimClock } from './sim-clock.ts';
import type { SimNetwork } from './sim-network.ts';
import { SimProgram } from './sim-program.ts';
import type { WorldOracle } from './world-oracle.ts';

/** A program that ended is started again within this, us. */
const RESTART_US_MAX = 300_000;

/** Ends of a connection that no fault of a world explains. */
const UNEXPLAINED: ReadonlySet<string> = new Set([
  'protocol',
  'bad_frame',
  'unsupported_version',
  'bad_token',
  'logon_first',
  'too_large',
  'invalid_argument',
  'not_operator',
]);

export interface ClientSurroundings {
  readonly clock: SimClock;
  readonly network: SimNetwork;
  readonly random: Prng;
  readonly oracle: WorldOracle;
  violate(what: string): void;
  note(what: string): void;
}

/** What a client of the SDK is given by its program. */
export interface ProgramSurroundings {
  readonly url: string;
  readonly WebSocket: WebSocketClass;
  readonly timers: SimProgram['timers'];
  readonly random: () => number;
}

export abstract class SimClient<Client> {
  readonly name: string;
  /** Of its session; 0: it has none. */
  readonly session: number;
  protected client: Client | null = null;
  protected readonly around: ClientSurroundings;
  protected program: SimProgram | null = null;

  constructor(name: string, session: number, around: ClientSurroundings) {
    this.name = name;
    this.session = session;
    this.around = around;
  }

  /** Starts its program. */
  start(): void {
    const { clock, random, network } = this.around;
    const program = new SimProgram(this.name, this.session, clock, random);
    this.program = program;
    const path = this.session === 0 ? 'feed' : 'orders';
    const surroundings: ProgramSurroundings = {
      url: `ws://world/${path}`,
      WebSocket: network.socketsOf(program),
      timers: program.timers,
      random: program.random,
    };
    this.connect(surroundings, program).then(
      (client) => {
        if (!program.isAlive) return;
        this.client = client;
        this.connected(client, program);
      },
      (error: ClientError) => this.ended(program, error),
    );
  }

  /** Its program ends now, whatever it is doing. */
  crash(): void {
    if (this.program !== null) this.end(this.program);
  }

  /** Connected in truth, and waiting for nothing. */
  get isAtRest(): boolean {
    const { program } = this;
    return program !== null && this.around.network.serves(program) && this.isDone;
  }

  /** Connected as far as it knows, and waiting for nothing. */
  protected abstract get isDone(): boolean;

  protected abstract connect(around: ProgramSurroundings, program: SimProgram): Promise<Client>;

  /** This program is connected for the first time. */
  protected abstract connected(client: Client, program: SimProgram): void;

  /** Its connection was closed for good, or could not be made. */
  protected ended(program: SimProgram, error: ClientError): void {
    if (!program.isAlive) return;
    this.around.note(`${this.name} ends: ${error.code}`);
    if (UNEXPLAINED.has(error.code)) this.around.violate(`${this.name}: ${error.message}`);
    this.end(program);
  }

  private end(program: SimProgram): void {
    const { clock, random, network } = this.around;
    program.isAlive = false;
    network.programEnded(program);
    if (this.program !== program) return;
    this.program = null;
    this.client = null;
    clock.after(random.below(RESTART_US_MAX), () => this.start());
  }
}
