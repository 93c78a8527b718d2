import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type IClientOptions, MqttClient } from 'mqtt';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import type { ApiClient } from '../../simulator/api-client.ts';
import { type GatewayOptions, type GatewayProcess, startGateway } from '../../simulator/gateway-process.ts';
import { ownTopic } from '../../simulator/native-voice.ts';
import type { Change, ServerMessage } from '../../src/model/change.ts';
import { ChainedEntry } from '../../src/model/journal.ts';

/** How long a journey may take on a machine that has much else to do (ms); nothing is said about how long it should. */
export const journeyMs = 300_000;

const patienceMs = 60_000;

/** A directory that is gone after the test. */
export const openDirectory = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'zhishou-journey-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};

/** A gateway that does not outlive the test. */
export const openGateway = async (options?: GatewayOptions): Promise<GatewayProcess> => {
  const gateway = await startGateway(options);
  onTestFinished(async () => {
    await gateway.kill();
  });
  return gateway;
};

/** Registers a device and answers its secret. */
export const register = async (
  api: ApiClient,
  id: string,
  type: string,
  given: Readonly<Record<string, unknown>> = {},
): Promise<string> =>
  (await api.post('/devices', { id, type, ...given }, z.object({ secret: z.string() }))).secret;

/** Where the street's devices find the gateway: another one after each restart, none in between. */
export type Line = { gateway: GatewayProcess | null };

/** A device that dials again whenever its connection is lost, and then sends once more what was not acknowledged. */
export const dial = (
  line: Line,
  device: string,
  secret: string,
  settings: Partial<IClientOptions> = {},
): MqttClient => {
  const client = new MqttClient(
    () => {
      if (line.gateway !== null) return connect(line.gateway.mqtt, '127.0.0.1');
      const nobody = new Socket();
      nobody.destroy();
      return nobody;
    },
    { username: device, password: secret, clientId: device, reconnectPeriod: 50, ...settings },
  );
  client.on('error', () => {});
  onTestFinished(() => void client.end(true));
  return client;
};

/** Resolves when the device is connected. */
export const isUp = (client: MqttClient): Promise<void> =>
  client.connected ? Promise.resolve() : new Promise((resolve) => client.once('connect', () => resolve()));

/** Publishes on a topic of the device's own; resolves when it is acknowledged, however many connections that takes. */
export const say = async (
  client: MqttClient,
  leaf: 'readings' | 'events' | 'status',
  payload: unknown,
  settings: { readonly qos?: 1 | 2; readonly retain?: boolean } = {},
): Promise<void> => {
  const topic = `${ownTopic(client.options.clientId ?? '')}/${leaf}`;
  for (;;) {
    try {
      await client.publishAsync(topic, JSON.stringify(payload), { qos: 1, ...settings });
      return;
    } catch {
      // The client gives up what it had not sent for the first time when the line broke; when the test is over, so do we.
      if (client.disconnecting) return;
      await isUp(client);
    }
  }
};

/** A console that keeps what it hears. */
export type Feed = {
  readonly heard: readonly ServerMessage[];
  readonly changes: () => readonly Change[];
  /** The number of the last change, or of the snapshot; what a console resumes after. */
  readonly seq: () => number;
  /** The first message that fits, also one heard already; rejects where it does not come, or cannot any more. */
  readonly until: (fits: (message: ServerMessage) => boolean) => Promise<ServerMessage>;
  /** Goes on reading what comes, or leaves it lying in the network. */
  readonly read: (reading: boolean) => void;
  /** Cuts the connection; resolves when it is gone. */
  readonly leave: () => Promise<void>;
};

/** Follows the live feed, from a snapshot or after a number. */
export const followFeed = (
  { url }: Pick<GatewayProcess, 'url'>,
  { token }: Pick<ApiClient, 'token'>,
  after?: number,
): Feed => {
  const address = `${url.replace('http', 'ws')}/api/v1/live${after === undefined ? '' : `?after=${after}`}`;
  const socket = new WebSocket(address, { headers: { authorization: `Bearer ${token}` } });
  onTestFinished(() => socket.terminate());
  const heard: ServerMessage[] = [];
  const waiting = new Set<(message: ServerMessage | null) => void>();
  let seq = after ?? 0;
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as ServerMessage;
    if (message.type === 'change' || message.type === 'snapshot') seq = message.seq;
    heard.push(message);
    for (const look of waiting) look(message);
  });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) =>
    socket.on('close', () => {
      for (const look of waiting) look(null);
      resolve();
    }),
  );
  return {
    heard,
    changes: () => heard.filter((message) => message.type === 'change'),
    seq: () => seq,
    until: (fits) => {
      const already = heard.find(fits);
      if (already !== undefined) return Promise.resolve(already);
      return new Promise((resolve, reject) => {
        const settle = (answer: () => void): void => {
          clearTimeout(deadline);
          waiting.delete(look);
          answer();
        };
        const miss = (why: string): void =>
          settle(() =>
            reject(new Error(`${why}; the last of ${heard.length}: ${JSON.stringify(heard.at(-1))}`)),
          );
        const look = (message: ServerMessage | null): void => {
          if (message === null) miss('the feed was closed');
          else if (fits(message)) settle(() => resolve(message));
        };
        const deadline = setTimeout(() => miss('not heard'), patienceMs);
        waiting.add(look);
        if (socket.readyState === WebSocket.CLOSED) look(null);
      });
    },
    read: (reading) => (reading ? socket.resume() : socket.pause()),
    leave: () => {
      socket.terminate();
      return closed;
    },
  };
};

/** Fits the change with which this device raises an alert. */
export const raisedBy =
  (device: string) =>
  (message: ServerMessage): boolean =>
    message.type === 'change' && message.event === 'raised' && message.alert?.device === device;

/** The record, from its first line to its last. */
export const wholeJournal = async (api: ApiClient): Promise<readonly ChainedEntry[]> => {
  const Page = z.object({ entries: z.array(ChainedEntry) });
  const entries: ChainedEntry[] = [];
  for (;;) {
    const page = await api.get(`/journal?limit=1000&after=${entries.at(-1)?.seq ?? 0}`, Page);
    if (page.entries.length === 0) return entries;
    entries.push(...page.entries);
  }
};

/** What of the record a console is told, each as its number and name. */
export const toldIn = (entries: readonly ChainedEntry[]): readonly string[] =>
  entries
    .filter(({ event }) => /^(alert|device|household|flood)\./.test(event) && event !== 'device.event')
    .map(({ seq, event }) => `${seq} ${event.replace('flood.', 'system.flood-')}`);

/** What a console was told, each as its number and the record's name for it. */
export const toldTo = (changes: readonly Change[]): readonly string[] =>
  changes.map(({ seq, what, event }) => `${seq} ${what}.${event}`);

/** Runs `verify-journal` over a data directory; rejects where it finds anything wrong. */
export const verifyJournal = async (dataDir: string): Promise<string> => {
  const check = promisify(execFile);
  return (await check(process.execPath, ['src/store/verify-journal.ts', '--data', dataDir])).stdout;
};

/** A change to a file of the rulebook. */
export type RuleEdit = { readonly file: string; readonly from: string; readonly to: string };

/** Copies the shipped rulebook to `dir`, without some files and with edits; throws where an edit finds nothing to change. */
export const copyRulebook = (
  dir: string,
  {
    without = [],
    edits = [],
  }: { readonly without?: readonly string[]; readonly edits?: readonly RuleEdit[] },
): void => {
  for (const file of readdirSync('config/rules')) {
    if (without.includes(file)) continue;
    let text = readFileSync(join('config/rules', file), 'utf8');
    for (const { from, to } of edits.filter((edit) => edit.file === file)) {
      if (!text.includes(from)) throw new RangeError(`${file} says nowhere: ${from}`);
      text = text.replace(from, to);
    }
    writeFileSync(join(dir, file), text);
  }
};
