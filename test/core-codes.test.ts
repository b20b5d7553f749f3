// Codes and slot words are the same for ever: journals hold them, and other programs read them.

import { expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import * as command from '../src/core/command-slot.ts';
import * as event from '../src/core/event-slot.ts';

/** The constants whose names begin so, in order: their names without that, and their values. */
function named(constants: object, prefix: string): string {
  return Object.entries(constants)
    .filter(([name, value]) => name.startsWith(prefix) && typeof value === 'number')
    .sort(([, a], [, b]) => a - b)
    .map(([name, value]) => `${value} ${name.slice(prefix.length)}`)
    .join(', ');
}

test.each([
  [
    'COMMAND_',
    '1 NEW, 2 CANCEL, 3 REPLACE, 4 MASS_CANCEL, 5 TIME, 6 INSTRUMENT, 7 OPEN_ORDERS, 8 PHASE, ' +
      '9 KILL, 10 SYMBOL',
  ],
  [
    'EVENT_',
    '1 DONE, 2 NEW, 3 REJECTED, 4 TRADE, 5 CANCELED, 6 REPLACED, 7 RESTATED, 8 OPEN_ORDER, ' +
      '9 TRIGGERED, 10 PHASE, 11 INDICATIVE, 12 REFRESHED, 13 INSTRUMENT',
  ],
  ['SIDE_', '0 BUY, 1 SELL'],
  ['TYPE_', '0 LIMIT, 1 MARKET, 2 STOP, 3 STOP_LIMIT'],
  ['TIF_', '0 GTC, 1 DAY, 2 IOC, 3 FOK'],
  ['PHASE_', '1 PRE_OPEN, 2 AUCTION, 3 CONTINUOUS, 4 HALTED, 5 CLOSED'],
  ['STP_', '0 NONE, 1 CANCEL_AGGRESSOR, 2 CANCEL_RESTING, 3 CANCEL_BOTH, 4 DECREMENT'],
  [
    'REJECT_',
    '1 NOT_AUTHORIZED, 2 BUSY, 3 UNKNOWN_SYMBOL, 4 DUPLICATE_CLORDID, 5 UNKNOWN_ORDER, ' +
      '6 INVALID_QTY, 7 INVALID_PRICE, 8 INVALID_STOP_PRICE, 9 INVALID_DISPLAY_QTY, ' +
      '10 NOTIONAL_TOO_LARGE, 11 UNSUPPORTED_COMBINATION, 12 RISK_KILLED, ' +
      '30 POST_ONLY_WOULD_CROSS, 31 PHASE, 32 CAPACITY, 33 ALREADY_DEFINED',
  ],
  [
    'CANCEL_',
    '1 USER, 2 IOC, 3 FOK, 4 NO_LIQUIDITY, 5 STP, 6 MASS_CANCEL, 7 DISCONNECT, 8 DAY_END, ' +
      '9 PRICE_BAND, 10 KILL_SWITCH',
  ],
])('codes: %s', (prefix, expected) => {
  expect(named(codes, prefix)).toBe(expected);
});

test.each([
  ['COMMAND_', '16 WORDS'],
  [
    'C_',
    '0 HEAD, 1 SESSION, 2 REQUEST, 3 ACCOUNT, 4 INSTRUMENT, 5 CLORDID_LOW, 5 HALT_LOW, 5 SYMBOL, ' +
      '6 CLORDID_HIGH, 6 HALT_HIGH, 7 ORIG_LOW, 7 AUCTION_LOW, 8 ORIG_HIGH, 8 AUCTION_HIGH, ' +
      '9 QTY, 9 BAND_BPS, 9 PHASE, 9 KILLED_SESSION, 10 PRICE, 11 DISPLAY_QTY, 11 TICK, ' +
      '12 STOP_PRICE, 12 LOT, 13 TIME_LOW, 14 TIME_HIGH, 15 SEQUENCE',
  ],
  ['SYMBOL_', '8 WORDS'],
  [
    'HEAD_',
    `3 TERM_MASK, 8 SIDE_SHIFT, 9 TYPE_SHIFT, 11 TIF_SHIFT, 14 STP_SHIFT, 255 COMMAND_MASK, ` +
      `${1 << 13} POST_ONLY`,
  ],
  [
    'HAS_',
    `${1 << 17} PRICE, ${1 << 18} QTY, ${1 << 19} DISPLAY_QTY, ${1 << 20} STOP_PRICE, ` +
      `${1 << 21} SIDE, ${1 << 22} INSTRUMENT`,
  ],
  ['O', `${1 << 23} WN_SESSION_ONLY, ${1 << 24} N_DISCONNECT`],
  ['KILL_', `${1 << 25} LIFT, ${1 << 26} SESSION`],
  ['TICK_', '8 DECIMALS_SHIFT'],
  ['LOT_', '13 DECIMALS_SHIFT'],
  ['DECIMALS_', '31 MASK'],
])('words and bits of a command: %s', (prefix, expected) => {
  expect(sorted(named(command, prefix))).toEqual(sorted(expected));
});

test.each([
  [
    'EVENT_',
    `5 SHIFT, 8 REASON_SHIFT, 15 COMMAND_MASK, 16 SIDE_SHIFT, 20 COMMAND_SHIFT, 32 WORDS, ` +
      `255 TYPE_MASK, 255 REASON_MASK, ${1 << 17} KEPT_PLACE, ${1 << 18} ICEBERG, ` +
      `${1 << 19} STOP, ${1 << 24} OTHER_ICEBERG, ${1 << 25} AUCTION, ${1 << 30} END`,
  ],
  [
    'E_',
    '0 HEAD, 1 SEQUENCE_LOW, 2 SEQUENCE_HIGH, 3 TIME_LOW, 4 TIME_HIGH, 5 SESSION, 6 REQUEST, ' +
      '7 INSTRUMENT, 8 ACCOUNT, 9 OWNER, 10 CLORDID_LOW, 11 CLORDID_HIGH, 12 ORDER_LOW, ' +
      '13 ORDER_HIGH, 14 LEAVES, 14 PHASE, 15 PRICE, 16 QTY, 16 ORIG_LOW, 16 DUE_LOW, ' +
      '16 VOLUME_LOW, 16 BAND_BPS, 17 TRADE_LOW, 17 ORIG_HIGH, 17 DUE_HIGH, 17 VOLUME_HIGH, ' +
      '17 HALT_LOW, 18 TRADE_HIGH, 18 IMBALANCE_LOW, 18 HALT_HIGH, 19 OTHER_ACCOUNT, ' +
      '19 IMBALANCE_HIGH, 19 AUCTION_LOW, 20 OTHER_OWNER, 20 AUCTION_HIGH, ' +
      '21 OTHER_CLORDID_LOW, 21 TICK, 22 OTHER_CLORDID_HIGH, 22 LOT, 23 OTHER_ORDER_LOW, ' +
      '23 DECIMALS, 24 OTHER_ORDER_HIGH, 24 SYMBOL, 25 OTHER_LEAVES, 26 DISPLAYED, ' +
      '27 DISPLAY_QTY, 28 STOP_PRICE, 29 OTHER_DISPLAYED',
  ],
])('words and bits of an event: %s', (prefix, expected) => {
  expect(sorted(named(event, prefix))).toEqual(sorted(expected));
});

function sorted(list: string): string[] {
  return list.split(', ').sort();
}
