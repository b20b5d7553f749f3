// What the configuration says of sessions, and the look-up of a session by its token.

import { InputError } from '../base/input-error.ts';
import { ACCOUNTS_PER_SESSION_MAX, NAME_BYTES_MAX, TOKEN_BYTES_MAX } from '../wire/frame-kinds.ts';

export interface AccountConfig {
  /** uint32 from 1. */
  readonly number: number;
  /** At most NAME_BYTES_MAX bytes of UTF-8. */
  readonly name: string;
}

export interface SessionConfig {
  /** uint32 from 1. */
  readonly number: number;
  /** 1 … TOKEN_BYTES_MAX bytes of UTF-8. */
  readonly token: string;
  /** That it may act for: 1 … ACCOUNTS_PER_SESSION_MAX; of an operator none. */
  readonly accounts: readonly AccountConfig[];
  /** It sends an operator's commands and trades for nobody. Default false. */
  readonly isOperator?: boolean;
}

/** InputError when something is out of range or there twice. Its message never shows a token. */
export function checkSessions(sessions: readonly SessionConfig[]): void {
  const numbers = new Set<number>();
  const tokens = new Set<string>();
  for (const { number, token, accounts, isOperator = false } of sessions) {
    check(isNumber(number), `session ${number}: the number is a uint32 from 1`);
    check(!numbers.has(number), `session ${number} is there twice`);
    check(
      token !== '' && isText(token, TOKEN_BYTES_MAX),
      `session ${number}: the token has 1 to ${TOKEN_BYTES_MAX} bytes`,
    );
    check(!tokens.has(token), `session ${number}: another session has its token`);
    const count = accounts.length;
    check(
      isOperator ? count === 0 : count > 0 && count <= ACCOUNTS_PER_SESSION_MAX,
      `session ${number}: 1 to ${ACCOUNTS_PER_SESSION_MAX} accounts, an operator has none`,
    );
    const own = new Set(accounts.map((account) => account.number));
    check(own.size === accounts.length, `session ${number}: an account is there twice`);
    check([...own].every(isNumber), `session ${number}: account numbers are uint32 from 1`);
    check(
      accounts.every((account) => isText(account.name, NAME_BYTES_MAX)),
      `session ${number}: names of accounts have up to ${NAME_BYTES_MAX} bytes`,
    );
    numbers.add(number);
    tokens.add(token);
  }
}

function isNumber(value: number): boolean {
  return value > 0 && value === value >>> 0;
}

/** Up to `bytesMax` bytes of UTF-8, no lone surrogates. */
function isText(text: string, bytesMax: number): boolean {
  const bytes = new TextEncoder().encode(text);
  return (
    bytes.length <= bytesMax && new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) === text
  );
}

function check(condition: boolean, message: string): void {
  if (!condition) throw new InputError(message);
}

const TOKEN_WORDS = TOKEN_BYTES_MAX / 4;

/**
 * Tokens by their bytes. A look-up reads all words of all of them, whatever the token asked for, so
 * how long it takes tells nothing of how near a guess came.
 */
export class TokenTable {
  private readonly words: Int32Array;
  private readonly lengths: Int32Array;
  private readonly asked = new Int32Array(TOKEN_WORDS);
  private readonly askedBytes = new Uint8Array(this.asked.buffer);
  private readonly encoder = new TextEncoder();

  constructor(tokens: readonly string[]) {
    this.words = new Int32Array(tokens.length * TOKEN_WORDS);
    this.lengths = new Int32Array(tokens.length);
    const bytes = new Uint8Array(this.words.buffer);
    tokens.forEach((token, index) => {
      const room = bytes.subarray(index * TOKEN_BYTES_MAX, (index + 1) * TOKEN_BYTES_MAX);
      this.lengths[index] = this.encoder.encodeInto(token, room).written;
    });
  }

  /** Index of `token` among the tokens, or -1. */
  find(token: string): number {
    this.asked.fill(0);
    const { read, written } = this.encoder.encodeInto(token, this.askedBytes);
    const cut = token.length - read;
    let found = -1;
    for (let i = 0; i < this.lengths.length; i++) {
      let difference = cut | (written ^ this.lengths[i]!);
      const from = i * TOKEN_WORDS;
      for (let word = 0; word < TOKEN_WORDS; word++) {
        difference |= this.asked[word]! ^ this.words[from + word]!;
      }
      if (difference === 0) found = i;
    }
    return found;
  }
}
