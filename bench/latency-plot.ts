// HDR percentile curves as an SVG picture: percentile to the right, on a scale on which each nine
// takes the same room, latency upwards, logarithmic.

import type { Histogram } from 'hdr-histogram-js';

export interface Curve {
  readonly name: string;
  readonly histogram: Histogram;
}

const WIDTH = 900;
const HEIGHT = 520;
const LEFT = 70;
const RIGHT = 20;
const TOP = 40;
const BOTTOM = 50;
const NINES = [0, 90, 99, 99.9, 99.99];
/** Percentiles end here: each further nine has ten times fewer orders behind it. */
const DECADES = 4.5;
const POINTS = 200;
const COLORS = ['#555555', '#1f77b4', '#2ca02c', '#d62728', '#9467bd', '#ff7f0e', '#8c564b'];

/** The picture of histograms in ns; the axis is in µs. */
export function latencySvg(title: string, curves: readonly Curve[]): string {
  const drawn = curves.filter(({ histogram }) => histogram.totalCount > 0);
  const values = drawn.flatMap(({ histogram }) => [
    histogram.getValueAtPercentile(0),
    histogram.maxValue,
  ]);
  const low = Math.floor(Math.log10(Math.max(1, Math.min(...values) / 1_000)));
  const high = Math.ceil(Math.log10(Math.max(10, Math.max(...values) / 1_000)));
  const y = (us: number): number => {
    const share = (Math.log10(Math.max(us, 10 ** low)) - low) / (high - low);
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  };
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}"` +
      ' font-family="sans-serif" font-size="12">',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    `<text x="${LEFT}" y="20" font-size="15">${escaped(title)}</text>`,
    ...grid(low, high, y),
    ...drawn.flatMap((curve, i) => drawCurve(curve, i, y)),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

/** Where a percentile lies: its distance from the left in pixels. */
function x(percentile: number): number {
  const decades = Math.min(-Math.log10(1 - percentile / 100), DECADES);
  return LEFT + (decades / DECADES) * (WIDTH - LEFT - RIGHT);
}

function grid(low: number, high: number, y: (us: number) => number): string[] {
  const lines: string[] = [];
  const right = WIDTH - RIGHT;
  const bottom = HEIGHT - BOTTOM;
  for (let decade = low; decade <= high; decade++) {
    const at = y(10 ** decade).toFixed(1);
    lines.push(`<line x1="${LEFT}" y1="${at}" x2="${right}" y2="${at}" stroke="#dddddd"/>`);
    const text = decade >= 3 ? `${10 ** (decade - 3)} ms` : `${10 ** decade} µs`;
    lines.push(`<text x="${LEFT - 6}" y="${at}" text-anchor="end">${text}</text>`);
  }
  for (const nine of NINES) {
    const at = x(nine).toFixed(1);
    lines.push(`<line x1="${at}" y1="${TOP}" x2="${at}" y2="${bottom}" stroke="#dddddd"/>`);
    lines.push(`<text x="${at}" y="${bottom + 18}" text-anchor="middle">${nine} %</text>`);
  }
  return lines;
}

function drawCurve({ name, histogram }: Curve, index: number, y: (us: number) => number): string[] {
  const color = COLORS[index % COLORS.length]!;
  const points: string[] = [];
  for (let i = 0; i <= POINTS; i++) {
    const percentile = 100 * (1 - 10 ** (-(i / POINTS) * DECADES));
    const us = histogram.getValueAtPercentile(percentile) / 1_000;
    points.push(`${x(percentile).toFixed(1)},${y(us).toFixed(1)}`);
  }
  const legendY = TOP + 16 + index * 16;
  return [
    `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>`,
    `<text x="${LEFT + 12}" y="${legendY}" fill="${color}">${escaped(name)}</text>`,
  ];
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
