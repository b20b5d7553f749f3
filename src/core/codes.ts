// The codes that slots, journal and wire carry. Never renumber one: journals outlive programs.
// 0 means "none" wherever a code may be absent.

// Commands.
export const COMMAND_NEW = 1;
export const COMMAND_CANCEL = 2;
export const COMMAND_REPLACE = 3;
export const COMMAND_MASS_CANCEL = 4;
export const COMMAND_TIME = 5;
export const COMMAND_INSTRUMENT = 6;
/** Asks for the account's resting orders: changes nothing. */
export const COMMAND_OPEN_ORDERS = 7;
// The operator's commands, beside COMMAND_INSTRUMENT.
/** Puts an instrument into a phase (PHASE_*). */
export const COMMAND_PHASE = 8;
/** Kill switch: cancels the orders of an account or session, which may enter none, or lifts it. */
export const COMMAND_KILL = 9;
/** The symbol of the instrument that a COMMAND_INSTRUMENT with the same number defines next. */
export const COMMAND_SYMBOL = 10;

// Events.
/** A command that caused no other event: ends it, so that whoever waits for it is released. */
export const EVENT_DONE = 1;
export const EVENT_NEW = 2;
export const EVENT_REJECTED = 3;
export const EVENT_TRADE = 4;
export const EVENT_CANCELED = 5;
export const EVENT_REPLACED = 6;
export const EVENT_RESTATED = 7;
/** One resting order, in answer to COMMAND_OPEN_ORDERS. */
export const EVENT_OPEN_ORDER = 8;
/** A stop has become an aggressor. */
export const EVENT_TRIGGERED = 9;
/** An instrument has entered a phase. */
export const EVENT_PHASE = 10;
/** What an auction would trade if it ended now. */
export const EVENT_INDICATIVE = 11;
/** An iceberg shows a new tranche at the back of its level. The tape does not print it. */
export const EVENT_REFRESHED = 12;
/** An instrument was defined. The tape does not print it. */
export const EVENT_INSTRUMENT = 13;

export const SIDE_BUY = 0;
export const SIDE_SELL = 1;

export const TYPE_LIMIT = 0;
export const TYPE_MARKET = 1;
export const TYPE_STOP = 2;
export const TYPE_STOP_LIMIT = 3;

// Time in force.
export const TIF_GTC = 0;
export const TIF_DAY = 1;
export const TIF_IOC = 2;
export const TIF_FOK = 3;

// Phases.
export const PHASE_PRE_OPEN = 1;
export const PHASE_AUCTION = 2;
export const PHASE_CONTINUOUS = 3;
export const PHASE_HALTED = 4;
export const PHASE_CLOSED = 5;

// Self-trade prevention.
export const STP_NONE = 0;
export const STP_CANCEL_AGGRESSOR = 1;
export const STP_CANCEL_RESTING = 2;
export const STP_CANCEL_BOTH = 3;
export const STP_DECREMENT = 4;

// Why a command was rejected, in order of precedence (R7): of several, the lowest code is given.
// not_authorized and busy are answered before a command has a sequence, so never by the core.
export const REJECT_NOT_AUTHORIZED = 1;
export const REJECT_BUSY = 2;
export const REJECT_UNKNOWN_SYMBOL = 3;
export const REJECT_DUPLICATE_CLORDID = 4;
export const REJECT_UNKNOWN_ORDER = 5;
export const REJECT_INVALID_QTY = 6;
export const REJECT_INVALID_PRICE = 7;
export const REJECT_INVALID_STOP_PRICE = 8;
export const REJECT_INVALID_DISPLAY_QTY = 9;
export const REJECT_NOTIONAL_TOO_LARGE = 10;
export const REJECT_UNSUPPORTED_COMBINATION = 11;
// 12 … 29: risk rejects.
/** The account or the session is under the kill switch. */
export const REJECT_RISK_KILLED = 12;
export const REJECT_POST_ONLY_WOULD_CROSS = 30;
export const REJECT_PHASE = 31;
export const REJECT_CAPACITY = 32;
/** COMMAND_INSTRUMENT or COMMAND_SYMBOL for a number that is defined. */
export const REJECT_ALREADY_DEFINED = 33;

// Why an order was canceled.
export const CANCEL_USER = 1;
export const CANCEL_IOC = 2;
export const CANCEL_FOK = 3;
export const CANCEL_NO_LIQUIDITY = 4;
export const CANCEL_STP = 5;
export const CANCEL_MASS_CANCEL = 6;
/** The session that entered it lost its connection and had asked for this. */
export const CANCEL_DISCONNECT = 7;
export const CANCEL_DAY_END = 8;
export const CANCEL_PRICE_BAND = 9;
export const CANCEL_KILL_SWITCH = 10;

/** Codes by the names that the rulebook, the tape and JSON use. */
export const SIDE_NAMES = ['buy', 'sell'] as const;
export const TYPE_NAMES = ['limit', 'market', 'stop', 'stop_limit'] as const;
export const TIF_NAMES = ['gtc', 'day', 'ioc', 'fok'] as const;
/** By phase code; there is no phase 0. */
export const PHASE_NAMES = ['', 'pre_open', 'auction', 'continuous', 'halted', 'closed'] as const;
export const STP_NAMES = [
  'none',
  'cancel_aggressor',
  'cancel_resting',
  'cancel_both',
  'decrement',
] as const;
export const COMMAND_NAMES: Readonly<Record<number, string>> = {
  [COMMAND_NEW]: 'new',
  [COMMAND_CANCEL]: 'cancel',
  [COMMAND_REPLACE]: 'replace',
  [COMMAND_MASS_CANCEL]: 'massCancel',
  [COMMAND_TIME]: 'time',
  [COMMAND_INSTRUMENT]: 'instrument',
  [COMMAND_OPEN_ORDERS]: 'openOrders',
  [COMMAND_PHASE]: 'phase',
  [COMMAND_KILL]: 'kill',
  [COMMAND_SYMBOL]: 'symbol',
};
export const EVENT_NAMES: Readonly<Record<number, string>> = {
  [EVENT_DONE]: 'done',
  [EVENT_NEW]: 'new',
  [EVENT_REJECTED]: 'rejected',
  [EVENT_TRADE]: 'trade',
  [EVENT_CANCELED]: 'canceled',
  [EVENT_REPLACED]: 'replaced',
  [EVENT_RESTATED]: 'restated',
  [EVENT_OPEN_ORDER]: 'openOrder',
  [EVENT_TRIGGERED]: 'triggered',
  [EVENT_PHASE]: 'phase',
  [EVENT_INDICATIVE]: 'indicative',
  [EVENT_REFRESHED]: 'refreshed',
  [EVENT_INSTRUMENT]: 'instrument',
};
export const REJECT_NAMES: Readonly<Record<number, string>> = {
  [REJECT_NOT_AUTHORIZED]: 'not_authorized',
  [REJECT_BUSY]: 'busy',
  [REJECT_UNKNOWN_SYMBOL]: 'unknown_symbol',
  [REJECT_DUPLICATE_CLORDID]: 'duplicate_clordid',
  [REJECT_UNKNOWN_ORDER]: 'unknown_order',
  [REJECT_INVALID_QTY]: 'invalid_qty',
  [REJECT_INVALID_PRICE]: 'invalid_price',
  [REJECT_INVALID_STOP_PRICE]: 'invalid_stop_price',
  [REJECT_INVALID_DISPLAY_QTY]: 'invalid_display_qty',
  [REJECT_NOTIONAL_TOO_LARGE]: 'notional_too_large',
  [REJECT_UNSUPPORTED_COMBINATION]: 'unsupported_combination',
  [REJECT_RISK_KILLED]: 'risk_killed',
  [REJECT_POST_ONLY_WOULD_CROSS]: 'post_only_would_cross',
  [REJECT_PHASE]: 'phase',
  [REJECT_CAPACITY]: 'capacity',
  [REJECT_ALREADY_DEFINED]: 'already_defined',
};
export const CANCEL_NAMES: Readonly<Record<number, string>> = {
  [CANCEL_USER]: 'user',
  [CANCEL_IOC]: 'ioc',
  [CANCEL_FOK]: 'fok',
  [CANCEL_NO_LIQUIDITY]: 'no_liquidity',
  [CANCEL_STP]: 'stp',
  [CANCEL_MASS_CANCEL]: 'mass_cancel',
  [CANCEL_DISCONNECT]: 'disconnect',
  [CANCEL_DAY_END]: 'day_end',
  [CANCEL_PRICE_BAND]: 'price_band',
  [CANCEL_KILL_SWITCH]: 'kill_switch',
};
