// Engines that are wrong on purpose, one mistake each, for the tests of the comparison.

import * as codes from '../src/core/codes.ts';
import type { Limits } from '../src/core/limits.ts';
import type { Command } from '../src/core/plain.ts';
import type { CoreEvent } from '../src/core/plain-events.ts';
import { NaiveEngine } from '../src/sim/oracle/naive-book.ts';
import type { Obstacle } from '../src/sim/oracle/naive-matching.ts';
import {
  leavesOf,
  type NaiveBook,
  type NaiveOrder,
  reaches,
  trancheOf,
} from '../src/sim/oracle/naive-state.ts';
import type { SubjectMaker } from '../src/sim/oracle/subject.ts';
import { NaiveSubject } from './naive-subject.ts';

class WrongStpOrder extends NaiveEngine {
  protected override preventSelfTrade(order: NaiveOrder, resting: NaiveOrder): boolean {
    if (order.stp !== codes.STP_CANCEL_BOTH) return super.preventSelfTrade(order, resting);
    this.cancelRest(order, codes.CANCEL_STP);
    this.cancelRest(resting, codes.CANCEL_STP);
    return false;
  }
}

class DecrementShrinksTotal extends NaiveEngine {
  protected override decrement(order: NaiveOrder, qty: number): void {
    const before = order.canceled;
    super.decrement(order, qty);
    order.total -= order.canceled - before;
    order.canceled = before;
  }
}

class FokCountsOwnOrders extends NaiveEngine {
  protected override obstacleOfFok(_: NaiveBook, order: NaiveOrder): Obstacle {
    const reached = this.opposite(order.instrument, order.side).filter((other) =>
      reaches(order, other.price),
    );
    const sum = reached.reduce((lots, other) => lots + leavesOf(other), 0);
    return sum >= leavesOf(order) ? 'nothing' : 'liquidity';
  }
}

class FokCountsWhatShows extends NaiveEngine {
  protected override countNextTranche(): void {}
}

class FokIgnoresTheBand extends NaiveEngine {
  private isCounting = false;

  protected override obstacleOfFok(book: NaiveBook, order: NaiveOrder): Obstacle {
    this.isCounting = true;
    const obstacle = super.obstacleOfFok(book, order);
    this.isCounting = false;
    return obstacle;
  }

  protected override isBeyondBand(book: NaiveBook, price: number, reference: number): boolean {
    return !this.isCounting && super.isBeyondBand(book, price, reference);
  }
}

class LastInFirstOut extends NaiveEngine {
  protected override rest(order: NaiveOrder): void {
    super.rest(order);
    const queue = this.opposite(order.instrument, 1 - order.side) as NaiveOrder[];
    const level = queue.findIndex((other) => other.price === order.price);
    queue.splice(queue.indexOf(order), 1);
    queue.splice(level, 0, order);
  }
}

class TranchesKeepTheirPlace extends NaiveEngine {
  protected override showNextTranche(order: NaiveOrder): void {
    order.shown = trancheOf(order);
    this.tellOrder(codes.EVENT_REFRESHED, order);
  }
}

class DecrementShowsAllAgain extends NaiveEngine {
  protected override decrementBoth(order: NaiveOrder, resting: NaiveOrder): void {
    const wasIceberg = resting.displayQty > 0;
    super.decrementBoth(order, resting);
    if (wasIceberg && resting.at === 'side') resting.shown = trancheOf(resting);
  }
}

class KeepsPlaceWhenLarger extends NaiveEngine {
  protected override keepsPlace(order: NaiveOrder, terms: object): boolean {
    return super.keepsPlace(order, { ...terms, qty: order.total } as never);
  }
}

class PostOnlyMayLock extends NaiveEngine {
  protected override wouldTrade(instrument: number, side: number, price: number): boolean {
    const best = this.opposite(instrument, side)[0];
    return best !== undefined && best.price !== price && reaches({ side, price }, best.price);
  }
}

class PagesWithoutEnd extends NaiveEngine {
  protected override pagesHaveRoom(): boolean {
    return true;
  }
}

class ForgetsSomeIds extends NaiveEngine {
  protected override rememberId(account: number, clOrdId: number): void {
    if (clOrdId % 5 !== 0 || !this.accounts.has(account)) super.rememberId(account, clOrdId);
  }
}

class ClockGoesBack extends NaiveEngine {
  override apply(command: Command): CoreEvent[] {
    const events = super.apply(command);
    this.clock = command.time ?? this.clock;
    return events;
  }
}

class ThrowsOnLargeTrades extends NaiveEngine {
  override apply(command: Command): CoreEvent[] {
    const events = super.apply(command);
    if (events.length > 6) throw new Error('seven events');
    return events;
  }
}

class SellStopsFirst extends NaiveEngine {
  protected override activateStops(book: NaiveBook, price: number): void {
    const before = book.queue.length;
    super.activateStops(book, price);
    book.queue.push(...book.queue.splice(before).sort((a, b) => b.side - a.side));
  }
}

class StopsEnterByStopPriceAlone extends NaiveEngine {
  protected override activateStops(book: NaiveBook, price: number): void {
    for (const stop of book.stops) stop.entry = -stop.entry;
    super.activateStops(book, price);
    for (const stop of [...book.stops, ...book.queue]) stop.entry = Math.abs(stop.entry);
  }
}

class UncrossOvertakesTheQueue extends NaiveEngine {
  protected override uncross(book: NaiveBook): void {
    const kept = book.queue.splice(0);
    super.uncross(book);
    book.queue.push(...kept);
  }
}

class QueueForgetsOverAHalt extends NaiveEngine {
  protected override changePhase(book: NaiveBook, phase: number): void {
    for (const stop of [...book.queue]) {
      this.takeOut(stop);
      stop.at = 'stops';
      book.stops.push(stop);
    }
    super.changePhase(book, phase);
  }
}

class AuctionsSeeWhatShows extends NaiveEngine {
  protected override auctionIn(book: NaiveBook) {
    const shown = (order: NaiveOrder) => ({ ...order, total: order.shown, filled: 0, canceled: 0 });
    const { buys, sells } = book;
    return super.auctionIn({ ...book, buys: buys.map(shown), sells: sells.map(shown) });
  }
}

class AuctionsIgnoreTheLastPrice extends NaiveEngine {
  protected override auctionIn(book: NaiveBook) {
    return super.auctionIn({ ...book, lastPrice: 0 });
  }
}

class IndicativeOutlivesThePhase extends NaiveEngine {
  protected override changePhase(book: NaiveBook, phase: number): void {
    const { published } = book;
    super.changePhase(book, phase);
    book.published = published;
  }
}

class EveryTradeMovesTheBand extends NaiveEngine {
  protected override traded(book: NaiveBook, price: number): void {
    super.traded(book, price);
    book.bandReference = price;
  }
}

class AllDaysAreOne extends NaiveEngine {
  protected override changePhase(book: NaiveBook, phase: number): void {
    const { tradedToday } = book;
    super.changePhase(book, phase);
    book.tradedToday ||= tradedToday;
  }
}

class TransitionsComeLate extends NaiveEngine {
  protected override runTimetables(): void {
    this.clock--;
    super.runTimetables();
    this.clock++;
  }
}

class HaltsHaveNoTimetable extends NaiveEngine {
  protected override halt(book: NaiveBook): void {
    this.changePhase(book, codes.PHASE_HALTED);
  }
}

class StopsOutliveTheDay extends NaiveEngine {
  protected override changePhase(book: NaiveBook, phase: number): void {
    const stops = book.stops.splice(0);
    super.changePhase(book, phase);
    book.stops.unshift(...stops);
  }
}

class KillSparesTheYoungest extends NaiveEngine {
  protected override cancelRest(order: NaiveOrder, reason: number): void {
    const isYoungest = this.ordersOf(order.account).at(-1) === order;
    if (reason !== codes.CANCEL_KILL_SWITCH || !isYoungest) super.cancelRest(order, reason);
  }
}

class WrongDepth extends NaiveSubject {
  override depth(instrument: number, side: number, levelsMax: number) {
    const levels = super.depth(instrument, side, levelsMax);
    return levels.length > 4 ? levels.toReversed() : levels;
  }
}

class WrongQueue extends NaiveSubject {
  override restingOrders(instrument: number, side: number) {
    const orders = super.restingOrders(instrument, side);
    return orders.toSorted((a, b) => (a.price === b.price ? b.orderId - a.orderId : 0));
  }
}

class ForgetsNothing extends NaiveSubject {
  override clear(): void {}

  override stateHash(): string {
    return this.hasInstrument(1) ? `${this.restingOrders(1, codes.SIDE_BUY).length}` : '';
  }
}

class HashOfVariant extends NaiveSubject {
  private readonly variant: number;

  constructor(make: () => NaiveEngine, variant: number) {
    super(make);
    this.variant = variant;
  }

  override eventHash(): string {
    const orders = this.hasInstrument(1) ? this.restingOrders(1, codes.SIDE_BUY) : [];
    return orders.length > 3 ? `${this.variant}` : '';
  }
}

class CountsRejects extends NaiveSubject {
  private rejects = 0;

  override apply(command: Command): readonly CoreEvent[] {
    const events = super.apply(command);
    if (events.some(({ evt }) => evt === codes.EVENT_REJECTED)) this.rejects++;
    return events;
  }

  override stateHash(): string {
    return `${this.rejects}`;
  }
}

class RejectsLeaveATrace extends NaiveEngine {
  private traces = 0;

  protected override reject(reason: number, account = 0, clOrdId = 0): void {
    super.reject(reason, account, clOrdId);
    if (reason === codes.REJECT_POST_ONLY_WOULD_CROSS) this.traces++;
  }

  protected override trade(book: NaiveBook, order: NaiveOrder, resting: NaiveOrder): void {
    if (this.traces > 0) book.trades++;
    super.trade(book, order, resting);
  }
}

function wrong(Engine: new (limits: Limits) => NaiveEngine): SubjectMaker {
  return (limits) => new NaiveSubject(() => new Engine(limits));
}

function wrongSubject(Subject: new (make: () => NaiveEngine) => NaiveSubject): SubjectMaker {
  return (limits) => new Subject(() => new NaiveEngine(limits));
}

/** What is wrong, how such an engine is made, and the profile that should meet it first. */
export const BUGS: Readonly<Record<string, readonly [make: SubjectMaker, profile: string]>> = {
  'cancels the aggressor before the resting order': [wrong(WrongStpOrder), 'plain'],
  'takes a decrement off the total': [wrong(DecrementShrinksTotal), 'crowd'],
  'counts own orders for a fok': [wrong(FokCountsOwnOrders), 'crowd'],
  'counts only what shows for a fok': [wrong(FokCountsWhatShows), 'icebergs'],
  'counts beyond the band for a fok': [wrong(FokIgnoresTheBand), 'halts'],
  'serves the last order of a level first': [wrong(LastInFirstOut), 'crowd'],
  'keeps the place of an order that grew': [wrong(KeepsPlaceWhenLarger), 'crowd'],
  'keeps the place of a new tranche': [wrong(TranchesKeepTheirPlace), 'icebergs'],
  'shows a whole tranche after a decrement': [wrong(DecrementShowsAllAgain), 'icebergs'],
  'lets a postOnly order lock the book': [wrong(PostOnlyMayLock), 'crowd'],
  'has pages without end': [wrong(PagesWithoutEnd), 'tight'],
  'forgets some ids': [wrong(ForgetsSomeIds), 'wild'],
  'lets the clock go back': [wrong(ClockGoesBack), 'plain'],
  'throws after many events': [wrong(ThrowsOnLargeTrades), 'crowd'],
  'triggers sell stops before buy stops': [wrong(SellStopsFirst), 'cascade'],
  'triggers the youngest stop of a price first': [wrong(StopsEnterByStopPriceAlone), 'cascade'],
  'lets an uncross overtake the queue': [wrong(UncrossOvertakesTheQueue), 'auctions'],
  'forgets the queue over a halt': [wrong(QueueForgetsOverAHalt), 'halts'],
  'leaves hidden lots out of an auction': [wrong(AuctionsSeeWhatShows), 'auctions'],
  'leaves the last price out of an auction': [wrong(AuctionsIgnoreTheLastPrice), 'ties'],
  'remembers an indicative of another phase': [wrong(IndicativeOutlivesThePhase), 'auctions'],
  'moves the band with every trade': [wrong(EveryTradeMovesTheBand), 'halts'],
  'has one day for ever': [wrong(AllDaysAreOne), 'days'],
  'changes the phase a nanosecond late': [wrong(TransitionsComeLate), 'circuit'],
  'has no timetable for a halt': [wrong(HaltsHaveNoTimetable), 'halts'],
  'lets stops outlive their day': [wrong(StopsOutliveTheDay), 'days'],
  'spares the youngest order of a killed account': [wrong(KillSparesTheYoungest), 'operator'],
  'shows levels in the wrong order': [wrongSubject(WrongDepth), 'plain'],
  'shows a level in the wrong order': [wrongSubject(WrongQueue), 'crowd'],
  'forgets nothing when cleared': [wrongSubject(ForgetsNothing), 'plain'],
  'counts rejects in its state': [wrongSubject(CountsRejects), 'plain'],
  'lets a reject change a later event': [wrong(RejectsLeaveATrace), 'plain'],
  'hashes a replay differently': [
    (limits, variant) => new HashOfVariant(() => new NaiveEngine(limits), variant),
    'plain',
  ],
};
