import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { LegSignal } from '../../src/model/call.ts';

/** What a peer has heard: `broken` counts sequence numbers that did not go on by one, `backwards` timestamps that did not rise, `types` the payload types, `share` that of the frequency asked for in the last second. */
export type Heard = {
  readonly packets: number;
  readonly firstAfterMs: number | null;
  readonly broken: number;
  readonly backwards: number;
  readonly types: readonly number[];
  readonly share: number;
};

/** `silent`: it sends nothing. */
export type PeerVoice = {
  readonly hz: number;
  readonly codec?: 'pcma' | 'pcmu' | 'opus';
  readonly silent?: boolean;
};

export type ToPeers =
  | ({ readonly what: 'open'; readonly id: string; readonly sdp: string } & Required<PeerVoice>)
  | { readonly what: 'close'; readonly id: string }
  | { readonly what: 'report'; readonly id: string; readonly hz: number };
export type FromPeers =
  | { readonly what: 'signal'; readonly id: string; readonly signal: LegSignal }
  | { readonly what: 'report'; readonly id: string; readonly heard: Heard };

/** Pagers and consoles in a process of their own. */
export type Peers = {
  /** Answers an offer, and from then on sends its tone; what it says for the other side goes to `onSignal`. */
  readonly open: (id: string, sdp: string, voice: PeerVoice) => void;
  readonly close: (id: string) => void;
  readonly heard: (id: string) => Promise<Heard>;
  /** The share of a frequency in the last second that it heard; 0 before it has heard one. */
  readonly share: (id: string, hz: number) => Promise<number>;
  readonly leave: () => Promise<void>;
};

/** Starts the process. */
export const startPeers = (onSignal: (id: string, signal: LegSignal) => void): Peers => {
  const child = fork(join(import.meta.dirname, 'peer-process.ts'), {
    execArgv: [],
    serialization: 'advanced',
  });
  const asked = new Map<string, ((heard: Heard) => void)[]>();
  child.on('message', (message: FromPeers) => {
    if (message.what === 'signal') onSignal(message.id, message.signal);
    else asked.get(message.id)?.shift()?.(message.heard);
  });
  const tell = (message: ToPeers): void => {
    child.send(message, () => undefined);
  };
  const ask = (id: string, hz: number): Promise<Heard> =>
    new Promise((resolve) => {
      asked.set(id, [...(asked.get(id) ?? []), resolve]);
      tell({ what: 'report', id, hz });
    });
  return {
    open: (id, sdp, { hz, codec = 'pcma', silent = false }) =>
      tell({ what: 'open', id, sdp, hz, codec, silent }),
    close: (id) => tell({ what: 'close', id }),
    heard: (id) => ask(id, 0),
    share: async (id, hz) => (await ask(id, hz)).share,
    leave: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.disconnect();
      }),
  };
};
