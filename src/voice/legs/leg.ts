import type { LegSignal } from '../../model/call.ts';
import type { Numbered } from '../outgoing.ts';
import type { Codec, Sound } from '../sound.ts';

/** One end of a call, whatever carries it: WebRTC, MQTT, later SIP. It deals in packets of sound and knows nothing of who else is in the call. */
export type Leg = {
  /** What it can be sent, best first; empty while it cannot be sent anything. */
  readonly takes: () => readonly Codec[];
  /** One packet of an unbroken stream, in a codec that it takes. */
  readonly send: (sound: Numbered) => void;
  /** The other end's part in the making of the leg; nothing that it says throws. */
  readonly signal: (signal: LegSignal) => void;
  /** Called every 20 ms, where the leg paces what it brings. */
  readonly tick: (() => void) | null;
  readonly close: () => void;
};

/** What a leg tells; nothing any more after `close`. */
export type LegDoor = {
  readonly signal: (signal: LegSignal) => void;
  /** A packet came, whether or not there is sound in it. */
  readonly heard: () => void;
  readonly sound: (sound: Sound) => void;
  /** So many packets did not arrive; less where they come late after all. */
  readonly missed: (packets: number) => void;
  /** It broke while it was being made, by chance: a fresh one may do. */
  readonly again: (reason: string) => void;
  /** It cannot be made, or is broken for good. */
  readonly failed: (reason: string) => void;
};
