// A bare uWebSockets.js server that sends every frame back: what sockets and frames alone cost.
// Started by other benches; ends at SIGTERM.

import uws, { type us_listen_socket, type WebSocket } from 'uWebSockets.js';

const sockets = new Set<WebSocket<object>>();
let listening: us_listen_socket | false = false;

uws
  .App()
  .ws<object>('/*', {
    maxPayloadLength: 1_048_576,
    open: (socket) => {
      sockets.add(socket);
    },
    message: (socket, message) => {
      socket.send(message, true);
    },
    close: (socket) => {
      sockets.delete(socket);
    },
  })
  .listen('127.0.0.1', 0, (listener) => {
    listening = listener;
    if (listener === false) throw new Error('cannot listen');
    process.stdout.write(`ws://127.0.0.1:${uws.us_socket_local_port(listener)}/echo\n`);
  });

process.once('SIGTERM', () => {
  if (listening !== false) uws.us_listen_socket_close(listening);
  for (const socket of sockets) socket.close();
});
