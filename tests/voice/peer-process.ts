import nodeDataChannel from 'node-datachannel';
import { decode, encode, type Law } from '../../src/voice/g711.ts';
import { readRtp, writeRtp } from '../../src/voice/rtp.ts';
import { shareOf, tone } from './goertzel.ts';
import type { FromPeers, Heard, ToPeers } from './peers.ts';

// Pagers and consoles that speak WebRTC: forked by peers.ts, because the library crashes in a process that ends by
// itself.

type Peer = {
  readonly connection: InstanceType<typeof nodeDataChannel.PeerConnection>;
  readonly heard: {
    packets: number;
    firstAfterMs: number | null;
    broken: number;
    backwards: number;
    /** The last second, as it came: where the next code goes is `packets * 160` round it. */
    codes: Uint8Array;
    types: Set<number>;
    last: { sequence: number; timestamp: number } | null;
  };
  timer: NodeJS.Timeout | null;
};

const peers = new Map<string, Peer>();
const say = (message: FromPeers): void => {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
};
const payloadTypes: Readonly<Record<Law | 'opus', number>> = { pcma: 8, pcmu: 0, opus: 111 };

const close = (id: string): void => {
  const peer = peers.get(id);
  peers.delete(id);
  if (peer === undefined) return;
  if (peer.timer !== null) clearInterval(peer.timer);
  peer.connection.close();
};

const open = ({ id, sdp, hz, codec, silent }: Extract<ToPeers, { what: 'open' }>): void => {
  close(id);
  const openedAt = performance.now();
  const connection = new nodeDataChannel.PeerConnection(id, { iceServers: [], bindAddress: '127.0.0.1' });
  const peer: Peer = {
    connection,
    heard: {
      packets: 0,
      firstAfterMs: null,
      broken: 0,
      backwards: 0,
      codes: new Uint8Array(8_000),
      types: new Set(),
      last: null,
    },
    timer: null,
  };
  peers.set(id, peer);
  const { heard } = peer;
  const payloadType = payloadTypes[codec];
  connection.onTrack((track) => {
    track.onMessage((message) => {
      const packet = readRtp(message);
      if (packet === null) return;
      heard.firstAfterMs ??= performance.now() - openedAt;
      heard.packets += 1;
      heard.types.add(packet.payloadType);
      if (heard.last !== null) {
        if (packet.sequence !== ((heard.last.sequence + 1) & 0xffff)) heard.broken += 1;
        if (((packet.timestamp - heard.last.timestamp) | 0) <= 0) heard.backwards += 1;
      }
      heard.last = packet;
      // Peers send frames of 20 ms only, and so does the gateway.
      if (packet.payload.length === 160) heard.codes.set(packet.payload, ((heard.packets - 1) % 50) * 160);
    });
    track.onOpen(() => {
      let sent = 0;
      const begunAt = performance.now();
      if (silent) return;
      peer.timer = setInterval(() => {
        for (; sent * 20 <= performance.now() - begunAt; sent += 1) {
          const samples = tone(hz, 160, sent * 160);
          const payload = codec === 'opus' ? Uint8Array.of(0xfc, hz & 0xff) : encode(codec, samples);
          if (track.isOpen())
            track.sendMessageBinary(
              writeRtp({
                payloadType,
                sequence: (sent + 65_500) & 0xffff,
                timestamp: (0xffff_f000 + sent * (codec === 'opus' ? 960 : 160)) >>> 0,
                ssrc: 77,
                payload,
                marker: sent === 0,
              }),
            );
        }
      }, 10);
    });
  });
  connection.onLocalDescription((answer, type) => {
    if (type !== 'answer') return;
    // A device that knows one codec only says so.
    const sdp = answer.replace(/^(m=audio \d+ \S+) [\d ]+/m, `$1 ${payloadType}`);
    say({ what: 'signal', id, signal: { kind: 'answer', sdp } });
  });
  connection.onLocalCandidate((candidate, mid) =>
    say({ what: 'signal', id, signal: { kind: 'candidate', candidate: { candidate, sdpMid: mid } } }),
  );
  // Where two of this library meet, the one that answers must not be the one that begins: its first packet would
  // come too early, and the next only after a second.
  connection.setRemoteDescription(sdp.replace('a=setup:actpass', 'a=setup:active'), 'offer');
};

const report = (id: string, hz: number): Heard => {
  const heard = peers.get(id)?.heard;
  const law = heard?.types.has(0) === true ? 'pcmu' : 'pcma';
  const from = ((heard?.packets ?? 0) % 50) * 160;
  const ring = heard === undefined ? [] : [...decode(law, heard.codes)];
  return {
    packets: heard?.packets ?? 0,
    firstAfterMs: heard?.firstAfterMs ?? null,
    broken: heard?.broken ?? 0,
    backwards: heard?.backwards ?? 0,
    types: [...(heard?.types ?? [])],
    share:
      heard === undefined || heard.packets < 50
        ? 0
        : shareOf([...ring.slice(from), ...ring.slice(0, from)], hz, 8_000),
  };
};

process.on('message', (message: ToPeers) => {
  if (message.what === 'open') open(message);
  else if (message.what === 'close') close(message.id);
  else say({ what: 'report', id: message.id, heard: report(message.id, message.hz) });
});
process.on('disconnect', () => {
  for (const id of [...peers.keys()]) close(id);
  process.exit(0);
});
