import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { pino } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { deviceTypes, dialects } from '../../devices/index.ts';
import { type Api, createApi } from '../../src/api/api.ts';
import type { ApiOptions, ApiParts } from '../../src/api/parts.ts';
import { hashPassword } from '../../src/api/passwords.ts';
import type { DutyDoor } from '../../src/gateway/doors.ts';
import { createGateway, type Gateway } from '../../src/gateway/gateway.ts';
import { defaultLadderTimes } from '../../src/gateway/ladder.ts';
import { defaultLedgerLimits } from '../../src/gateway/ledger.ts';
import type { Place } from '../../src/model/place.ts';
import type { Rule } from '../../src/model/rule.ts';
import type { Role } from '../../src/model/user.ts';
import { createClockwork } from '../../src/rules/hours.ts';
import { rule } from '../gateway/core.ts';
import { type ConsoleClient, openConsole } from './console-client.ts';
import { createMemoryStore, emptyState, type MemoryStore } from './memory-store.ts';

/** What came back: status, headers and the JSON body. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // The body of an answer is whatever the test expects of it.
  readonly body: Readonly<Record<string, unknown>> & {
    readonly error?: {
      readonly code: string;
      readonly message: string;
      readonly details?: Readonly<Record<string, unknown>>;
    };
  };
};

/** A person or script with a token. */
export type Caller = {
  readonly token: string;
  readonly call: (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    body?: unknown,
  ) => Promise<Answer>;
};

/** The API over the real core and a store in memory. */
export type DutyRoom = {
  readonly api: Api;
  readonly core: Gateway;
  readonly store: MemoryStore;
  readonly mqtt: readonly { readonly stream: Duplex; readonly remote: string }[];
  readonly clock: { at: number };
  readonly problems: string[];
  readonly logged: () => string;
  readonly admin: Caller;
  /** Another person, signed in. */
  readonly person: (username: string, role: Role, places?: readonly string[]) => Promise<Caller>;
  /** Somebody who is known already, signed in once more. */
  readonly again: (username: string) => Promise<Caller>;
  readonly anybody: Caller;
  /** Registers a device; answers its secret. */
  readonly register: (id: string, type?: string, place?: Place | null, more?: object) => Promise<string>;
  /** Somebody presses the button. */
  readonly press: (device: string) => void;
  readonly send: (device: string, leaf: string, payload: unknown) => void;
  readonly settled: () => Promise<void>;
  /** The only open alert of a device. */
  readonly alertOf: (device: string) => string;
  /** The port, once somebody needs it. */
  readonly port: () => Promise<number>;
  readonly console: (caller: Caller, query?: string) => Promise<ConsoleClient>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

/** The administrator's password. */
export const adminPassword = 'correct horse battery';

// One hash serves every person in the tests: hashing is slow by design.
const passwordHash = await hashPassword(adminPassword);

const steps = [
  { kind: 'street', id: 'st', name: '平安街道' },
  { kind: 'community', id: 'c1', name: '和平社区' },
  { kind: 'building', id: 'b1', name: '3 号楼' },
  { kind: 'household', id: 'h301', name: '301' },
] as const;

/** Household 301 in building 3 of community c1. */
export const home301: Place = { id: 'h301', path: [...steps], text: '和平社区 3 号楼 301' };

/** A household of another community. */
export const homeElsewhere: Place = {
  id: 'h999',
  path: [
    { kind: 'street', id: 'st', name: '平安街道' },
    { kind: 'community', id: 'c2', name: '新华社区' },
    { kind: 'household', id: 'h999', name: '999' },
  ],
  text: '新华社区 999',
};

/** Smoke, at once. */
export const smokeRule = rule('smoke', 'flag', ['smoke-alarm'], { measurement: 'smoke', is: true });

/** Opens a duty room; time stands still at `clock.at` unless the test moves it. */
export const openDutyRoom = async (
  settings: Partial<ApiOptions> = {},
  rules: readonly Rule[] = [smokeRule],
  parts: (duty: DutyDoor) => Partial<ApiParts> = () => ({}),
): Promise<DutyRoom> => {
  const store = createMemoryStore();
  const clock = { at: Date.now() };
  const lines: string[] = [];
  const mqtt: { stream: Duplex; remote: string }[] = [];
  const problems: string[] = [];
  const now = (): number => clock.at;
  const core = createGateway({
    state: {
      ...emptyState(),
      users: [
        {
          id: 'admin',
          username: 'admin',
          name: 'admin',
          role: 'admin',
          places: [],
          disabled: false,
          passwordHash,
        },
      ],
    },
    rules,
    clockwork: createClockwork('Asia/Shanghai'),
    types: deviceTypes,
    dialects,
    journal: store.journal,
    messageIds: { find: () => null, last: () => 0 },
    downlink: {
      send: () => undefined,
      disconnect: () => undefined,
      stream: () => undefined,
      congestion: () => undefined,
    },
    schedule: setImmediate,
    digest: (text) => createHash('sha256').update(text).digest('hex'),
    now,
    newId: () => uuidv7(),
    isPoison: () => false,
    ladder: defaultLadderTimes,
    limits: defaultLedgerLimits,
  });
  const api = await createApi(
    {
      host: '127.0.0.1',
      port: 0,
      version: '1.2.3',
      consoleDir: null,
      now,
      timeZone: 'Asia/Shanghai',
      tiles: null,
      newId: () => uuidv7(),
      log: pino({ level: 'debug' }, { write: (line) => void lines.push(line) }),
      tls: null,
      ...settings,
    },
    {
      duty: core.duty,
      archive: store.archive,
      tryOuts: store.tryOuts,
      recordings: null,
      mqtt: (stream, remote) => void mqtt.push({ stream, remote }),
      metrics: async () => 'zhishou_up 1\n',
      ready: () => ({ ok: problems.length === 0, problems, warnings: [] }),
      ...parts(core.duty),
    },
  );

  const callerWith = (token: string): Caller => ({
    token,
    call: async (method, url, body) => {
      const answer = await api.app.inject({
        method,
        url: url.startsWith('/api') ? url : `/api/v1${url}`,
        headers: token === '' ? {} : { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { payload: body as object }),
      });
      const isJson = String(answer.headers['content-type']).startsWith('application/json');
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: isJson ? answer.json() : { text: answer.body },
      };
    },
  });
  const anybody = callerWith('');

  const signIn = async (username: string): Promise<Caller> => {
    const { status, body } = await anybody.call('POST', '/session', { username, password: adminPassword });
    if (status !== 200) throw new Error(`${username} cannot sign in: ${JSON.stringify(body)}`);
    return callerWith(String(body.token));
  };

  const admin = await signIn('admin');
  const consoles: ConsoleClient[] = [];
  let port: Promise<number> | null = null;
  const send = (device: string, leaf: string, payload: unknown): void =>
    void core.devices.receive(
      {
        sender: device,
        topic: `zhishou/v1/devices/${device}/${leaf}`,
        bytes: new TextEncoder().encode(JSON.stringify(payload)),
        retained: false,
        receivedAt: now(),
      },
      () => undefined,
    );
  const listen = (): Promise<number> => {
    port ??= api.listen();
    return port;
  };

  return {
    api,
    core,
    store,
    mqtt,
    clock,
    problems,
    logged: () => lines.join(''),
    admin,
    anybody,
    again: signIn,
    person: async (username, role, places = []) => {
      const made = core.duty.putUser(
        'admin',
        { id: username, username, name: username, role, places: [...places], disabled: false, passwordHash },
        true,
      );
      if (!made.ok) throw new Error(made.refusal.message);
      await core.duty.settled();
      return signIn(username);
    },
    register: async (id, type = 'call-button', place = home301, more = {}) => {
      const { status, body } = await admin.call('POST', '/devices', { id, type, place, ...more });
      if (status !== 201) throw new Error(JSON.stringify(body));
      return String(body.secret);
    },
    send,
    press: (device) => send(device, 'events', { event: 'sos' }),
    settled: core.duty.settled,
    alertOf: (device) => {
      const found = [...core.duty.committed.alerts.values()].filter((alert) => alert.device === device);
      const [alert] = found;
      if (alert === undefined || found.length > 1) throw new Error(`${found.length} alerts of ${device}`);
      return alert.id;
    },
    port: listen,
    console: async (caller, query = '') => {
      const client = await openConsole(`ws://127.0.0.1:${await listen()}/api/v1/live${query}`, {
        headers: { authorization: `Bearer ${caller.token}` },
      });
      consoles.push(client);
      return client;
    },
    [Symbol.asyncDispose]: async () => {
      store.release();
      for (const client of consoles) client.socket.terminate();
      await api.close();
    },
  };
};
