import { WebSocket } from 'ws';

/**
 * The WebSocket of the package `ws` for many small messages: each is a view of what the socket has
 * read. The SDK asks for a buffer of its own for each, as browsers have them, but takes views too.
 */
export class WireSocket extends WebSocket {
  constructor(url: string) {
    super(url, { perMessageDeflate: false });
    Object.defineProperty(this, 'binaryType', { get: () => 'nodebuffer', set: () => {} });
  }
}
