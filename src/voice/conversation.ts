import type { Side } from '../gateway/call-doors.ts';
import type { CallMedia, LegSignal, Prompt } from '../model/call.ts';
import { isLaw, toLaw } from './g711.ts';
import type { Leg, LegDoor } from './legs/leg.ts';
import type { MqttAudioLeg } from './legs/mqtt-audio.ts';
import type { WebrtcRequest } from './legs/webrtc.ts';
import { createMixer, type Mixer } from './mixer.ts';
import { createOutgoing, type Outgoing } from './outgoing.ts';
import { playPrompt, type Speeches } from './prompts.ts';
import type { Recorder } from './recording/recorder.ts';
import { type Codec, frameSamples, type Sound } from './sound.ts';

/** A side whose last packet is older (ms) has no sound. */
const silentAfterMs = 2_000;
/** A leg that breaks in the making is made anew so many times in a call. */
const mostRemakes = 5;
/** A recording is handed to the disk every so many ticks (half a second). */
const settleEveryTicks = 25;

const laws: readonly Codec[] = ['pcma', 'pcmu'];

/** What a call tells of its sides. */
export type ConversationDoor = {
  readonly signal: (to: Side, signal: LegSignal) => void;
  readonly audio: (frame: Uint8Array) => void;
  readonly flows: (side: Side, flowing: boolean) => void;
  readonly failed: (side: Side, reason: string) => void;
  readonly recording: (on: boolean) => void;
};

/** What a call needs from the house. */
export type ConversationParts = {
  readonly now: () => number;
  readonly random: (below: number) => number;
  readonly speeches: Speeches;
  readonly openWebrtc: (request: WebrtcRequest, door: LegDoor) => Leg;
  readonly openMqttAudio: (door: LegDoor, tell: (frame: Uint8Array) => void) => MqttAudioLeg;
  /** Begins a recording and tells when it is being made, and when no more; null where nothing is recorded. */
  readonly startRecorder: ((now: number, tell: (recording: boolean) => void) => Recorder) | null;
  readonly count: (what: 'relayed' | 'missed', packets: number) => void;
};

/** The legs of one call and who hears whom: everybody hears everybody else who speaks, a supervisor who listens in is heard by nobody. One who speaks alone is passed on untouched; several are added up. */
export type Conversation = {
  readonly openDevice: (media: CallMedia) => void;
  readonly openConsole: (console: string, part: 'speak' | 'listen') => void;
  readonly closeConsole: (console: string) => void;
  readonly signal: (from: Side, signal: LegSignal) => void;
  readonly audio: (frame: Uint8Array) => void;
  readonly play: (prompt: Prompt | null) => void;
  readonly record: () => void;
  /** Every 20 ms. */
  readonly tick: () => void;
  /** Closes every leg; resolves with the length (ms) of the recording once it is on the disk, null where there is none. */
  readonly end: () => Promise<number | null>;
};

/** One side: its leg, what it hears, and whether it is heard. */
type Party = {
  readonly side: Side;
  readonly part: 'device' | 'speak' | 'listen';
  readonly outgoing: Outgoing;
  /** Names what comes from this leg, and no other, also after it was made anew. */
  readonly name: string;
  leg: Leg;
  take: ((frame: Uint8Array) => void) | null;
  heardAt: number | null;
  mixer: Mixer | null;
  /** Made for a call in Opus. */
  opus: boolean;
};

const device = 'device';
const keyOf = (side: Side): string => (side === 'device' ? device : `console ${side.console}`);

/** Makes a call without legs. */
export const createConversation = (parts: ConversationParts, door: ConversationDoor): Conversation => {
  const { now, random } = parts;
  const parties = new Map<string, Party>();
  /** How often a leg broke in the making, by side. */
  const remade = new Map<string, number>();
  let legs = 0;
  let prompt: (() => Uint8Array | null) | null = null;
  let ticks = 0;
  /** What the ticks themselves play: prompts, and what was added up. */
  let played = 0;
  let recordsFrom: number | null = null;
  let recorder: Recorder | null = null;
  let recording = false;

  const speaks = ({ part, heardAt }: Party): boolean => part !== 'listen' && heardAt !== null;
  /** Whom a party hears. */
  const heardBy = (ear: Party): readonly Party[] =>
    [...parties.values()].filter((other) => other !== ear && speaks(other));

  const give = (ear: Party, sound: Sound): void => {
    const takes = ear.leg.takes();
    let said = sound;
    if (!takes.includes(sound.codec)) {
      const other = takes.find(isLaw);
      if (!isLaw(sound.codec) || other === undefined) return;
      said = { ...sound, codec: other, payload: toLaw(other, sound.payload) };
    }
    const numbered = ear.outgoing.number(said, now());
    if (numbered !== null) ear.leg.send(numbered);
  };

  const heard = (party: Party): void => {
    const before = party.heardAt;
    party.heardAt = now();
    if (before !== null || party.part === 'listen') return;
    if (party.part === 'speak') prompt = null;
    door.flows(party.side, true);
  };

  const record = (party: Party, sound: Sound): void => {
    if (recordsFrom === null || parts.startRecorder === null || !isLaw(sound.codec)) return;
    recorder ??= parts.startRecorder(recordsFrom, (on) => {
      recording = on;
      door.recording(on);
    });
    recorder.take(party.part === 'device' ? 'left' : 'right', sound, now());
  };

  const sounded = (party: Party, sound: Sound): void => {
    if (party.part === 'listen') return;
    const named = { ...sound, source: `${party.name} ${sound.source}` };
    parts.count('relayed', 1);
    record(party, named);
    for (const ear of parties.values()) {
      if (ear === party) continue;
      const speakers = heardBy(ear);
      if (speakers.length < 2) {
        ear.mixer = null;
        give(ear, named);
      } else if (isLaw(sound.codec)) {
        ear.mixer ??= createMixer();
        ear.mixer.put(named);
      }
      // Opus cannot be added up: the newest console is heard, and by the others the resident.
      else if (speakers.at(-1) === party || party.part === 'device') give(ear, named);
    }
  };

  const close = (key: string): void => {
    const party = parties.get(key);
    if (party === undefined) return;
    parties.delete(key);
    party.leg.close();
    if (party.heardAt !== null && party.part !== 'listen') door.flows(party.side, false);
  };

  const failed = (party: Party, reason: string): void => {
    if (parties.get(keyOf(party.side)) !== party) return;
    close(keyOf(party.side));
    door.failed(party.side, reason);
  };

  /** Whether the device has agreed to nothing but Opus. */
  const onlyOpus = (): boolean => {
    const takes = parties.get(device)?.leg.takes() ?? [];
    return takes.length > 0 && !takes.some(isLaw);
  };

  const open = (side: Side, part: Party['part'], media: CallMedia): void => {
    const key = keyOf(side);
    close(key);
    legs += 1;
    const opus = part !== 'device' && onlyOpus();
    let party: Party | null = null;
    const here = (): Party | null => (party !== null && parties.get(key) === party ? party : null);
    const legDoor: LegDoor = {
      signal: (signal) => door.signal(side, signal),
      heard: () => {
        const self = here();
        if (self !== null) heard(self);
      },
      sound: (sound) => {
        const self = here();
        if (self !== null) sounded(self, sound);
      },
      missed: (packets) => parts.count('missed', packets),
      again: (reason) => {
        const self = here();
        if (self === null) return;
        const times = (remade.get(key) ?? 0) + 1;
        remade.set(key, times);
        if (times > mostRemakes) failed(self, reason);
        else open(side, part, media);
      },
      failed: (reason) => {
        const self = here();
        if (self !== null) failed(self, reason);
      },
    };
    const mqtt = media === 'mqtt-audio' ? parts.openMqttAudio(legDoor, door.audio) : null;
    const codecs: readonly Codec[] = part === 'device' ? [...laws, 'opus'] : opus ? ['opus'] : laws;
    let leg: Leg;
    try {
      leg = mqtt ?? parts.openWebrtc({ codecs, speaks: part !== 'listen' }, legDoor);
    } catch (error) {
      door.failed(side, error instanceof Error ? error.message : String(error));
      return;
    }
    party = {
      side,
      part,
      outgoing: createOutgoing({ sequence: random(0x1_0000), timestamp: random(0x1_0000_0000) }),
      name: `${key} ${legs}`,
      leg,
      take: mqtt?.take ?? null,
      heardAt: null,
      mixer: null,
      opus,
    };
    parties.set(key, party);
  };

  /** A console that was offered G.711 before the device had said that it takes only Opus is offered that. */
  const agree = (): void => {
    if (!onlyOpus()) return;
    for (const { side, part, opus } of [...parties.values()])
      if (part !== 'device' && !opus) open(side, part, 'webrtc');
  };

  const frame = (source: string, payload: Uint8Array): Sound => ({
    codec: 'pcma',
    payload,
    sequence: played & 0xffff,
    timestamp: (played * frameSamples) >>> 0,
    source,
  });

  return {
    openDevice: (media) => open('device', 'device', media),
    openConsole: (console, part) => open({ console }, part, 'webrtc'),
    closeConsole: (console) => close(keyOf({ console })),
    signal: (from, signal) => {
      const key = keyOf(from);
      const party = parties.get(key);
      if (party === undefined) return;
      if (signal.kind === 'end') close(key);
      else if (signal.kind === 'ready') {
        if (party.part !== 'device') open(from, party.part, 'webrtc');
      } else party.leg.signal(signal);
    },
    audio: (bytes) => parties.get(device)?.take?.(bytes),
    play: (next) => {
      prompt = next === null ? null : playPrompt(parts.speeches, next);
    },
    record: () => {
      recordsFrom ??= now();
      // Whoever asks again was not told, or has forgotten.
      if (recording) door.recording(true);
    },
    tick: () => {
      ticks += 1;
      played += 1;
      const at = now();
      for (const party of [...parties.values()]) {
        party.leg.tick?.();
        if (party.heardAt !== null && at - party.heardAt > silentAfterMs) {
          party.heardAt = null;
          if (party.part !== 'listen') door.flows(party.side, false);
        }
      }
      agree();
      const person = parties.get(device);
      // Nobody misses its beginning: it waits for the leg.
      if (person !== undefined && person.leg.takes().length > 0 && heardBy(person).length === 0) {
        const speech = prompt?.() ?? null;
        if (speech !== null) give(person, frame('prompt', speech));
      }
      for (const ear of parties.values()) {
        if (ear.mixer === null) continue;
        if (heardBy(ear).length < 2) ear.mixer = null;
        else give(ear, frame('mix', ear.mixer.take()));
      }
      if (ticks % settleEveryTicks === 0) recorder?.settle(at);
    },
    end: async () => {
      for (const key of [...parties.keys()]) close(key);
      const finishing = recorder;
      recorder = null;
      recordsFrom = null;
      return finishing === null ? null : finishing.finish(now());
    },
  };
};
