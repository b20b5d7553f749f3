// Seeded commands of one session: orders around a middle that rest and trade, icebergs and stops
// among them, replaces, cancels, now and then a mass cancel. The same seed gives the same ones.

import { Prng } from '../../src/base/prng.ts';
import {
  COMMAND_CANCEL,
  COMMAND_MASS_CANCEL,
  COMMAND_NEW,
  COMMAND_REPLACE,
  TIF_GTC,
  TIF_IOC,
  TYPE_LIMIT,
  TYPE_STOP_LIMIT,
} from '../../src/core/codes.ts';
import type { ClientCommand } from '../../src/wire/order-entry.ts';

const INSTRUMENT = 1;
const MID = 10_000;
const AWAY_MAX = 30;
/** Orders that a cancel or replace may name: the newest ones. */
const RECENT = 64;

export class CommandSource {
  readonly account: number;
  private readonly prng: Prng;
  private readonly recent: bigint[] = [];
  private request = 0;
  private clOrdId = 0n;

  constructor(account: number, seed: number) {
    this.account = account;
    this.prng = new Prng(seed);
  }

  /** Commands that it gave. */
  get issued(): number {
    return this.request;
  }

  next(): ClientCommand {
    const { prng, account } = this;
    const request = ++this.request;
    const kind = prng.below(200);
    if (kind === 0) return { command: COMMAND_MASS_CANCEL, request, account };
    if (kind < 60 && this.recent.length > 0) {
      const clOrdId = prng.pick(this.recent);
      if (kind < 30) return { command: COMMAND_CANCEL, request, account, clOrdId };
      const terms = { price: this.price(prng.below(2)), qty: prng.between(1, 40) };
      const ids = { origClOrdId: clOrdId, clOrdId: this.newId() };
      return { command: COMMAND_REPLACE, request, account, ...ids, ...terms };
    }
    return this.order(request);
  }

  private order(request: number): ClientCommand {
    const { prng, account } = this;
    const side = prng.below(2);
    const price = this.price(side);
    const form = prng.below(100);
    const isStop = form < 5;
    return {
      command: COMMAND_NEW,
      request,
      account,
      instrument: INSTRUMENT,
      clOrdId: this.newId(),
      side,
      type: isStop ? TYPE_STOP_LIMIT : TYPE_LIMIT,
      tif: form >= 5 && form < 15 ? TIF_IOC : TIF_GTC,
      price,
      qty: prng.between(10, 40),
      ...(isStop ? { stopPrice: this.price(1 - side) } : {}),
      ...(form >= 90 ? { displayQty: prng.between(1, 9) } : {}),
    };
  }

  private price(side: number): number {
    const away = this.prng.between(-2, AWAY_MAX);
    return side === 0 ? MID - away : MID + away;
  }

  private newId(): bigint {
    this.clOrdId += 1n;
    this.recent.push(this.clOrdId);
    if (this.recent.length > RECENT) this.recent.shift();
    return this.clOrdId;
  }
}
