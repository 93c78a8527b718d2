import { createWebSocketStream } from 'ws';
import { refuse } from './errors.ts';
import type { App, RouteParts } from './parts.ts';

const path = '/mqtt';
const protocols = ['mqtt', 'mqttv3.1'] as const;

/** Chooses the subprotocol: one of MQTT's on `/mqtt`, none anywhere else. */
export const chooseProtocol = (offered: ReadonlySet<string>, url: string | undefined): string | false =>
  url?.split('?')[0] === path ? (protocols.find((protocol) => offered.has(protocol)) ?? false) : false;

/** Adds `/mqtt`: MQTT over WebSocket. Who connects proves it in the CONNECT packet, so neither cookie nor Origin counts here. */
export const mqttSocket = (app: App, { mqtt }: RouteParts): void => {
  app.get(
    path,
    {
      websocket: true,
      config: { role: 'anyone' },
      preValidation: async (request) => {
        const offered = (request.headers['sec-websocket-protocol'] ?? '')
          .split(',')
          .map((protocol) => protocol.trim());
        // [MQTT-6.0.0-3] The client offers the subprotocol "mqtt".
        if (request.ws && chooseProtocol(new Set(offered), path) === false)
          refuse('bad-request', 'MQTT over WebSocket needs the subprotocol mqtt.');
      },
    },
    (socket, request) => {
      socket.on('message', (_data, isBinary) => {
        // [MQTT-6.0.0-1] A frame that is not binary closes the connection.
        if (!isBinary) socket.close(1003, 'binary frames only');
      });
      const stream = createWebSocketStream(socket);
      // The stream's own end says all there is to say of a connection that broke.
      stream.on('error', () => undefined);
      // The peer is gone and all it said is read: there is nobody to write to, and whoever waits for the end must hear of it.
      stream.on('end', () => stream.destroy());
      mqtt(stream, request.ip);
    },
  );
};
