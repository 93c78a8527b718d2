import type { Call, CallMedia, LegSignal, Prompt, VoiceMessage } from '../model/call.ts';
import type { Result } from '../model/fault.ts';

/** What the duty room may ask and tell of calls. A `console` is one page on the live feed, by the id that its hello told; null = this user has none, and cannot speak. */
export type CallDoor = {
  /** Calls under way, committed, by id. */
  readonly live: ReadonlyMap<string, Call>;
  /** Calls a device; `already-running` where a call with it is under way, `no-console` without a console. */
  readonly place: (
    user: string,
    console: string | null,
    device: string,
    alert: string | undefined,
  ) => Result<Call>;
  /** The first wins: the next is told `already-answered`. Its alert is taken too where nobody has it. */
  readonly answer: (user: string, console: string | null, call: string) => Result<Call>;
  /** Ends a call, or declines one that rings; the alert stands. */
  readonly hangUp: (user: string, call: string) => Result<Call>;
  /** Another operator speaks on: `console` is the heir's. The old side goes on until the new one has sound, and has the call back where it gets none. What the giver holds of the alert goes along. */
  readonly handOver: (user: string, call: string, to: string, console: string | null) => Result<Call>;
  /** A supervisor listens in, and is seen to. */
  readonly listenIn: (user: string, console: string | null, call: string) => Result<Call>;
  readonly leave: (user: string, console: string, call: string) => Result<Call>;
  /** A console's part in the making of its leg; anybody else's word is passed over. */
  readonly signal: (user: string, console: string, message: VoiceMessage) => void;
  /** A console came or went; one that returns under the same id within the grace keeps its calls. */
  readonly consoleHere: (console: string, user: string) => void;
  readonly consoleGone: (console: string) => void;
};

/** Which side of a call: the device's, or a console's. */
export type Side = 'device' | { readonly console: string };

/** What the core needs of whoever ends the media of the legs. Nothing of it throws or waits; an unknown call is passed over. */
export type Media = {
  /** Makes the device's leg, or makes it anew where there is one: it is offered by `MediaDoor.signal`. */
  readonly openDevice: (call: string, device: string, media: CallMedia) => void;
  /** Makes a console's leg: one that speaks and hears, or one that only hears. */
  readonly openConsole: (call: string, console: string, part: 'speak' | 'listen') => void;
  readonly closeConsole: (call: string, console: string) => void;
  readonly signal: (call: string, from: Side, signal: LegSignal) => void;
  /** One message of sound from a device without UDP: 4 bytes of sequence number, big-endian, and 20 ms of G.711 A-law. */
  readonly audio: (call: string, frame: Uint8Array) => void;
  /** What the person hears until somebody speaks or something else is played; null = nothing any more. */
  readonly play: (call: string, prompt: Prompt | null) => void;
  /** From here on both sides are recorded. */
  readonly record: (call: string) => void;
  /** All legs of the call are over. */
  readonly end: (call: string) => void;
};

/** What the voice adapter may tell. */
export type MediaDoor = {
  /** An offer, or a candidate, for a side. */
  readonly signal: (call: string, to: Side, signal: LegSignal) => void;
  /** A frame of sound for a device without UDP, as in `Media.audio`. */
  readonly audio: (call: string, frame: Uint8Array) => void;
  /** Sound of this side flows from now on, or has stopped (no packet for 2 s). */
  readonly flows: (call: string, side: Side, flowing: boolean) => void;
  /** A leg cannot be made, or is broken for good. */
  readonly failed: (call: string, side: Side, reason: string) => void;
  /** A call is being recorded from now on, or not any more although somebody speaks in it. */
  readonly recording: (call: string, on: boolean) => void;
  /** A recording is complete and on the disk: its length in ms. */
  readonly recorded: (call: string, lengthMs: number) => void;
  /** Every leg of every call is gone: whatever ended the media has died and begins anew. */
  readonly lost: () => void;
};
