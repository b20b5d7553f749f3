import { CHECKS, COMMANDS, type KeyName, type TapeLine } from './commands.ts';
import { Malformed, parseExact, quoted, refuseTwins } from './json.ts';
import { readPlainLine } from './plain.ts';

/** What a line says. Throws Malformed, saying why, when it says nothing that a tape may. */
export function readTapeLine(line: string): TapeLine {
  return readPlainLine(line) ?? readExactLine(line);
}

/** The same, without the quick way for plain lines. */
export function readExactLine(line: string): TapeLine {
  const fields = parseExact(line);
  const { cmd } = fields;
  if (cmd === undefined) throw new Malformed('cmd is missing');
  if (typeof cmd !== 'string') throw new Malformed('cmd must be a text');
  const keys = COMMANDS.get(cmd);
  if (keys === undefined) throw new Malformed(`unknown cmd ${quoted(cmd)}`);
  const allowed: readonly string[] = ['cmd', ...keys.needed, ...keys.optional];
  for (const name of Object.keys(fields)) {
    if (!allowed.includes(name)) throw new Malformed(`${cmd} has no key ${quoted(name)}`);
    const fault = CHECKS[name as KeyName](fields[name]);
    if (fault !== '') throw new Malformed(`${name} ${fault}`);
  }
  const missing = keys.needed.find((name) => !Object.hasOwn(fields, name));
  if (missing !== undefined) throw new Malformed(`${cmd} needs ${missing}`);
  refuseTwins(line, fields);
  return fields as unknown as TapeLine;
}
