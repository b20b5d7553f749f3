// What a line of a tape may say (schemas/tape.md): the commands, the keys that each may and must
// have, and what their values must be. What a value means to the exchange is not judged here.

import { PHASE_NAMES, SIDE_NAMES, STP_NAMES, TIF_NAMES, TYPE_NAMES } from '../../core/codes.ts';
import { EXACT_MAX, INT32_MAX } from '../../core/limits.ts';

/** An integer of any size; beyond ±2^53 a bigint. */
export type TapeInteger = number | bigint;

type Side = (typeof SIDE_NAMES)[number];

/** The numbers of an order, not judged yet. */
export interface Terms {
  qty?: TapeInteger;
  price?: TapeInteger;
  displayQty?: TapeInteger;
  stopPrice?: TapeInteger;
}

export interface InstrumentLine {
  cmd: 'instrument';
  symbol: string;
  tickSize?: string;
  lotSize?: string;
  /** 1 … 2^31-1. */
  referencePrice?: number;
  /** 1 … 2^31-1, hundredths of a percent. */
  priceBandBps?: number;
  /** 0 … 2^53-1. */
  haltNs?: number;
  /** 0 … 2^53-1. */
  auctionNs?: number;
}

export interface NewLine extends Terms {
  cmd: 'new';
  symbol: string;
  account: string;
  clOrdId: string;
  side: Side;
  qty: TapeInteger;
  type?: (typeof TYPE_NAMES)[number];
  tif?: (typeof TIF_NAMES)[number];
  postOnly?: boolean;
  stp?: (typeof STP_NAMES)[number];
}

export interface CancelLine {
  cmd: 'cancel';
  account: string;
  clOrdId: string;
}

export interface ReplaceLine extends Terms {
  cmd: 'replace';
  account: string;
  origClOrdId: string;
  clOrdId: string;
}

export interface MassCancelLine {
  cmd: 'massCancel';
  account: string;
  symbol?: string;
  side?: Side;
}

export interface PhaseLine {
  cmd: 'phase';
  symbol: string;
  phase: Exclude<(typeof PHASE_NAMES)[number], ''>;
}

export interface TimeLine {
  cmd: 'time';
  /** 0 … 2^63-1. */
  ns: TapeInteger;
}

export interface BookLine {
  cmd: 'book';
  symbol: string;
  /** 1 … 2^31-1. */
  depth?: number;
}

export interface HashLine {
  cmd: 'hash';
}

export type TapeLine =
  | InstrumentLine
  | NewLine
  | CancelLine
  | ReplaceLine
  | MassCancelLine
  | PhaseLine
  | TimeLine
  | BookLine
  | HashLine;

/** Says what is wrong with a value ('must be …'); '' when nothing is. */
type Check = (value: unknown) => string;

const TIME_MAX = 2n ** 63n - 1n;
const DECIMAL = /^(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;

const isCommand: Check = (value) => (typeof value === 'string' ? '' : 'must be a text');

const isText: Check = (value) => {
  if (typeof value !== 'string') return 'must be a text';
  return value === '' ? 'must not be empty' : '';
};

const isAccount: Check = (value) => {
  const fault = isText(value);
  if (fault !== '') return fault;
  return (value as string).includes(':') ? 'must not have a colon in it' : '';
};

const isInteger: Check = (value) => {
  if (typeof value === 'bigint') return '';
  return typeof value === 'number' && !Number.isNaN(value) ? '' : 'must be an integer';
};

const isPositiveInt32: Check = (value) => {
  const fault = isInteger(value);
  if (fault !== '') return fault;
  const integer = value as TapeInteger;
  return integer < 1 || integer > INT32_MAX ? 'must be in 1 … 2^31-1' : '';
};

const isTime: Check = (value) => {
  const fault = isInteger(value);
  if (fault !== '') return fault;
  const integer = value as TapeInteger;
  return integer < 0 || integer > TIME_MAX ? 'must be in 0 … 2^63-1' : '';
};

const isSpan: Check = (value) => {
  const fault = isInteger(value);
  if (fault !== '') return fault;
  const integer = value as TapeInteger;
  return integer < 0 || integer > EXACT_MAX ? 'must be in 0 … 2^53-1' : '';
};

const isFlag: Check = (value) => (typeof value === 'boolean' ? '' : 'must be true or false');

const isPositiveDecimal: Check = (value) => {
  const fault = isText(value);
  if (fault !== '') return fault;
  const text = value as string;
  return DECIMAL.test(text) && /[1-9]/.test(text) ? '' : 'must be a positive decimal like "0.01"';
};

function isOneOf(names: readonly string[]): Check {
  const complaint = `must be one of ${names.join(', ')}`;
  return (value) => (names.includes(value as string) ? '' : complaint);
}

/** Every key, with what its value must be: a key means the same in all commands that have it. */
export const CHECKS = {
  cmd: isCommand,
  symbol: isText,
  account: isAccount,
  clOrdId: isText,
  origClOrdId: isText,
  side: isOneOf(SIDE_NAMES),
  type: isOneOf(TYPE_NAMES),
  tif: isOneOf(TIF_NAMES),
  postOnly: isFlag,
  stp: isOneOf(STP_NAMES),
  qty: isInteger,
  price: isInteger,
  displayQty: isInteger,
  stopPrice: isInteger,
  ns: isTime,
  depth: isPositiveInt32,
  tickSize: isPositiveDecimal,
  lotSize: isPositiveDecimal,
  referencePrice: isPositiveInt32,
  priceBandBps: isPositiveInt32,
  haltNs: isSpan,
  auctionNs: isSpan,
  phase: isOneOf(PHASE_NAMES.slice(1)),
} as const satisfies Readonly<Record<string, Check>>;

export type KeyName = keyof typeof CHECKS;

/** The keys of a command beside cmd. */
export interface CommandKeys {
  readonly needed: readonly KeyName[];
  readonly optional: readonly KeyName[];
}

const TERMS = ['price', 'displayQty', 'stopPrice'] as const;
const BAND = ['priceBandBps', 'haltNs', 'auctionNs'] as const;

export const COMMANDS: ReadonlyMap<string, CommandKeys> = new Map<string, CommandKeys>([
  [
    'instrument',
    { needed: ['symbol'], optional: ['tickSize', 'lotSize', 'referencePrice', ...BAND] },
  ],
  [
    'new',
    {
      needed: ['symbol', 'account', 'clOrdId', 'side', 'qty'],
      optional: ['type', 'tif', 'postOnly', 'stp', ...TERMS],
    },
  ],
  ['cancel', { needed: ['account', 'clOrdId'], optional: [] }],
  ['replace', { needed: ['account', 'origClOrdId', 'clOrdId'], optional: ['qty', ...TERMS] }],
  ['massCancel', { needed: ['account'], optional: ['symbol', 'side'] }],
  ['phase', { needed: ['symbol', 'phase'], optional: [] }],
  ['time', { needed: ['ns'], optional: [] }],
  ['book', { needed: ['symbol'], optional: ['depth'] }],
  ['hash', { needed: [], optional: [] }],
]);
