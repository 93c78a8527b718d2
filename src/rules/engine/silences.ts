import type { Silence } from '../rule-index.ts';
import type { Desk } from './desk.ts';
import type { Kept, Watch } from './kept.ts';
import type { Turns } from './turns.ts';

/** Whether devices are heard, and how their links stand. */
export type Silences = {
  /** From now on the device's silence is listened to. */
  readonly listen: (kept: Kept, lastHeardAt: number, notBefore: number) => void;
  readonly note: (kept: Kept, watch: Watch, silence: Silence, now: number) => void;
  readonly break: (kept: Kept, watch: Watch, now: number) => void;
  /** What the link, as it was last told, means for the rules about links. */
  readonly askLinks: (kept: Kept, now: number) => void;
  readonly dueAt: (watch: Watch, silence: Silence) => number;
};

/** Makes them. */
export const createSilences = (desk: Desk, turns: Turns): Silences => {
  const { deadlines, maskOf, isShut } = desk;

  const dueAt = (watch: Watch, { afterMs }: Silence): number =>
    Math.max(watch.lastHeardAt + afterMs, watch.notBefore);

  return {
    dueAt,
    listen: (kept, lastHeardAt, notBefore) => {
      const watch: Watch = { lastHeardAt, notBefore, calm: false, over: false };
      if (kept.watch !== null) kept.watch.over = true;
      kept.watch = watch;
      for (const silence of kept.concerned.silences)
        deadlines.add(dueAt(watch, silence), { what: 'silence', kept, watch, silence });
    },
    note: (kept, watch, silence, now) => {
      if (watch.over) return;
      const due = dueAt(watch, silence);
      if (due > now) {
        deadlines.add(due, { what: 'silence', kept, watch, silence });
        return;
      }
      const { branch, afterMs } = silence;
      if (!isShut(branch.rule)) {
        watch.calm = false;
        const { lastHeardAt } = watch;
        const note = `not heard for ${Math.round((now - lastHeardAt) / 1000)} s`;
        turns.decide(kept, branch, true, now, { at: lastHeardAt, receivedAt: now, since: lastHeardAt, note });
      }
      // Looked at again as long as it lasts, should the alert book lose it meanwhile; later than now, or this would never end.
      deadlines.add(now + Math.max(1, afterMs), { what: 'silence', kept, watch, silence });
    },
    break: (kept, watch, now) => {
      watch.calm = true;
      for (const { branch } of kept.concerned.silences) {
        const held = (maskOf(branch.rule.id, kept.subject.key) & branch.bit) !== 0;
        if (!held && !kept.delays?.has(branch.name)) continue;
        watch.calm = false;
        turns.decide(kept, branch, false, now, { at: now, receivedAt: now, note: 'heard again' });
      }
    },
    askLinks: (kept, now) => {
      if (kept.link === null) return;
      const down = kept.link === 'offline';
      for (const branch of kept.concerned.links) {
        const note = down ? 'link down' : 'link up';
        turns.decide(kept, branch, down && !isShut(branch.rule), now, { at: now, receivedAt: now, note });
      }
    },
  };
};
