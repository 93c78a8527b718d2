import type { Call, VoiceMessage } from '../model/call.ts';
import type { Result } from '../model/fault.ts';
import type { AlertBook } from './alert-book.ts';
import type { LifeEvent } from './alert-life.ts';
import { type CallBook, consoleGraceMs, soundWithinMs } from './call-book.ts';
import type { Media, MediaDoor } from './call-doors.ts';
import type { Legs } from './call-legs.ts';
import { isSpoken, waitsForRoom } from './call-life.ts';
import type { CallNotices } from './call-notices.ts';
import { createPace } from './pace.ts';
import type { CallRecord } from './ports.ts';

/** The adapter says that sound has stopped when no packet came for so long (ms). */
const noticedAfterMs = 2_000;
/** A device that is not heard for so long in a call has lost it (ms). */
export const deviceSilenceMs = 10_000 - noticedAfterMs;
/** The same of the console that speaks: as long as one that is gone has to come back (ms). */
const speakerSilenceMs = consoleGraceMs - noticedAfterMs;
/** How often a device's leg that breaks is made anew before that waits for somebody to answer. */
const remakes = 3;

/** A reason in words of ours: what a page or a library says goes into the record only where it is one word. */
export const wordOf = (reason: string | undefined, otherwise: string): string =>
  reason !== undefined && /^[a-z0-9-]{1,64}$/.test(reason) ? reason : otherwise;

/** Who speaks and hears in the calls, and what becomes of them as sound comes and goes. */
export type CallSides = {
  /** What whoever ends the media may tell. */
  readonly door: MediaDoor;
  /** What a console is in a call; null = nothing. */
  readonly partOf: (record: CallRecord, console: string) => 'speak' | 'listen' | null;
  /** Whose console it is in this call. */
  readonly userAt: (record: CallRecord, console: string) => string | undefined;
  readonly connectIfHeard: (call: string, at: number) => void;
  /** Another console speaks on; whoever spoke goes on until that one has sound. */
  readonly handOver: (
    record: CallRecord,
    to: string,
    console: string,
    actor: string,
    at: number,
  ) => Result<Call>;
  /** A console's page says that it is out. */
  readonly consoleFailed: (record: CallRecord, console: string, at: number, reason: string) => void;
  /** A user listens no more, unless another console of theirs does. */
  readonly leaveAlone: (call: string, user: string, at: number, actor?: string) => void;
  /** Everything of a call's legs whose time has come. */
  readonly tick: (record: CallRecord, at: number) => void;
};

/** Makes them. `later` runs once what was decided is committed; `letGo` closes a console's leg and says why; `onAlert` lets the alert of a call hear of a step. */
export const createCallSides = (parts: {
  readonly book: CallBook;
  readonly alerts: AlertBook;
  readonly media: Media;
  readonly notices: CallNotices;
  readonly now: () => number;
  readonly legsOf: (call: string) => Legs;
  readonly isCommitted: (call: string) => boolean;
  readonly later: (tell: () => void) => void;
  readonly letGo: (call: string, console: string, reason: string) => void;
  readonly recordIfAgreed: (call: Call) => void;
  readonly onAlert: (call: Call, step: LifeEvent, actor: string) => void;
  readonly voice: (console: string, message: VoiceMessage) => void;
}): CallSides => {
  const { book, alerts, media, notices, now, legsOf, later, letGo, recordIfAgreed, onAlert } = parts;

  /** Each leg that is made anew is the end of the one before: whoever is slow to answer must come to it. */
  const mayRemake = createPace();

  /** Sound flows both ways: the person is heard, and hears. */
  const connectIfHeard = (id: string, at: number): void => {
    const record = book.get(id);
    const legs = legsOf(id);
    if (record?.call.state !== 'answered' || record.console === null) return;
    if (legs.deviceFlows && legs.flowing.has(record.console))
      book.befall(id, { event: 'connected', at }, 'system');
  };

  const ringsAgain = (id: string, at: number, reason: string): void => {
    book.befall(id, { event: 'rings-again', at, reason }, 'system', { reason });
  };

  /** Another console speaks from now on; the alert goes along where whoever gives the call has it. */
  const speakOver = (
    id: string,
    to: string,
    console: string,
    actor: string,
    at: number,
    data: Readonly<Record<string, unknown>>,
  ): Result<Call> => {
    const from = book.get(id)?.call.answeredBy;
    const done = book.befall(id, { event: 'handed-over', at, to }, actor, { to, ...data }, { console });
    if (!done.ok) return done;
    // The same operator at another console: nobody must hear of it.
    if (from === to) {
      const soundBy = done.value.state === 'answered' ? at + soundWithinMs : null;
      book.note(id, { console, consoleBackBy: null, soundBy });
    }
    const { alert } = done.value;
    if (from !== undefined && from !== to && alert !== undefined && alerts.get(alert)?.claimedBy === from)
      alerts.befall(alert, { event: 'handed-over', at, by: from, to }, actor, { to, call: id });
    return done;
  };

  const handOver = (
    record: CallRecord,
    to: string,
    console: string,
    actor: string,
    at: number,
  ): Result<Call> => {
    const { call, console: from } = record;
    const { id } = call;
    const legs = legsOf(id);
    if (call.answeredBy === to && from === console) return { ok: true, value: call };
    const giver =
      legs.giver ??
      (from === null || call.answeredBy === undefined ? null : { user: call.answeredBy, console: from });
    const done = speakOver(id, to, console, actor, at, {});
    if (!done.ok) return done;
    legs.speakerSoundBy = null;
    if (legs.listening.delete(console)) leaveAlone(id, to, at);
    // Whoever was to have it in between, and never spoke, is out of it.
    const between = legs.giver !== null && from !== null && from !== legs.giver.console ? from : null;
    const back = giver?.console === console;
    if (between !== null) legs.flowing.delete(between);
    if (!back) legs.flowing.delete(console);
    legs.giver = giver === null || back ? null : { ...giver, backBy: at + soundWithinMs };
    // Whoever takes it back may have fallen silent meanwhile, which nothing tells a second time.
    const heard = back && legs.flowing.has(console);
    if (back && !heard && call.state === 'connected') legs.speakerSoundBy = at + speakerSilenceMs;
    later(() => {
      if (between !== null && between !== console) letGo(id, between, 'handed-over');
      if (!heard) media.openConsole(id, console, 'speak');
    });
    return done;
  };

  /** The heir has no sound: whoever gave the call has it again, if still heard. */
  const giveBack = (id: string, at: number, reason: string): void => {
    const legs = legsOf(id);
    const { giver } = legs;
    const heir = book.get(id)?.console ?? null;
    legs.giver = null;
    if (giver === null || !legs.flowing.has(giver.console)) {
      legs.giver = giver;
      ringsAgain(id, at, reason);
      return;
    }
    speakOver(id, giver.user, giver.console, 'system', at, { back: true, reason });
    if (heir !== null) later(() => letGo(id, heir, reason));
    connectIfHeard(id, at);
  };

  /** A console's leg does not come, or its page says that it is out. */
  const consoleFailed = (record: CallRecord, console: string, at: number, reason: string): void => {
    const { id } = record.call;
    const legs = legsOf(id);
    legs.flowing.delete(console);
    const listener = legs.listening.get(console);
    if (listener) {
      legs.listening.delete(console);
      leaveAlone(id, listener.user, at);
    } else if (record.console !== console) return;
    else if (legs.giver !== null) giveBack(id, at, reason);
    else if (isSpoken(record.call)) ringsAgain(id, at, reason);
    else book.befall(id, { event: 'failed', at, reason }, 'system', { reason });
  };

  /** A console's leg broke. A page that is loaded again takes its leg down before it goes, and one whose leg broke asks for another: both have the time of a console whose line broke. */
  const breakOff = (record: CallRecord, console: string, at: number, reason: string): void => {
    const { call } = record;
    const legs = legsOf(call.id);
    const listener = legs.listening.get(console);
    if (listener)
      legs.listening.set(console, { ...listener, backBy: listener.backBy ?? at + consoleGraceMs });
    else if (record.console === console && legs.giver === null) {
      legs.flowing.delete(console);
      if (call.state === 'connected') legs.speakerSoundBy ??= at + consoleGraceMs;
    } else consoleFailed(record, console, at, wordOf(reason, 'leg-failed'));
  };

  /** Somebody listens on as long as one of that user's consoles does. */
  const leaveAlone = (id: string, user: string, at: number, actor = 'system'): void => {
    const { listening } = legsOf(id);
    if ([...listening.values()].some((one) => one.user === user)) return;
    book.befall(id, { event: 'left-alone', at, by: user }, actor);
  };

  /** What a console is in a call; null = nothing. */
  const partOf = ({ call, console: speaking }: CallRecord, console: string): 'speak' | 'listen' | null => {
    const legs = legsOf(call.id);
    if (speaking === console || legs.giver?.console === console) return 'speak';
    return legs.listening.has(console) ? 'listen' : null;
  };

  const userAt = ({ call, console: speaking }: CallRecord, console: string): string | undefined => {
    const legs = legsOf(call.id);
    if (speaking === console) return call.answeredBy;
    return legs.giver?.console === console ? legs.giver.user : legs.listening.get(console)?.user;
  };

  /** The heir has sound: whoever gave the call is out of it. */
  const inherit = ({ call }: CallRecord, at: number): void => {
    const legs = legsOf(call.id);
    const { giver } = legs;
    if (giver === null) return;
    legs.giver = null;
    legs.flowing.delete(giver.console);
    if (call.state === 'connected')
      onAlert(call, { event: 'voice-connected', at, by: call.answeredBy ?? '' }, 'system');
    later(() => letGo(call.id, giver.console, 'handed-over'));
  };

  const mediaDoor: MediaDoor = {
    signal: (id, to, signal) => {
      const record = book.get(id);
      if (record === undefined) return;
      if (to === 'device') notices.leg(record.call, signal);
      else if (partOf(record, to.console) !== null)
        parts.voice(to.console, { type: 'voice', call: id, ...signal });
    },
    audio: (id, frame) => {
      const record = book.get(id);
      if (record) notices.sound(record.call.device, frame);
    },
    flows: (id, side, flowing) => {
      const at = now();
      const record = book.get(id);
      if (record === undefined) return;
      const legs = legsOf(id);
      const connected = record.call.state === 'connected';
      if (side === 'device') {
        legs.deviceFlows = flowing;
        if (flowing) legs.deviceBroken = false;
        else if (legs.returned) {
          legs.returned = false;
          legs.remake = true;
        }
        legs.deviceSoundBy = connected && !flowing ? at + deviceSilenceMs : null;
      } else if (partOf(record, side.console) === 'speak') {
        const { console } = side;
        if (flowing) legs.flowing.add(console);
        else legs.flowing.delete(console);
        if (record.console === console) {
          const silent = connected && !flowing && legs.giver === null;
          legs.speakerSoundBy = silent ? at + speakerSilenceMs : null;
          if (flowing) inherit(record, at);
        }
      }
      connectIfHeard(id, at);
    },
    failed: (id, side, reason) => {
      const at = now();
      const record = book.get(id);
      if (record === undefined) return;
      if (side !== 'device') {
        breakOff(record, side.console, at, reason);
        return;
      }
      const legs = legsOf(id);
      legs.deviceFlows = false;
      legs.deviceBroken = true;
      if (record.call.state === 'connected') legs.deviceSoundBy ??= at + deviceSilenceMs;
      if (legs.remade < remakes) legs.remake = true;
    },
    recording: (id, on) => {
      book.befall(id, { event: on ? 'recording' : 'recording-broke', at: now() }, 'system');
    },
    recorded: (id, lengthMs) => {
      book.befall(id, { event: 'recorded', at: now() }, 'system', { lengthMs });
    },
    lost: () => {
      const at = now();
      for (const { call, console } of book.underWay()) {
        const { id } = call;
        const legs = legsOf(id);
        legs.deviceFlows = false;
        legs.flowing.clear();
        const { giver } = legs;
        legs.giver = null;
        if (giver !== null) later(() => letGo(id, giver.console, 'handed-over'));
        legs.remake = true;
        if (call.state === 'connected') {
          legs.deviceSoundBy = at + deviceSilenceMs;
          legs.speakerSoundBy = at + speakerSilenceMs;
          // Nothing is recorded before it is said anew.
          book.befall(id, { event: 'recording-broke', at }, 'system');
        }
        if (call.state === 'answered') book.note(id, { soundBy: at + soundWithinMs });
        if (console !== null) media.openConsole(id, console, 'speak');
        if (call.state === 'connected') recordIfAgreed(call);
        for (const listener of legs.listening.keys()) media.openConsole(id, listener, 'listen');
      }
    },
  };

  /** What of a call's legs has come to its end. */
  const tickLegs = (record: CallRecord, at: number): void => {
    const { call, console, soundBy } = record;
    const { id } = call;
    const legs = legsOf(id);
    for (const waiting of legs.anew) {
      legs.anew.delete(waiting);
      const part = partOf(record, waiting);
      if (part !== null) media.openConsole(id, waiting, part);
    }
    const { giver, deviceSoundBy, speakerSoundBy } = legs;
    if (legs.remake && parts.isCommitted(id)) {
      if (legs.deviceFlows) legs.remake = false;
      else if (mayRemake(id, at)) {
        legs.remake = false;
        legs.remade += 1;
        legs.deviceBroken = false;
        media.openDevice(id, call.device, call.media);
        if (waitsForRoom(call)) media.play(id, 'received');
      }
    }
    for (const [listener, { user, backBy }] of legs.listening) {
      if (backBy === null || backBy > at) continue;
      legs.listening.delete(listener);
      media.closeConsole(id, listener);
      leaveAlone(id, user, at);
    }
    if (!isSpoken(call)) return;
    if (giver !== null && giver.backBy <= at) giveBack(id, at, 'no-sound');
    else if (deviceSoundBy !== null && deviceSoundBy <= at) ringsAgain(id, at, 'device-silent');
    else if (speakerSoundBy !== null && speakerSoundBy <= at) ringsAgain(id, at, 'console-silent');
    // The person is heard and only the console has no sound: another one can answer.
    else if (soundBy !== null && soundBy <= at && legs.deviceFlows && console !== null)
      if (!legs.flowing.has(console)) ringsAgain(id, at, 'console-silent');
  };

  return {
    door: mediaDoor,
    partOf,
    userAt,
    connectIfHeard,
    handOver,
    consoleFailed,
    leaveAlone,
    tick: tickLegs,
  };
};
