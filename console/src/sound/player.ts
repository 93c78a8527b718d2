import { samplesOf, type Tune, tunes } from './tones.ts';

/** The page's loudspeaker. */
export type Player = {
  /** What the browser says: `starting` in the first moments of a page, `suspended` until somebody has clicked or typed. */
  readonly state: () => 'starting' | 'running' | 'suspended' | 'missing';
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

/** A browser that does not answer within this (ms) is made to sound all the same. */
const awaitedMs = 3_000;

/** The first sound of a browser starts a process of its own, for which a page that asks for sound stands still (half a second and more); a question about its devices starts the same one without that. */
const soundProcess = (): Promise<unknown> =>
  Promise.race([
    (navigator.mediaDevices as MediaDevices | undefined)?.enumerateDevices().catch(() => undefined),
    new Promise((resolve) => setTimeout(resolve, awaitedMs)),
  ]);

/** Makes the loudspeaker. A round is computed once and looped by the browser itself, so that a slowed timer in a background tab cannot thin it out. */
export const createPlayer = (): Player => {
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  let context: AudioContext | null = null;
  let volume: GainNode | null = null;
  let begun = false;
  let level = 1;
  let looped: readonly Tune[] = [];
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

  const play = (wanted: readonly Tune[]): void => {
    looped = wanted;
    const name = wanted.join(' ');
    if (context === null || name === (playing?.name ?? '')) return;
    playing?.source.stop();
    playing = null;
    if (wanted.length === 0) return;
    const source = sourceOf(wanted, context);
    source.loop = true;
    source.start();
    playing = { name, source };
  };

  const unlock = (): void => {
    if (context && context.state !== 'running') context.resume().then(tell, tell);
  };

  void soundProcess().then(() => {
    begun = true;
    try {
      context = new AudioContext();
      context.addEventListener('statechange', tell);
      volume = context.createGain();
      volume.gain.value = level;
      volume.connect(context.destination);
      play(looped);
      // Whoever has clicked or typed meanwhile has unlocked it.
      if (navigator.userActivation?.hasBeenActive) unlock();
    } catch {
      // A machine without any sound device; the strip says so.
    }
    tell();
  });

  return {
    state: () => {
      if (!begun) return 'starting';
      return context === null ? 'missing' : context.state === 'running' ? 'running' : 'suspended';
    },
    unlock,
    loop: play,
    once: (tune) => {
      if (context?.state === 'running') sourceOf([tune], context).start();
    },
    hush: (on) => {
      level = on ? hushed : 1;
      if (volume !== null) volume.gain.value = level;
    },
    onState: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
