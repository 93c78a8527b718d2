import { samplesOf, type Tune, tunes } from './tones.ts';

/** The page's loudspeaker. */
export type Player = {
  /** What the browser says: `suspended` until somebody has clicked or typed. */
  readonly state: () => 'running' | 'suspended' | 'missing';
  /** Asks the browser for sound; only works within a click or a key. */
  readonly unlock: () => void;
  /** These tunes, one after the other, over and over; none = quiet. */
  readonly loop: (wanted: readonly Tune[]) => void;
  /** One round, beside whatever loops. */
  readonly once: (tune: Tune) => void;
  /** Quieter while somebody speaks here: what rings must be heard, and the person at the other end too. */
  readonly hush: (on: boolean) => void;
  readonly onState: (listener: () => void) => () => void;
};

/** How loud it is while somebody speaks. */
const hushed = 0.12;

/** Makes the loudspeaker. A round is computed once and looped by the browser itself, so that a slowed timer in a background tab cannot thin it out. */
export const createPlayer = (): Player => {
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  let context: AudioContext | null = null;
  let volume: GainNode | null = null;
  try {
    context = new AudioContext();
    context.addEventListener('statechange', tell);
    volume = context.createGain();
    volume.connect(context.destination);
  } catch {
    // A machine without any sound device; the strip says so.
  }
  let playing: { readonly name: string; readonly source: AudioBufferSourceNode } | null = null;

  const sourceOf = (wanted: readonly Tune[], audio: AudioContext): AudioBufferSourceNode => {
    const samples = samplesOf(
      wanted.flatMap((tune) => tunes[tune]),
      audio.sampleRate,
    );
    const buffer = audio.createBuffer(1, Math.max(samples.length, 1), audio.sampleRate);
    buffer.copyToChannel(samples, 0);
    const source = audio.createBufferSource();
    source.buffer = buffer;
    source.connect(volume ?? audio.destination);
    return source;
  };

  return {
    state: () => (context === null ? 'missing' : context.state === 'running' ? 'running' : 'suspended'),
    unlock: () => {
      if (context && context.state !== 'running') context.resume().then(tell, tell);
    },
    loop: (wanted) => {
      const name = wanted.join(' ');
      if (context === null || name === (playing?.name ?? '')) return;
      playing?.source.stop();
      playing = null;
      if (wanted.length === 0) return;
      const source = sourceOf(wanted, context);
      source.loop = true;
      source.start();
      playing = { name, source };
    },
    once: (tune) => {
      if (context?.state === 'running') sourceOf([tune], context).start();
    },
    hush: (on) => {
      if (volume !== null) volume.gain.value = on ? hushed : 1;
    },
    onState: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
