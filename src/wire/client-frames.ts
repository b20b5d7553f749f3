// Frames of order entry that clients send: how the SDK writes them, how the I/O thread reads them.

import { Builder, ByteBuffer, Encoding } from 'flatbuffers';
import { assert } from '../base/assert.ts';
import { highWord, lowWord, wordsToNumber } from '../base/words.ts';
import { BlockFrame } from './block-frame.ts';
import { WIRE_COMMAND_WORDS } from './commands.ts';
import { isExact } from './exact.ts';
import {
  CLOSE_BAD_FRAME,
  CLOSE_UNSUPPORTED_VERSION,
  COMMANDS_PER_FRAME_MAX,
  FRAME_BYTES_MAX,
  KIND_COMMANDS,
  KIND_DEFINE,
  KIND_HEARTBEAT,
  KIND_LOGON,
  KIND_OPEN_ORDERS,
  NAME_BYTES_MAX,
  REQUEST_MAX,
  TOKEN_BYTES_MAX,
  WIRE_VERSION,
} from './frame-kinds.ts';
import { Definition as DefinitionTable } from './generated/ringside/order-entry/definition.ts';
import { Frame } from './generated/ringside/order-entry/frame.ts';
import { Logon as LogonTable } from './generated/ringside/order-entry/logon.ts';
import { Message } from './message.ts';
import * as s from './shapes.ts';
import { addText, readText } from './text.ts';

export interface Logon {
  /** Versions that the client speaks, uint16 each, both included. */
  versionMin: number;
  versionMax: number;
  /** At most TOKEN_BYTES_MAX bytes of UTF-8. */
  token: string;
  /** The next report that the client wants: 1 the first time, then the last one it has + 1. */
  nextReport: number;
  cancelOnDisconnect: boolean;
}

/** A logon frame. RangeError when the token is too long or no text. */
export function encodeLogon(logon: Logon): Uint8Array {
  const builder = new Builder(256);
  const token = addText(builder, logon.token, TOKEN_BYTES_MAX);
  const table = LogonTable.createLogon(
    builder,
    logon.versionMin,
    logon.versionMax,
    token,
    lowWord(logon.nextReport),
    highWord(logon.nextReport),
    logon.cancelOnDisconnect,
  );
  Frame.startFrame(builder);
  Frame.addVersion(builder, logon.versionMax);
  Frame.addKind(builder, KIND_LOGON);
  Frame.addLogon(builder, table);
  Frame.finishFrameBuffer(builder, Frame.endFrame(builder));
  return builder.asUint8Array();
}

/** A heartbeat frame, the same in both directions. A copy of its own. */
export function encodeHeartbeat(): Uint8Array {
  const frame = new BlockFrame(s.ORDER_ENTRY_IDENTIFIER, s.ORDER_ENTRY_FRAME.length, 0);
  frame.begin(WIRE_VERSION, KIND_HEARTBEAT);
  return frame.finish().slice();
}

/** Asks for the open orders; `request` is the client's own number, uint32 from 1. */
export function encodeOpenOrders(request: number): Uint8Array {
  const frame = new BlockFrame(s.ORDER_ENTRY_IDENTIFIER, s.ORDER_ENTRY_FRAME.length, 0);
  frame.begin(WIRE_VERSION, KIND_OPEN_ORDERS);
  frame.setWord(s.OE_SLOT_REQUEST, request);
  return frame.finish().slice();
}

/** An operator's command that defines an instrument. */
export interface Definition {
  /** The operator's own number, 1 … REQUEST_MAX: comes back with the answer. */
  request: number;
  /** uint32; the number that the instrument gets. */
  number: number;
  /** At most NAME_BYTES_MAX bytes of UTF-8 on the wire, as tickSize and lotSize. */
  symbol: string;
  /** Decimal texts ('0.01'). */
  tickSize: string;
  lotSize: string;
  /** Ticks, 0 = none. */
  referencePrice: number;
  /** Price band in hundredths of a percent, 0 = none. */
  priceBandBps: number;
  /** How long a halt by the band, and the auction after it, last: ns, 0 … 2^53-1. */
  haltNs: number;
  auctionNs: number;
}

/** A frame with a definition. RangeError when a text is too long or no text. */
export function encodeDefinition(definition: Definition): Uint8Array {
  const builder = new Builder(256);
  const table = DefinitionTable.createDefinition(
    builder,
    definition.request,
    definition.number,
    addText(builder, definition.symbol, NAME_BYTES_MAX),
    addText(builder, definition.tickSize, NAME_BYTES_MAX),
    addText(builder, definition.lotSize, NAME_BYTES_MAX),
    definition.referencePrice,
    definition.priceBandBps,
    lowWord(definition.haltNs),
    highWord(definition.haltNs),
    lowWord(definition.auctionNs),
    highWord(definition.auctionNs),
  );
  Frame.startFrame(builder);
  Frame.addVersion(builder, WIRE_VERSION);
  Frame.addKind(builder, KIND_DEFINE);
  Frame.addDefinition(builder, table);
  Frame.finishFrameBuffer(builder, Frame.endFrame(builder));
  return builder.asUint8Array();
}

/** Encodes frames of commands into one buffer that it uses again. */
export class CommandsEncoder {
  private readonly frame = new BlockFrame(
    s.ORDER_ENTRY_IDENTIFIER,
    s.ORDER_ENTRY_FRAME.length,
    COMMANDS_PER_FRAME_MAX * WIRE_COMMAND_WORDS,
  );

  /**
   * A frame of the `count` (1 … COMMANDS_PER_FRAME_MAX) commands from word `at` of `commands`, each
   * of WIRE_COMMAND_WORDS words. The view is good until the next call.
   */
  encode(commands: Int32Array, at: number, count: number): Uint8Array {
    assert(count >= 1 && count <= COMMANDS_PER_FRAME_MAX, 'as many commands as a frame may have');
    this.frame.begin(WIRE_VERSION, KIND_COMMANDS);
    this.frame.setRecords(s.OE_SLOT_COMMANDS, commands, at, count, WIRE_COMMAND_WORDS);
    return this.frame.finish();
  }
}

/** Slots that every frame has. */
const HEAD = (1 << s.SLOT_VERSION) | (1 << s.SLOT_KIND);

/** Reads frames that clients send, of all sockets of a thread: fields tell of the last frame. */
export class ClientFrameDecoder {
  /** KIND_LOGON, KIND_COMMANDS, KIND_HEARTBEAT, KIND_OPEN_ORDERS or KIND_DEFINE. */
  kind = 0;
  /** KIND_COMMANDS: word of `words` at which the first begins; each has WIRE_COMMAND_WORDS. */
  commandsAt = 0;
  /** 1 … COMMANDS_PER_FRAME_MAX. */
  commandCount = 0;
  /** KIND_OPEN_ORDERS: the client's number of the question, uint32 from 1. */
  request = 0;
  /** KIND_LOGON; else null. */
  logon: Logon | null = null;
  /** KIND_DEFINE; else null. Its request is checked, its words are the server's to judge. */
  definition: Definition | null = null;
  private readonly message: Message;

  constructor() {
    this.message = new Message(FRAME_BYTES_MAX, s.ORDER_ENTRY_IDENTIFIER, s.ORDER_ENTRY_FRAME);
  }

  /** The last frame, aligned: always the same array. */
  get words(): Int32Array {
    return this.message.words;
  }

  /**
   * Checks the whole frame and sets the fields. 0, or the CLOSE_* code (bad frame, unsupported
   * version, too large) with which the connection is to be closed; then the fields mean nothing.
   * Never throws. `message` is not kept.
   */
  decode(message: Uint8Array): number {
    const code = this.message.receive(message);
    if (code !== 0) return code;
    const { kind, version } = this.message;
    this.kind = kind;
    this.logon = null;
    this.definition = null;
    this.commandCount = 0;
    if (kind === KIND_LOGON) return this.decodeLogon();
    if (version !== WIRE_VERSION) return CLOSE_UNSUPPORTED_VERSION;
    if (kind === KIND_COMMANDS) return this.decodeCommands();
    if (kind === KIND_HEARTBEAT) return this.message.hasJust(HEAD, 0) ? 0 : CLOSE_BAD_FRAME;
    if (kind === KIND_OPEN_ORDERS) return this.decodeOpenOrders();
    if (kind === KIND_DEFINE) return this.decodeDefinition();
    return CLOSE_BAD_FRAME;
  }

  private decodeCommands(): number {
    if (!this.message.hasJust(HEAD | (1 << s.OE_SLOT_COMMANDS), 0)) return CLOSE_BAD_FRAME;
    this.commandsAt = this.message.vectorAt(s.OE_SLOT_COMMANDS);
    this.commandCount = this.message.count(s.OE_SLOT_COMMANDS);
    return this.commandCount > 0 ? 0 : CLOSE_BAD_FRAME;
  }

  private decodeOpenOrders(): number {
    if (!this.message.hasJust(HEAD | (1 << s.OE_SLOT_REQUEST), 0)) return CLOSE_BAD_FRAME;
    this.request = this.message.word(s.OE_SLOT_REQUEST) >>> 0;
    return this.request > 0 ? 0 : CLOSE_BAD_FRAME;
  }

  private decodeDefinition(): number {
    if (!this.message.hasJust(HEAD | (1 << s.OE_SLOT_DEFINITION), 0)) return CLOSE_BAD_FRAME;
    const frame = Frame.getRootAsFrame(new ByteBuffer(this.message.bytes));
    const table = frame.definition()!;
    const request = table.request();
    if (!isExact(table.haltNsHigh()) || !isExact(table.auctionNsHigh())) return CLOSE_BAD_FRAME;
    if (request === 0 || request > REQUEST_MAX) return CLOSE_BAD_FRAME;
    this.definition = {
      request,
      number: table.number(),
      symbol: readText(table.symbol(Encoding.UTF8_BYTES)),
      tickSize: readText(table.tickSize(Encoding.UTF8_BYTES)),
      lotSize: readText(table.lotSize(Encoding.UTF8_BYTES)),
      referencePrice: table.referencePrice(),
      priceBandBps: table.priceBandBps(),
      haltNs: wordsToNumber(table.haltNsLow(), table.haltNsHigh()),
      auctionNs: wordsToNumber(table.auctionNsLow(), table.auctionNsHigh()),
    };
    return 0;
  }

  /** Versions are judged first, so that a client of later versions gets the answer that helps. */
  private decodeLogon(): number {
    const { message } = this;
    if ((message.presentSlots() & (1 << s.OE_SLOT_LOGON)) === 0) return CLOSE_BAD_FRAME;
    const frame = Frame.getRootAsFrame(new ByteBuffer(message.bytes));
    const logon = frame.logon()!;
    const versionMin = logon.versionMin();
    const versionMax = logon.versionMax();
    if (versionMin > versionMax) return CLOSE_BAD_FRAME;
    if (versionMin > WIRE_VERSION || versionMax < WIRE_VERSION) return CLOSE_UNSUPPORTED_VERSION;
    if (message.version < versionMin || message.version > versionMax) return CLOSE_BAD_FRAME;
    if (!message.hasJust(HEAD | (1 << s.OE_SLOT_LOGON), 0)) return CLOSE_BAD_FRAME;
    const low = logon.nextReportLow();
    const high = logon.nextReportHigh();
    if ((low === 0 && high === 0) || !isExact(high)) return CLOSE_BAD_FRAME;
    this.logon = {
      versionMin,
      versionMax,
      token: readText(logon.token(Encoding.UTF8_BYTES)),
      nextReport: wordsToNumber(low, high),
      cancelOnDisconnect: logon.cancelOnDisconnect(),
    };
    return 0;
  }
}
