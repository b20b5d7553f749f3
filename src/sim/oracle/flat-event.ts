// An event as a row of numbers, so that two events are compared, and many are hashed, without
// making a text of each.

import type { WordHash } from '../../base/hash.ts';
import { highWord, lowWord } from '../../base/words.ts';
import * as codes from '../../core/codes.ts';
import type { CoreEvent, OrderOfEvent } from '../../core/plain-events.ts';

const ROW_NUMBERS_MAX = 32;
const LOW_WORD = 0xffff_ffffn;

type OrderEvent = Extract<CoreEvent, { order: OrderOfEvent }>;

/** Every field of one event, in a fixed order for each kind of event. */
export class FlatEvent {
  private readonly row = new Float64Array(ROW_NUMBERS_MAX);
  private length = 0;

  /** Takes the place of the event before. */
  set(event: CoreEvent): void {
    this.length = 0;
    this.put(event.evt, event.sequence, event.session, event.request, event.end ? 1 : 0);
    switch (event.evt) {
      case codes.EVENT_DONE:
        break;
      case codes.EVENT_REJECTED:
        this.put(event.cmd, event.reason, event.account, event.clOrdId);
        break;
      case codes.EVENT_TRADE:
        this.put(event.instrument, event.tradeId, event.price, event.qty, event.restingSide);
        this.put(event.displayed, event.otherDisplayed, event.isAuction ? 1 : 0);
        this.putOrder(event.resting);
        this.putOrder(event.aggressor);
        break;
      case codes.EVENT_PHASE:
        this.put(event.instrument, event.phase);
        this.put(Number(event.dueNs >> 32n), Number(event.dueNs & LOW_WORD));
        break;
      case codes.EVENT_INDICATIVE:
        this.put(event.instrument, event.price, event.qty, event.imbalance);
        break;
      case codes.EVENT_INSTRUMENT:
        this.put(event.instrument, event.referencePrice, event.priceBandBps);
        break;
      default:
        this.putOneOrder(event);
    }
  }

  /** True when both hold the same event. */
  equals(other: FlatEvent): boolean {
    if (this.length !== other.length) return false;
    for (let i = 0; i < this.length; i++) if (this.row[i] !== other.row[i]) return false;
    return true;
  }

  /** Takes the event into a hash. */
  addTo(hash: WordHash): void {
    for (let i = 0; i < this.length; i++) {
      hash.add(lowWord(this.row[i]!));
      hash.add(highWord(this.row[i]!));
    }
  }

  private putOneOrder(event: OrderEvent): void {
    this.put(event.instrument, event.side, event.price);
    this.put(event.displayed, event.displayQty, event.stopPrice);
    this.putOrder(event.order);
    if (event.evt === codes.EVENT_CANCELED) this.put(event.reason);
    if (event.evt === codes.EVENT_REPLACED) {
      this.put(event.origClOrdId, event.keptPlace ? 1 : 0);
    }
  }

  private putOrder({ account, owner, clOrdId, orderId, leaves }: OrderOfEvent): void {
    this.put(account, owner, clOrdId, orderId, leaves);
  }

  private put(a: number, b?: number, c?: number, d?: number, e?: number): void {
    const { row } = this;
    row[this.length++] = a;
    if (b !== undefined) row[this.length++] = b;
    if (c !== undefined) row[this.length++] = c;
    if (d !== undefined) row[this.length++] = d;
    if (e !== undefined) row[this.length++] = e;
  }
}
