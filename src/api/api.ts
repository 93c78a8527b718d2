import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import fastifyCookie from '@fastify/cookie';
import fastifyHelmet from '@fastify/helmet';
import fastifyRateLimit from '@fastify/rate-limit';
import fastifyWebsocket from '@fastify/websocket';
import fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { guardRoutes } from './access.ts';
import { asyncApiRoute } from './asyncapi.ts';
import { limitCallers } from './callers.ts';
import { createCommits, patience } from './commits.ts';
import { consoleFiles } from './console-files.ts';
import { createConsoles } from './consoles.ts';
import { answerError, malformedRequest, Refused } from './errors.ts';
import { liveFeed } from './live.ts';
import { liveTimes } from './live-times.ts';
import { createLockOut, lockOutLimits } from './lock-out.ts';
import { createLogin } from './login.ts';
import { chooseProtocol, mqttSocket } from './mqtt-socket.ts';
import { describeRoutes } from './openapi.ts';
import type { ApiOptions, ApiParts, App, RouteParts } from './parts.ts';
import { createPasswords } from './passwords.ts';
import { alertExportRoutes } from './routes/alert-exports.ts';
import { alertRoutes } from './routes/alerts.ts';
import { callRecordingRoutes } from './routes/call-recordings.ts';
import { callRoutes } from './routes/calls.ts';
import { deviceImportRoutes } from './routes/device-imports.ts';
import { deviceRoutes } from './routes/devices.ts';
import { figureRoutes } from './routes/figures.ts';
import { floodRoutes } from './routes/floods.ts';
import { healthRoutes } from './routes/health.ts';
import { householdRoutes } from './routes/households.ts';
import { journalRoutes } from './routes/journal.ts';
import { placeRoutes } from './routes/places.ts';
import { quarantineRoutes } from './routes/quarantine.ts';
import { readingExportRoutes } from './routes/reading-exports.ts';
import { readingRoutes } from './routes/readings.ts';
import { ruleTryRoutes } from './routes/rule-tries.ts';
import { ruleRoutes } from './routes/rules.ts';
import { seatRoutes } from './routes/seats.ts';
import { sessionRoutes } from './routes/session.ts';
import { shiftRoutes } from './routes/shifts.ts';
import { testModeRoutes } from './routes/test-modes.ts';
import { userRoutes } from './routes/users.ts';
import { createSeats } from './seats.ts';
import { createSessions } from './sessions.ts';
import { readUtf8 } from './utf8.ts';

export type { ApiOptions, ApiParts } from './parts.ts';

/** The HTTP side of the gateway. */
export type Api = {
  readonly app: App;
  /** Opens the listener; answers its port. */
  readonly listen: () => Promise<number>;
  /** Serves another certificate (PEM) from the next connection on; nothing where there is no TLS. */
  readonly changeCertificate: (tls: { readonly cert: string; readonly key: string }) => void;
  /** Answers what is under way, says goodbye to every console and ends; within 2 s. */
  readonly close: () => Promise<void>;
};

const maxBodyBytes = 256 * 1024;
// An MQTT client may put several packets of 256 KiB into one frame.
const maxFrameBytes = 1024 * 1024;
// Devices over WebSocket come through here as well.
const defaultCallerLimits = { inAll: 5000, perAddress: 1000 };
const headersWithinMs = 5_000;
const requestWithinMs = 15_000;
const shiftMs = 14 * 3_600_000;

const newApp = ({ tls, trustProxy, callerLimits = defaultCallerLimits, newId, log }: ApiOptions): App => {
  const logger: FastifyBaseLogger = log;
  return fastify({
    loggerInstance: logger,
    genReqId: newId,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: trustProxy ?? false,
    bodyLimit: maxBodyBytes,
    // A client that dribbles its request must not hold a socket for ever.
    requestTimeout: requestWithinMs,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 128 },
    serverFactory: (handler, given) => {
      const options = {
        ...given,
        headersTimeout: headersWithinMs,
        requestTimeout: requestWithinMs,
        connectionsCheckingInterval: 1_000,
      };
      const server =
        tls === null
          ? http.createServer(options, handler)
          : https.createServer(
              { ...options, cert: tls.cert, key: tls.key, handshakeTimeout: headersWithinMs },
              handler,
            );
      limitCallers(server as http.Server, callerLimits, trustProxy ?? false);
      // The two differ in nothing that a route or plugin touches.
      return server as http.Server;
    },
    frameworkErrors: (error, request, reply) => {
      answerError(error, request, reply);
    },
    clientErrorHandler: (_error, socket) => {
      if (socket.writable) socket.end(malformedRequest);
      else socket.destroy();
    },
  }).withTypeProvider<ZodTypeProvider>();
};

const notUtf8 = 'It is not UTF-8: write the JSON in UTF-8.';

const readBodies = (app: App): void => {
  const parse = app.getDefaultJsonParser('error', 'error');
  // As bytes: read as a string, a name in GBK would be stored as marks that nobody can read back.
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const text = readUtf8(body as Buffer);
    if (text === null) done(new Refused({ code: 'bad-request', message: notUtf8 }));
    else if (text === '') done(null, undefined);
    else parse(request, text, done);
  });
  // A verb without a body is a verb with an empty one.
  app.addHook('preValidation', async (request) => {
    if (request.method === 'POST' && request.body === undefined) request.body = {};
  });
};

const addHeaders = async (app: App, { tls, tiles }: ApiOptions): Promise<void> => {
  const lasting = tls?.own !== true;
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'script-src': ["'self'"],
        // The desk's parts make their style elements while they run; what a style could carry off has nowhere to go.
        'style-src': ["'self'", "'unsafe-inline'"],
        'img-src': ["'self'", 'data:', ...(tiles === null ? [] : [new URL(tiles.url).origin])],
        'media-src': ["'self'", 'data:', 'blob:'],
        'font-src': ["'self'", 'data:'],
        'worker-src': ["'self'", 'blob:'],
        'connect-src': ["'self'", 'ws:', 'wss:'],
        'object-src': ["'none'"],
        'base-uri': ["'self'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
      },
    },
    // Both mean something only where there is TLS; a plain listener in the duty room must stay reachable. So must one with a certificate of our own: a browser that has been told to insist lets nobody past one that it does not trust any more.
    strictTransportSecurity: tls !== null && lasting ? { maxAge: 31_536_000 } : false,
    crossOriginOpenerPolicy: tls !== null ? { policy: 'same-origin' } : false,
    originAgentCluster: false,
  });
};

/** Makes the HTTP API with its live feed and console. */
export const createApi = async (options: ApiOptions, parts: ApiParts): Promise<Api> => {
  const { duty } = parts;
  const app = newApp(options);
  const sessions = createSessions(duty, options.sessionMs ?? shiftMs, options.now);
  const passwords = await createPasswords();
  const lockOut = createLockOut(lockOutLimits);
  const routeParts: RouteParts = {
    ...parts,
    options,
    sessions,
    passwords,
    lockOut,
    seats: createSeats(options.now),
    login: createLogin(duty, passwords, lockOut, options.now),
    consoles: createConsoles(duty.calls, options.newId),
    commits: createCommits(duty, { ...patience, ...options.patience }),
  };

  // Before every other hook: a connection that a hook refuses is ended by this plugin, and by nothing else.
  await app.register(fastifyWebsocket, {
    options: {
      maxPayload: maxFrameBytes,
      perMessageDeflate: false,
      handleProtocols: (offered, request) => chooseProtocol(offered, request.url),
    },
    errorHandler: (error, socket, request) => {
      request.log.debug({ err: error }, 'a WebSocket broke');
      socket.terminate();
    },
  });
  app.setErrorHandler(answerError);
  app.setValidatorCompiler(validatorCompiler);
  // An answer is written as it is: one that its schema does not foresee must still reach the duty room. The tests hold answers against their schemas.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  readBodies(app);
  await addHeaders(app, options);
  await app.register(fastifyCookie);
  await app.register(fastifyRateLimit, { global: false });
  guardRoutes(app, sessions);
  await describeRoutes(app, options.version);
  asyncApiRoute(app, options.version);

  healthRoutes(app, routeParts);
  sessionRoutes(app, routeParts);
  userRoutes(app, routeParts);
  deviceRoutes(app, routeParts);
  deviceImportRoutes(app, routeParts);
  readingRoutes(app, routeParts);
  readingExportRoutes(app, routeParts);
  placeRoutes(app, routeParts);
  householdRoutes(app, routeParts);
  testModeRoutes(app, routeParts);
  alertExportRoutes(app, routeParts);
  alertRoutes(app, routeParts);
  floodRoutes(app, routeParts);
  figureRoutes(app, routeParts);
  callRoutes(app, routeParts);
  callRecordingRoutes(app, routeParts);
  shiftRoutes(app, routeParts);
  seatRoutes(app, routeParts);
  ruleRoutes(app, routeParts);
  ruleTryRoutes(app, routeParts);
  quarantineRoutes(app, routeParts);
  journalRoutes(app, routeParts);
  const live = liveFeed(app, routeParts);
  mqttSocket(app, routeParts);
  await consoleFiles(app, options.consoleDir);
  await app.ready();

  return {
    app,
    listen: async () => {
      await app.listen({ host: options.host, port: options.port });
      return (app.server.address() as AddressInfo).port;
    },
    changeCertificate: ({ cert, key }) => {
      const { server } = app;
      if (server instanceof https.Server) server.setSecureContext({ cert, key });
    },
    close: async () => {
      live.close();
      const forced = setTimeout(() => {
        for (const socket of app.websocketServer.clients) socket.terminate();
        app.server.closeAllConnections();
      }, options.liveTimes?.closeMs ?? liveTimes.closeMs);
      await app.close();
      clearTimeout(forced);
    },
  };
};
