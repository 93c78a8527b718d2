import { v4 } from 'uuid';
import { type CallState, endedStates } from '../../../src/model/call.ts';
import { createAgenda } from '../../agenda.ts';
import { createLink, LinkRefusedError } from '../../link.ts';
import { nativeVoice, ownTopic } from '../../native-voice.ts';
import { randomFrom } from '../../random.ts';
import { createVirtualDevice, type Shows } from '../../virtual-device.ts';
import { createPager } from '../../voice/pager.ts';
import { createBrowserLeg } from './browser-leg.ts';
import { createMicrophone, type MicrophoneState } from './microphone.ts';
import type { Visitor } from './visitor.ts';

/** What a visitor's pager is doing. `ringsAgain`: it was answered, and the duty room rings once more because the call broke. `line`: `refused` where the gateway knows it no more. `press`: `sending` until it is stored. `acceptedBy`: the id of whoever has it. `ringingSince`: epoch ms. */
export type HandsetView = {
  readonly line: 'connecting' | 'up' | 'lost' | 'refused';
  readonly press: 'none' | 'sending' | 'stored';
  readonly shows: Shows;
  readonly acceptedBy: string | null;
  readonly call: CallState | 'asked' | null;
  readonly ringingSince: number | null;
  readonly ringsAgain: boolean;
  readonly microphone: MicrophoneState;
};

/** A pager in a visitor's hand. */
export type Handset = {
  readonly view: () => HandsetView;
  /** Tells of every change until the answer is called. */
  readonly watch: (changed: () => void) => () => void;
  /** Presses the button, and asks for a call unless there is one. */
  readonly press: () => void;
  /** Takes the call back while it rings, and ends it afterwards; the alert stands. */
  readonly hangUp: () => void;
};

const keepAliveMs = 10_000;
const talking: ReadonlySet<HandsetView['call']> = new Set(['answered', 'connected']);

const decodeBy = (payload: Uint8Array): string | null => {
  const said = JSON.parse(new TextDecoder().decode(payload)) as { command?: unknown; by?: unknown };
  return said.command === 'sos-accepted' && typeof said.by === 'string' ? said.by : null;
};

/** Connects a visitor's pager to the gateway behind `url` (`ws://…/mqtt`). */
export const openHandset = (visitor: Visitor, url: string, loudspeaker: HTMLAudioElement): Handset => {
  const base = ownTopic(visitor.id);
  const watchers = new Set<() => void>();
  let view: HandsetView = {
    line: 'connecting',
    press: 'none',
    shows: 'nothing',
    acceptedBy: null,
    call: null,
    ringingSince: null,
    ringsAgain: false,
    microphone: 'unasked',
  };
  const change = (part: Partial<HandsetView>): void => {
    view = { ...view, ...part };
    for (const changed of watchers) changed();
  };
  const microphone = createMicrophone(() => change({ microphone: microphone.state() }));

  const link = createLink({
    url,
    id: visitor.id,
    secret: visitor.secret,
    status: { topic: `${base}/status`, online: '{"state":"online"}', offline: '{"state":"offline"}' },
    subscriptions: [`${base}/commands`, `${base}/voice/down`],
    onMessage: (topic, payload) => {
      if (topic === `${base}/voice/down`) return pager.hear('down', payload);
      device.hear(payload);
      change({ shows: device.shows(), acceptedBy: decodeBy(payload) ?? view.acceptedBy });
    },
    onLine: (up) => {
      change({ line: up ? 'up' : 'lost' });
      if (up) pager.connected();
    },
    keepAliveMs,
    agenda: createAgenda(),
    random: randomFrom(Date.now(), 'link'),
  });
  const device = createVirtualDevice(
    {
      id: visitor.id,
      type: 'call-button',
      name: visitor.name,
      place: visitor.place,
      hub: null,
      dialect: 'native',
      address: null,
    },
    nativeVoice(link, base),
  );
  const pager = createPager({
    link,
    base,
    media: 'webrtc',
    sound: [],
    openLeg: () => createBrowserLeg(microphone.open(), loudspeaker),
    newId: v4,
    onChange: () => {
      const { state = null } = pager.current() ?? {};
      const ringing = state === 'ringing' || state === 'requested' || state === null;
      const broke = state === 'ringing' && talking.has(view.call);
      change({
        ringsAgain: broke || (ringing && view.ringsAgain),
        // Whoever had it has it no longer.
        ...(broke ? { acceptedBy: null } : {}),
        call: state ?? 'asked',
        ringingSince: ringing ? (view.ringingSince ?? Date.now()) : null,
      });
    },
  });

  link.open().catch((error: unknown) => {
    if (!(error instanceof LinkRefusedError)) throw error;
    change({ line: 'refused' });
  });
  // A phone that loses its network says so long before the line is found dead.
  window.addEventListener('offline', () => link.drop());

  return {
    view: () => view,
    watch: (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    press: () => {
      navigator.vibrate?.(200);
      change({ press: 'sending', shows: view.shows === 'help-is-coming' ? 'nothing' : view.shows });
      void device.press({ id: v4() }).then(() => change({ press: 'stored' }));
      const call = pager.current();
      if (call === null || (call.state !== null && endedStates.has(call.state))) {
        change({ acceptedBy: null, shows: 'nothing' });
        pager.call('webrtc');
      }
      void microphone.open();
    },
    hangUp: () => {
      const state = pager.current()?.state ?? null;
      if (state !== null && talking.has(state)) pager.hangUp();
      else pager.cancel();
    },
  };
};
