import { silentA } from '../g711.ts';
import { createJitter } from '../jitter.ts';
import type { Numbered } from '../outgoing.ts';
import { frameSamples } from '../sound.ts';
import type { Leg, LegDoor } from './leg.ts';

/** A frame on the wire: its number in 4 bytes, big-endian, and 20 ms of A-law. */
export const audioFrameBytes = 4 + frameSamples;

/** A leg over a device's MQTT connection. `take` is one message of sound from it; one of another length is passed over. */
export type MqttAudioLeg = Leg & { readonly take: (frame: Uint8Array) => void };

/** Opens a leg that is there at once: nothing has to be agreed upon. Frames for the device go to `tell`, their numbers counting 20 ms each, so that a gap shows. */
export const openMqttAudioLeg = (door: LegDoor, tell: (frame: Uint8Array) => void): MqttAudioLeg => {
  const jitter = createJitter();
  let open = true;
  let played = 0;
  /** The frame that is being filled, and where in the stream it begins. */
  let filling: Uint8Array | null = null;
  let startsAt = 0;
  let filled = 0;
  let origin: number | null = null;

  const flush = (): void => {
    if (filling === null || origin === null) return;
    const frame = new Uint8Array(audioFrameBytes);
    new DataView(frame.buffer).setUint32(0, Math.floor(((startsAt - origin) >>> 0) / frameSamples));
    frame.set(filling, 4);
    filling = null;
    filled = 0;
    tell(frame);
  };

  const send = ({ timestamp, payload }: Numbered): void => {
    if (!open) return;
    origin ??= timestamp;
    // What follows on is packed on; elsewhere a frame begins where the packet does, and the last is sent as it is.
    if (filling !== null && timestamp !== (startsAt + filled) >>> 0) flush();
    let at = 0;
    while (at < payload.length) {
      if (filling === null) {
        filling = new Uint8Array(frameSamples).fill(silentA);
        startsAt = (timestamp + at) >>> 0;
      }
      const part = payload.subarray(at, at + frameSamples - filled);
      filling.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled === frameSamples) flush();
    }
  };

  return {
    takes: () => (open ? ['pcma'] : []),
    send,
    signal: () => {},
    take: (message) => {
      if (!open || message.length !== audioFrameBytes) return;
      const number = new DataView(message.buffer, message.byteOffset).getUint32(0);
      door.heard();
      if (!jitter.put(number, message.slice(4))) door.missed(1);
    },
    tick: () => {
      const payload = open ? jitter.take() : null;
      played += 1;
      if (payload === null) return;
      door.sound({
        codec: 'pcma',
        payload,
        sequence: played & 0xffff,
        timestamp: (played * frameSamples) >>> 0,
        source: 'mqtt',
      });
    },
    close: () => {
      open = false;
    },
  };
};
