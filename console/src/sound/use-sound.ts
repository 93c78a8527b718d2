import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useLegs } from '../call/call-desk.ts';
import { waitingBeside } from '../call/waiting.ts';
import { useClock } from '../feed/clock.ts';
import { openAlerts } from '../feed/feed-state.ts';
import type { FeedHealth } from '../feed/health.ts';
import { useFeedState } from '../feed/live-feed.ts';
import {
  chimes,
  longestSilenceMs,
  loopsNow,
  mayBeSilent,
  type Silence,
  silenceFor,
  silenceLeftMs,
} from './choose-sound.ts';
import { createPlayer, type Player } from './player.ts';
import { roundMs, type Tune } from './tones.ts';
import { useOneVoice } from './use-one-voice.ts';

/** What this seat hears, and its switches. */
export type Sound = {
  readonly audio: ReturnType<Player['state']>;
  /** What sounds now, by name; empty = quiet. */
  readonly sounding: string;
  /** How long the seat is still silenced, in ms; 0 = it is not. */
  readonly silencedMs: number;
  /** Another page of this browser sounds for the seat. */
  readonly elsewhere: boolean;
  /** Something rings here or at that page. */
  readonly ringing: boolean;
  /** What rings would be heard at another desk; else this one stays loud. */
  readonly heardElsewhere: boolean;
  readonly unlock: () => void;
  readonly test: () => void;
  readonly toggleSilence: () => void;
};

/** Sounds for what rings, loops until it is taken, and sounds for blindness. */
export const useSound = (health: FeedHealth): Sound => {
  const [player] = useState(createPlayer);
  const audio = useSyncExternalStore(player.onState, player.state);
  const state = useFeedState();
  const alerts = useMemo(() => [...openAlerts(state).values()].map(({ alert }) => alert), [state]);
  const [silence, setSilence] = useState<Silence | null>(null);
  const { leads, silenceOthers } = useOneVoice(
    audio === 'running' ? (health === 'live' ? 2 : 1) : 0,
    setSilence,
  );
  const calls = useMemo(() => waitingBeside(state.calls, state.alerts), [state.calls, state.alerts]);
  const silencedMs = useClock((now) => Math.ceil(silenceLeftMs(silence, now) / 1000) * 1000);
  const elsewhere = useMemo(
    () => health === 'live' && mayBeSilent(alerts, state.seats, state.console),
    [alerts, state.seats, state.console, health],
  );
  const covering = silencedMs > 0 && elsewhere ? silence : null;
  // The last seat that can be heard is loud again, and stays so when another comes.
  useEffect(() => {
    if (!elsewhere) setSilence(null);
  }, [elsewhere]);
  const wanted: readonly Tune[] = [
    ...loopsNow(alerts, state.announced, covering, 0, calls),
    ...(health === 'blind' ? (['blind'] as const) : []),
  ];
  // One page of a seat is enough.
  const sounding = leads ? wanted.join(' ') : '';
  useEffect(() => {
    player.loop(sounding === '' ? [] : (sounding.split(' ') as Tune[]));
  }, [player, sounding]);
  useEffect(() => () => player.loop([]), [player]);

  const [chimedUntil, setChimedUntil] = useState(0);
  const chimed = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    if (!state.complete) return;
    const now = new Set(chimes(alerts));
    const before = chimed.current;
    chimed.current = now;
    if (before === null || ![...now].some((name) => !before.has(name))) return;
    if (!leads) return;
    player.once('high');
    setChimedUntil(Date.now() + roundMs('high'));
  }, [player, alerts, state.complete, leads]);

  const { legs } = useLegs();
  const speaks = legs.some(({ part }) => part === 'speak');
  useEffect(() => player.hush(speaks), [player, speaks]);

  const chiming = useClock(() => Date.now() < chimedUntil);

  useEffect(() => {
    const unlock = (): void => player.unlock();
    window.addEventListener('pointerdown', unlock);
    window.addEventListener('keydown', unlock);
    return () => {
      window.removeEventListener('pointerdown', unlock);
      window.removeEventListener('keydown', unlock);
    };
  }, [player]);

  useEffect(() => {
    document.documentElement.dataset.sound = sounding === '' && chiming ? 'high' : sounding;
    document.documentElement.dataset.audio = audio;
  }, [sounding, chiming, audio]);

  return {
    audio,
    sounding,
    silencedMs: covering === null ? 0 : silencedMs,
    heardElsewhere: elsewhere,
    unlock: player.unlock,
    test: () => player.once('test'),
    elsewhere: !leads,
    ringing: wanted.length > 0,
    toggleSilence: () => {
      const next =
        covering === null && elsewhere
          ? silenceFor(alerts, state.announced, Date.now() + state.clockOffsetMs, longestSilenceMs, calls)
          : null;
      setSilence(next);
      silenceOthers(next);
    },
  };
};
