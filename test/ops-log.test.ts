// What gets into the log and what is only counted; and when a thread counts as stuck.

import { describe, expect, test } from 'vitest';
import { REJECT_BUSY, REJECT_NOT_AUTHORIZED } from '../src/core/codes.ts';
import { BLOCK_WORDS, W_REFUSALS } from '../src/ops/counter-layout.ts';
import {
  COMMON_LINES_MAX,
  GatedLog,
  LINES_MAX,
  type LogLine,
  levelOf,
  WINDOW_MS,
} from '../src/ops/gated-log.ts';
import { Health, LOOK_MS } from '../src/ops/health.ts';
import { CLOSE_FLOOD, CLOSE_TAKEN_OVER } from '../src/wire/frame-kinds.ts';
import { ClientWatch } from '../src/workers/client-watch.ts';

function logAt(level: Parameters<typeof levelOf>[0]['level']) {
  const lines: LogLine[] = [];
  const clock = { ms: 1_000 };
  const log = new GatedLog(
    level,
    (line) => lines.push(line),
    () => clock.ms,
  );
  return { log, lines, clock };
}

describe('a flood of one warning', () => {
  test('should be told some times, then counted, and told as a number', () => {
    const { log, lines, clock } = logAt('info');
    for (let i = 1; i <= LINES_MAX + 90; i++) log.warn({ session: i }, 'slow');
    expect(lines.map(({ fields }) => fields.session)).toEqual(
      Array.from({ length: LINES_MAX }, (_, i) => i + 1),
    );
    clock.ms += WINDOW_MS - 1;
    log.flush();
    expect(lines).toHaveLength(LINES_MAX);
    clock.ms += 1;
    log.flush();
    expect(lines.at(-1)).toEqual({ level: 'warn', fields: { repeated: 90 }, text: 'slow' });
    log.warn({ session: 7 }, 'slow');
    expect(lines.at(-1)!.fields).toEqual({ session: 7 });
    expect(lines).toHaveLength(LINES_MAX + 2);
  });

  test('should leave other lines alone, and ordinary ones for longer', () => {
    const { log, lines } = logAt('info');
    for (let i = 0; i < 2 * LINES_MAX; i++) log.error({}, 'full');
    log.error({}, 'other');
    log.warn({}, 'full');
    for (let i = 0; i < COMMON_LINES_MAX + 5; i++) log.info({}, 'logged on');
    const count = (text: string) => lines.filter((line) => line.text === text).length;
    expect([count('full'), count('other'), count('logged on')]).toEqual([
      ...[LINES_MAX + 1, 1, COMMON_LINES_MAX],
    ]);
    log.tellCounted();
    expect(lines.slice(-2).map(({ fields }) => fields)).toEqual([
      ...[{ repeated: LINES_MAX }, { repeated: 5 }],
    ]);
    log.tellCounted();
    expect(lines.slice(-1)[0]!.text).toBe('logged on');
  });
});

test('should keep to the level of the component', () => {
  const config = { level: 'warn', components: { io: 'debug', journal: 'silent' } } as const;
  expect([levelOf(config, 'io'), levelOf(config, 'ops')]).toEqual(['debug', 'warn']);
  const { log, lines } = logAt(levelOf(config, 'ops'));
  log.debug({}, 'a');
  log.info({}, 'b');
  log.warn({}, 'c');
  expect(lines.map(({ text }) => text)).toEqual(['c']);
  expect([log.isEnabled('info'), log.isEnabled('error')]).toEqual([false, true]);
  const silent = logAt('silent');
  silent.log.error({}, 'd');
  expect(silent.lines).toEqual([]);
});

test('should name session and request of what was refused, at debug', () => {
  const words = new Float64Array(BLOCK_WORDS);
  const refusals = Int32Array.of(5, REJECT_BUSY, -1, REJECT_NOT_AUTHORIZED, 9, REJECT_BUSY);
  const quiet = logAt('info');
  new ClientWatch(words, quiet.log).refused(3, refusals, 2);
  expect(quiet.lines).toEqual([]);
  const loud = logAt('debug');
  const watch = new ClientWatch(words, loud.log);
  watch.refused(3, refusals, 2);
  expect(loud.lines.map(({ fields }) => fields)).toEqual([
    { session: 3, request: 5, reason: 'busy' },
    { session: 3, request: 0xffff_ffff, reason: 'not_authorized' },
  ]);
  expect([words[W_REFUSALS + REJECT_BUSY], words[W_REFUSALS + REJECT_NOT_AUTHORIZED]]).toEqual([
    ...[2, 2],
  ]);
  watch.closed(0, CLOSE_FLOOD);
  watch.closed(4, CLOSE_TAKEN_OVER);
  expect(loud.lines.slice(-2)).toEqual([
    {
      ...{ level: 'warn', text: 'connection closed: flood' },
      fields: { code: CLOSE_FLOOD, reason: 'flood' },
    },
    {
      ...{ level: 'info', text: 'connection closed: taken_over' },
      fields: { session: 4, code: CLOSE_TAKEN_OVER, reason: 'taken_over' },
    },
  ]);
});

describe('a thread', () => {
  test('should be stuck after it got no further for so many looks, until it does', () => {
    let pokes = 0;
    const health = new Health(3 * LOOK_MS, () => {
      pokes += 1;
    });
    const [quick, slow] = [new Int32Array(1), new Int32Array(1)];
    health.watch('quick', quick);
    health.watch('slow', slow);
    health.phase = 'ready';
    const states: string[] = [];
    for (let look = 0; look < 4; look++) {
      quick[0]! += 1;
      health.look();
      states.push(health.state);
    }
    expect(states).toEqual(['ready', 'ready', 'stuck', 'stuck']);
    expect([pokes, health.stuck]).toEqual([4, ['slow']]);
    expect(health.threads()[1]).toEqual({ thread: 'slow', heartbeatAgeSeconds: 4, isStuck: true });
    slow[0] = -1;
    health.look();
    expect(health.state).toBe('ready');
  });

  test('should not be missed once it may end, nor hide what is worse', () => {
    const health = new Health(LOOK_MS, () => {});
    health.watch('journal', new Int32Array(1));
    health.look();
    expect(health.state).toBe('stuck');
    health.isDiskFailed = () => true;
    expect(health.state).toBe('disk_failed');
    health.isDiskFailed = () => false;
    health.phase = 'draining';
    expect(health.state).toBe('draining');
    health.forget('journal');
    expect(health.stuck).toEqual([]);
  });
});
