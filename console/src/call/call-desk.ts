import { createContext, use, useSyncExternalStore } from 'react';
import type { Call } from '../../../src/model/call.ts';
import { clock } from '../feed/clock.ts';
import { type LiveFeed, useFeedState } from '../feed/live-feed.ts';
import { browserMedia } from './browser-media.ts';
import { chosenDevices, onChosenDevices } from './chosen-devices.ts';
import { createLegs, type Legs, type LegsState } from './leg.ts';
import { callOfAlert } from './waiting.ts';

/** Makes the legs of this page and ties them to its feed, its clock and this machine's devices. */
export const startCallDesk = (feed: LiveFeed): Legs => {
  const legs = createLegs({ media: browserMedia, say: feed.send, now: Date.now });
  const follow = (): void => {
    const { complete, calls, user } = feed.state();
    const { open, openSince } = feed.line();
    if (complete) legs.follow(calls, user?.id ?? null, open ? openSince : null);
  };
  const choose = (): void => {
    const { microphone, loudspeaker } = chosenDevices();
    legs.choose(microphone, loudspeaker);
  };
  choose();
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  devices?.addEventListener('devicechange', legs.devicesChanged);
  window.addEventListener('pointerdown', legs.unlock);
  window.addEventListener('keydown', legs.unlock);
  const leave = [
    feed.onVoice((message) => {
      // Changes are told a few times a second; an offer must not overtake the one that it follows from.
      follow();
      legs.hear(message);
    }),
    feed.onChange(follow),
    clock.onBeat(legs.pulse),
    onChosenDevices(choose),
    () => devices?.removeEventListener('devicechange', legs.devicesChanged),
    () => window.removeEventListener('pointerdown', legs.unlock),
    () => window.removeEventListener('keydown', legs.unlock),
  ];
  return {
    ...legs,
    stop: () => {
      for (const end of leave) end();
      legs.stop();
    },
  };
};

const CallDeskContext = createContext<Legs | null>(null);

/** Gives everything below it this page's legs. */
export const CallDeskProvider = CallDeskContext;

/** This page's legs, and the way to command them. */
export const useCallDesk = (): Legs => {
  const legs = use(CallDeskContext);
  if (legs === null) throw new Error('useCallDesk needs a CallDeskProvider above it');
  return legs;
};

/** How the legs of this page stand now. */
export const useLegs = (): LegsState => {
  const legs = useCallDesk();
  return useSyncExternalStore(legs.onChange, legs.state);
};

/** The call of an alert that is under way. */
export const useCallOf = (alert: string): Call | null => callOfAlert(useFeedState().calls, alert);
