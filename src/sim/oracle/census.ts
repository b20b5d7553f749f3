// How often the random commands make each thing of the rulebook happen: the naive engine, which
// takes notes. A differential run proves nothing about what never happens in it.

import * as codes from '../../core/codes.ts';
import type { Command, Replace } from '../../core/plain.ts';
import type { CoreEvent } from '../../core/plain-events.ts';
import { RandomCommands } from '../random-commands.ts';
import { type Indicative, rangeOf } from './naive-auction.ts';
import { NaiveEngine } from './naive-book.ts';
import type { Obstacle } from './naive-matching.ts';
import { isWaitingStop, type NaiveBook, type NaiveOrder } from './naive-state.ts';
import type { Happening } from './naive-telling.ts';

/** What happens in the first `commands` random commands of a seed, in words, and how often. */
export function takeCensus(seed: number, commands: number): ReadonlyMap<string, number> {
  const stream = new RandomCommands(seed);
  const engine = new CensusEngine(stream.profile.limits);
  for (let i = 0; i < commands; i++) {
    for (const event of engine.apply(stream.next())) stream.observe(event);
  }
  return engine.counts;
}

class CensusEngine extends NaiveEngine {
  /** What happened, in words, and how many times. */
  readonly counts = new Map<string, number>();
  /** What the latest order was before it was taken out of its list. */
  private kindTakenOut = '';
  private isInTimetable = false;
  private transitions = 0;
  private halts = 0;

  override apply(command: Command): CoreEvent[] {
    this.transitions = 0;
    this.halts = 0;
    return super.apply(command);
  }

  private count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  protected override tell(happening: Happening): void {
    this.count(`event ${codes.EVENT_NAMES[happening.evt]}`);
    if (happening.evt === codes.EVENT_REJECTED) {
      const cmd = codes.COMMAND_NAMES[happening.cmd];
      this.count(`${cmd} rejected ${codes.REJECT_NAMES[happening.reason]}`);
    } else if (happening.evt === codes.EVENT_TRADE) {
      this.noteTrade(happening);
    } else if (happening.evt === codes.EVENT_INDICATIVE) {
      this.count(happening.qty === 0 ? 'indicative of nothing' : 'indicative of something');
    } else if (happening.evt === codes.EVENT_TRIGGERED) {
      const { order, price, displayQty } = happening;
      const type = price === 0 ? 'stop' : 'stop_limit';
      const tif = codes.TIF_NAMES[this.orderOf(order.account, order.orderId).tif];
      this.count(`triggered ${displayQty === 0 ? '' : 'iceberg '}${type} ${tif}`);
    }
    super.tell(happening);
  }

  private noteTrade({
    isAuction,
    resting,
    aggressor,
    instrument,
  }: Extract<Happening, { evt: typeof codes.EVENT_TRADE }>): void {
    const kind = isAuction ? 'auction trade' : 'trade';
    const first = this.orderOf(resting.account, resting.orderId);
    const second = this.orderOf(aggressor.account, aggressor.orderId);
    this.count(`${kind} of ${kindOf(first)} with ${kindOf(second)}`);
    if (resting.account === aggressor.account) this.count(`${kind} with oneself`);
    if (!isAuction && !this.books.get(instrument)!.tradedToday) this.count('first trade of a day');
  }

  protected override tellCanceled(order: NaiveOrder, reason: number): void {
    const name = codes.CANCEL_NAMES[reason];
    this.count(`${kindOf(order)} canceled ${name}`);
    if (reason === codes.CANCEL_PRICE_BAND) {
      this.count(order.filled > 0 ? 'band after trades' : 'band before any trade');
    }
    if (reason === codes.CANCEL_STP) {
      this.count(`${order.at === 'side' ? 'resting' : 'aggressor'} canceled stp`);
    }
    super.tellCanceled(order, reason);
  }

  protected override tellReplaced(order: NaiveOrder, origClOrdId: number, kept: boolean): void {
    const phase = codes.PHASE_NAMES[this.bookOf(order).phase];
    const kind = kept ? kindOf(order) : this.kindTakenOut;
    this.count(`${kind} replaced, place ${kept ? 'kept' : 'lost'}`);
    this.count(`replaced in ${phase}`);
    const { displayQty } = this.command as Replace;
    if (displayQty !== undefined)
      this.count(`displayQty replaced, place ${kept ? 'kept' : 'lost'}`);
    super.tellReplaced(order, origClOrdId, kept);
  }

  protected override takeOut(order: NaiveOrder): void {
    this.kindTakenOut = kindOf(order);
    super.takeOut(order);
  }

  protected override showNextTranche(order: NaiveOrder): void {
    const before = this.events.at(-1)!;
    const isAuction = before.evt === codes.EVENT_TRADE && before.isAuction;
    const isTrade = before.evt === codes.EVENT_TRADE;
    const cause = isAuction ? 'auction' : isTrade ? 'trade' : 'decrement';
    this.count(`next tranche after ${cause}`);
    super.showNextTranche(order);
  }

  protected override obstacleOfFok(book: NaiveBook, order: NaiveOrder): Obstacle {
    const obstacle = super.obstacleOfFok(book, order);
    const type = order.entry > 0 ? 'triggered' : 'new';
    const stp = obstacle === 'own order' ? ` ${codes.STP_NAMES[order.stp]}` : '';
    this.count(`${type} fok: ${obstacle}${stp}`);
    return obstacle;
  }

  protected override runTimetables(): void {
    this.isInTimetable = true;
    super.runTimetables();
    this.isInTimetable = false;
  }

  protected override halt(book: NaiveBook): void {
    this.halts++;
    if (this.isInTimetable) this.count('halt by a stop that a transition released');
    super.halt(book);
  }

  protected override changePhase(book: NaiveBook, phase: number): void {
    const isOperators = this.command.cmd === codes.COMMAND_PHASE && !this.isInTimetable;
    const isHalt = phase === codes.PHASE_HALTED && book.timetable.length === 2;
    const who = isHalt ? 'band' : isOperators ? 'operator' : 'timetable';
    if (who === 'timetable' && ++this.transitions === 2) this.count('two transitions at once');
    this.count(`${codes.PHASE_NAMES[book.phase]} to ${codes.PHASE_NAMES[phase]} by ${who}`);
    if (book.queue.length > 0) {
      const isKept = phase !== codes.PHASE_CONTINUOUS;
      this.count(isKept ? `queue kept into ${codes.PHASE_NAMES[phase]}` : 'queue meets uncross');
    }
    super.changePhase(book, phase);
  }

  protected override uncross(book: NaiveBook): void {
    const waiting = book.queue.length;
    const { trades } = book;
    super.uncross(book);
    this.count(book.trades > trades ? 'uncross trades' : 'uncross of nothing');
    if (waiting > 0 && book.queue.length > waiting) this.count('uncross adds to a kept queue');
    if (book.queue.length > 0) this.count('queue after uncross');
  }

  protected override auctionIn(book: NaiveBook): Indicative {
    const range = rangeOf(book.buys, book.sells);
    if (range.length === 0) return super.auctionIn(book);
    const [low, high] = [range[0]!.price, range.at(-1)!.price];
    const reference = book.lastPrice || book.referencePrice;
    if (low === high) this.count('auction price: the only one');
    else if (range.every(({ imbalance }) => imbalance > 0))
      this.count('auction price: buy surplus');
    else if (range.every(({ imbalance }) => imbalance < 0))
      this.count('auction price: sell surplus');
    else if (reference === 0) this.count('auction price: middle');
    else if (reference < low) this.count('auction price: reference below');
    else if (reference > high) this.count('auction price: reference above');
    else this.count('auction price: reference inside');
    if (range.some(({ imbalance }) => imbalance !== range[0]!.imbalance)) {
      this.count('auction price: surplus of both signs');
    }
    return super.auctionIn(book);
  }

  protected override enterBook(order: NaiveOrder): void {
    super.enterBook(order);
    if (order.at === 'queue') {
      this.count(`stop satisfied on entry in ${codes.PHASE_NAMES[this.bookOf(order).phase]}`);
    }
  }

  protected override workQueue(book: NaiveBook): void {
    const before = this.counts.get('event triggered') ?? 0;
    super.workQueue(book);
    const triggered = (this.counts.get('event triggered') ?? 0) - before;
    if (triggered >= 5) this.count('cascade of five stops');
    if (this.halts > 0 && triggered > 0 && book.queue.length > 0) {
      this.count('cascade cut by a halt');
    }
  }

  private orderOf(account: number, orderId: number): NaiveOrder {
    return this.ordersOf(account).find((order) => order.orderId === orderId)!;
  }
}

/** What an order is by its terms, and by where it stands. */
function kindOf(order: NaiveOrder): string {
  const iceberg = order.displayQty === 0 ? '' : ' iceberg';
  if (isWaitingStop(order)) return `${order.at === 'queue' ? 'queued' : 'waiting'} stop${iceberg}`;
  if (order.entry > 0) {
    return `triggered ${order.type === codes.TYPE_MARKET ? 'stop' : 'stop_limit'}${iceberg}`;
  }
  return iceberg === '' ? codes.TYPE_NAMES[order.type]! : 'iceberg';
}
