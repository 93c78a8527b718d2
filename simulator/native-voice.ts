import type { Link } from './link.ts';
import type { Voice } from './virtual-device.ts';

/** Where a device publishes that has a connection of its own, ending without a slash. */
export const ownTopic = (device: string): string => `zhishou/v1/devices/${device}`;

/** Where a hub publishes for a device behind it, ending without a slash. */
export const childTopic = (hub: string, device: string): string => `zhishou/v1/hubs/${hub}/devices/${device}`;

/** The native convention: `base` is `ownTopic` or `childTopic`. */
export const nativeVoice = (link: Link, base: string): Voice => ({
  isUp: link.isUp,
  readings: (samples) =>
    link.publish(`${base}/readings`, JSON.stringify(samples.length === 1 ? samples[0] : samples)),
  event: (event, options) => link.publish(`${base}/events`, JSON.stringify(event), options),
  reply: (command, ok, error) =>
    link.publish(
      `${base}/replies`,
      JSON.stringify({ id: command, ok, ...(error === undefined ? {} : { error }) }),
    ),
});
