// Events as lines of JSON. The order of their keys is part of the tape's format, and texts are
// already escaped (ids.ts), so lines are put together by hand.

import {
  CANCEL_NAMES,
  COMMAND_NAMES,
  EVENT_CANCELED,
  EVENT_DONE,
  EVENT_INDICATIVE,
  EVENT_INSTRUMENT,
  EVENT_NEW,
  EVENT_PHASE,
  EVENT_REFRESHED,
  EVENT_REJECTED,
  EVENT_REPLACED,
  EVENT_RESTATED,
  EVENT_TRADE,
  EVENT_TRIGGERED,
  PHASE_NAMES,
  REJECT_NAMES,
  SIDE_BUY,
} from '../../core/codes.ts';
import type { CoreEvent, OrderOfEvent } from '../../core/plain-events.ts';
import type { PriceLevel } from '../../core/views.ts';
import type { TapeLine } from './commands.ts';
import type { TapeIds } from './ids.ts';

type TradeEvent = Extract<CoreEvent, { evt: typeof EVENT_TRADE }>;
type IndicativeEvent = Extract<CoreEvent, { evt: typeof EVENT_INDICATIVE }>;

/**
 * An event of the core as a line with its line feed; '' for one that a tape does not show.
 * `cause`: the command.
 */
export function printEvent(event: CoreEvent, ids: TapeIds, cause: TapeLine): string {
  switch (event.evt) {
    case EVENT_DONE:
    case EVENT_INSTRUMENT:
    case EVENT_REFRESHED:
      return '';
    case EVENT_NEW: {
      const { orderId, leaves } = event.order;
      return `{"evt":"new",${owned(event.order, ids)},"orderId":${orderId},"leaves":${leaves}}\n`;
    }
    case EVENT_REJECTED:
      return printRejected(cause, COMMAND_NAMES[event.cmd]!, REJECT_NAMES[event.reason]!);
    case EVENT_TRADE:
      return printTrade(event, ids);
    case EVENT_CANCELED: {
      const terms = `"qty":${event.order.leaves},"reason":"${CANCEL_NAMES[event.reason]}"`;
      return `{"evt":"canceled",${owned(event.order, ids)},${terms}}\n`;
    }
    case EVENT_REPLACED: {
      const { account, clOrdId, leaves } = event.order;
      const texts = ids.clOrdIdsOf(account);
      const who = `"account":"${ids.accounts.text(account)}"`;
      const orig = `"origClOrdId":"${texts.text(event.origClOrdId)}"`;
      const now = `"clOrdId":"${texts.text(clOrdId)}"`;
      return `{"evt":"replaced",${who},${orig},${now},"leaves":${leaves}}\n`;
    }
    case EVENT_RESTATED:
      return `{"evt":"restated",${owned(event.order, ids)},"leaves":${event.order.leaves}}\n`;
    case EVENT_TRIGGERED:
      return `{"evt":"triggered",${owned(event.order, ids)}}\n`;
    case EVENT_PHASE: {
      const symbol = `"symbol":"${ids.symbols.text(event.instrument)}"`;
      return `{"evt":"phase",${symbol},"phase":"${PHASE_NAMES[event.phase]}"}\n`;
    }
    case EVENT_INDICATIVE:
      return printIndicative(event, ids);
    default:
      throw new Error('an event that no command of a tape causes');
  }
}

/** The refusal of a command, with the texts of the command itself, which may have no numbers. */
export function printRejected(cause: TapeLine, cmd: string, reason: string): string {
  const { account, clOrdId } = cause as { account?: string; clOrdId?: string };
  const who = account === undefined ? '' : `"account":${JSON.stringify(account)},`;
  const which = clOrdId === undefined ? '' : `"clOrdId":${JSON.stringify(clOrdId)},`;
  return `{"evt":"rejected",${who}${which}"cmd":"${cmd}","reason":"${reason}"}\n`;
}

/** Both sides of an instrument's book, best level first. */
export function printBook(
  symbol: string,
  bids: readonly PriceLevel[],
  asks: readonly PriceLevel[],
): string {
  const levels = `"bids":${JSON.stringify(bids)},"asks":${JSON.stringify(asks)}`;
  return `{"evt":"book","symbol":${JSON.stringify(symbol)},${levels}}\n`;
}

/** The state hash. */
export function printHash(value: string): string {
  return `{"evt":"hash","value":"${value}"}\n`;
}

function printTrade(event: TradeEvent, ids: TapeIds): string {
  const { tradeId, price, qty, resting, aggressor } = event;
  const buys = event.restingSide !== SIDE_BUY;
  const aggressorSide = buys ? 'buy' : 'sell';
  const buyer = buys ? aggressor : resting;
  const seller = buys ? resting : aggressor;
  return (
    `{"evt":"trade","symbol":"${ids.symbols.text(event.instrument)}",` +
    `"tradeId":${tradeId},"price":${price},"qty":${qty},` +
    `"buy":"${orderName(buyer, ids)}","sell":"${orderName(seller, ids)}",` +
    `"aggressor":"${event.isAuction ? 'none' : aggressorSide}",` +
    `"buyLeaves":${buyer.leaves},"sellLeaves":${seller.leaves}}\n`
  );
}

function printIndicative(event: IndicativeEvent, ids: TapeIds): string {
  const symbol = `"symbol":"${ids.symbols.text(event.instrument)}"`;
  const price = event.price === 0 ? '' : `"price":${event.price},`;
  const terms = `${price}"qty":${event.qty},"imbalance":${event.imbalance}`;
  return `{"evt":"indicative",${symbol},${terms}}\n`;
}

function owned({ account, clOrdId }: OrderOfEvent, ids: TapeIds): string {
  const id = ids.clOrdIdsOf(account).text(clOrdId);
  return `"account":"${ids.accounts.text(account)}","clOrdId":"${id}"`;
}

function orderName({ account, clOrdId }: OrderOfEvent, ids: TapeIds): string {
  return `${ids.accounts.text(account)}:${ids.clOrdIdsOf(account).text(clOrdId)}`;
}
