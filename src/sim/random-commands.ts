// Seeded random commands for the core and its oracle: a market of a given profile in which most
// commands are right, and some (random-oddities.ts) are wrong in every way that there is. The
// stream looks at the events it caused, so cancels and replaces mostly name orders that are alive.

import { Prng } from '../base/prng.ts';
import * as codes from '../core/codes.ts';
import { INT32_MAX } from '../core/limits.ts';
import type { Cancel, Command, MassCancel, NewOrder, Replace } from '../core/plain.ts';
import type { CoreEvent } from '../core/plain-events.ts';
import { type Market, type OpenOrder, oddOf } from './random-oddities.ts';
import { type Profile, profileOf } from './random-profiles.ts';

const AT_ONCE = [codes.TIF_IOC, codes.TIF_FOK] as const;
const LATEST_TIME = 2n ** 63n - 1n;

/** The random commands of one seed. The same seed and the same events give the same stream. */
export class RandomCommands implements Market {
  readonly profile: Profile;
  readonly random: Prng;
  readonly open: OpenOrder[] = [];
  private readonly placeOf = new Map<number, number>();
  private readonly lastIds = new Map<number, number>();
  private latest: Command = { cmd: codes.COMMAND_TIME };
  private count = 0;
  private time: bigint;
  private request: number;

  /** `seed` is a whole number in 0 … 2^53-1. */
  constructor(seed: number) {
    this.profile = profileOf(seed);
    this.random = new Prng(seed);
    this.time = this.profile.firstTime;
    this.request = this.random.word() >>> 0;
  }

  /** The next command. Its events should be given to `observe` before the next one is asked for. */
  next(): Command {
    const { instruments, oddPercent, mid } = this.profile;
    let command: Command;
    if (this.count < instruments.length) {
      const instrument = instruments[this.count]!;
      command = { cmd: codes.COMMAND_INSTRUMENT, instrument, referencePrice: mid };
    } else {
      command = this.plainCommand();
      // More of them at the beginning, where books, accounts and pools are empty.
      if (this.random.chance(this.count < 30 ? 40 : oddPercent)) command = oddOf(this, command);
    }
    this.count++;
    this.stamp(command);
    this.latest = command;
    return command;
  }

  /** Learns from an event which orders are alive. */
  observe(event: CoreEvent): void {
    switch (event.evt) {
      case codes.EVENT_NEW: {
        const { instrument, side, price } = event;
        const { orderId, account, clOrdId, leaves } = event.order;
        this.placeOf.set(orderId, this.open.length);
        const order = { orderId, account, instrument, side, clOrdId, price, total: leaves, leaves };
        this.open.push(order);
        break;
      }
      case codes.EVENT_TRADE:
        this.setLeaves(event.resting.orderId, event.resting.leaves);
        this.setLeaves(event.aggressor.orderId, event.aggressor.leaves);
        break;
      case codes.EVENT_CANCELED:
        this.setLeaves(event.order.orderId, 0);
        break;
      case codes.EVENT_RESTATED:
        this.setLeaves(event.order.orderId, event.order.leaves);
        break;
      case codes.EVENT_REPLACED: {
        const order = this.open[this.placeOf.get(event.order.orderId)!]!;
        order.clOrdId = event.order.clOrdId;
        order.price = event.price;
        order.leaves = event.order.leaves;
        if ('qty' in this.latest) order.total = this.latest.qty ?? order.total;
        break;
      }
    }
  }

  /** A clOrdId above all that this stream has used for the account. */
  freshId(account: number): number {
    const step = this.random.chance(10) ? this.random.between(2, 1_000) : 1;
    const id = this.lastId(account) + step;
    this.lastIds.set(account, id);
    return id;
  }

  /** The highest clOrdId that this stream has used for the account. */
  lastId(account: number): number {
    return this.lastIds.get(account) ?? this.profile.firstId - 1;
  }

  /** A price at which an order of that side would probably rest. */
  restingPrice(side: number): number {
    return this.priceAway(side, this.distance());
  }

  private plainCommand(): Command {
    const { profile, random } = this;
    const roll = random.below(1_000);
    if (roll < profile.massCancelPermille) return this.massCancel();
    if (roll >= 995) return { cmd: codes.COMMAND_TIME };
    if (roll >= 992) {
      return { cmd: codes.COMMAND_OPEN_ORDERS, account: random.pick(profile.accounts) };
    }
    // The fuller the market, the fewer the orders that enter and the more the ones that go.
    const fullness = Math.min(2, this.open.length / profile.openTarget);
    if (this.open.length === 0 || roll < 800 - 200 * fullness) return this.enter(fullness);
    const order = random.pick(this.open);
    return random.chance(55) ? this.cancel(order) : this.replace(order);
  }

  private enter(fullness: number): NewOrder {
    const { profile, random } = this;
    const account = random.pick(profile.accounts);
    const side = random.below(2);
    const eager = random.chance(5 + 30 * fullness);
    const type = eager && random.chance(20) ? codes.TYPE_MARKET : codes.TYPE_LIMIT;
    const tif = random.chance(eager ? 30 : 93) ? codes.TIF_GTC : random.pick(AT_ONCE);
    const command: NewOrder = {
      cmd: codes.COMMAND_NEW,
      instrument: random.pick(profile.instruments),
      account,
      clOrdId: this.freshId(account),
      side,
      type,
      tif,
      postOnly: type === codes.TYPE_LIMIT && tif === codes.TIF_GTC && random.chance(20),
      stp: random.below(5),
      qty: this.qty(),
    };
    if (type === codes.TYPE_LIMIT) {
      command.price = this.priceAway(side, eager ? -this.distance() : this.distance());
    }
    return command;
  }

  private cancel({ account, clOrdId }: OpenOrder): Cancel {
    return { cmd: codes.COMMAND_CANCEL, account, clOrdId };
  }

  private replace(order: OpenOrder): Replace {
    const { random } = this;
    const { account, clOrdId: origClOrdId, side, leaves, total } = order;
    const clOrdId = this.freshId(account);
    const command: Replace = { cmd: codes.COMMAND_REPLACE, account, origClOrdId, clOrdId };
    const roll = random.below(100);
    if (roll < 45) {
      const away = random.chance(15) ? -this.distance() : this.distance();
      command.price = this.priceAway(side, away);
    } else if (roll < 55) {
      command.price = order.price;
    }
    if (roll >= 35 && roll < 75) {
      command.qty = total - random.below(Math.min(leaves, INT32_MAX));
    } else if (roll >= 75 && roll < 90) {
      command.qty = Math.min(INT32_MAX, total + this.qty());
    }
    return command;
  }

  private massCancel(): MassCancel {
    const { profile, random } = this;
    const command: MassCancel = {
      cmd: codes.COMMAND_MASS_CANCEL,
      account: random.pick(profile.accounts),
    };
    if (random.chance(60)) command.instrument = random.pick(profile.instruments);
    if (random.chance(60)) command.side = random.below(2);
    if (random.chance(30)) command.ownSessionOnly = true;
    if (random.chance(30)) command.onDisconnect = true;
    return command;
  }

  /** Session, request and time: one in ten comes from a strange session, time goes both ways. */
  private stamp(command: Command): void {
    const { random } = this;
    const account = 'account' in command ? command.account : 0;
    command.session = random.chance(10) ? random.word() >>> 0 : (account * 3 + 1) >>> 0;
    this.request = (this.request + 1) >>> 0;
    command.request = this.request;
    if (random.chance(40)) return;
    const time = this.time + BigInt(random.between(-40, 60));
    if (time < 0n || time > LATEST_TIME) return;
    command.time = time;
    this.time = time;
  }

  private setLeaves(orderId: number, leaves: number): void {
    const place = this.placeOf.get(orderId)!;
    if (leaves > 0) {
      this.open[place]!.leaves = leaves;
      return;
    }
    const last = this.open.pop()!;
    if (last.orderId !== orderId) {
      this.open[place] = last;
      this.placeOf.set(last.orderId, place);
    }
    this.placeOf.delete(orderId);
  }

  private qty(): number {
    const { profile, random } = this;
    return random.chance(5) ? profile.qtyMax : 1 + random.below(profile.qtyMax);
  }

  private distance(): number {
    const { spread } = this.profile;
    return Math.min(this.random.below(spread), this.random.below(spread));
  }

  private priceAway(side: number, distance: number): number {
    const price = this.mid() + (side === codes.SIDE_BUY ? -distance : distance);
    return Math.max(1, Math.min(INT32_MAX, price));
  }

  private mid(): number {
    const { mid, swing } = this.profile;
    if (swing === 0) return mid;
    const phase = (this.count % swing) / swing;
    return Math.round(mid * (1 - (1 - Math.abs(2 * phase - 1)) / 2));
  }
}
