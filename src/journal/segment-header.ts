// The header of a segment as an object.

import { assert } from '../base/assert.ts';
import { highWord, lowWord } from '../base/words.ts';
import type { Limits } from '../core/limits.ts';
import { crc32c } from './crc32c.ts';
import type { DamageCode } from './journal-errors.ts';
import {
  configurationHash,
  type JournalIdentity,
  readLimits,
  writeLimits,
} from './journal-identity.ts';
import * as s from './segment-layout.ts';

const TWO_32 = 0x1_0000_0000;

export interface SegmentHeader extends JournalIdentity {
  readonly firstSequence: number;
  /** Bytes to which the segment may grow. */
  readonly segmentBytes: number;
  /** Chain value that the segment goes on from. */
  readonly chain: number;
  /** Its own CRC: the chain value that its first batch goes on from. */
  readonly crc: number;
}

/** Why bytes are not what they should be. */
export interface Fault {
  readonly code: DamageCode;
  readonly reason: string;
}

/** The words of a header; the last is its CRC. */
export function encodeSegmentHeader(
  identity: JournalIdentity,
  firstSequence: number,
  chain: number,
  segmentBytes: number,
): Int32Array {
  const words = new Int32Array(s.SEGMENT_HEADER_WORDS);
  words[s.S_MAGIC_LOW] = s.SEGMENT_MAGIC_LOW;
  words[s.S_MAGIC_HIGH] = s.SEGMENT_MAGIC_HIGH;
  words[s.S_VERSION] = s.FORMAT_VERSION;
  words[s.S_HEADER_BYTES] = s.SEGMENT_HEADER_BYTES;
  words[s.S_FIRST_LOW] = lowWord(firstSequence);
  words[s.S_FIRST_HIGH] = highWord(firstSequence);
  words[s.S_ID_LOW] = identity.idLow;
  words[s.S_ID_HIGH] = identity.idHigh;
  [words[s.S_CONFIG_LOW], words[s.S_CONFIG_HIGH]] = configurationHash(identity.limits);
  words[s.S_SLOT_BYTES] = s.SLOT_BYTES;
  words[s.S_CHAIN] = chain;
  words[s.S_LIMIT_COUNT] = writeLimits(identity.limits, words, s.S_LIMITS);
  assert(words[s.S_LIMIT_COUNT]! <= s.LIMITS_MAX, 'a header has room for all limits');
  words[s.S_SEGMENT_BYTES] = segmentBytes;
  words[s.S_CRC] = crc32c(words, 0, s.S_CRC);
  return words;
}

/** What the header at word `at` says, or what is wrong with it. */
export function decodeSegmentHeader(words: Int32Array, at: number): SegmentHeader | Fault {
  const crc = words[at + s.S_CRC]!;
  const code = 'segment_header';
  if (crc32c(words, at, s.S_CRC) !== crc) {
    return otherFormat(words, at) ?? { code, reason: 'its header is damaged' };
  }
  const isMagic =
    words[at + s.S_MAGIC_LOW] === s.SEGMENT_MAGIC_LOW &&
    words[at + s.S_MAGIC_HIGH] === s.SEGMENT_MAGIC_HIGH;
  if (!isMagic) return { code, reason: 'it is not a segment' };
  const version = words[at + s.S_VERSION]!;
  const limits = readLimits(words, at + s.S_LIMITS, words[at + s.S_LIMIT_COUNT]!);
  if (version !== s.FORMAT_VERSION || limits === null) return unknownVersion(version);
  const isThisLayout =
    words[at + s.S_HEADER_BYTES] === s.SEGMENT_HEADER_BYTES &&
    words[at + s.S_SLOT_BYTES] === s.SLOT_BYTES;
  if (!isThisLayout) return { code, reason: 'its header or slots are of another size' };
  const [configLow, configHigh] = configurationHash(limits);
  if (words[at + s.S_CONFIG_LOW] !== configLow || words[at + s.S_CONFIG_HIGH] !== configHigh) {
    return { code, reason: 'its configuration hash is not that of its limits' };
  }
  return headerOf(words, at, limits, crc);
}

/**
 * A sound header of another length: every format has magic, version and the bytes of its header at
 * the same places, and a CRC over the rest as its last word. Format 1 had 64 bytes.
 */
function otherFormat(words: Int32Array, at: number): Fault | null {
  const isMagic =
    words[at + s.S_MAGIC_LOW] === s.SEGMENT_MAGIC_LOW &&
    words[at + s.S_MAGIC_HIGH] === s.SEGMENT_MAGIC_HIGH;
  const bytes = words[at + s.S_HEADER_BYTES]!;
  const last = bytes / 4 - 1;
  const isLength = bytes % 4 === 0 && last > s.S_HEADER_BYTES && last <= s.S_CRC;
  if (!isMagic || !isLength || crc32c(words, at, last) !== words[at + last]) return null;
  return unknownVersion(words[at + s.S_VERSION]!);
}

function unknownVersion(version: number): Fault {
  const reason = `it has format ${version}, this program ${s.FORMAT_VERSION}`;
  return { code: 'unknown_version', reason };
}

function headerOf(words: Int32Array, at: number, limits: Limits, crc: number): SegmentHeader {
  return {
    firstSequence: sequenceAt(words, at + s.S_FIRST_LOW),
    segmentBytes: words[at + s.S_SEGMENT_BYTES]!,
    idLow: words[at + s.S_ID_LOW]!,
    idHigh: words[at + s.S_ID_HIGH]!,
    chain: words[at + s.S_CHAIN]!,
    limits,
    crc,
  };
}

/** The sequence in two words. Beyond 2^53-1 not exact, but equal to none that is expected. */
export function sequenceAt(words: Int32Array, at: number): number {
  return (words[at + 1]! >>> 0) * TWO_32 + (words[at]! >>> 0);
}
