// The operations port of a running server, as a probe or a scraper sees it.

import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type TestServer, within } from './server-kit.ts';

/** What has not come by then never will. */
const WAIT_MS_MAX = 60_000;
const LOOK_MS = 5;

export interface Answer {
  /** 0: nobody answered. */
  status: number;
  type: string;
  text: string;
}

/** One request on a connection of its own. */
export function request(url: string, options: http.RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve) => {
    const gone = () => resolve({ status: 0, type: '', text: '' });
    const asked = http.request(url, { agent: false, timeout: 10_000, ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('error', gone).on('end', () => {
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, type: headers['content-type'] ?? '', text });
      });
    });
    asked.on('error', gone).on('timeout', () => asked.destroy());
    asked.end();
  });
}

export function ask(server: TestServer, path: string): Promise<Answer> {
  return request(`${server.opsUrl}${path}`);
}

/** The body of /livez or /readyz, with its status. */
export async function probe(server: TestServer, path: string) {
  const { status, text } = await ask(server, path);
  return { code: status, ...(text === '' ? {} : JSON.parse(text)) };
}

/** Asks again and again until the answer is as wanted; gives all that differ, in order. */
export function probeUntil(
  server: TestServer,
  path: string,
  isWanted: (answer: Record<string, unknown>) => boolean,
): Promise<Record<string, unknown>[]> {
  const answers: Record<string, unknown>[] = [];
  const asking = async () => {
    for (;;) {
      const answer = await probe(server, path);
      const isNew = JSON.stringify(answer) !== JSON.stringify(answers.at(-1));
      if (isNew) answers.push(answer);
      if (isWanted(answer)) return answers;
      await delay(LOOK_MS);
    }
  };
  return within(WAIT_MS_MAX, `${path} to change`, asking());
}

/** Waits until the operations port is open. */
export function opsOpens(server: TestServer): Promise<void> {
  const opens = async () => {
    while (!server.log.includes('"opsPort"')) await delay(LOOK_MS);
  };
  return within(WAIT_MS_MAX, 'the operations port', opens());
}

/** A scrape as numbers by series: `name{label="value"}`. */
export async function scrape(server: TestServer): Promise<Map<string, number>> {
  const { text } = await ask(server, '/metrics');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

/** Scrapes until the threads that count have come so far. */
export function scrapeUntil(
  server: TestServer,
  isWanted: (series: ReadonlyMap<string, number>) => boolean,
): Promise<Map<string, number>> {
  const scraping = async () => {
    for (;;) {
      const series = await scrape(server);
      if (isWanted(series)) return series;
      await delay(LOOK_MS);
    }
  };
  return within(WAIT_MS_MAX, 'metrics to change', scraping());
}

/** The lines of its log, but for those that are not JSON. */
export function logLines(server: TestServer): Record<string, unknown>[] {
  const lines = server.log.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line));
}
