// A trader of a simulated world: order entry through the SDK, with a book of its own intents that
// outlives its program. What has no answer when the program ends is sent again by the next, under
// the same clOrdId, as a careful trader's system would.
//
// Checked here: what it was told of each of its commands is what the log says. Accepted: it acted.
// Refused: it did not, and never will (unless the network doubled it).

import {
  type ClientError,
  type ExecutionReport,
  type NewOrder,
  OrderEntry,
  type OrderResult,
  type ReplaceOrder,
} from '../../client/index.ts';
import type { SessionConfig } from '../../session/session-config.ts';
import { type ClientSurroundings, type ProgramSurroundings, SimClient } from './sim-client.ts';
import type { SimProgram } from './sim-program.ts';
import { type OwnOrder, orderKey, TraderFlow } from './trader-flow.ts';

interface Intent {
  readonly account: number;
  readonly clOrdId: bigint;
  readonly order: NewOrder | ReplaceOrder;
  fate: 'unknown' | 'accepted' | 'rejected' | 'refused' | 'lost';
  /** How often it was sent. */
  sends: number;
  isDoubled: boolean;
}

/** Commands without an answer beyond which it waits. */
const UNDER_WAY_MAX = 250;

export class Trader extends SimClient<OrderEntry> {
  /** Its orders that are alive, as it was told. */
  readonly orders = new Map<number, OwnOrder>();
  private readonly config: SessionConfig;
  private readonly flow: TraderFlow;
  private readonly intents = new Map<number, Intent>();
  private readonly open = new Set<Intent>();
  private underWay = 0;
  private savedReport = 0;
  private isComparing = false;

  constructor(config: SessionConfig, around: ClientSurroundings) {
    super(`trader ${config.number}`, config.number, around);
    this.config = config;
    const accounts = config.accounts.map(({ number }) => number);
    this.flow = new TraderFlow(around.random, accounts, this.orders);
  }

  protected get isDone(): boolean {
    const isReady = this.client !== null && this.client.state === 'ready';
    const isAnswered = this.underWay === 0 && this.open.size === 0;
    return isReady && isAnswered && !this.isComparing;
  }

  /** Sends some commands; nothing while it is not connected, or waits for too many answers. */
  act(): void {
    const { client, around, flow } = this;
    if (client === null || this.underWay > UNDER_WAY_MAX) return;
    const { program } = this;
    if (program === null) return;
    const instruments = client.instruments.map(({ number }) => number);
    for (let left = flow.burst(); left > 0; left--) {
      const what = flow.next(instruments);
      switch (what.kind) {
        case 'new':
        case 'replace': {
          const { account, clOrdId, order } = what;
          const intent: Intent = {
            account,
            clOrdId,
            order,
            fate: 'unknown',
            sends: 0,
            isDoubled: false,
          };
          this.intents.set(orderKey(account, clOrdId), intent);
          this.send(client, intent, program);
          break;
        }
        case 'cancel':
          this.wait(client.cancel(what.order), program);
          break;
        case 'massCancel':
          around.note(`${this.name} cancels all of ${what.account}`);
          this.wait(client.massCancel({ account: what.account }), program);
          break;
      }
    }
  }

  /** The network will deliver the command twice. */
  onDoubled(account: number, clOrdId: bigint): void {
    const intent = this.intents.get(orderKey(account, clOrdId));
    if (intent !== undefined) intent.isDoubled = true;
  }

  /** Asks for its open orders; when they are not as it was told before, that is a violation. */
  compareOrders(): void {
    this.isComparing = true;
    const { client, program } = this;
    // A program that is yet to connect asks then.
    if (client === null || program === null) return;
    this.wait(client.openOrders(), program, (open) => {
      this.isComparing = false;
      const { orders, around, name } = this;
      const isSame = open.every(({ account, clOrdId, leaves }) => {
        return orders.get(orderKey(account, clOrdId))?.leaves === leaves;
      });
      if (isSame && open.length === orders.size) return;
      around.violate(`${name} was told of ${orders.size} orders, and has ${open.length}`);
    });
  }

  /** What it was told of everything it sent, against the log. */
  checkFates(): void {
    for (const intent of this.intents.values()) this.check(intent);
  }

  protected connect(around: ProgramSurroundings, program: SimProgram): Promise<OrderEntry> {
    return OrderEntry.connect({
      ...around,
      token: this.config.token,
      cancelOnDisconnect: this.flow.wantsCancel(),
      store: {
        load: () => this.savedReport,
        save: (last) => {
          if (program.isAlive) this.savedReport = last;
        },
      },
      onReport: (report) => this.hear(report),
      onState: (state, error) => {
        if (state === 'closed' && error !== null) this.ended(program, error);
      },
      onReportsLost: ({ openOrders }) => {
        this.around.note(`${this.name} lost reports`);
        this.orders.clear();
        for (const { account, clOrdId, leaves, instrument, side } of openOrders) {
          const order = { account, clOrdId, leaves, instrument, side };
          this.orders.set(orderKey(account, clOrdId), order);
        }
      },
    });
  }

  protected connected(client: OrderEntry, program: SimProgram): void {
    this.underWay = 0;
    // In the order of their ids: one that comes behind a greater one would be refused for that.
    for (const intent of [...this.open]) {
      this.send(client, intent, program);
    }
    if (this.isComparing) this.compareOrders();
  }

  private send(client: OrderEntry, intent: Intent, program: SimProgram): void {
    intent.sends += 1;
    this.open.add(intent);
    const { order } = intent;
    const answer = 'side' in order ? client.newOrder(order) : client.replace(order);
    this.wait(answer, program, (result) => this.settle(intent, result));
  }

  private wait<R>(
    answer: Promise<R>,
    program: SimProgram,
    then: (result: R) => void = () => {},
  ): void {
    this.underWay += 1;
    answer.then(
      (result) => {
        if (!program.isAlive) return;
        this.underWay -= 1;
        then(result);
      },
      // Its program ends, and the next one asks again.
      (_error: ClientError) => {},
    );
  }

  private settle(intent: Intent, result: OrderResult): void {
    this.open.delete(intent);
    if (result.status === 'accepted') intent.fate = 'accepted';
    else if (result.status === 'unknown') intent.fate = 'lost';
    else if (result.reason === 'duplicate_clordid') intent.fate = 'lost';
    else intent.fate = result.reports.length > 0 ? 'rejected' : 'refused';
    if (result.status === 'rejected' && result.reason === 'duplicate_clordid') {
      // One that never acted may be told so too: its `busy` was lost with a connection, and when it
      // is sent again, later ones have used higher ids.
      const isExplained = intent.sends > 1 || intent.isDoubled;
      const hasActed = this.around.oracle.hasActed(intent.account, intent.clOrdId);
      if (hasActed && !isExplained) this.complain(intent, 'it acted, and is called a duplicate');
    }
    if (intent.fate === 'accepted' || intent.fate === 'rejected') this.check(intent);
  }

  private check(intent: Intent): void {
    const { fate, account, clOrdId } = intent;
    const hasActed = this.around.oracle.hasActed(account, clOrdId);
    if (fate === 'unknown') this.complain(intent, 'nothing ever came of it');
    if (fate === 'accepted' && !hasActed) this.complain(intent, 'it was accepted and did nothing');
    const mayAct = fate === 'lost' || fate === 'accepted' || intent.isDoubled || intent.sends > 1;
    if (hasActed && !mayAct) this.complain(intent, `it was ${fate} and acted`);
  }

  private complain({ account, clOrdId }: Intent, what: string): void {
    this.around.violate(`${this.name}, order ${account}:${clOrdId}: ${what}`);
  }

  private hear(report: ExecutionReport): void {
    if (report.kind === 'done' || report.kind === 'rejected') return;
    const { account, clOrdId, instrument, side } = report;
    const leaves = report.kind === 'canceled' ? 0 : report.leaves;
    const key = orderKey(account, clOrdId);
    if (report.kind === 'replaced') this.orders.delete(orderKey(account, report.origClOrdId));
    if (leaves === 0) this.orders.delete(key);
    else this.orders.set(key, { account, clOrdId, leaves, instrument, side });
  }
}
