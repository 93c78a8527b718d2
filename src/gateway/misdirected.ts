import type { DeviceBook } from './device-book.ts';
import type { Inbound } from './doors.ts';
import type { Riddle } from './not-understood.ts';
import type { Quarantine } from './quarantine.ts';

/** A device that is cut off comes back and says the same again, ten times in a second: of each topic one message is kept in this time (ms), and of so many topics. */
const keptEveryMs = 60_000;
const topicsKept = 8;

/** A topic may be as long as a packet: those over this length count as one. */
const longTopic = 256;

/** Keeps what a device said under a topic on which it may not publish, with the `reason`, and tells of the device as of any that says what nobody understands. It has no other effect, now or later. */
export type Misdirected = (message: Inbound, reason: string) => void;

/** Makes it. */
export const createMisdirected = (parts: {
  readonly devices: DeviceBook;
  readonly quarantine: Quarantine;
  readonly puzzled: (riddle: Riddle) => void;
}): Misdirected => {
  const { devices, quarantine, puzzled } = parts;
  const kept = new Map<string, { readonly since: number; readonly topics: Set<string> }>();

  const isKept = ({ sender, topic, receivedAt }: Inbound): boolean => {
    let known = kept.get(sender);
    if (known === undefined || Math.abs(receivedAt - known.since) >= keptEveryMs) {
      known = { since: receivedAt, topics: new Set() };
      kept.set(sender, known);
    }
    const name = topic.length > longTopic ? '' : topic;
    if (known.topics.has(name) || known.topics.size >= topicsKept) return false;
    known.topics.add(name);
    return true;
  };

  return (message, reason) => {
    const device = devices.get(message.sender);
    if (device === undefined) return;
    const detail = `${message.sender} may not publish under ${message.topic.slice(0, longTopic)}`;
    const row = isKept(message) ? quarantine.keep(message, null, reason, detail) : null;
    puzzled({ device, reason, detail, quarantine: row, message });
  };
};
