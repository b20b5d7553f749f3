// The tables of schemas/*.fbs as the verifier wants them, and the slots of the two root tables. A
// slot is a field's place in its table, from 0. A test holds this against the generated code.

import { WIRE_COMMAND_WORDS } from './commands.ts';
import {
  INDICATIVE_WORDS,
  LEVEL_WORDS,
  ORDER_WORDS,
  PHASE_WORDS,
  TRADE_WORDS,
} from './feed-layout.ts';
import {
  COMMANDS_PER_FRAME_MAX,
  INSTRUMENTS_MAX,
  NAME_BYTES_MAX,
  RECORDS_PER_FRAME_MAX,
  TOKEN_BYTES_MAX,
  WELCOME_ACCOUNTS_MAX,
} from './frame-kinds.ts';
import { REPORT_WORDS } from './report-layout.ts';
import { REFUSAL_WORDS } from './reports.ts';
import { type Shape, scalar, structs, table, tables, text } from './verify.ts';

/** 'RSOE' and 'RSFD' as little-endian words. */
export const ORDER_ENTRY_IDENTIFIER = 0x454f5352;
export const FEED_IDENTIFIER = 0x44465352;

/** Both root tables begin with these. */
export const SLOT_VERSION = 0;
export const SLOT_KIND = 1;

export const OE_SLOT_LOGON = 2;
export const OE_SLOT_WELCOME = 3;
export const OE_SLOT_COMMANDS = 4;
export const OE_SLOT_REPORTS = 5;
export const OE_SLOT_REFUSALS = 6;
export const OE_SLOT_REQUEST = 7;
export const OE_SLOT_REPORT_LOW = 8;
export const OE_SLOT_REPORT_HIGH = 9;
export const OE_SLOT_IS_LAST = 10;
export const OE_SLOT_DEFINITION = 11;
export const OE_SLOT_INSTRUMENTS = 12;

export const FD_SLOT_EPOCH_LOW = 2;
export const FD_SLOT_EPOCH_HIGH = 3;
export const FD_SLOT_SEQUENCE_LOW = 4;
export const FD_SLOT_SEQUENCE_HIGH = 5;
export const FD_SLOT_COMMAND_LOW = 6;
export const FD_SLOT_COMMAND_HIGH = 7;
export const FD_SLOT_TIME_LOW = 8;
export const FD_SLOT_TIME_HIGH = 9;
export const FD_SLOT_INSTRUMENT = 10;
export const FD_SLOT_CHANNELS = 11;
export const FD_SLOT_IS_LAST = 12;
export const FD_SLOT_LEVELS = 13;
export const FD_SLOT_ORDERS = 14;
export const FD_SLOT_TRADES = 15;
export const FD_SLOT_INSTRUMENTS = 16;
export const FD_SLOT_REASON = 17;
export const FD_SLOT_PHASES = 18;
export const FD_SLOT_INDICATIVES = 19;

const LOGON: Shape = [
  scalar(2), // version_min
  scalar(2), // version_max
  text(TOKEN_BYTES_MAX),
  scalar(4), // next_report_low
  scalar(4), // next_report_high
  scalar(1), // cancel_on_disconnect
];

const ACCOUNT: Shape = [
  scalar(4), // number
  text(NAME_BYTES_MAX),
  scalar(4), // highest_cl_ord_id_low
  scalar(4), // highest_cl_ord_id_high
];

/** In order entry and in the feed alike. */
const INSTRUMENT: Shape = [
  scalar(4), // number
  text(NAME_BYTES_MAX), // symbol
  text(NAME_BYTES_MAX), // tick_size
  text(NAME_BYTES_MAX), // lot_size
  scalar(4), // phase
  scalar(4), // reference_price
  scalar(4), // price_band_bps
  scalar(4), // halt_ns_low
  scalar(4), // halt_ns_high
  scalar(4), // auction_ns_low
  scalar(4), // auction_ns_high
];

const DEFINITION: Shape = [
  scalar(4), // request
  scalar(4), // number
  text(NAME_BYTES_MAX), // symbol
  text(NAME_BYTES_MAX), // tick_size
  text(NAME_BYTES_MAX), // lot_size
  scalar(4), // reference_price
  scalar(4), // price_band_bps
  scalar(4), // halt_ns_low
  scalar(4), // halt_ns_high
  scalar(4), // auction_ns_low
  scalar(4), // auction_ns_high
];

const WELCOME: Shape = [
  scalar(2), // version
  scalar(4), // session
  scalar(4), // credits
  scalar(4), // heartbeat_ms
  scalar(4), // commands_per_frame_max
  scalar(4), // next_report_low
  scalar(4), // next_report_high
  scalar(1), // reports_lost
  tables(ACCOUNT, WELCOME_ACCOUNTS_MAX),
  tables(INSTRUMENT, INSTRUMENTS_MAX),
  scalar(1), // is_operator
];

export const ORDER_ENTRY_FRAME: Shape = [
  scalar(2), // version
  scalar(2), // kind
  table(LOGON),
  table(WELCOME),
  structs(WIRE_COMMAND_WORDS, COMMANDS_PER_FRAME_MAX),
  structs(REPORT_WORDS, RECORDS_PER_FRAME_MAX),
  structs(REFUSAL_WORDS, RECORDS_PER_FRAME_MAX),
  scalar(4), // request
  scalar(4), // report_sequence_low
  scalar(4), // report_sequence_high
  scalar(1), // is_last
  table(DEFINITION),
  tables(INSTRUMENT, RECORDS_PER_FRAME_MAX),
];

export const FEED_FRAME: Shape = [
  scalar(2), // version
  scalar(2), // kind
  scalar(4), // epoch_low
  scalar(4), // epoch_high
  scalar(4), // sequence_low
  scalar(4), // sequence_high
  scalar(4), // command_sequence_low
  scalar(4), // command_sequence_high
  scalar(4), // time_low
  scalar(4), // time_high
  scalar(4), // instrument
  scalar(4), // channels
  scalar(1), // is_last
  structs(LEVEL_WORDS, RECORDS_PER_FRAME_MAX),
  structs(ORDER_WORDS, RECORDS_PER_FRAME_MAX),
  structs(TRADE_WORDS, RECORDS_PER_FRAME_MAX),
  tables(INSTRUMENT, RECORDS_PER_FRAME_MAX),
  scalar(4), // reason
  structs(PHASE_WORDS, RECORDS_PER_FRAME_MAX),
  structs(INDICATIVE_WORDS, RECORDS_PER_FRAME_MAX),
];
