import type { Candidate } from '../../../src/model/call.ts';

/** Why there is no microphone: the page came over plain http; the browser or the person said no; there is none; another program has it or it is broken. */
export type MicrophoneFault = 'insecure' | 'denied' | 'none' | 'busy';

/** An open microphone. */
export type Microphone = {
  readonly id: string;
  /** What the machine calls it. */
  readonly label: string;
  /** How loud it is now, 0..1. */
  readonly level: () => number;
  /** It was pulled out, or taken away. */
  readonly onEnded: (listener: () => void) => void;
  readonly close: () => void;
};

/** One device for sound, as the machine lists it; labels are empty until a microphone was allowed once. */
export type SoundDevice = {
  readonly kind: 'microphone' | 'loudspeaker';
  readonly id: string;
  readonly label: string;
};

/** What a peer connection tells its owner. `down`: it may come back by itself; `failed`: it does not. `heard`: whether the browser lets the other side sound. */
export type PeerEars = {
  readonly candidate: (candidate: Candidate) => void;
  readonly line: (state: 'up' | 'down' | 'failed') => void;
  readonly heard: (allowed: boolean) => void;
};

/** One side of the media of a call, in this page. Its promises reject where the other side's words make no sense or it is closed. */
export type Peer = {
  /** Takes the gateway's offer; resolves with the answer's session description. */
  readonly accept: (offer: string, microphone: Microphone | null) => Promise<string>;
  readonly addCandidate: (candidate: Candidate) => Promise<void>;
  /** Goes over to another microphone, or to none, without a new offer. */
  readonly speakWith: (microphone: Microphone | null) => Promise<void>;
  /** Off: silence is sent instead, so that the line stays up. */
  readonly speak: (on: boolean) => void;
  /** Whether the other side is let out of the loudspeaker. */
  readonly listen: (on: boolean) => void;
  /** Tries again to sound after the browser forbade it; only works within a click or a key. */
  readonly sound: () => void;
  /** Packets of sound that came from the other side so far. */
  readonly packetsHeard: () => Promise<number>;
  /** How loud the other side is now, 0..1. */
  readonly level: () => number;
  readonly close: () => void;
};

/** What the legs need of a browser. */
export type Media = {
  /** Opens a microphone by its id; null = whichever the machine takes by itself. */
  readonly openMicrophone: (id: string | null) => Promise<Microphone | MicrophoneFault>;
  readonly connect: (ears: PeerEars) => Peer;
  readonly devices: () => Promise<readonly SoundDevice[]>;
  /** Where calls are heard from now on; null = the machine's own choice. */
  readonly hearThrough: (id: string | null) => void;
};
