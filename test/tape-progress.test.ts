import { afterEach, expect, test, vi } from 'vitest';
import { progressBar } from '../src/cli/progress.ts';

const wasTerminal = process.stderr.isTTY;

/** Pretends that standard error is a terminal, or none, and collects what is written there. */
function watch(isTerminal: boolean): () => string {
  let written = '';
  process.stderr.isTTY = isTerminal;
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += text;
    return true;
  });
  return () => written;
}

afterEach(() => {
  vi.restoreAllMocks();
  process.stderr.isTTY = wasTerminal;
});

test('should be silent when standard error is no terminal', () => {
  const written = watch(false);
  const bar = progressBar(100, 'MB');
  bar.update(50);
  bar.stop();
  expect(written()).toBe('');
});

test('should show how much is done on a terminal, and clear its line in the end', () => {
  const written = watch(true);
  const bar = progressBar(2000, 'messages');
  expect(written()).toContain('0 % | 0 of 2,000 messages');
  bar.update(1000.9);
  bar.stop();
  expect(written()).toContain('50 % | 1,000 of 2,000 messages');
  expect(written().trimEnd().endsWith('\u001b[2K')).toBe(true);
});

test('should stay within its bounds', () => {
  const written = watch(true);
  const bar = progressBar(0.5, 'MB');
  bar.update(7);
  bar.stop();
  expect(written()).not.toMatch(/NaN|Infinity|[2-9][0-9]{2} %/);
});
