import { expect, test } from 'vitest';
import { silentA } from '../../../src/voice/g711.ts';
import { openMqttAudioLeg } from '../../../src/voice/legs/mqtt-audio.ts';
import type { Numbered } from '../../../src/voice/outgoing.ts';
import type { Sound } from '../../../src/voice/sound.ts';

const openLeg = () => {
  const told: Uint8Array[] = [];
  const sounds: Sound[] = [];
  let heard = 0;
  let missed = 0;
  const leg = openMqttAudioLeg(
    {
      signal: () => {},
      heard: () => {
        heard += 1;
      },
      sound: (sound) => sounds.push(sound),
      missed: (packets) => {
        missed += packets;
      },
      again: () => {},
      failed: () => {},
    },
    (frame) => told.push(frame),
  );
  return { leg, told, sounds, counts: () => ({ heard, missed }) };
};
const frame = (sequence: number, code: number): Uint8Array => {
  const bytes = Buffer.alloc(164, code);
  bytes.writeUInt32BE(sequence, 0);
  return bytes;
};
const sound = (timestamp: number, bytes: number, code: number): Numbered => ({
  codec: 'pcma',
  payload: new Uint8Array(bytes).fill(code),
  source: 'operator',
  sequence: 0,
  timestamp,
  begins: false,
});
const numberOf = (bytes: Uint8Array | undefined): number => Buffer.from(bytes ?? []).readUInt32BE(0);

test('frames that come in a burst leave one every 20 ms, in order, with silence for one that is lost', () => {
  const { leg, sounds, counts } = openLeg();
  for (const [sequence, code] of [
    [5, 5],
    [7, 7],
    [6, 6],
    [9, 9],
  ] as const)
    leg.take(frame(sequence, code));
  leg.take(new Uint8Array(7));
  for (let tick = 0; tick < 5; tick += 1) leg.tick?.();
  leg.take(frame(6, 6));
  expect(sounds.map(({ payload }) => payload[0])).toEqual([5, 6, 7, silentA, 9]);
  const [first] = sounds;
  expect(sounds.map(({ timestamp }) => timestamp - (first?.timestamp ?? 0))).toEqual([0, 160, 320, 480, 640]);
  expect(counts()).toEqual({ heard: 5, missed: 1 });
});

test('what the device gets is always 20 ms a frame, whatever the packets hold, and a gap shows in its number', () => {
  const { leg, told } = openLeg();
  const from = 0xffff_ff00;
  leg.send(sound(from, 240, 1));
  leg.send(sound((from + 240) >>> 0, 240, 2));
  expect(told.map(numberOf)).toEqual([0, 1, 2]);
  expect(told.map((bytes) => [bytes.length, bytes[4], bytes[163]])).toEqual([
    [164, 1, 1],
    [164, 1, 2],
    [164, 2, 2],
  ]);
  leg.send(sound((from + 480 + 320) >>> 0, 80, 3));
  leg.send(sound((from + 480 + 640) >>> 0, 160, 4));
  expect(told.slice(3).map(numberOf)).toEqual([5, 7]);
  expect([told[3]?.[4], told[3]?.[163]]).toEqual([3, silentA]);
});

test('after its end the leg says and takes nothing more', () => {
  const { leg, told, sounds, counts } = openLeg();
  for (const sequence of [1, 2, 3]) leg.take(frame(sequence, 1));
  leg.close();
  leg.tick?.();
  leg.take(frame(4, 1));
  leg.send(sound(0, 160, 1));
  expect([told, sounds, counts().heard, leg.takes()]).toEqual([[], [], 3, []]);
});
