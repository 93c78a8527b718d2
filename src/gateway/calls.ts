import type { Alert } from '../model/alert.ts';
import { mustBeAnswered } from '../model/alert.ts';
import type { Call, VoiceMessage } from '../model/call.ts';
import type { Dialects } from '../model/dialect.ts';
import type { Refusal, Result } from '../model/fault.ts';
import type { Household } from '../model/household.ts';
import type { AlertOperation } from '../model/operation.ts';
import { type Place, samePlace } from '../model/place.ts';
import type { AlertBook } from './alert-book.ts';
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
import { isOver, isSpoken, waitsForRoom } from './call-life.ts';
import { createCallNotices } from './call-notices.ts';
import { alertFor, createCallRequests } from './call-requests.ts';
import { createCallSides, deviceSilenceMs, wordOf } from './call-sides.ts';
import type { DeviceBook } from './device-book.ts';
import type { Effects } from './ingest.ts';
import type { Ledger } from './ledger.ts';
import { callRequestKey, pressKey } from './open-alerts.ts';
import { createPace } from './pace.ts';
import type { CallRecord, Downlink, Outbound } from './ports.ts';
import type { Quarantine } from './quarantine.ts';

/** The voice calls of the duty room. */
export type Calls = {
  readonly door: CallDoor;
  readonly media: MediaDoor;
  readonly signalled: Effects['signalled'];
  readonly askedBefore: Effects['askedBefore'];
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
  /** The device may be at another place than it was: its call goes there, at the latest when it rings again. */
  readonly moved: (device: string, actor: string, at: number) => void;
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

/** Makes the calls from those that were under way. */
export const createCalls = (parts: CallsParts): Calls => {
  const { ledger, alerts, devices, now } = parts;
  const media = parts.media ?? noMedia;
  const notices = createCallNotices(parts);
  const legsByCall = new Map<string, Legs>();
  /** The making of a leg holds up the sound of everybody: who begins anew without end waits for the tick. */
  const mayOpen = createPace();
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

  const recordIfAgreed = (call: Call): void => {
    if (mayRecord(call)) media.record(call.id);
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
          // Replaced by now: nobody needs its leg.
          if (book.get(id) === undefined) return;
          if (incoming && !mayOpen(`device ${device}`, at)) {
            legsOf(id).remake = true;
            return;
          }
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
          recordIfAgreed(call);
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
          book.befall(
            id,
            { event: 'joined', at, alert: alertFor(alerts, device, call.place, at, false) },
            'system',
          );
        moved(device, 'system', at);
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
      case 'moved':
      case 'handed-over':
      case 'listened-to':
      case 'left-alone':
      case 'recording':
      case 'recording-broke':
        return;
      case 'recorded':
        if (isOver(call)) legsByCall.delete(id);
        return;
    }
  };

  const book = createCallBook({ stored: parts.stored, ledger, happened });

  const moved: Calls['moved'] = (device, actor, at) => {
    const call = book.ofDevice(device)?.call;
    const record = devices.get(device)?.record;
    if (call === undefined || record === undefined || samePlace(call.place, record.place)) return;
    const { place } = record;
    book.befall(call.id, { event: 'moved', at, place }, actor, {
      from: call.place?.id ?? null,
      to: place?.id ?? null,
    });
  };

  const sides = createCallSides({
    book,
    alerts,
    media,
    notices,
    now,
    legsOf,
    isCommitted: (id) => parts.underWay.has(id),
    later,
    letGo,
    recordIfAgreed,
    onAlert,
    voice: parts.voice,
  });
  const { partOf, userAt, handOver, consoleFailed, leaveAlone } = sides;
  const requests = createCallRequests({
    book,
    alerts,
    media,
    notices,
    quarantine: parts.quarantine,
    puzzled: parts.puzzled,
    legsOf,
    later,
    watched: parts.watched,
    connectIfHeard: sides.connectIfHeard,
  });

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
        case 'ready': {
          const { flowing, listening, anew } = legsOf(id);
          flowing.delete(console);
          if (listening.has(console)) listening.set(console, { user, backBy: null });
          if (mayOpen(`console ${console}`, now())) media.openConsole(id, console, part);
          else anew.add(console);
          return;
        }
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

  /** Until an answer is stored nobody is offered a leg: the time in which sound must flow begins with that. */
  const waitForStore = ({ call: { id, state }, soundBy }: CallRecord, at: number): void => {
    const stored = parts.underWay.get(id);
    if (state !== 'answered' || soundBy === null || (stored !== undefined && isSpoken(stored))) return;
    if (soundBy < at + soundWithinMs) book.note(id, { soundBy: at + soundWithinMs });
  };

  const ringWhereWatched = (at: number): void => {
    for (const { call } of book.underWay())
      if (call.state === 'requested' && parts.watched(call.place))
        book.befall(call.id, { event: 'ringing', at }, 'system');
  };

  return {
    door,
    media: sides.door,
    signalled: requests.signalled,
    askedBefore: requests.askedBefore,
    sounded: requests.sounded,
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
        if (hub !== connection) continue;
        const legs = legsOf(call.id);
        if (legs.deviceFlows) legs.returned = true;
        else legs.remake = true;
      }
      return messages;
    },
    committed: notices.committed,
    moved,
    removed: (device, at) => {
      const record = book.ofDevice(device);
      if (record) book.befall(record.call.id, { event: 'ended', at, reason: 'device-removed' }, 'system');
    },
    takeUp: book.takeUp,
    tick: (at) => {
      for (const record of book.underWay()) waitForStore(record, at);
      for (const record of book.underWay()) sides.tick(record, at);
      book.tick(at);
      ringWhereWatched(at);
    },
    shift: (byMs) => {
      book.shift(byMs);
      for (const legs of legsByCall.values()) shiftLegs(legs, byMs);
    },
  };
};
