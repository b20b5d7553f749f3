// Kinds of frames, limits of the wire and close codes. Imports nothing, so that the bundler puts
// the values where they are used. schemas/order-entry.md and schemas/feed.md explain each.

/** Version of both protocols that this program speaks. */
export const WIRE_VERSION = 1;

// Order entry, from the client.
export const KIND_LOGON = 1;
export const KIND_COMMANDS = 2;
export const KIND_HEARTBEAT = 3;
export const KIND_OPEN_ORDERS = 4;
/** An operator defines an instrument. */
export const KIND_DEFINE = 5;
// Order entry, from the server (it sends KIND_HEARTBEAT too).
export const KIND_WELCOME = 16;
export const KIND_REPORTS = 17;
export const KIND_REFUSALS = 18;
/** Answer to KIND_OPEN_ORDERS: reports of kind `open`, outside the report sequence. */
export const KIND_OPEN_ORDER_LIST = 19;
/** Instruments that were defined or entered another phase since the welcome. */
export const KIND_INSTRUMENTS = 20;

// Why a command was refused, Refusal.reason: REJECT_NOT_AUTHORIZED and REJECT_BUSY of
// core/codes.ts, or one of these. All but the last say that it breaks the protocol.
/** Clients send new, cancel, replace and massCancel, operators also phase and kill. */
export const REFUSE_UNKNOWN_COMMAND = 64;
/** The head has a bit that its command does not know. */
export const REFUSE_UNDEFINED_BITS = 65;
/** Self-trade prevention has five modes, 0 … 4. */
export const REFUSE_UNKNOWN_STP = 66;
/** The reserved word is not 0. */
export const REFUSE_RESERVED = 67;
/** Request 0 is what reports carry that another session's command caused. */
export const REFUSE_REQUEST_ZERO = 68;
/** The request number is above REQUEST_MAX. */
export const REFUSE_REQUEST_TOO_LARGE = 69;
/** A phase command names none of the phases. */
export const REFUSE_UNKNOWN_PHASE = 70;
/** A symbol that may be none (base/symbol.ts). */
export const REFUSE_INVALID_SYMBOL = 71;
/** Another instrument has that symbol. */
export const REFUSE_SYMBOL_IN_USE = 72;
/** A tick or lot size is no positive decimal number, or does not fit (base/decimal.ts). */
export const REFUSE_INVALID_SIZE = 73;
/** A reference price, price band or duration of an instrument; account or session 0 of a kill. */
export const REFUSE_OUT_OF_RANGE = 74;
/** The server's disk failed before the command was safe: a restart may have it or not. */
export const REFUSE_NOT_DURABLE = 75;

// Feed, from the client.
export const FEED_SUBSCRIBE = 1;
export const FEED_UNSUBSCRIBE = 2;
// Feed, from the server.
export const FEED_INSTRUMENTS = 16;
export const FEED_SNAPSHOT = 17;
export const FEED_UPDATE = 18;
export const FEED_HEARTBEAT = 19;
/** The subscription asked for is not possible (unknown instrument or channel). */
export const FEED_REFUSED = 20;
/** One instrument more than in FEED_INSTRUMENTS: it was defined meanwhile. */
export const FEED_DEFINED = 21;

export const CHANNEL_L2 = 1;
export const CHANNEL_L3 = 2;
export const CHANNEL_TRADES = 4;

// OrderUpdate.kind.
export const ORDER_ADDED = 1;
export const ORDER_REDUCED = 2;
export const ORDER_DELETED = 3;
/** An iceberg shows its next tranche, at the back of its level. */
export const ORDER_REFRESHED = 4;

// Frame.reason of FEED_REFUSED.
export const REFUSED_UNKNOWN_INSTRUMENT = 1;
export const REFUSED_UNKNOWN_CHANNEL = 2;
export const REFUSED_TOO_MANY = 3;

// WebSocket close codes (4000 … 4999 are for applications, RFC 6455 §7.4.2).
export const CLOSE_BAD_FRAME = 4000;
export const CLOSE_UNSUPPORTED_VERSION = 4001;
export const CLOSE_BAD_TOKEN = 4002;
export const CLOSE_LOGON_FIRST = 4003;
export const CLOSE_LOGON_TIMEOUT = 4004;
export const CLOSE_TAKEN_OVER = 4005;
export const CLOSE_SILENT = 4006;
export const CLOSE_SLOW = 4007;
export const CLOSE_FLOOD = 4008;
export const CLOSE_TOO_LARGE = 4009;
export const CLOSE_BEHIND_RETENTION = 4010;
export const CLOSE_SHUTTING_DOWN = 4011;
export const CLOSE_TOO_MANY_CONNECTIONS = 4012;
export const CLOSE_NOT_DURABLE = 4013;

/** Largest frame that a client may send, bytes. */
export const FRAME_BYTES_MAX = 65_536;
/** Commands in one frame. */
export const COMMANDS_PER_FRAME_MAX = 1_024;
/** Commands of one session that may be unanswered; beyond them: `busy`. */
export const CREDITS = 4_096;
/** A server frame holds at most this many reports or updates. */
export const RECORDS_PER_FRAME_MAX = 512;
/** Reports kept for each session after they were sent, for a resume. */
export const RETAINED_REPORTS = 65_536;
/** Reports of a session waiting for its socket: a mass cancel of a million orders fits. */
export const UNSENT_REPORTS_MAX = 2_097_152;
export const TOKEN_BYTES_MAX = 256;
/** Bytes of a symbol, of a name of an account, of a tick or lot size as decimal text. */
export const NAME_BYTES_MAX = 64;
/** Accounts that one session may act for. */
export const ACCOUNTS_PER_SESSION_MAX = 1_024;
/** Accounts in a welcome: an operator is told all of them. */
export const WELCOME_ACCOUNTS_MAX = 65_536;
/** Instruments in a welcome. */
export const INSTRUMENTS_MAX = 32_767;
/** Largest frame that a server sends, bytes: a welcome with every name at its longest. */
export const SERVER_FRAME_BYTES_MAX = 16_777_216;
/** Each side sends something at least this often … */
export const HEARTBEAT_MS = 1_000;
/** … and closes a connection on which nothing came for this long. */
export const SILENCE_MS_MAX = 5_000;
/** From connect to a good logon. */
export const LOGON_MS_MAX = 5_000;
/** Bytes unsent to one socket before it counts as slow. */
export const UNSENT_BYTES_MAX = 8_388_608;
/** While more bytes than this are unsent to a socket, its reports wait in the session. */
export const UNSENT_BYTES_PAUSE = 1_048_576;
/** A socket at which reports wait and that takes not one byte for this long is slow. */
export const STALLED_MS_MAX = 10_000;
/** Frames from one client in a second; more are a flood. */
export const FRAMES_PER_SECOND_MAX = 250_000;
/** Commands of one client that may be refused in a second; more are a flood. */
export const REFUSALS_PER_SECOND_MAX = 65_536;
/** Largest request number of a client: those above are the server's own and never reported. */
export const REQUEST_MAX = 0xefff_ffff;
