import { createHash } from 'node:crypto';
import { native } from '../../devices/dialects/native.ts';
import type { DeviceDoor, Inbound } from '../../src/gateway/doors.ts';
import type { Congestion, Outbound } from '../../src/gateway/ports.ts';

/** A message that the door has taken and whose acknowledgement is in the test's hands. */
export type Taken = Omit<Inbound, 'bytes'> & { readonly text: string; readonly acknowledge: () => void };

/** A door whose commits, commands and congestion a test decides on, and which tells what it heard. */
export type FakeDoor = DeviceDoor & {
  readonly register: (device: string, secret: string, carriesEmergencies?: boolean) => void;
  readonly remove: (device: string) => void;
  /** Acknowledge at once (as at the start), or leave it to the test. */
  readonly commitAtOnce: (atOnce: boolean) => void;
  readonly taken: readonly Taken[];
  readonly texts: () => readonly string[];
  /** What was published where its sender may not: the reason, whose, where and what. */
  readonly misled: readonly (readonly [reason: string, sender: string, topic: string, text: string])[];
  /** Under whose name a wrong secret was given, each time. */
  readonly refused: readonly string[];
  /** `up <device>` and `down <device>`, in order. */
  readonly links: readonly string[];
  readonly deliveries: readonly string[];
  readonly queue: (outbound: Outbound) => void;
  readonly congest: (level: Congestion) => void;
  /** How many values each message from now on brings; none at the start. */
  readonly bringing: (values: number) => void;
  /** Makes the next message break the door's promise never to throw. */
  readonly breakPromise: (error: Error) => void;
  /** Resolves once `condition` holds; looked at whenever the door hears something. */
  readonly until: (condition: () => boolean) => Promise<void>;
};

/** As long as a test waits for anything else: a busy machine is no fault of the broker's. */
const deadlineMs = 30_000;

/** A door that knows nobody. */
export const createFakeDoor = (): FakeDoor => {
  const devices = new Map<string, { readonly hash: string; readonly carriesEmergencies: boolean }>();
  const taken: Taken[] = [];
  const misled: [string, string, string, string][] = [];
  const refused: string[] = [];
  const links: string[] = [];
  const deliveries: string[] = [];
  const waiting: Outbound[] = [];
  const watchers = new Set<() => void>();
  let atOnce = true;
  let brought = 0;
  let level: Congestion = 'free';
  let broken: Error | null = null;

  const heard = (): void => {
    for (const watcher of [...watchers]) watcher();
  };

  return {
    secretHash: (device) => devices.get(device)?.hash ?? null,
    dialect: (device) => (devices.has(device) ? native : null),
    carriesEmergencies: (device) => devices.get(device)?.carriesEmergencies ?? false,
    receive: ({ bytes, ...message }, acknowledge) => {
      if (broken !== null) {
        const error = broken;
        broken = null;
        throw error;
      }
      taken.push({ ...message, text: Buffer.from(bytes).toString(), acknowledge });
      if (atOnce) acknowledge();
      heard();
      return brought;
    },
    misdirected: ({ sender, topic, bytes }, reason) => {
      misled.push([reason, sender, topic, Buffer.from(bytes).toString()]);
      heard();
    },
    loginRefused: (device) => {
      refused.push(device);
      heard();
    },
    linkUp: (device, _at, instead) => {
      links.push(instead ? `up ${device} instead` : `up ${device}`);
      heard();
    },
    linkDown: (device) => {
      links.push(`down ${device}`);
      heard();
    },
    waiting: (connection) => waiting.filter((outbound) => outbound.connection === connection),
    delivered: (command) => {
      deliveries.push(command);
      const at = waiting.findIndex((outbound) => outbound.command === command);
      if (at >= 0) waiting.splice(at, 1);
      heard();
    },
    congestion: () => level,
    register: (device, secret, carriesEmergencies = true) => {
      devices.set(device, { hash: createHash('sha256').update(secret).digest('hex'), carriesEmergencies });
    },
    remove: (device) => void devices.delete(device),
    commitAtOnce: (yes) => {
      atOnce = yes;
    },
    taken,
    misled,
    refused,
    texts: () => taken.map(({ text }) => text),
    links,
    deliveries,
    queue: (outbound) => void waiting.push(outbound),
    congest: (to) => {
      level = to;
    },
    bringing: (values) => {
      brought = values;
    },
    breakPromise: (error) => {
      broken = error;
    },
    until: (condition) =>
      new Promise((resolve, reject) => {
        const deadline = setTimeout(() => {
          watchers.delete(look);
          reject(new Error(`not within ${deadlineMs} ms: ${condition}`));
        }, deadlineMs);
        const look = (): void => {
          if (!condition()) return;
          clearTimeout(deadline);
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
  };
};
