import type { Media, MediaDoor } from '../gateway/call-doors.ts';
import { type Conversation, type ConversationParts, createConversation } from './conversation.ts';
import type { Recorder } from './recording/recorder.ts';
import { frameMs } from './sound.ts';

/** What was counted since the start: calls that have legs, packets passed on, packets that did not arrive. */
export type MediaFigures = { readonly calls: number; readonly relayed: number; readonly missed: number };

/** All calls under way, and the one beat of 20 ms that they share. */
export type Switchboard = Media & {
  readonly figures: () => MediaFigures;
  /** Ends every call; resolves when the recordings are on the disk. */
  readonly close: () => Promise<void>;
};

/** A beat that comes later than so many frames is not made up for. */
const mostBehind = 10;

/** Makes the switchboard. */
export const createSwitchboard = (
  parts: Omit<ConversationParts, 'startRecorder' | 'count'> & {
    readonly startRecorder:
      | ((call: string, now: number, tell: (recording: boolean) => void) => Recorder)
      | null;
  },
  door: Omit<MediaDoor, 'lost'>,
): Switchboard => {
  const calls = new Map<string, Conversation>();
  const ending = new Set<Promise<void>>();
  let relayed = 0;
  let missed = 0;
  let beat: NodeJS.Timeout | null = null;
  let nextBeatAt = 0;

  const onBeat = (): void => {
    const at = parts.now();
    if (at - nextBeatAt > mostBehind * frameMs) nextBeatAt = at;
    while (nextBeatAt <= at) {
      nextBeatAt += frameMs;
      for (const call of calls.values()) call.tick();
    }
    beat = calls.size === 0 ? null : setTimeout(onBeat, Math.max(1, nextBeatAt - parts.now()));
  };

  const { startRecorder } = parts;
  const callOf = (call: string): Conversation => {
    const known = calls.get(call);
    if (known !== undefined) return known;
    const made = createConversation(
      {
        ...parts,
        startRecorder: startRecorder === null ? null : (now, tell) => startRecorder(call, now, tell),
        count: (what, packets) => {
          if (what === 'relayed') relayed += packets;
          else missed += packets;
        },
      },
      {
        signal: (to, signal) => door.signal(call, to, signal),
        audio: (frame) => door.audio(call, frame),
        flows: (side, flowing) => door.flows(call, side, flowing),
        failed: (side, reason) => door.failed(call, side, reason),
        recording: (on) => door.recording(call, on),
      },
    );
    calls.set(call, made);
    if (beat === null) {
      nextBeatAt = parts.now() + frameMs;
      beat = setTimeout(onBeat, frameMs);
    }
    return made;
  };

  const end = (call: string): void => {
    const found = calls.get(call);
    if (found === undefined) return;
    calls.delete(call);
    const ended = found.end().then((lengthMs) => {
      ending.delete(ended);
      if (lengthMs !== null) door.recorded(call, lengthMs);
    });
    ending.add(ended);
  };

  return {
    openDevice: (call, _device, media) => callOf(call).openDevice(media),
    openConsole: (call, console, part) => callOf(call).openConsole(console, part),
    closeConsole: (call, console) => calls.get(call)?.closeConsole(console),
    signal: (call, from, signal) => calls.get(call)?.signal(from, signal),
    audio: (call, frame) => calls.get(call)?.audio(frame),
    play: (call, prompt) => calls.get(call)?.play(prompt),
    record: (call) => calls.get(call)?.record(),
    end,
    figures: () => ({ calls: calls.size, relayed, missed }),
    close: async () => {
      for (const call of [...calls.keys()]) end(call);
      if (beat !== null) clearTimeout(beat);
      await Promise.all(ending);
    },
  };
};
