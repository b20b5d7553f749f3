// The operator of a simulated world: now and then a phase changes, a kill switch is thrown and
// lifted, or one more instrument is there. After a while everything trades again.

import { Operator } from '../../client/index.ts';
import type { SessionConfig } from '../../session/session-config.ts';
import { type ClientSurroundings, type ProgramSurroundings, SimClient } from './sim-client.ts';
import type { SimProgram } from './sim-program.ts';

export class FloorOperator extends SimClient<Operator> {
  private readonly config: SessionConfig;
  private readonly accounts: readonly number[];
  private readonly instrumentsMax: number;
  private underWay = 0;
  /** Commands that bring back what it stopped. */
  private readonly toUndo: ((operator: Operator) => Promise<unknown>)[] = [];

  constructor(
    config: SessionConfig,
    accounts: readonly number[],
    instrumentsMax: number,
    around: ClientSurroundings,
  ) {
    super('operator', config.number, around);
    this.config = config;
    this.accounts = accounts;
    this.instrumentsMax = instrumentsMax;
  }

  protected get isDone(): boolean {
    return this.client !== null && this.client.state === 'ready' && this.underWay === 0;
  }

  act(): void {
    const { client, around } = this;
    if (client === null || this.underWay > 0) return;
    const undo = this.toUndo.shift();
    const { random } = around;
    if (undo !== undefined) {
      this.wait(undo(client));
    } else if (client.instruments.length < this.instrumentsMax && random.chance(15)) {
      const instrument = client.instruments.length + 1;
      const symbol = `NEW${instrument}`;
      around.note(`operator adds instrument ${instrument}`);
      this.wait(client.addInstrument({ symbol, instrument, referencePrice: 1_000 }));
    } else if (random.chance(70)) {
      const { number } = random.pick(client.instruments);
      const phase = random.pick(['auction', 'pre_open', 'halted', 'closed', 'auction'] as const);
      around.note(`operator puts ${number} into ${phase}`);
      this.wait(client.setPhase(number, phase));
      this.toUndo.push((operator) => operator.resume(number));
    } else {
      const account = random.pick(this.accounts);
      around.note(`operator kills ${account}`);
      this.wait(client.kill({ account }));
      this.toUndo.push((operator) => operator.lift({ account }));
    }
  }

  /** Lets every instrument say something on the feed, and trade. */
  rouse(): void {
    const { client } = this;
    if (client === null) return;
    for (const { number } of client.instruments) {
      this.wait(client.setPhase(number, 'auction'));
      this.wait(client.setPhase(number, 'continuous'));
    }
    for (const account of this.accounts) this.wait(client.lift({ account }));
    this.toUndo.length = 0;
  }

  protected connect(around: ProgramSurroundings, program: SimProgram): Promise<Operator> {
    return Operator.connect({
      ...around,
      token: this.config.token,
      onState: (state, error) => {
        if (state === 'closed' && error !== null) this.ended(program, error);
      },
    });
  }

  protected connected(): void {
    this.underWay = 0;
  }

  private wait(answer: Promise<unknown>): void {
    const { program } = this;
    this.underWay += 1;
    const done = (): void => {
      if (program?.isAlive) this.underWay -= 1;
    };
    answer.then(done, done);
  }
}
