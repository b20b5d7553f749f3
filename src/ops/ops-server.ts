// The operations port: health, metrics, version and configuration over HTTP, on the supervisor's
// thread. It answers GET and HEAD, changes nothing and knows no secret.
//
// Limits: CONNECTIONS_MAX connections, REQUEST_MS_MAX for one request.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const CONNECTIONS_MAX = 64;
const REQUEST_MS_MAX = 10_000;

export interface OpsPage {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** By path. What one throws is told as 500. */
export type OpsPages = Readonly<Record<string, (accept: string) => OpsPage | Promise<OpsPage>>>;

export interface OpsServer {
  readonly port: number;
  /** Ends it with all its connections. */
  close(): Promise<void>;
}

export function jsonPage(value: unknown, status = 200): OpsPage {
  return { status, type: 'application/json', text: `${JSON.stringify(value)}\n` };
}

/** Starts listening. Rejects with the error of the system when the address cannot be had. */
export function listenOps(
  host: string,
  port: number,
  pages: OpsPages,
  onFault: (error: unknown, path: string) => void,
): Promise<OpsServer> {
  const server = createServer({ requestTimeout: REQUEST_MS_MAX }, (request, response) => {
    const path = (request.url ?? '/').split('?')[0]!;
    answer(request, path, pages)
      .catch((error: unknown) => {
        onFault(error, path);
        return jsonPage({ error: 'a fault of the server; its log says more' }, 500);
      })
      .then((page) => send(request, response, page));
  });
  server.maxConnections = CONNECTIONS_MAX;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject);
      // A connection that breaks is its client's affair.
      server.on('error', () => {});
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

async function answer(
  { method, headers }: IncomingMessage,
  path: string,
  pages: OpsPages,
): Promise<OpsPage> {
  if (method !== 'GET' && method !== 'HEAD') return jsonPage({ error: 'GET or HEAD' }, 405);
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (page === undefined) return jsonPage({ error: 'not found', pages: Object.keys(pages) }, 404);
  return await page(headers.accept ?? '');
}

function send({ method }: IncomingMessage, response: ServerResponse, page: OpsPage): void {
  const { status, type, text } = page;
  const length = Buffer.byteLength(text);
  response.writeHead(status, {
    'content-type': type,
    'content-length': length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  response.end(method === 'HEAD' ? undefined : text);
}
