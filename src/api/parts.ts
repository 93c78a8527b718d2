import type { Duplex, Readable } from 'node:stream';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { DutyDoor } from '../gateway/doors.ts';
import type { Archive, TryOuts } from '../gateway/ports.ts';
import type { MapTiles } from '../model/site.ts';
import type { CallerLimits } from './callers.ts';
import type { Commits, Patience } from './commits.ts';
import type { Consoles } from './consoles.ts';
import type { ExportLimits } from './export-desk.ts';
import type { LiveTimes } from './live-times.ts';
import type { LockOut } from './lock-out.ts';
import type { Login } from './login.ts';
import type { Passwords } from './passwords.ts';
import type { Seats } from './seats.ts';
import type { Sessions } from './sessions.ts';

/** How the API is to run. Times in ms. */
export type ApiOptions = {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly version: string;
  /** Where the built console lies; null = nowhere. */
  readonly consoleDir: string | null;
  /** How long a session lasts; a shift and the hand-over by default. */
  readonly sessionMs?: number;
  readonly now: () => number;
  /** The street's zone, in which sentences say the time; Asia/Shanghai unless given. */
  readonly timeZone: string;
  readonly newId: () => string;
  readonly log: Logger;
  /** Pictures under the map of the street, which browsers fetch; null = none. */
  readonly tiles: MapTiles | null;
  /** PEM. `own`: the gateway made it itself, and no browser is told to insist on it. */
  readonly tls: null | {
    readonly cert: string | Buffer;
    readonly key: string | Buffer;
    readonly own?: boolean;
  };
  /** Whether `X-Forwarded-*` of whoever connects is believed: only behind a proxy of one's own. */
  readonly trustProxy?: boolean;
  readonly callerLimits?: CallerLimits;
  readonly patience?: Partial<Patience>;
  readonly liveTimes?: Partial<LiveTimes>;
  readonly exportLimits?: Partial<ExportLimits>;
};

/** A stretch of a file: from this byte up to, not including, that one. */
export type ByteSpan = { readonly from: number; readonly to: number };

/** The WAV file of a recorded call: how long it is (bytes), and a stretch of it. Nothing is held open before `read`, and nothing after the stream has ended or was destroyed. */
export type Recording = { readonly bytes: number; readonly read: (span: ByteSpan) => Readable };

/** Recordings of calls, complete ones only. */
export type Recordings = {
  /** Null = there is none of this call. */
  readonly open: (call: string) => Promise<Recording | null>;
  /** One that is held is not deleted when its time is over; answers whether there is one. */
  readonly hold: (call: string, held: boolean) => Promise<boolean>;
};

/** What the API stands on. */
export type ApiParts = {
  readonly duty: DutyDoor;
  readonly archive: Archive;
  readonly tryOuts: TryOuts;
  /** Null = nothing is recorded here. */
  readonly recordings: Recordings | null;
  /** Takes over an MQTT connection that came in as a WebSocket; `remote` is the address it came from. */
  readonly mqtt: (stream: Duplex, remote: string) => void;
  /** Prometheus text. */
  readonly metrics: () => Promise<string>;
  /** `warnings` are of what must be seen to and keeps nothing from working. */
  readonly ready: () => {
    readonly ok: boolean;
    readonly problems: readonly string[];
    readonly warnings: readonly string[];
  };
  /** Whether calls are recorded; left out = this gateway records none. */
  readonly recording?: () => boolean;
};

/** The fastify instance that routes are added to: requests are typed by their zod schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression<RawServerDefault>,
  RawReplyDefaultExpression<RawServerDefault>,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What routes work with. */
export type RouteParts = ApiParts & {
  readonly options: ApiOptions;
  readonly sessions: Sessions;
  readonly login: Login;
  readonly lockOut: LockOut;
  readonly passwords: Passwords;
  readonly seats: Seats;
  readonly commits: Commits;
  readonly consoles: Consoles;
};
