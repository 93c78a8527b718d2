import type { Candidate } from '../../src/model/call.ts';
import { createEar, createHeard, type Ear, type Heard } from './ear.ts';
import { everyFrame } from './metronome.ts';
import { type Sound, silentFrame } from './sound.ts';

/** One way of a device's or console's sound, there and back. */
export type Leg = {
  readonly ear: Ear;
  /** Whether it is its sound that goes out. Until told so a leg keeps to itself what it hears at home. */
  readonly speak: (on: boolean) => void;
  readonly close: () => void;
};

/** A leg over UDP, which the gateway offers. */
export type OfferedLeg = Leg & {
  /** Takes the offer; resolves to the answer, with every candidate of this side in it. Rejects where the offer cannot be answered. */
  readonly answer: (offer: string) => Promise<string>;
  /** A candidate of the other side; one that comes too early waits, one that comes too late is dropped. */
  readonly addCandidate: (candidate: Candidate) => void;
};

/** Makes a leg over UDP that says this sound and notes what it hears. */
export type LegOpener = (sound: Sound, heard?: Heard) => OfferedLeg;

/** The frames of a sound, one after the other and over again. */
export const speakerOf = (sound: Sound): (() => Uint8Array) => {
  let at = -1;
  return () => {
    at = (at + 1) % sound.length;
    return sound[at] ?? silentFrame;
  };
};

const numberBytes = 4;

/** A leg of frames over MQTT; answers it and what to do with a frame that came. A frame that is shorter than its number is passed over. */
export const createMqttLeg = (
  sound: Sound,
  send: (frame: Uint8Array) => void,
  heard: Heard = createHeard(),
): { readonly leg: Leg; readonly hear: (payload: Uint8Array) => void } => {
  const ear = createEar(32, heard);
  const nextFrame = speakerOf(sound);
  let number = 0;
  let stop: () => void = () => {};
  const speakNext = (): void => {
    const frame = nextFrame();
    const payload = new Uint8Array(numberBytes + frame.length);
    new DataView(payload.buffer).setUint32(0, number, false);
    payload.set(frame, numberBytes);
    number = (number + 1) % 2 ** 32;
    send(payload);
  };
  let speaks = false;
  const speak = (on: boolean): void => {
    if (on === speaks) return;
    speaks = on;
    if (on) stop = everyFrame(speakNext);
    else stop();
  };
  return {
    leg: { ear, speak, close: () => speak(false) },
    hear: (payload) => {
      if (payload.length <= numberBytes) return;
      const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
      ear.hear(view.getUint32(0, false), payload.subarray(numberBytes));
    },
  };
};
