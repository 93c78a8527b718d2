/** The power of one frequency in a stretch of sound, as a share of all its power (0 to 1); 0 for silence. */
export const shareOf = (samples: ArrayLike<number>, hz: number, samplesPerSecond: number): number => {
  const turn = 2 * Math.cos((2 * Math.PI * hz) / samplesPerSecond);
  let [before, last, power] = [0, 0, 0];
  for (let at = 0; at < samples.length; at += 1) {
    const sample = samples[at] as number;
    const next = sample + turn * last - before;
    before = last;
    last = next;
    power += sample * sample;
  }
  if (power === 0) return 0;
  const found = before * before + last * last - turn * before * last;
  return (2 * found) / (power * samples.length);
};

/** A tone of so many samples at 8,000 a second, half as loud as can be. */
export const tone = (hz: number, samples: number, from = 0): Int16Array =>
  Int16Array.from({ length: samples }, (_, at) =>
    Math.round(16_000 * Math.sin((2 * Math.PI * hz * (from + at)) / 8_000)),
  );
