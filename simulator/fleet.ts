import { randomUUID } from 'node:crypto';
import type { CallMedia } from '../src/model/call.ts';
import type { DeviceType, DeviceTypes, Incident } from '../src/model/device-type.ts';
import type { Value } from '../src/model/reading.ts';
import type { Agenda } from './agenda.ts';
import type { Clock } from './clock.ts';
import type { PlannedDevice } from './fleet-plan.ts';
import { createLink, type Link } from './link.ts';
import { childTopic, nativeVoice, ownTopic } from './native-voice.ts';
import { type Random, randomFrom } from './random.ts';
import { firstReportAt, nextReportAt } from './report-times.ts';
import { createVirtualDevice, type Sample, type VirtualDevice } from './virtual-device.ts';
import type { LegOpener } from './voice/leg.ts';
import { createPager, type Pager } from './voice/pager.ts';
import { type Sound, toneOf } from './voice/sound.ts';
import { createWebRtcLeg } from './voice/webrtc-leg.ts';
import { bridgeState, commandTopic, zigbeeHubVoice, zigbeeVoice } from './zigbee-voice.ts';

/** What went over the fleet's connections. `values` are measurements, many of which fit into a message. */
export type FleetCounts = {
  readonly devices: number;
  readonly connected: number;
  readonly messages: number;
  readonly acknowledged: number;
  readonly values: number;
  readonly valuesAcknowledged: number;
  readonly reconnects: number;
  readonly refusedSubscriptions: number;
};

/** The devices of the simulated street. */
export type Fleet = {
  readonly device: (id: string) => VirtualDevice;
  /** The loudspeaker and microphone of a pager with a connection of its own; null where the device has none. */
  readonly pager: (id: string) => Pager | null;
  readonly devices: () => Iterable<VirtualDevice>;
  /** The connection that a device speaks over: its own, or its hub's. */
  readonly link: (device: string) => Link;
  readonly links: () => Iterable<Link>;
  /** Adds devices; `secrets` are those of the ones with a connection of their own. */
  readonly install: (plan: readonly PlannedDevice[], secrets: ReadonlyMap<string, string>) => void;
  /** Connects everything that is not up, so many at once; `onProgress` is told how many are. */
  readonly connect: (onProgress?: (up: number) => void, atOnce?: number) => Promise<void>;
  /** Everything begins (or goes on) to report as its type does, by the clock given. */
  readonly startReporting: (clock: Clock) => void;
  readonly stopReporting: () => void;
  /** Something befalls a home (a place's id), or is over; its devices say so as their type does. `since` is a time on the street. */
  readonly befall: (
    place: string,
    incident: { readonly name: Incident; readonly since: number } | null,
  ) => void;
  /** Resolves when everything said is acknowledged. */
  readonly settled: () => Promise<void>;
  /** How many values of each measurement of this device were acknowledged. */
  readonly acknowledgedValues: (device: string) => ReadonlyMap<string, number>;
  readonly counts: () => FleetCounts;
  readonly close: () => Promise<void>;
};

type Reporter = {
  readonly device: VirtualDevice;
  readonly type: DeviceType;
  readonly random: Random;
  previous: Readonly<Record<string, Value>>;
  nextAt: number;
  sentUpTo: number;
  /** Measured and not yet sent: only one message of a device is under way at a time. */
  backlog: Sample[];
  sending: boolean;
  callOff: () => void;
  readonly acknowledged: Map<string, number>;
};

// As many readings as one message may carry.
const maxSamples = 1000;
// While something befalls a home its devices do not wait for their hour.
const incidentEveryMs = 10_000;

// A Zigbee hub says nothing of itself but its state; its children have no convention of their own.
const measures = ({ device: { planned } }: Reporter): boolean => planned.dialect === 'native';

const noted = (map: Map<string, number>, samples: readonly Sample[]): number => {
  let values = 0;
  for (const sample of samples) {
    for (const measurement of Object.keys(sample.values)) {
      map.set(measurement, (map.get(measurement) ?? 0) + 1);
      values += 1;
    }
  }
  return values;
};

/** What is heard from a pager, how that travels when somebody calls it, and who makes its legs over UDP. */
export type Speech = {
  readonly sound: Sound;
  readonly media: CallMedia;
  readonly openLeg?: LegOpener;
};

/** Whether one can speak with somebody through this device. */
export const speaks = ({ type, hub, dialect }: PlannedDevice): boolean =>
  type === 'call-button' && hub === null && dialect === 'native';

/** An empty fleet that will connect to the broker at `mqttUrl`; what it says follows from `seed`, and `speech` is what is heard from its pagers, and how it travels when somebody calls them. */
export const createFleet = (
  mqttUrl: string,
  types: DeviceTypes,
  agenda: Agenda,
  seed: number,
  speech: Speech = { sound: toneOf(440), media: 'webrtc' },
): Fleet => {
  const links = new Map<string, Link>();
  const devices = new Map<string, VirtualDevice>();
  const reporters = new Map<string, Reporter>();
  /** Who listens to what: by connection and topic. */
  const listeners = new Map<string, (payload: Uint8Array) => void>();
  const pagers = new Map<string, Pager>();
  const incidents = new Map<string, { readonly name: Incident; readonly since: number }>();
  const underWay = new Set<Promise<void>>();
  let clock: Clock | null = null;
  let values = 0;
  let valuesAcknowledged = 0;

  const link = (device: string): Link => {
    const found = links.get(devices.get(device)?.planned.hub ?? device);
    if (found === undefined) throw new RangeError(`${device} has no connection in this fleet`);
    return found;
  };
  const device = (id: string): VirtualDevice => {
    const found = devices.get(id);
    if (found === undefined) throw new RangeError(`${id} is not in this fleet`);
    return found;
  };

  const commandTopicOf = ({ id, hub, address }: PlannedDevice): string =>
    hub === null
      ? `${ownTopic(id)}/commands`
      : address === null
        ? `${childTopic(hub, id)}/commands`
        : commandTopic(address);

  const installLink = (planned: PlannedDevice, secret: string): void => {
    const speaksZigbee = planned.dialect === 'zigbee2mqtt';
    const status = speaksZigbee
      ? bridgeState
      : {
          topic: `${ownTopic(planned.id)}/status`,
          online: '{"state":"online"}',
          offline: '{"state":"offline"}',
        };
    const subscriptions = speaksZigbee
      ? [commandTopic('+')]
      : [
          `${ownTopic(planned.id)}/commands`,
          ...(planned.type === 'hub' ? [`${childTopic(planned.id, '+')}/commands`] : []),
          ...(speaks(planned)
            ? [`${ownTopic(planned.id)}/voice/down`, `${ownTopic(planned.id)}/voice/audio/down`]
            : []),
        ];
    links.set(
      planned.id,
      createLink({
        url: mqttUrl,
        id: planned.id,
        secret,
        status,
        subscriptions,
        agenda,
        random: randomFrom(seed, `link/${planned.id}`),
        onMessage: (topic, payload) => listeners.get(`${planned.id} ${topic}`)?.(payload),
        onLine: (up) => {
          if (up) pagers.get(planned.id)?.connected();
        },
      }),
    );
  };

  const voiceOf = (planned: PlannedDevice): VirtualDevice['voice'] => {
    const over = links.get(planned.hub ?? planned.id);
    if (over === undefined)
      throw new RangeError(`${planned.hub ?? planned.id} has no secret, or comes after its children`);
    if (planned.address !== null) return zigbeeVoice(over, planned.address);
    if (planned.dialect === 'zigbee2mqtt') return zigbeeHubVoice(over);
    return nativeVoice(
      over,
      planned.hub === null ? ownTopic(planned.id) : childTopic(planned.hub, planned.id),
    );
  };

  const installPager = ({ id }: PlannedDevice): void => {
    const base = ownTopic(id);
    const pager = createPager({
      link: link(id),
      base,
      openLeg: createWebRtcLeg,
      ...speech,
      newId: randomUUID,
    });
    pagers.set(id, pager);
    for (const leaf of ['down', 'audio/down'] as const)
      listeners.set(`${id} ${base}/voice/${leaf}`, (payload) => pager.hear(leaf, payload));
  };

  const send = (reporter: Reporter): void => {
    if (reporter.sending || reporter.backlog.length === 0 || !reporter.device.voice.isUp()) return;
    const samples = reporter.backlog.splice(0, maxSamples);
    reporter.sending = true;
    const sent = reporter.device.report(...samples).then(() => {
      valuesAcknowledged += noted(reporter.acknowledged, samples);
      reporter.sending = false;
      underWay.delete(sent);
      send(reporter);
    });
    underWay.add(sent);
  };

  const measure = (reporter: Reporter, by: Clock): void => {
    const now = Date.now();
    const { planned } = reporter.device;
    const incident = incidents.get(planned.place.id) ?? null;
    while (by.here(reporter.nextAt) <= now) {
      const measured = reporter.type.simulate({
        at: reporter.nextAt,
        random: reporter.random.next,
        previous: reporter.previous,
        incident,
      });
      reporter.previous = { ...reporter.previous, ...measured };
      // Each value has a millisecond of its own: the second of two at the same time would replace the first.
      reporter.sentUpTo = Math.max(reporter.sentUpTo + 1, Math.floor(by.here(reporter.nextAt)));
      // A device without power measures nothing.
      if (reporter.device.voice.isUp()) {
        reporter.backlog.push({ at: reporter.sentUpTo, values: measured });
        values += Object.keys(measured).length;
      }
      reporter.nextAt =
        incident === null
          ? nextReportAt(reporter.type.reportEveryMs, reporter.nextAt, reporter.random)
          : reporter.nextAt + Math.min(incidentEveryMs, reporter.type.reportEveryMs);
    }
    send(reporter);
    reporter.callOff = agenda.at(by.here(reporter.nextAt), () => measure(reporter, by));
  };

  const schedule = (reporter: Reporter, by: Clock): void => {
    reporter.callOff();
    reporter.nextAt = firstReportAt(reporter.type.reportEveryMs, by.onTheStreet(Date.now()), reporter.random);
    reporter.callOff = agenda.at(by.here(reporter.nextAt), () => measure(reporter, by));
  };

  const install: Fleet['install'] = (plan, secrets) => {
    for (const planned of plan) {
      const type = types.get(planned.type);
      if (type === undefined) throw new RangeError(`there is no device type ${planned.type}`);
      const secret = secrets.get(planned.id);
      if (planned.hub === null && secret !== undefined) installLink(planned, secret);
      const virtual = createVirtualDevice(planned, voiceOf(planned));
      devices.set(planned.id, virtual);
      listeners.set(`${planned.hub ?? planned.id} ${commandTopicOf(planned)}`, virtual.hear);
      if (speaks(planned)) installPager(planned);
      const reporter: Reporter = {
        device: virtual,
        type,
        random: randomFrom(seed, `reports/${planned.id}`),
        previous: {},
        nextAt: 0,
        sentUpTo: 0,
        backlog: [],
        sending: false,
        callOff: () => {},
        acknowledged: new Map(),
      };
      reporters.set(planned.id, reporter);
      if (clock !== null && measures(reporter)) schedule(reporter, clock);
    }
  };

  return {
    device,
    pager: (id) => pagers.get(id) ?? null,
    devices: () => devices.values(),
    link,
    links: () => links.values(),
    install,
    connect: async (onProgress = () => {}, atOnce = 200) => {
      const down = [...links.values()].filter((each) => !each.isUp());
      const queue = down.values();
      let connected = links.size - down.length;
      const worker = async (): Promise<void> => {
        for (const each of queue) {
          await each.open();
          connected += 1;
          onProgress(connected);
        }
      };
      await Promise.all(Array.from({ length: Math.min(atOnce, down.length) }, worker));
    },
    startReporting: (by) => {
      clock = by;
      for (const reporter of reporters.values()) {
        if (measures(reporter)) schedule(reporter, by);
      }
    },
    stopReporting: () => {
      clock = null;
      for (const reporter of reporters.values()) reporter.callOff();
    },
    befall: (place, incident) => {
      if (incident === null) incidents.delete(place);
      else incidents.set(place, incident);
      for (const reporter of reporters.values()) {
        if (clock === null || !measures(reporter) || reporter.device.planned.place.id !== place) continue;
        reporter.callOff();
        reporter.nextAt = clock.onTheStreet(Date.now());
        measure(reporter, clock);
      }
    },
    settled: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    acknowledgedValues: (id) => reporters.get(id)?.acknowledged ?? new Map(),
    counts: () => {
      const all = [...links.values()].map((each) => each.counts());
      const sum = (of: (counts: (typeof all)[number]) => number): number =>
        all.reduce((total, each) => total + of(each), 0);
      return {
        devices: devices.size,
        connected: [...links.values()].filter((each) => each.isUp()).length,
        messages: sum((each) => each.published),
        acknowledged: sum((each) => each.acknowledged),
        values,
        valuesAcknowledged,
        reconnects: sum((each) => Math.max(0, each.connections - 1)),
        refusedSubscriptions: sum((each) => each.refused),
      };
    },
    close: async () => {
      for (const reporter of reporters.values()) reporter.callOff();
      for (const pager of pagers.values()) pager.powerCut();
      await Promise.all([...links.values()].map((each) => each.close()));
    },
  };
};
