import type { CallDoor } from '../gateway/call-doors.ts';
import type { Archive } from '../gateway/ports.ts';
import type { Call } from '../model/call.ts';

/** Finds a call by id as it is committed, whether it is under way or over; null = there is none. */
export const findCall =
  (calls: Pick<CallDoor, 'live'>, archive: Pick<Archive, 'call'>) =>
  async (id: string): Promise<Call | null> =>
    calls.live.get(id) ?? (await archive.call(id));
