import type { Call, DeviceNotice, LegSignal } from '../model/call.ts';
import type { Dialect, Dialects, Subject } from '../model/dialect.ts';
import { isOver } from './call-life.ts';
import type { DeviceBook } from './device-book.ts';
import { keepNewest } from './keep-newest.ts';
import type { Downlink, Outbound } from './ports.ts';

/** What a device is told of a call is of no use after this (ms). */
const noticeLifeMs = 60_000;

/** Of how many calls it is remembered what was told of them. */
const toldKept = 1_000;

/** A device that was away when its call ended is told so for this long (ms). */
const endToldForMs = 3_600_000;

/** What devices are told of their calls. Nothing of it is stored: who returns is told how things stand. */
export type CallNotices = {
  /** Whether the convention of this device knows calls at all. */
  readonly reaches: (device: string) => boolean;
  /** A call was committed as it is here: its device is told where that is news. */
  readonly committed: (call: Call) => void;
  /** Tells it again. */
  readonly repeat: (call: Call) => void;
  /** A call is no call, and why. */
  readonly refuse: (device: string, call: string, reason: string) => void;
  /** A step in the making of the device's leg. */
  readonly leg: (call: Call, signal: LegSignal) => void;
  readonly sound: (device: string, frame: Uint8Array) => void;
  /** How the calls of a connection stand. */
  readonly waiting: (connection: string) => readonly Outbound[];
};

/** Makes them. `underWay` are the committed calls. */
export const createCallNotices = (parts: {
  readonly devices: DeviceBook;
  readonly dialects: Dialects;
  readonly downlink: Downlink;
  readonly underWay: ReadonlyMap<string, Call>;
  readonly now: () => number;
}): CallNotices => {
  const { devices, dialects, downlink, underWay, now } = parts;
  const told = new Map<string, string>();
  /** The last call of each device that is over. */
  const over = new Map<string, Call>();
  let number = 0;

  const wayTo = (
    device: string,
  ): { readonly connection: string; readonly subject: Subject; readonly dialect: Dialect } | null => {
    const record = devices.get(device)?.record;
    if (record === undefined) return null;
    const connection = record.hub ?? record.id;
    const dialect = dialects.get(devices.get(connection)?.record.dialect ?? '');
    if (dialect === undefined) return null;
    const { id, hub, address } = record;
    const subject: Subject =
      hub === null ? { by: 'sender' } : address === null ? { by: 'id', id } : { by: 'address', address };
    return { connection, subject, dialect };
  };

  /** `name` tells it from everything else that is said of the call; the same message is sent once over a connection. */
  const outbound = (
    device: string,
    notice: Omit<DeviceNotice, 'expiresAt'>,
    name: string,
  ): Outbound | null => {
    const way = wayTo(device);
    if (way?.dialect.encodeVoice === undefined) return null;
    const expiresAt = now() + noticeLifeMs;
    return {
      command: `voice:${notice.call}:${name}`,
      connection: way.connection,
      ...way.dialect.encodeVoice(way.connection, way.subject, device, { ...notice, expiresAt }),
      expiresAt,
    };
  };

  const send = (device: string, notice: Omit<DeviceNotice, 'expiresAt'>): void => {
    number += 1;
    const message = outbound(device, notice, String(number));
    if (message) downlink.send(message);
  };

  const standing = (call: Call): Omit<DeviceNotice, 'expiresAt'> => {
    const { id, state, media, reason } = call;
    return isOver(call)
      ? { call: id, type: 'end', state, reason: reason ?? state }
      : { call: id, type: 'state', state, media };
  };

  /** Whether its end may still be news to its device. */
  const isNews = ({ endedAt = 0 }: Call): boolean => Math.abs(now() - endedAt) < endToldForMs;

  return {
    reaches: (device) => wayTo(device)?.dialect.encodeVoice !== undefined,
    committed: (call) => {
      const news = `${call.state} ${call.media}`;
      if (told.get(call.id) === news) return;
      // The newest last, so that what is forgotten is long over.
      keepNewest(told, call.id, news, toldKept);
      if (isOver(call)) keepNewest(over, call.device, call, toldKept);
      send(call.device, standing(call));
    },
    repeat: (call) => send(call.device, standing(call)),
    refuse: (device, call, reason) => send(device, { call, type: 'end', reason }),
    leg: ({ id, device, media }, { kind, sdp, candidate }) => {
      if (kind === 'offer' && sdp !== undefined) send(device, { call: id, type: 'offer', sdp, media });
      if (kind === 'candidate' && candidate !== undefined)
        send(device, { call: id, type: 'candidate', candidate });
    },
    sound: (device, frame) => {
      const way = wayTo(device);
      const topic = way?.dialect.audioTopic?.(way.connection, way.subject, device);
      if (way && topic !== undefined) downlink.stream(way.connection, topic, frame);
    },
    waiting: (connection) => {
      const messages: Outbound[] = [];
      const tell = (call: Call): void => {
        if (wayTo(call.device)?.connection !== connection) return;
        // Asked for again and again by a hub of many calls, as it takes them.
        const message = outbound(call.device, standing(call), `${call.state} ${call.media} ${call.rings}`);
        if (message) messages.push(message);
      };
      const calling = new Set<string>();
      for (const call of underWay.values()) {
        calling.add(call.device);
        tell(call);
      }
      for (const call of over.values()) if (!calling.has(call.device) && isNews(call)) tell(call);
      return messages;
    },
  };
};
