import type { Call, DeviceSignal } from '../model/call.ts';
import type { Place } from '../model/place.ts';
import type { Text } from '../model/text.ts';
import type { AlertBook } from './alert-book.ts';
import type { CallBook } from './call-book.ts';
import type { Media } from './call-doors.ts';
import type { Legs } from './call-legs.ts';
import { callsDevice, isOver } from './call-life.ts';
import type { CallNotices } from './call-notices.ts';
import { believe } from './clock-trust.ts';
import type { WorkingDevice } from './device-book.ts';
import type { Inbound } from './doors.ts';
import type { Effects } from './ingest.ts';
import { callRequestKey, pressKey } from './open-alerts.ts';
import type { Quarantine } from './quarantine.ts';

const askedToSpeak: Text = { zh: '请求通话', en: 'Asks to speak with the duty room' };

/** The alert on which a call of this device hangs: the open call for help, or one that says that somebody asked to speak. */
export const alertFor = (
  alerts: AlertBook,
  device: string,
  place: Place | null,
  receivedAt: number,
  late: boolean,
  now = receivedAt,
): string => {
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
      ringsFrom: now,
      evidence: { at: receivedAt, receivedAt, event: 'call-request' },
      reAlarmAfterMs: null,
      explainedBy: null,
    },
    `device:${device}`,
    now,
  ).id;
};

/** What devices say of calls: who asks to speak, and the rest of the signalling and the sound. */
export type CallRequests = {
  readonly signalled: Effects['signalled'];
  readonly askedBefore: Effects['askedBefore'];
  readonly sounded: Effects['sounded'];
};

/** Takes what devices say. */
export const createCallRequests = (parts: {
  readonly book: CallBook;
  readonly alerts: AlertBook;
  readonly media: Media;
  readonly notices: CallNotices;
  readonly quarantine: Quarantine;
  readonly puzzled: Effects['puzzled'];
  readonly legsOf: (call: string) => Legs;
  readonly later: (tell: () => void) => void;
  readonly watched: (place: Place | null) => boolean;
  readonly connectIfHeard: (call: string, at: number) => void;
}): CallRequests => {
  const { book, alerts, media, notices, quarantine, legsOf, later, connectIfHeard } = parts;

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
      askedBefore(device, signal.call, at, at);
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
    const alert = alertFor(alerts, id, place, at, false);
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

  const signalled: CallRequests['signalled'] = (device, signal, message, standing) => {
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

  /** However long ago it was: the room can call back. */
  const askedBefore: CallRequests['askedBefore'] = ({ record: { id, place } }, call, receivedAt, now) => {
    const alert = alertFor(alerts, id, place, receivedAt, true, now);
    alerts.befall(alert, { event: 'call-missed', at: now, again: true }, `device:${id}`, {
      call,
      reason: 'expired',
    });
  };

  return {
    signalled,
    askedBefore,
    sounded: ({ record }, frame, at) => {
      const { id, media: carrier } = book.ofDevice(record.id)?.call ?? {};
      if (id === undefined) return;
      if (carrier === 'webrtc') {
        if (legsOf(id).deviceFlows) return;
        book.befall(id, { event: 'fell-back', at }, `device:${record.id}`);
      }
      media.audio(id, frame);
    },
  };
};
