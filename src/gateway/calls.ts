import type { Alert } from '../model/alert.ts';
import { mustBeAnswered } from '../model/alert.ts';
import type { Call, DeviceSignal, VoiceMessage } from '../model/call.ts';
import type { Dialects } from '../model/dialect.ts';
import type { Refusal } from '../model/fault.ts';
import type { Household } from '../model/household.ts';
import type { AlertOperation } from '../model/operation.ts';
import type { Place } from '../model/place.ts';
import type { Text } from '../model/text.ts';
import { type AlertBook, callRequestKey, pressKey } from './alert-book.ts';
import type { LifeEvent } from './alert-life.ts';
import {
  type CallHappening,
  consoleGraceMs,
  createCallBook,
  missAfterMs,
  soundWithinMs,
} from './call-book.ts';
import type { CallDoor, Media, MediaDoor } from './call-doors.ts';
import { type Legs, newLegs, shiftLegs } from './call-legs.ts';
import { callsDevice, isOver, isSpoken, waitsForRoom } from './call-life.ts';
import { createCallNotices } from './call-notices.ts';
import { believe } from './clock-trust.ts';
import type { DeviceBook, WorkingDevice } from './device-book.ts';
import type { Inbound, Result } from './doors.ts';
import type { Effects } from './ingest.ts';
import type { Ledger } from './ledger.ts';
import type { CallRecord, Downlink, Outbound } from './ports.ts';
import type { Quarantine } from './quarantine.ts';

/** The adapter says that sound has stopped when no packet came for so long (ms). */
const noticedAfterMs = 2_000;
/** A device that is not heard for so long in a call has lost it (ms). */
const deviceSilenceMs = 10_000 - noticedAfterMs;
/** The same of the console that speaks: as long as one that is gone has to come back (ms). */
const speakerSilenceMs = consoleGraceMs - noticedAfterMs;
/** How often a device's leg that breaks is made anew before that waits for somebody to answer. */
const remakes = 3;

const askedToSpeak: Text = { zh: '请求通话', en: 'Asks to speak with the duty room' };

/** The voice calls of the duty room. */
export type Calls = {
  readonly door: CallDoor;
  readonly media: MediaDoor;
  readonly signalled: Effects['signalled'];
  readonly sounded: Effects['sounded'];
  /** Whether an operator speaks with somebody over this device at this moment. */
  readonly spokenWith: (device: string) => boolean;
  /** A press of this device raised `alert`, or joined it: its call goes on there. */
  readonly pressed: (device: string, alert: Alert, at: number) => void;
  /** An operator's command has turned an alert into `alert`. */
  readonly performed: (
    user: string,
    operation: AlertOperation,
    console: string | null,
    alert: Alert,
    at: number,
  ) => void;
  /** Those who may answer came on line, or went. */
  readonly ringWhereWatched: (at: number) => void;
  /** What a connection that subscribes is told; its legs are offered anew. */
  readonly waiting: (connection: string) => readonly Outbound[];
  /** A call was committed as it is here. */
  readonly committed: (call: Call) => void;
  /** The device is registered no more. */
  readonly removed: (device: string, at: number) => void;
  readonly takeUp: (at: number) => void;
  readonly tick: (at: number) => void;
  readonly shift: (byMs: number) => void;
};

/** What the calls need. `media` is null where nothing ends sound: calls ring, and nobody can answer. */
export type CallsParts = {
  readonly stored: readonly CallRecord[];
  readonly ledger: Ledger;
  readonly alerts: AlertBook;
  readonly devices: DeviceBook;
  readonly dialects: Dialects;
  readonly downlink: Downlink;
  readonly media: Media | null;
  /** Recording is switched on; a home is recorded only where everybody who lives there agrees. */
  readonly recording: boolean;
  readonly quarantine: Quarantine;
  readonly puzzled: Effects['puzzled'];
  readonly newId: () => string;
  readonly now: () => number;
  /** Calls under way, and the cards of the homes, committed. */
  readonly underWay: ReadonlyMap<string, Call>;
  readonly households: ReadonlyMap<string, Household>;
  /** Whether somebody who may answer at this place is on line. */
  readonly watched: (place: Place | null) => boolean;
  readonly mayTakeOver: (user: string) => boolean;
  /** Takes an alert for a user, and lets the person who pressed hear of it. */
  readonly take: (user: string, alert: string, at: number) => void;
  /** Signalling for one console. */
  readonly voice: (console: string, message: VoiceMessage) => void;
};

const noMedia: Media = {
  openDevice: () => undefined,
  openConsole: () => undefined,
  closeConsole: () => undefined,
  signal: () => undefined,
  audio: () => undefined,
  play: () => undefined,
  record: () => undefined,
  end: () => undefined,
};

const refuse = (code: Refusal['code'], message: string, details?: Refusal['details']): Result<never> => ({
  ok: false,
  refusal: details === undefined ? { code, message } : { code, message, details },
});

const notFound = (call: string): Result<never> => refuse('not-found', `no call ${call} is under way`);

/** A reason in words of ours: what a page or a library says goes into the record only where it is one word. */
const wordOf = (reason: string | undefined, otherwise: string): string =>
  reason !== undefined && /^[a-z0-9-]{1,64}$/.test(reason) ? reason : otherwise;

/** Makes the calls from those that were under way. */
export const createCalls = (parts: CallsParts): Calls => {
  const { ledger, alerts, devices, quarantine, now } = parts;
  const media = parts.media ?? noMedia;
  const notices = createCallNotices(parts);
  const legsByCall = new Map<string, Legs>();
  /** The user of each console on line, the newest last. */
  const consoles = new Map<string, string>();

  const legsOf = (call: string): Legs => {
    const known = legsByCall.get(call);
    if (known) return known;
    const legs = newLegs();
    legsByCall.set(call, legs);
    return legs;
  };

  /** The world is told only what is committed. */
  const later = (tell: () => void): void => ledger.afterCommit(tell);

  const letGo = (call: string, console: string, reason: string): void => {
    media.closeConsole(call, console);
    parts.voice(console, { type: 'voice', call, kind: 'end', reason });
  };

  const isOpen = (alert: string | undefined): alert is string =>
    alert !== undefined && alerts.get(alert) !== undefined;

  const onAlert = (call: Call, step: LifeEvent, actor: string, data: object = {}): void => {
    if (isOpen(call.alert)) alerts.befall(call.alert, step, actor, { call: call.id, ...data });
  };

  /** The alert on which a call of this device hangs: the open call for help, or one that says that somebody asked to speak. */
  const alertFor = (device: string, place: Place | null, receivedAt: number, late: boolean): string => {
    const open = alerts.openOf(device, pressKey);
    if (open) return open.id;
    return alerts.raise(
      {
        key: callRequestKey,
        rule: null,
        kind: 'call-request',
        priority: 'high',
        latching: true,
        test: false,
        testMode: false,
        title: askedToSpeak,
        subject: device,
        device,
        place,
        shelvable: false,
        outOfService: false,
        late,
        receivedAt,
        evidence: { at: receivedAt, receivedAt, event: 'call-request' },
        reAlarmAfterMs: null,
        explainedBy: null,
      },
      `device:${device}`,
      receivedAt,
    ).id;
  };

  /** Whoever speaks has the alert too, unless somebody else has it. */
  const takeAlert = ({ alert, answeredBy }: Call, at: number): void => {
    const open = alert === undefined ? undefined : alerts.get(alert);
    if (open === undefined || answeredBy === undefined || !open.latching || !mustBeAnswered(open)) return;
    if (open.claimedBy === undefined || (open.claimedBy === answeredBy && !open.acknowledged))
      parts.take(answeredBy, open.id, at);
  };

  const mayRecord = ({ place }: Call): boolean => {
    const residents = place === null ? undefined : parts.households.get(place.id)?.residents;
    return (
      parts.recording &&
      residents !== undefined &&
      residents.length > 0 &&
      residents.every(({ recordingConsent }) => recordingConsent === true)
    );
  };

  /** What a happening in a call means for its alert, for the sound and for the consoles. */
  const happened = ({ before, record, event, step, actor, at }: CallHappening): void => {
    const { call } = record;
    const { id, device } = call;
    const legs = legsOf(id);
    const said = step !== null && 'reason' in step ? { reason: step.reason } : {};
    switch (event) {
      case 'requested': {
        const incoming = call.direction === 'in';
        onAlert(
          call,
          { event: 'call-requested', at, watched: !incoming || parts.watched(call.place) },
          actor,
          { direction: call.direction },
        );
        later(() => {
          media.openDevice(id, device, call.media);
          if (incoming) media.play(id, 'received');
          else if (record.console !== null) media.openConsole(id, record.console, 'speak');
        });
        return;
      }
      case 'answered': {
        const by = call.answeredBy ?? '';
        const { console } = record;
        onAlert(call, { event: 'call-answered', at, by }, actor, { by });
        legs.speakerSoundBy = null;
        legs.deviceSoundBy = null;
        if (step?.event !== 'answered') return;
        legs.flowing.clear();
        takeAlert(call, at);
        const anew = legs.deviceBroken;
        legs.deviceBroken = false;
        legs.remade = 0;
        later(() => {
          if (anew) media.openDevice(id, device, call.media);
          if (console !== null) media.openConsole(id, console, 'speak');
          media.play(id, 'answered');
        });
        return;
      }
      case 'connected':
        legs.remade = 0;
        onAlert(call, { event: 'voice-connected', at, by: call.answeredBy ?? '' }, actor);
        takeAlert(call, at);
        later(() => {
          media.play(id, null);
          if (mayRecord(call)) media.record(id);
        });
        return;
      case 'missed':
        onAlert(call, { event: 'call-missed', at, again: true }, actor);
        later(() => media.play(id, 'nobody-yet'));
        return;
      case 'rings-again': {
        const left = [before?.console, legs.giver?.console];
        legs.giver = null;
        legs.flowing.clear();
        legs.speakerSoundBy = null;
        legs.deviceSoundBy = null;
        const reason = step?.event === 'rings-again' ? step.reason : 'lost';
        later(() => {
          for (const console of left) if (console) letGo(id, console, reason);
          media.play(id, 'received');
        });
        // Somebody was spoken with and is cut off: that must stand on the board also where no alert stood behind it.
        if (isOpen(call.alert)) onAlert(call, { event: 'call-lost', at, again: true }, actor, said);
        else if (devices.get(device))
          book.befall(id, { event: 'joined', at, alert: alertFor(device, call.place, at, false) }, 'system');
        return;
      }
      case 'joined':
        onAlert(call, { event: 'call-requested', at, watched: parts.watched(call.place) }, actor, {
          direction: call.direction,
        });
        if (call.state !== 'connected') return;
        onAlert(call, { event: 'voice-connected', at, by: call.answeredBy ?? '' }, actor);
        takeAlert(call, at);
        return;
      case 'fell-back':
        if (call.state === 'connected') legs.deviceSoundBy = at + deviceSilenceMs;
        later(() => media.openDevice(id, device, call.media));
        return;
      case 'ended':
      case 'cancelled':
      case 'declined':
      case 'failed': {
        const { reason = event } = call;
        if (event === 'failed')
          onAlert(call, { event: 'call-failed', at, again: reason !== 'no-answer' }, actor, { reason });
        else onAlert(call, { event: 'call-ended', at }, actor, { state: event, reason });
        const heard = [before?.console, legs.giver?.console, ...legs.listening.keys()];
        legsByCall.delete(id);
        later(() => {
          media.end(id);
          for (const console of new Set(heard))
            if (console) parts.voice(console, { type: 'voice', call: id, kind: 'end', reason });
        });
        return;
      }
      case 'ringing':
      case 'handed-over':
      case 'listened-to':
      case 'left-alone':
        return;
      case 'recorded':
        if (isOver(call)) legsByCall.delete(id);
        return;
    }
  };

  const book = createCallBook({ stored: parts.stored, ledger, happened });

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
    if (from !== undefined && from !== to && isOpen(alert) && alerts.get(alert)?.claimedBy === from)
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
    later(() => {
      if (between !== null && between !== console) letGo(id, between, 'handed-over');
      if (!back) media.openConsole(id, console, 'speak');
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

  /** A console's leg is broken for good, or its page says that it is out. */
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

  const answer = (user: string, console: string | null, id: string, at: number): Result<Call> => {
    const record = book.get(id) ?? book.over(id);
    if (record === undefined) return notFound(id);
    const { call } = record;
    if (isSpoken(call) && call.answeredBy === user && record.console === console)
      return { ok: true, value: call };
    if (waitsForRoom(call)) {
      if (parts.media === null) return refuse('no-voice', 'this gateway has no voice');
      if (console === null)
        return refuse('no-console', 'a call is answered at a console that is on line', { call: id });
    }
    return book.befall(id, { event: 'answered', at, by: user }, `user:${user}`, {}, { console });
  };

  const door: CallDoor = {
    live: parts.underWay,
    place: (user, console, device, alert) => {
      const at = now();
      const record = devices.get(device)?.record;
      if (record === undefined) return refuse('not-found', `no device ${device}`);
      if (alert !== undefined && !isOpen(alert)) return refuse('not-found', `no open alert ${alert}`);
      const current = book.ofDevice(device);
      if (current)
        return refuse('already-running', 'a call with this device is under way', {
          call: current.call.id,
        });
      if (parts.media === null || !notices.reaches(device))
        return refuse('no-voice', 'nobody can be spoken with over this device');
      if (console === null) return refuse('no-console', 'a call is placed from a console that is on line');
      const joined = alert ?? (alerts.openOf(device, pressKey) ?? alerts.openOf(device, callRequestKey))?.id;
      const id = parts.newId();
      const call: Call = {
        id,
        device,
        ...(joined === undefined ? {} : { alert: joined }),
        place: record.place,
        state: 'requested',
        media: 'webrtc',
        requestedAt: at,
        rings: 0,
        answeredBy: user,
        direction: 'out',
        listeners: [],
        recorded: false,
      };
      book.begin(call, console, `user:${user}`, at);
      return book.befall(id, { event: 'ringing', at }, `user:${user}`);
    },
    answer: (user, console, call) => answer(user, console, call, now()),
    hangUp: (user, call) => book.befall(call, { event: 'hung-up', at: now(), side: 'room' }, `user:${user}`),
    handOver: (user, id, to, console) => {
      const at = now();
      const record = book.get(id);
      // Over, or nobody speaks in it: the call itself says so.
      if (record === undefined || !isSpoken(record.call))
        return book.befall(id, { event: 'handed-over', at, to }, `user:${user}`);
      if (!parts.mayTakeOver(to)) return refuse('unknown-user', `${to} cannot take over`);
      if (console === null) return refuse('no-console', `${to} has no console on line`, { call: id });
      return handOver(record, to, console, `user:${user}`, at);
    },
    listenIn: (user, console, id) => {
      const at = now();
      if (console === null && book.get(id) !== undefined)
        return refuse('no-console', 'one listens in at a console that is on line', { call: id });
      const done = book.befall(id, { event: 'listened-to', at, by: user }, `user:${user}`);
      if (!done.ok || console === null) return done;
      legsOf(id).listening.set(console, { user, backBy: null });
      later(() => media.openConsole(id, console, 'listen'));
      return done;
    },
    leave: (user, console, id) => {
      const record = book.get(id);
      if (record === undefined) return notFound(id);
      const legs = legsOf(id);
      if (legs.listening.get(console)?.user === user) {
        legs.listening.delete(console);
        legs.flowing.delete(console);
        leaveAlone(id, user, now(), `user:${user}`);
        later(() => letGo(id, console, 'left'));
      }
      return { ok: true, value: book.get(id)?.call ?? record.call };
    },
    signal: (user, console, { call: id, kind, sdp, candidate, reason }) => {
      const record = book.get(id);
      const part = record ? partOf(record, console) : null;
      if (record === undefined || part === null || userAt(record, console) !== user) return;
      switch (kind) {
        case 'ready':
          legsOf(id).flowing.delete(console);
          media.openConsole(id, console, part);
          return;
        case 'end':
          media.closeConsole(id, console);
          consoleFailed(record, console, now(), wordOf(reason, 'console-left'));
          return;
        case 'answer':
          if (sdp !== undefined) media.signal(id, { console }, { kind, sdp });
          return;
        case 'candidate':
          if (candidate !== undefined) media.signal(id, { console }, { kind, candidate });
          return;
        case 'offer':
          // On every leg it is the gateway that offers.
          return;
      }
    },
    consoleHere: (console, user) => {
      consoles.delete(console);
      consoles.set(console, user);
      for (const record of book.underWay()) {
        const { call, consoleBackBy } = record;
        if (userAt(record, console) !== user) continue;
        if (record.console === console && consoleBackBy !== null) book.note(call.id, { consoleBackBy: null });
        const { listening } = legsOf(call.id);
        if (listening.has(console)) listening.set(console, { user, backBy: null });
      }
    },
    consoleGone: (console) => {
      const at = now();
      consoles.delete(console);
      for (const { call, console: speaking } of book.underWay()) {
        if (speaking === console) book.note(call.id, { consoleBackBy: at + consoleGraceMs });
        const { listening } = legsOf(call.id);
        const listener = listening.get(console);
        if (listener) listening.set(console, { ...listener, backBy: at + consoleGraceMs });
      }
    },
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
        consoleFailed(record, side.console, at, wordOf(reason, 'leg-failed'));
        return;
      }
      const legs = legsOf(id);
      legs.deviceFlows = false;
      legs.deviceBroken = true;
      if (record.call.state === 'connected') legs.deviceSoundBy ??= at + deviceSilenceMs;
      if (legs.remade < remakes) legs.remake = true;
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
        legs.giver = null;
        legs.remake = true;
        if (call.state === 'connected') {
          legs.deviceSoundBy = at + deviceSilenceMs;
          legs.speakerSoundBy = at + speakerSilenceMs;
        }
        if (call.state === 'answered') book.note(id, { soundBy: at + soundWithinMs });
        if (console !== null) media.openConsole(id, console, 'speak');
        for (const listener of legs.listening.keys()) media.openConsole(id, listener, 'listen');
      }
    },
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

  /** Somebody asks to speak. */
  const requested = (
    device: WorkingDevice,
    signal: DeviceSignal,
    message: Inbound,
    standing: 'new' | 'own' | 'other',
  ): void => {
    const { id, place } = device.record;
    const actor = `device:${id}`;
    const { receivedAt: at } = message;
    if (standing === 'own') {
      notices.refuse(id, signal.call, 'already-ended');
      return;
    }
    if (standing === 'other') {
      foreign(device, signal, message);
      return;
    }
    const { expiresAt } = signal;
    if (expiresAt !== undefined && expiresAt <= at && !believe(expiresAt, at).wrong) {
      quarantine.keep(message, id, 'call-expired', 'the request for a call came after it had expired');
      // Somebody asked, however long ago: the room can call back.
      const alert = alertFor(id, place, at, true);
      alerts.befall(alert, { event: 'call-missed', at, again: true }, actor, {
        call: signal.call,
        reason: 'expired',
      });
      later(() => notices.refuse(id, signal.call, 'expired'));
      return;
    }
    const current = book.ofDevice(id);
    if (current?.call.state === 'connected' && legsOf(current.call.id).deviceFlows) {
      quarantine.keep(message, id, 'call-under-way', 'this device is spoken with in another call');
      notices.refuse(id, signal.call, 'busy');
      notices.repeat(current.call);
      return;
    }
    const alert = alertFor(id, place, at, false);
    if (current)
      book.befall(current.call.id, { event: 'ended', at, reason: 'replaced' }, actor, { by: signal.call });
    const call: Call = {
      id: signal.call,
      device: id,
      alert,
      place,
      state: 'requested',
      media: signal.media ?? 'webrtc',
      requestedAt: at,
      rings: 0,
      direction: 'in',
      listeners: [],
      recorded: false,
    };
    book.begin(call, null, actor, at);
    if (parts.watched(place)) book.befall(call.id, { event: 'ringing', at }, 'system');
  };

  /** The id of a call that another device makes, or made. Whoever asked for a call by it is a person all the same. */
  const foreign = (device: WorkingDevice, signal: DeviceSignal, message: Inbound): void => {
    const { id } = device.record;
    const [reason, detail] = ['foreign-call', 'the call is one of another device'];
    const quarantined = quarantine.keep(message, id, reason, detail);
    notices.refuse(id, signal.call, reason);
    if (signal.type === 'request')
      parts.puzzled({ device, reason, detail, quarantine: quarantined, message });
  };

  const signalled: Calls['signalled'] = (device, signal, message, standing) => {
    const { id } = device.record;
    const known = (book.get(signal.call) ?? book.over(signal.call))?.call;
    if (known !== undefined && known.device !== id) {
      foreign(device, signal, message);
      return;
    }
    if (known === undefined) {
      if (signal.type === 'request') requested(device, signal, message, standing());
      else {
        quarantine.keep(message, id, 'unknown-call', `no call ${signal.call} is under way`);
        notices.refuse(id, signal.call, 'unknown-call');
      }
      return;
    }
    if (signal.type === 'request' || isOver(known)) {
      later(() => notices.repeat(book.get(known.id)?.call ?? book.over(known.id)?.call ?? known));
      return;
    }
    const { receivedAt: at } = message;
    const actor = `device:${id}`;
    switch (signal.type) {
      case 'answer':
        if (signal.media === 'mqtt-audio' || (signal.sdp === undefined && callsDevice(known)))
          book.befall(known.id, { event: 'fell-back', at }, actor);
        else if (signal.sdp !== undefined)
          media.signal(known.id, 'device', { kind: 'answer', sdp: signal.sdp });
        book.befall(known.id, { event: 'picked-up', at }, actor);
        connectIfHeard(known.id, at);
        return;
      case 'candidate':
        if (signal.candidate !== undefined)
          media.signal(known.id, 'device', { kind: 'candidate', candidate: signal.candidate });
        return;
      case 'cancel':
      case 'hang-up':
        book.befall(known.id, { event: 'hung-up', at, side: 'device' }, actor);
        return;
    }
  };

  const ringWhereWatched = (at: number): void => {
    for (const { call } of book.underWay())
      if (call.state === 'requested' && parts.watched(call.place))
        book.befall(call.id, { event: 'ringing', at }, 'system');
  };

  /** What of a call's legs has come to its end. */
  const tickLegs = ({ call, console, soundBy }: CallRecord, at: number): void => {
    const { id } = call;
    const legs = legsOf(id);
    const { giver, deviceSoundBy, speakerSoundBy } = legs;
    if (legs.remake && parts.underWay.has(id)) {
      legs.remake = false;
      if (!legs.deviceFlows) {
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
    door,
    media: mediaDoor,
    signalled,
    sounded: ({ record }, frame, at) => {
      const { id, media: carrier } = book.ofDevice(record.id)?.call ?? {};
      if (id === undefined) return;
      if (carrier === 'webrtc') {
        if (legsOf(id).deviceFlows) return;
        book.befall(id, { event: 'fell-back', at }, `device:${record.id}`);
      }
      media.audio(id, frame);
    },
    spokenWith: (device) => book.ofDevice(device)?.call.state === 'connected',
    pressed: (device, alert, at) => {
      const call = book.ofDevice(device)?.call;
      if (call !== undefined && call.alert !== alert.id)
        book.befall(call.id, { event: 'joined', at, alert: alert.id }, `device:${device}`);
      // One person, one row that rings: the call for help stands for the request.
      const request = alerts.openOf(device, callRequestKey);
      if (request === undefined || request.incident === alert.id) return;
      alerts.group(alert.id, [request.id], at);
      alerts.befall(request.id, { event: 'acknowledged', at, by: 'system' }, 'system');
    },
    performed: (user, operation, console, alert, at) => {
      if (operation.verb === 'close') {
        for (const { call } of book.ofAlert(alert.id))
          book.befall(call.id, { event: 'ended', at, reason: 'alert-closed' }, `user:${user}`);
        const request = alerts.openOf(alert.device, callRequestKey);
        if (request?.incident === alert.id) {
          const { verb, disposition } = operation;
          alerts.operate(user, { verb, disposition, alert: request.id }, at);
        }
        return;
      }
      for (const record of book.ofAlert(alert.id)) {
        const { call } = record;
        if (operation.verb === 'take' && waitsForRoom(call) && console !== null)
          answer(user, console, call.id, at);
        // Whoever knows of the alert now and lets the call ring must hear of it again.
        if (
          alert.acknowledged &&
          record.missAt === null &&
          book.get(call.id)?.call === call &&
          waitsForRoom(call)
        )
          book.note(call.id, { missAt: at + missAfterMs });
        if (operation.verb === 'dispatch' && operation.confirmed && waitsForRoom(call))
          later(() => media.play(call.id, 'help-is-coming'));
        if (
          operation.verb === 'hand-over' &&
          isSpoken(call) &&
          call.answeredBy === user &&
          operation.to !== user
        ) {
          const heir = [...consoles].filter(([, of]) => of === operation.to).at(-1)?.[0];
          if (heir !== undefined) handOver(record, operation.to, heir, `user:${user}`, at);
        }
      }
    },
    ringWhereWatched,
    waiting: (connection) => {
      const messages = notices.waiting(connection);
      for (const { call } of book.underWay()) {
        const hub = devices.get(call.device)?.record.hub ?? call.device;
        if (hub === connection && !legsOf(call.id).deviceFlows) legsOf(call.id).remake = true;
      }
      return messages;
    },
    committed: notices.committed,
    removed: (device, at) => {
      const record = book.ofDevice(device);
      if (record) book.befall(record.call.id, { event: 'ended', at, reason: 'device-removed' }, 'system');
    },
    takeUp: book.takeUp,
    tick: (at) => {
      for (const record of book.underWay()) tickLegs(record, at);
      book.tick(at);
      ringWhereWatched(at);
    },
    shift: (byMs) => {
      book.shift(byMs);
      for (const legs of legsByCall.values()) shiftLegs(legs, byMs);
    },
  };
};
