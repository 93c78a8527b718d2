import type { Loop } from './choose-sound.ts';

/** Everything the console can play. `high`: three times for an alert that does not loop; `blind`: the page hears nothing from the gateway; `test`: asked for by the operator. */
export type Tune = Loop | 'high' | 'blind' | 'test';

/** A tone of `hz` (0 = rest) for `ms`, loudness 0..1; `toHz` slides there. */
export type Tone = {
  readonly hz: number;
  readonly ms: number;
  readonly loud: number;
  readonly toHz?: number;
};

const rest = (ms: number): Tone => ({ hz: 0, ms, loud: 0 });
const tone = (hz: number, ms: number, loud = 0.8): Tone => ({ hz, ms, loud });
const times = (n: number, tones: readonly Tone[]): readonly Tone[] =>
  Array.from({ length: n }, () => tones).flat();

/** One round of every tune. They differ in rhythm first, so that worn ears and bad loudspeakers still tell them apart: a person calling (two notes up, twice), fire (three long, as ISO 8201's temporal three), gas (four short, after the temporal four of CO alarms), a call that waits (a trilling telephone), blind (a slow falling pair). */
export const tunes: Readonly<Record<Tune, readonly Tone[]>> = {
  sos: [...times(2, [tone(740, 160), tone(988, 260), rest(110)]), rest(620)],
  fire: [...times(3, [{ hz: 640, toHz: 960, ms: 500, loud: 0.85 }, rest(250)]), rest(500)],
  gas: [...times(4, [tone(1320, 110), rest(100)]), rest(900)],
  critical: [...times(2, [tone(587, 320), rest(120)]), rest(800)],
  call: [...times(2, [...times(6, [tone(880, 45), tone(1047, 45)]), rest(240)]), rest(1400)],
  high: [...times(3, [tone(659, 180, 0.6), tone(523, 260, 0.6), rest(560)])],
  blind: [
    { hz: 440, toHz: 220, ms: 700, loud: 0.8 },
    rest(200),
    { hz: 330, toHz: 165, ms: 900, loud: 0.8 },
    rest(2200),
  ],
  test: times(2, [tone(523, 180, 0.7), tone(659, 180, 0.7), tone(784, 320, 0.7), rest(250)]),
};

/** How long one round of a tune is, in ms. */
export const roundMs = (tune: Tune): number => tunes[tune].reduce((sum, { ms }) => sum + ms, 0);

const fadeMs = 8;

/** The samples (-1..1) of a round of tones at `rate` samples a second; a second partial gives it an edge that small loudspeakers carry. */
export const samplesOf = (tones: readonly Tone[], rate: number): Float32Array<ArrayBuffer> => {
  const lengths = tones.map(({ ms }) => Math.round((ms / 1000) * rate));
  const samples = new Float32Array(lengths.reduce((sum, length) => sum + length, 0));
  const fade = (fadeMs / 1000) * rate;
  let from = 0;
  for (const [index, { hz, toHz, loud }] of tones.entries()) {
    const length = lengths[index] ?? 0;
    let phase = 0;
    for (let i = 0; i < length && hz > 0; i++) {
      const pitch = hz + ((toHz ?? hz) - hz) * (i / length);
      phase += (2 * Math.PI * pitch) / rate;
      const edge = Math.min(1, i / fade, (length - i) / fade);
      samples[from + i] = loud * edge * (0.72 * Math.sin(phase) + 0.28 * Math.sin(2 * phase));
    }
    from += length;
  }
  return samples;
};
