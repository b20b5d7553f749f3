// One line of a tape as an object, in full strictness and with a reason for every fault. By
// lossless-json, which keeps the text of a number.

import { parse } from 'lossless-json';
import { readInteger } from './number.ts';

/** A line that cannot be used; the message says why, without saying where. */
export class Malformed extends Error {
  constructor(message: string) {
    super(printable(message));
  }
}

/** A text of the line for a message. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

/** The members of a line's object. Numbers are what `readInteger` makes of them. */
export type Fields = Readonly<Record<string, unknown>>;

/** The object of any line. Throws Malformed when it is not JSON, or JSON but no object. */
export function parseExact(line: string): Fields {
  const value = parseJson(line);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Malformed('not a JSON object');
  }
  return value as Fields;
}

/** Throws Malformed when a key of an object without objects in it is there twice. */
export function refuseTwins(line: string, fields: Fields): void {
  // The parser lets twins with equal values pass. Outside of texts, every key has its colon.
  if (countColons(line) > Object.keys(fields).length) throw new Malformed('a key is there twice');
}

function parseJson(line: string): unknown {
  try {
    return parse(line, null, {
      parseNumber: readInteger,
      onDuplicateKey: ({ key }) => {
        throw new Malformed(`the key ${quoted(key)} is there twice`);
      },
    });
  } catch (error) {
    if (error instanceof SyntaxError) throw new Malformed(`not JSON: ${error.message}`);
    if (error instanceof RangeError) throw new Malformed('not usable: nested too deeply');
    throw error;
  }
}

function countColons(line: string): number {
  let colons = 0;
  let inText = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (character === '"') inText = !inText;
    else if (inText && character === '\\') at++;
    else if (!inText && character === ':') colons++;
  }
  return colons;
}

/** A message, which may quote the line, short and with nothing in it that a terminal obeys. */
function printable(message: string): string {
  const short = message.length > 200 ? `${message.slice(0, 200)}…` : message;
  return short.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`;
  });
}
