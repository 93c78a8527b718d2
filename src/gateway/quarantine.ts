import type { Quarantined } from '../model/quarantine.ts';
import type { Inbound } from './doors.ts';
import type { Ledger } from './ledger.ts';

/** How many bytes of a message are kept: enough to see what it was. */
const bytesKept = 16_384;

/** How many rows one message may fill: thousands of wrong values in one must not keep the disk from a press. */
const rowsPerMessage = 32;

/** Where a message, or a part of one, goes that cannot take effect: kept with the reason, and counted; of a message with very many such parts the rest is only counted. Answers the row's id; null where it is only counted. */
export type Quarantine = {
  readonly keep: (message: Inbound, device: string | null, reason: string, detail: string) => string | null;
  readonly counts: ReadonlyMap<string, number>;
};

/** Makes the quarantine. */
export const createQuarantine = (ledger: Ledger, newId: () => string): Quarantine => {
  const counts = new Map<string, number>();
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let last: Inbound | null = null;
  let rows = 0;
  return {
    counts,
    keep: (message, device, reason, detail) => {
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
      rows = message === last ? rows + 1 : 1;
      last = message;
      if (rows > rowsPerMessage) return null;
      const said = rows < rowsPerMessage ? detail : 'and more of this message, which is not listed';
      const kept = message.bytes.subarray(0, bytesKept);
      const row: Omit<Quarantined, 'payload' | 'encoding'> = {
        id: newId(),
        at: message.receivedAt,
        sender: message.sender,
        device,
        topic: message.topic.slice(0, 1024),
        reason,
        detail: said.slice(0, 500),
        size: message.bytes.length,
      };
      ledger.put('quarantine', row.id, { ...row, ...textOf(kept, utf8) });
      return row.id;
    },
  };
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
