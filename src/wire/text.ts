// Texts of frames. The library's reader drops a leading byte order mark and its builder writes
// U+FFFD for a lone surrogate: both would make another text of what was sent.

import type { Builder, Offset } from 'flatbuffers';
import { assert } from '../base/assert.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Adds a text. RangeError when it has more than `bytesMax` bytes, or a lone surrogate. */
export function addText(builder: Builder, text: string, bytesMax: number): Offset {
  const bytes = encoder.encode(text);
  if (bytes.length > bytesMax) throw new RangeError(`a text has at most ${bytesMax} bytes here`);
  if (decoder.decode(bytes) !== text) throw new RangeError('a text has no lone surrogates');
  return builder.createString(bytes);
}

/** A verified text that the generated reader gave as bytes. */
export function readText(bytes: string | Uint8Array | null): string {
  assert(bytes instanceof Uint8Array, 'a required text, read as bytes');
  return decoder.decode(bytes);
}
