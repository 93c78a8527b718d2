import {
  type CallMedia,
  type CallState,
  DeviceNotice,
  type DeviceSignal,
  endedStates,
} from '../../src/model/call.ts';
import { createWitness, type Witness } from '../witness.ts';
import { createHeard, type Heard } from './ear.ts';
import { createMqttLeg, type Leg, type LegOpener, type OfferedLeg } from './leg.ts';
import type { Sound } from './sound.ts';

/** The connection over which a pager signals. At QoS 1, which counts unless another is asked for, what is said while it is down is said when it is up again. */
export type Line = {
  readonly isUp: () => boolean;
  readonly publish: (
    topic: string,
    payload: string | Uint8Array,
    options?: { readonly qos?: 0 | 1 },
  ) => Promise<void>;
};

/** What a pager needs in order to speak. */
export type PagerOptions = {
  readonly link: Line;
  /** Where it publishes, ending without a slash. */
  readonly base: string;
  /** How its sound travels in a call that it has not asked for itself. */
  readonly media: CallMedia;
  /** What is said at its microphone. */
  readonly sound: Sound;
  readonly openLeg: LegOpener;
  readonly newId: () => string;
  /** Told when `current` may answer something else. */
  readonly onChange?: () => void;
};

/** A pager's loudspeaker and microphone: it signals and speaks over its own MQTT connection, and where it can over WebRTC. */
export type Pager = {
  /** Asks for a call and answers its id; it is asked again after every reconnect until the gateway has spoken of it. */
  readonly call: (media: CallMedia) => string;
  readonly cancel: () => void;
  readonly hangUp: () => void;
  /** The bytes of a message below `voice/`. */
  readonly hear: (leaf: 'down' | 'audio/down', payload: Uint8Array) => void;
  /** Its connection stands again. */
  readonly connected: () => void;
  /** The power goes: nothing is said or heard any more, and the call it was in is remembered. */
  readonly powerCut: () => void;
  /** What it was told, oldest first. */
  readonly notices: Witness<DeviceNotice>;
  /** The call it is in, or was in last; `state` null until the gateway has spoken of it. */
  readonly current: () => {
    readonly id: string;
    readonly media: CallMedia;
    readonly state: CallState | null;
  } | null;
  /** What it hears, through whatever leg. */
  readonly heard: Heard;
};

type Running = { readonly id: string; media: CallMedia; state: CallState | null };

const speaking: ReadonlySet<CallState> = new Set(['answered', 'connected']);

const read = (payload: Uint8Array): DeviceNotice | null => {
  try {
    const notice = DeviceNotice.safeParse(JSON.parse(new TextDecoder().decode(payload)));
    return notice.success ? notice.data : null;
  } catch {
    return null;
  }
};

/** A pager that is in no call. */
export const createPager = (options: PagerOptions): Pager => {
  const { link, base, sound } = options;
  const notices = createWitness<DeviceNotice>(1000);
  let call: Running | null = null;
  let leg: Leg | null = null;
  let offered: OfferedLeg | null = null;
  let hearFrame: (payload: Uint8Array) => void = () => {};
  const heard = createHeard();

  const say = (signal: DeviceSignal): void => {
    void link.publish(`${base}/voice/up`, JSON.stringify(signal));
  };
  const ask = ({ id, media }: Running): void => say({ call: id, type: 'request', media });
  const isOver = ({ state }: Running): boolean => state !== null && endedStates.has(state);

  const put = (fresh: Leg): void => {
    leg = fresh;
    leg.speak(call?.state != null && speaking.has(call.state));
  };
  const closeLeg = (): void => {
    leg?.close();
    leg = null;
    offered = null;
    hearFrame = () => {};
  };
  const openFrames = (): void => {
    closeLeg();
    const opened = createMqttLeg(
      sound,
      (frame) => {
        // What is said while the line is down is said to nobody; kept, it would come all at once.
        if (link.isUp()) void link.publish(`${base}/voice/audio/up`, frame, { qos: 0 });
      },
      heard,
    );
    hearFrame = opened.hear;
    put(opened.leg);
  };

  const answer = async (id: string, sdp: string): Promise<void> => {
    closeLeg();
    const fresh = options.openLeg(sound, heard);
    offered = fresh;
    put(fresh);
    try {
      const answered = await fresh.answer(sdp);
      if (leg === fresh) say({ call: id, type: 'answer', sdp: answered });
    } catch {
      // The gateway sees that no answer comes, and falls back.
      if (leg === fresh) closeLeg();
    }
  };

  const enter = (state: CallState): void => {
    if (call === null) return;
    call.state = state;
    options.onChange?.();
    if (isOver(call)) closeLeg();
    else if (call.media === 'mqtt-audio' && leg === null) openFrames();
    leg?.speak(speaking.has(state));
  };

  const hearNotice = (notice: DeviceNotice): void => {
    if (notice.expiresAt < Date.now()) return;
    notices.note(notice);
    // Somebody calls us: such a pager has no button to lift off with, it answers.
    if (call === null || (call.id !== notice.call && isOver(call))) {
      if (notice.type !== 'offer' && notice.type !== 'state') return;
      call = { id: notice.call, media: options.media, state: null };
      if (options.media === 'mqtt-audio') say({ call: call.id, type: 'answer', media: options.media });
    }
    if (call.id !== notice.call) return;
    // The gateway has heard no sound the other way.
    if (notice.media === 'mqtt-audio' && call.media === 'webrtc') {
      call.media = notice.media;
      closeLeg();
    }
    switch (notice.type) {
      case 'state':
        if (notice.state !== undefined) enter(notice.state);
        return;
      case 'offer':
        if (notice.sdp !== undefined && call.media === 'webrtc' && !isOver(call))
          void answer(call.id, notice.sdp);
        return;
      case 'candidate':
        if (notice.candidate !== undefined) offered?.addCandidate(notice.candidate);
        return;
      case 'end':
        enter(notice.state ?? 'ended');
        return;
    }
  };

  const leave = (type: 'cancel' | 'hang-up'): void => {
    if (call !== null && !isOver(call)) say({ call: call.id, type });
  };

  return {
    call: (media) => {
      closeLeg();
      call = { id: options.newId(), media, state: null };
      ask(call);
      options.onChange?.();
      return call.id;
    },
    cancel: () => leave('cancel'),
    hangUp: () => leave('hang-up'),
    hear: (leaf, payload) => {
      if (leaf === 'down') {
        const notice = read(payload);
        if (notice !== null) hearNotice(notice);
      } else hearFrame(payload);
    },
    connected: () => {
      if (call !== null && !isOver(call)) ask(call);
    },
    powerCut: () => closeLeg(),
    notices,
    current: () => call,
    heard,
  };
};
