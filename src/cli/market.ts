// `ringside market`: the exchange with a moving market on it. A synthetic order flow trades as a
// client of the server that runs in the same program: over a socket, through the SDK.

import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { InputError } from '../base/input-error.ts';
import type {
  CancelResult,
  ClientError,
  ExecutionReport,
  OpenOrder,
  OrderEntry,
  OrderResult,
  ReportsLost,
} from '../client/index.ts';
import { COMMAND_CANCEL, COMMAND_NEW, COMMAND_REPLACE } from '../core/codes.ts';
import type { Command as FlowCommand } from '../core/plain.ts';
import type { Config } from '../ops/config.ts';
import { type FlowOrder, OrderFlow } from '../sim/order-flow.ts';
import { SIDE_NAMES, STP_NAMES, TIF_NAMES, TYPE_NAMES } from '../wire/codes.ts';
import type { Supervisor } from '../workers/supervisor.ts';
import {
  connectOrders,
  DEFAULT_HOST,
  DEFAULT_TOKEN,
  FEED_PORT,
  readable,
} from './client-options.ts';
import { type ConfigOptions, configFlags } from './config-flags.ts';
import { addresses, signalled, startServer } from './serve.ts';
import { wholeNumber } from './whole-number.ts';

const TICK_MS = 10;
/** A flow that was held up makes up for this much of it. */
const CATCH_UP_MS_MAX = 100;
/** Commands under way; below the credits of a session, so that none is refused with busy. */
const UNANSWERED_MAX = 1_024;
const CLOSE_MS_MAX = 1_000;
const ORDERS_AIMED_AT = 600;
/** An instrument without a reference price begins here, ticks. */
const FIRST_PRICE = 10_000;
/** Ticks that the flow needs above its prices. */
const FIRST_PRICE_MAX = 2 ** 31 - 1 - 100_000;
/** The flow counts ids as numbers: an account whose ids are near 2^53 trades no more. */
const ID_MAX = BigInt(Number.MAX_SAFE_INTEGER) - 0x1_0000_0000n;

const HELP = `
Example:
  $ ringside market --seed 7 --rate 2000
  $ ringside watch                        (in another terminal)

The flow trades the first instrument as the last session of the configuration that is no
operator's, or the one that --flow-token names. It goes on with the orders that it finds open.
SIGTERM or Ctrl-C drains: the flow's commands are answered, its orders stay, the journal is closed,
exit status 0.`;

interface MarketOptions extends ConfigOptions {
  seed: number;
  rate: number;
  flowToken?: string;
}

export function marketCommand(): Command {
  const command = new Command('market')
    .description('run the exchange with a seeded synthetic order flow trading on it')
    .option('--seed <n>', 'seed of the order flow', wholeNumber(0), 1)
    .option('--rate <n>', 'its commands per second', wholeNumber(1, 100_000), 500)
    .option('--flow-token <token>', 'token that it logs on with');
  return configFlags(command).addHelpText('after', HELP).action(runMarket);
}

async function runMarket(options: MarketOptions): Promise<void> {
  const isToStop = signalled();
  const { supervisor, config } = await startServer(options);
  try {
    process.stdout.write(`${addresses(supervisor, config)}\n`);
    const flow = await FlowTrader.start(supervisor, config, options);
    process.stdout.write(`${flow.introduction()}\n${howToLook(supervisor, config)}\n`);
    flow.run(options.rate);
    await isToStop;
    await flow.stop();
    process.stdout.write(`${flow.summary()}\n`);
  } finally {
    await supervisor.stop();
  }
}

/** Trades an order flow as a client, and tells the flow what became of its commands. */
class FlowTrader {
  private readonly seed: number;
  private readonly symbol: string;
  private readonly instrument: number;
  private readonly flow: OrderFlow;
  private entry!: OrderEntry;
  private isStopping = false;
  private running: Promise<void> = Promise.resolve();
  private unanswered = 0;
  private commands = 0;
  private rejected = 0;
  private trades = 0;
  private lastTrade = 0n;
  private adopted = 0;
  /** `ringside order` logs on with the same token unless it is told otherwise. */
  private isDefaultToken = false;

  private constructor(seed: number, instrument: Config['instruments'][number], accounts: number[]) {
    const { number, symbol, referencePrice = FIRST_PRICE } = instrument;
    this.seed = seed;
    this.symbol = symbol;
    this.instrument = number;
    this.flow = new OrderFlow({
      seed,
      instrument: number,
      accounts,
      firstPrice: Math.min(referencePrice, FIRST_PRICE_MAX),
      ordersAimedAt: ORDERS_AIMED_AT,
    });
  }

  /** Logs on and takes the open orders over. Throws an InputError when it cannot trade. */
  static async start(
    { ordersPort: port }: Supervisor,
    config: Config,
    { seed, flowToken }: MarketOptions,
  ): Promise<FlowTrader> {
    const session =
      flowToken === undefined
        ? config.sessions.findLast(({ operator }) => !operator)
        : config.sessions.find(({ token, operator }) => token === flowToken && !operator);
    if (session === undefined)
      throw new InputError('no session that trades has the token of --flow-token');
    const trader = new FlowTrader(seed, config.instruments[0]!, session.accounts);
    const entry = await connectOrders(
      { host: connectableHost(config.host), port, token: session.token },
      {
        onReport: (report) => trader.report(report),
        onReportsLost: (loss) => trader.lost(loss),
        onState: (state, error) => {
          if (state === 'closed' && error !== null) trader.sayStopped(error);
        },
      },
    );
    trader.entry = entry;
    for (const { number, highestClOrdId } of entry.accounts) {
      if (highestClOrdId > ID_MAX) throw new InputError(`account ${number} has no ids left`);
      trader.flow.usedUpTo(number, Number(highestClOrdId));
    }
    try {
      trader.adopt(await entry.openOrders());
    } catch (error) {
      throw readable(error);
    }
    trader.isDefaultToken = session.token === DEFAULT_TOKEN;
    return trader;
  }

  introduction(): string {
    const { entry, symbol, seed, adopted } = this;
    const note = `\nnote: ringside order --token ${DEFAULT_TOKEN} takes the flow's session over`;
    return (
      `order flow: ${symbol}, seed ${seed}, session ${entry.number}, ` +
      `${entry.accounts.length} accounts, goes on with ${adopted} open orders` +
      (this.isDefaultToken ? note : '')
    );
  }

  summary(): string {
    return `${this.commands} commands, ${this.rejected} rejected, ${this.trades} trades`;
  }

  /** Begins to issue `rate` commands a second. */
  run(rate: number): void {
    this.running = this.issue(rate);
  }

  /** Issues no more; resolves when all is answered, or will not be. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.running;
    await this.entry.close({ waitMs: CLOSE_MS_MAX });
  }

  private async issue(rate: number): Promise<void> {
    const dueMax = Math.max(1, (rate * CATCH_UP_MS_MAX) / 1_000);
    let due = 0;
    let beforeMs = performance.now();
    while (!this.isStopping && this.entry.state !== 'closed') {
      await delay(TICK_MS);
      const nowMs = performance.now();
      due = Math.min(dueMax, due + ((nowMs - beforeMs) / 1_000) * rate);
      beforeMs = nowMs;
      // The commands of one turn leave in one frame.
      for (; due >= 1 && this.unanswered < UNANSWERED_MAX; due--) this.send(this.flow.next());
    }
  }

  private send(command: FlowCommand): void {
    const answer = this.toClient(command);
    this.unanswered += 1;
    this.commands += 1;
    answer.then(
      ({ status }) => {
        this.unanswered -= 1;
        if (status === 'accepted') return;
        this.rejected += 1;
        this.flow.refused(command);
      },
      // The session has ended, which `onState` tells once for all commands.
      () => {
        this.unanswered -= 1;
      },
    );
  }

  private toClient(command: FlowCommand): Promise<OrderResult | CancelResult> {
    const { entry, instrument } = this;
    switch (command.cmd) {
      case COMMAND_NEW: {
        const { account, clOrdId, qty, price, postOnly } = command;
        const side = SIDE_NAMES[command.side]!;
        const type = TYPE_NAMES[command.type]!;
        const tif = TIF_NAMES[command.tif]!;
        const stp = STP_NAMES[command.stp]!;
        const terms = { side, type, tif, stp, qty, price, postOnly };
        return entry.newOrder({ account, instrument, clOrdId, ...terms });
      }
      case COMMAND_CANCEL:
        return entry.cancel({ account: command.account, clOrdId: command.clOrdId });
      case COMMAND_REPLACE: {
        const { account, origClOrdId, clOrdId, price } = command;
        return entry.replace({ account, origClOrdId, clOrdId, price });
      }
      default:
        throw new Error(`the flow makes no command ${command.cmd}`);
    }
  }

  private report(report: ExecutionReport): void {
    if (report.kind === 'rejected' || report.kind === 'done') return;
    if (report.instrument !== this.instrument) return;
    const { account } = report;
    const clOrdId = Number(report.clOrdId);
    switch (report.kind) {
      case 'new':
        this.flow.opened(toFlowOrder(report));
        break;
      case 'trade':
        // One between two of its own orders is reported for both.
        if (report.tradeId !== this.lastTrade) this.trades += 1;
        this.lastTrade = report.tradeId;
        this.flow.left({ account, clOrdId, leaves: report.leaves });
        break;
      case 'restated':
        this.flow.left({ account, clOrdId, leaves: report.leaves });
        break;
      case 'canceled':
        this.flow.left({ account, clOrdId, leaves: 0 });
        break;
      case 'replaced': {
        const { price, leaves } = report;
        this.flow.moved(Number(report.origClOrdId), { account, clOrdId, price, leaves });
        break;
      }
    }
  }

  private lost({ openOrders }: ReportsLost): void {
    this.adopt(openOrders);
  }

  private adopt(orders: readonly OpenOrder[]): void {
    const own = orders.filter(({ instrument }) => instrument === this.instrument);
    this.flow.adopt(own.map(toFlowOrder));
    this.adopted = own.length;
  }

  private sayStopped({ code, message }: ClientError): void {
    const why =
      code === 'taken_over' ? 'another client logged on with its token (--flow-token)' : message;
    process.stderr.write(`ringside: the order flow has stopped: ${why}; the server goes on\n`);
  }
}

function toFlowOrder(order: Omit<FlowOrder, 'clOrdId' | 'side'> & SdkOrder): FlowOrder {
  const { account, price, leaves } = order;
  const side = (SIDE_NAMES as readonly string[]).indexOf(order.side);
  return { account, clOrdId: Number(order.clOrdId), side, price, leaves };
}

interface SdkOrder {
  clOrdId: bigint;
  side: string;
}

function howToLook(supervisor: Supervisor, config: Config): string {
  const host = connectableHost(config.host);
  const hostFlag = host === DEFAULT_HOST ? '' : ` --host ${host}`;
  const portFlag = supervisor.feedPort === FEED_PORT ? '' : ` --port ${supervisor.feedPort}`;
  return `to look: npx ringside watch${hostFlag}${portFlag}   Ctrl-C stops`;
}

/** Where a client on the same machine finds a server that listens there. */
function connectableHost(host: string): string {
  if (host === '0.0.0.0') return DEFAULT_HOST;
  return host === '::' ? '::1' : host;
}
