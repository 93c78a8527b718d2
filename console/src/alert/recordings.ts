import { type Call, endedStates, mayHearRecording } from '../../../src/model/call.ts';
import type { TimelineEntry } from '../../../src/model/change.ts';
import type { User } from '../../../src/model/user.ts';

/** Recorded calls by the numbers of lines of a timeline. */
export type Recordings = ReadonlyMap<number, readonly Call[]>;

/** The calls of which there is a recording, each by the number of the last line of the timeline that tells of it; where none does, by that of the last line. One that is `drawn` stays where it is: a player that moves falls silent under whoever listens. */
export const recordingsBy = (
  entries: readonly TimelineEntry[],
  calls: readonly Call[],
  drawn: Recordings = new Map(),
): Recordings => {
  const bySeq = new Map<number, readonly Call[]>();
  for (const call of calls) {
    if (!call.recorded || !endedStates.has(call.state)) continue;
    const [kept] = [...drawn].find(([, there]) => there.some(({ id }) => id === call.id)) ?? [];
    const entry =
      entries.find(({ seq }) => seq === kept) ??
      entries.findLast(({ data }) => data.call === call.id) ??
      entries.at(-1);
    if (entry !== undefined) bySeq.set(entry.seq, [...(bySeq.get(entry.seq) ?? []), call]);
  }
  return bySeq;
};

/** Whether the gateway plays a call's recording to whoever sits here; null = nobody does. */
export const mayHear = (user: Pick<User, 'id' | 'role'> | null, call: Call): boolean =>
  user !== null && mayHearRecording(user, call);

/** How long they spoke, in ms; null where sound never went both ways. */
export const spokenMs = ({ connectedAt, endedAt }: Call): number | null =>
  connectedAt === undefined || endedAt === undefined ? null : Math.max(0, endedAt - connectedAt);

/** For how long after a call's end its recording may still be on its way to the disk, in ms. */
const writtenWithinMs = 30_000;

/** Whether the recording of one of these calls may still come, as it is `now` (epoch ms). */
export const mayStillCome = (calls: readonly Call[], now: number): boolean =>
  calls.some(
    ({ recorded, connectedAt, endedAt }) =>
      !recorded && connectedAt !== undefined && endedAt !== undefined && now - endedAt < writtenWithinMs,
  );
