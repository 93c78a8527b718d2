import type { Quarantined, Retriable } from '../model/quarantine.ts';
import type { Inbound } from './doors.ts';
import type { Ledger } from './ledger.ts';

/** How many bytes of a message are kept: enough to see what it was. */
const bytesKept = 16_384;
const topicKept = 1024;

/** How many rows one message may fill: thousands of wrong values in one must not keep the disk from a press. */
const rowsPerMessage = 32;

/** What of a message has had no effect and may have one later; null = nothing may. */
export type Part = Pick<Retriable, 'item' | 'measurement'> | null;

/** What is wrong with a message, or a part of it. */
export type Fault = {
  readonly device: string | null;
  readonly reason: string;
  readonly detail: string;
  readonly part: Part;
};

/** Where a message, or a part of one, goes that cannot take effect: kept with the reason, and counted; of a message with very many such parts the rest is only counted. */
export type Quarantine = {
  /** Answers the row's id; null where it is only counted. Without a `part` it can never be taken in again. */
  readonly keep: (
    message: Inbound,
    device: string | null,
    reason: string,
    detail: string,
    part?: Part,
  ) => string | null;
  /** Of a row that was taken in again only these faults are left, the first under its id; without any it leaves quarantine. Answers the rows. */
  readonly keepLeft: (id: string, message: Inbound, faults: readonly Fault[]) => Quarantined[];
  readonly counts: ReadonlyMap<string, number>;
};

/** Makes the quarantine. */
export const createQuarantine = (ledger: Ledger, newId: () => string): Quarantine => {
  const counts = new Map<string, number>();
  // A mark at the beginning that is no part of the text is a byte of the message all the same.
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let last: Inbound | null = null;
  let rows = 0;
  const put = (id: string, message: Inbound, { device, reason, detail, part }: Fault): Quarantined => {
    const { bytes, topic, sender, receivedAt, retained } = message;
    const isWhole = bytes.length <= bytesKept && topic.length <= topicKept;
    const row: Quarantined = {
      id,
      at: receivedAt,
      sender,
      device,
      topic: topic.slice(0, topicKept),
      reason,
      detail: detail.slice(0, 500),
      size: bytes.length,
      ...textOf(bytes.subarray(0, bytesKept), utf8),
      ...(part !== null && isWhole ? { retriable: retained ? { ...part, retained } : part } : {}),
    };
    ledger.put('quarantine', id, row);
    return row;
  };
  return {
    counts,
    keep: (message, device, reason, detail, part = null) => {
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
      rows = message === last ? rows + 1 : 1;
      last = message;
      if (rows > rowsPerMessage) return null;
      const isLast = rows === rowsPerMessage;
      const said = isLast ? 'and more of this message, which is not listed' : detail;
      return put(newId(), message, { device, reason, detail: said, part }).id;
    },
    keepLeft: (id, message, faults) => {
      if (faults.length === 0) ledger.put('quarantine', id, null);
      return faults
        .slice(0, rowsPerMessage)
        .map((fault, index) => put(index === 0 ? id : newId(), message, fault));
    },
  };
};

/** The message as it came; null where not all of it was kept. */
export const messageOf = ({
  sender,
  topic,
  payload,
  encoding,
  size,
  at,
  retriable,
}: Quarantined): Inbound | null => {
  const bytes =
    encoding === 'utf8'
      ? new TextEncoder().encode(payload)
      : Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
  if (bytes.length !== size) return null;
  return { sender, topic, bytes, retained: retriable?.retained === true, receivedAt: at };
};

const textOf = (
  bytes: Uint8Array,
  utf8: { readonly decode: (bytes: Uint8Array) => string },
): Pick<Quarantined, 'payload' | 'encoding'> => {
  try {
    return { payload: utf8.decode(bytes), encoding: 'utf8' };
  } catch {
    let binary = '';
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return { payload: btoa(binary), encoding: 'base64' };
  }
};
