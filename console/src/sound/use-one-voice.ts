import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { v4 as newId } from 'uuid';
import { clock } from '../feed/clock.ts';
import type { Silence } from './choose-sound.ts';
import { createOneVoice, type Fitness, type VoiceWord } from './one-voice.ts';

type Word = VoiceWord | { readonly is: 'silence'; readonly silence: Silence | null };

const channelName = 'zhishou.voice';

const startVoice = () => {
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(channelName);
  const listeners = new Set<() => void>();
  const silenced = new Set<(silence: Silence | null) => void>();
  const say = (word: Word): void => channel?.postMessage(word);
  const voice = createOneVoice({
    id: newId(),
    since: performance.timeOrigin,
    now: Date.now,
    say,
    changed: () => {
      for (const listener of listeners) listener();
    },
  });
  channel?.addEventListener('message', ({ data }: MessageEvent<Word>) => {
    if (data.is !== 'silence') voice.hear(data);
    else for (const listener of silenced) listener(data.silence);
  });
  return {
    ...voice,
    onChange: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onSilence: (listener: (silence: Silence | null) => void) => {
      silenced.add(listener);
      return () => silenced.delete(listener);
    },
    silence: (silence: Silence | null) => say({ is: 'silence', silence }),
    close: () => {
      voice.leave();
      channel?.close();
    },
  };
};

/** Whether this page is the one of its browser that sounds, and the way to silence all of them at once; `heard` is told when another page was silenced. */
export const useOneVoice = (
  fit: Fitness,
  heard: (silence: Silence | null) => void,
): { readonly leads: boolean; readonly silenceOthers: (silence: Silence | null) => void } => {
  const [voice, setVoice] = useState<ReturnType<typeof startVoice> | null>(null);
  const newest = useRef({ fit, heard });
  useEffect(() => {
    newest.current = { fit, heard };
  });
  useEffect(() => {
    const started = startVoice();
    setVoice(started);
    const off = [
      clock.onBeat(() => started.pulse(newest.current.fit)),
      started.onSilence((silence) => newest.current.heard(silence)),
    ];
    window.addEventListener('pagehide', started.leave);
    return () => {
      for (const end of off) end();
      window.removeEventListener('pagehide', started.leave);
      started.close();
    };
  }, []);
  const leads = useSyncExternalStore(
    voice?.onChange ?? (() => () => undefined),
    () => voice?.leads() ?? true,
  );
  return { leads, silenceOthers: (silence) => voice?.silence(silence) };
};
