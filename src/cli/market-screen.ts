// Shows a market as it moves, until it ends or a signal comes: on a terminal a picture ten times a
// second, elsewhere a line a second.

import { setTimeout as delay } from 'node:timers/promises';
import { drawMarket, marketLine, type PicturedMarket } from './market-picture.ts';

const FRAME_MS = 100;
const LINE_MS = 1_000;
const CLEAR_SCREEN = '\x1b[2J';
const HOME = '\x1b[H';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

/** How a shown market goes on. */
export interface Course {
  /** Called before each frame, `ms` after the beginning. False: this frame is the last. */
  advance(ms: number): boolean;
  /** What happened, as text, over the `seconds` since it was asked last. */
  rates(seconds: number): string;
  /** What else is to be known at this moment; '' for nothing. `isPicture`: not for a line. */
  note(isPicture: boolean): string;
}

/** Resolves at the end of the course, or at SIGINT or SIGTERM. */
export async function showMarket(market: PicturedMarket, course: Course): Promise<void> {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  const isTerminal = process.stdout.isTTY === true;
  if (isTerminal) process.stdout.write(HIDE_CURSOR + CLEAR_SCREEN);
  try {
    await show(market, course, isTerminal, stop.signal);
  } finally {
    if (isTerminal) process.stdout.write(SHOW_CURSOR);
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

async function show(
  market: PicturedMarket,
  course: Course,
  isTerminal: boolean,
  stop: AbortSignal,
): Promise<void> {
  const startMs = performance.now();
  let lastLineMs = startMs;
  let rates = course.rates(1);
  for (let goesOn = true; goesOn && !stop.aborted; ) {
    await delay(FRAME_MS, undefined, { signal: stop }).catch(() => undefined);
    const nowMs = performance.now();
    goesOn = course.advance(nowMs - startMs);
    const isLineDue = nowMs - lastLineMs >= LINE_MS;
    if (isLineDue) {
      rates = course.rates((nowMs - lastLineMs) / 1_000);
      lastLineMs = nowMs;
    }
    const note = course.note(isTerminal);
    const pace = note === '' ? rates : `${rates}  ${note}`;
    if (isTerminal) {
      const { columns = 80, rows = 24 } = process.stdout;
      process.stdout.write(HOME + drawMarket(market, pace, columns, rows - 1));
    } else if (isLineDue) {
      process.stdout.write(`${marketLine(market, pace)}\n`);
    }
  }
}
