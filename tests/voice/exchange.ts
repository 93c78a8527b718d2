import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { MediaDoor, Side } from '../../src/gateway/call-doors.ts';
import type { LegSignal } from '../../src/model/call.ts';
import { createVoice, type Voice, type VoiceOptions } from '../../src/voice/voice.ts';
import { type Peers, type PeerVoice, startPeers } from './peers.ts';

/** A voice adapter with its real media process, the peers that answer its offers, and what it told. */
export type Exchange = {
  readonly voice: Voice;
  readonly peers: Peers;
  /** Who answers offers to this side of this call, and how they sound. Signals of a side nobody plays are only noted. */
  readonly plays: (call: string, side: Side, voice: PeerVoice) => string;
  /** `<call> <side> flows`, `… silent`, `… failed: why`, `<call> is being recorded`, `… is not …`, `<call> recorded <ms>`, `lost`. */
  readonly told: readonly string[];
  readonly signals: readonly { readonly call: string; readonly to: Side; readonly signal: LegSignal }[];
  /** Frames that went to the device of a call over MQTT. */
  readonly frames: (call: string) => readonly Uint8Array[];
  readonly logged: readonly string[];
  readonly dir: string;
  readonly leave: () => Promise<void>;
};

/** The name of a side of a call among the peers. */
export const nameOf = (call: string, side: Side): string =>
  `${call} ${side === 'device' ? 'device' : side.console}`;

/** Opens an exchange on a free port of the loopback, with recordings in a directory of its own. */
export const openExchange = (options: Partial<VoiceOptions> = {}): Exchange => {
  const dir = mkdtempSync(join(tmpdir(), 'zhishou-voice-'));
  const told: string[] = [];
  const signals: { call: string; to: Side; signal: LegSignal }[] = [];
  const frames = new Map<string, Uint8Array[]>();
  const logged: string[] = [];
  const players = new Map<
    string,
    { readonly call: string; readonly side: Side; readonly voice: PeerVoice }
  >();

  const peers = startPeers((id, signal) => {
    const player = players.get(id);
    if (player !== undefined) voice.signal(player.call, player.side, signal);
  });
  const door: MediaDoor = {
    signal: (call, to, signal) => {
      signals.push({ call, to, signal });
      const player = players.get(nameOf(call, to));
      if (player !== undefined && signal.kind === 'offer' && signal.sdp !== undefined)
        peers.open(nameOf(call, to), signal.sdp, player.voice);
    },
    audio: (call, frame) => {
      const kept = frames.get(call) ?? [];
      kept.push(frame);
      frames.set(call, kept);
    },
    flows: (call, side, flowing) => told.push(`${nameOf(call, side)} ${flowing ? 'flows' : 'silent'}`),
    failed: (call, side, reason) => told.push(`${nameOf(call, side)} failed: ${reason}`),
    recording: (call, on) => told.push(`${call} ${on ? 'is' : 'is not'} being recorded`),
    recorded: (call, lengthMs) => told.push(`${call} recorded ${lengthMs}`),
    lost: () => told.push('lost'),
  };
  const voice = createVoice(
    {
      host: '127.0.0.1',
      port: 0,
      announce: [],
      iceServers: [],
      language: 'zh',
      promptsDir: null,
      recordingsDir: dir,
      recordingsIn: dir,
      keepRecordingsMs: 86_400_000,
      now: Date.now,
      log: pino({ level: 'info' }, { write: (line) => logged.push(line) }),
      ...options,
    },
    door,
  );
  return {
    voice,
    peers,
    plays: (call, side, sounding) => {
      players.set(nameOf(call, side), { call, side, voice: sounding });
      return nameOf(call, side);
    },
    told,
    signals,
    frames: (call) => frames.get(call) ?? [],
    logged,
    dir,
    leave: async () => {
      await Promise.all([voice.close(), peers.leave()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
};
