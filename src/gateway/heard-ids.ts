import type { Ledger } from './ledger.ts';
import type { MessageIds } from './ports.ts';

/** How long a device's message id is remembered: 7 days and that device's last 4,096. */
export const idKeptMs = 7 * 86_400_000;
const idsKept = 4096;

/** A press with a known id counts as that press for only so long (ms): counters restart with the battery. */
export const pressIdKeptMs = 600_000;

/** Whether a message with this id of this device was taken before, within `keptMs` of `at` (epoch ms); if not, it is remembered now. */
export type SeenBefore = (device: string, id: string, at: number, keptMs: number) => boolean;

type Heard = { last: number; readonly ids: Map<string, { ordinal: number; at: number }> };

/** Remembers which ids were heard, committed or not, so that a copy that overtakes the commit is known. */
export const createHeardIds = (messageIds: MessageIds, ledger: Ledger): SeenBefore => {
  /** Ids of this run by device and id, newest ordinals last. */
  const recent = new Map<string, Heard>();
  const known = (device: string): Heard => {
    let ids = recent.get(device);
    if (ids === undefined) {
      ids = { last: messageIds.last(device), ids: new Map() };
      recent.set(device, ids);
    }
    return ids;
  };
  return (device, id, at, keptMs) => {
    const ids = known(device);
    const found = ids.ids.get(id) ?? messageIds.find(device, id);
    // What is taken in again out of quarantine may be much older than what was heard under its id since.
    if (found !== null && ids.last - found.ordinal < idsKept && Math.abs(at - found.at) < keptMs) return true;
    ids.last += 1;
    ids.ids.set(id, { ordinal: ids.last, at });
    // The store remembers what is committed; here only what may not be yet.
    if (ids.ids.size > 256) {
      for (const old of ids.ids.keys()) {
        ids.ids.delete(old);
        if (ids.ids.size <= 128) break;
      }
    }
    ledger.keepMessageId({ device, id, ordinal: ids.last, at });
    return false;
  };
};
