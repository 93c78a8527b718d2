import type { Value } from '../src/model/reading.ts';
import type { Link } from './link.ts';
import type { Voice } from './virtual-device.ts';

/** Where a hub that runs Zigbee2MQTT says that it is there. */
export const bridgeState = {
  topic: 'zigbee2mqtt/bridge/state',
  online: '{"state":"online"}',
  offline: '{"state":"offline"}',
} as const;

/** Where a Zigbee device is told something. */
export const commandTopic = (address: string): string => `zigbee2mqtt/${address}/set`;

/** Where a Zigbee device is heard. */
export const stateTopic = (address: string): string => `zigbee2mqtt/${address}`;

// Zigbee2MQTT's names for what differs from ours; what it has no word for stays unsaid.
const words: Readonly<Record<string, (value: Value) => readonly [string, Value] | null>> = {
  link_quality: (value) => ['linkquality', value],
  motion: (value) => ['occupancy', value],
  // A contact that is closed is a door that is not open.
  open: (value) => ['contact', value !== true],
  smoke_density: () => null,
  rssi: () => null,
};

const inZigbee = (values: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const word = words[name];
      const said = word === undefined ? ([name, value] as const) : word(value);
      return said === null ? [] : [said];
    }),
  );

/** A hub that runs Zigbee2MQTT: it says of itself only that it is there, which its connection does. */
export const zigbeeHubVoice = (link: Link): Voice => ({
  isUp: link.isUp,
  readings: () => Promise.resolve(),
  event: () => Promise.resolve(),
  reply: () => Promise.resolve(),
});

/** The convention of Zigbee2MQTT: one JSON object of everything known under the device's address, and a press as an `action` that is taken back in the same second. */
export const zigbeeVoice = (link: Link, address: string): Voice => {
  let known: Readonly<Record<string, Value>> = {};
  return {
    isUp: link.isUp,
    readings: async (samples) => {
      for (const { at, values } of samples) {
        known = { ...known, ...inZigbee(values) };
        await link.publish(
          stateTopic(address),
          JSON.stringify({ ...known, last_seen: new Date(at).toISOString() }),
        );
      }
    },
    event: async ({ event, at }, options) => {
      const action = event === 'sos' ? 'emergency' : event;
      const lastSeen = typeof at === 'number' ? new Date(at).toISOString() : at;
      await link.publish(
        stateTopic(address),
        JSON.stringify({ action, ...known, last_seen: lastSeen }),
        options,
      );
      await link.publish(
        stateTopic(address),
        JSON.stringify({ action: '', ...known, last_seen: lastSeen }),
        options,
      );
    },
    // Zigbee2MQTT answers a command with the device's next state, not with a word of its own.
    reply: () => Promise.resolve(),
  };
};
