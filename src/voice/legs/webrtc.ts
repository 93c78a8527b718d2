import { randomBytes, randomInt } from 'node:crypto';
import { isIP } from 'node:net';
import nodeDataChannel from 'node-datachannel';
import type { Candidate, LegSignal } from '../../model/call.ts';
import type { Numbered } from '../outgoing.ts';
import { readRtp, writeRtp } from '../rtp.ts';
import type { Codec } from '../sound.ts';
import type { Leg, LegDoor } from './leg.ts';

/** Where WebRTC legs are reached: `bind` is an address of this machine, null = all of them; every leg shares the one UDP port. `announce`: further addresses under which others reach that port. `iceServers`: STUN and TURN, as URLs. */
export type WebrtcPlace = {
  readonly bind: string | null;
  readonly port: number;
  readonly announce: readonly string[];
  readonly iceServers: readonly string[];
};

/** `codecs`: what is offered, best first. `speaks`: the other end may send, too. */
export type WebrtcRequest = {
  readonly codecs: readonly Codec[];
  readonly speaks: boolean;
};

/** Servers are waited for so long (ms) before the offer goes out without them; what they say follows as candidates. */
const serversWithinMs = 100;
/** So many candidates of the other end are tried: the library has room for 30 with those that it finds itself, and complains of each beyond. */
const mostCandidates = 24;

const payloadTypes: Readonly<Record<Codec, number>> = { pcma: 8, pcmu: 0, opus: 111 };
const isCodec = (name: string): name is Codec => name in payloadTypes;

/** What an answer takes, best first, with the numbers that it gives the codecs. */
const codecsOf = (sdp: string): ReadonlyMap<Codec, number> => {
  const found = new Map<Codec, number>();
  const media = /^m=audio (\d+) \S+ ([\d ]+)/m.exec(sdp);
  if (media === null || media[1] === '0') return found;
  const names = new Map(
    [...sdp.matchAll(/^a=rtpmap:(\d+) ([^/\s]+)/gm)].map(([, type, name]) => [type, name]),
  );
  for (const type of (media[2] ?? '').trim().split(/\s+/)) {
    const name = (names.get(type) ?? (type === '8' ? 'pcma' : type === '0' ? 'pcmu' : '')).toLowerCase();
    if (isCodec(name) && !found.has(name)) found.set(name, Number(type));
  }
  return found;
};

/** Whether a candidate says an address. For a name the library starts a thread that looks it up, whoever gave it and however many; a browser that hides its address behind one reaches us at ours. */
const hasAddress = (candidate: string): boolean => isIP(candidate.trim().split(/\s+/)[4] ?? '') !== 0;

/** An answer and the candidates in it, apart: those are weighed one by one like all others. */
const takeApart = (sdp: string): { readonly answer: string; readonly candidates: readonly string[] } => {
  const lines = sdp.split(/\r?\n/);
  return {
    answer: lines.filter((line) => !/^a=(candidate:|end-of-candidates)/.test(line)).join('\r\n'),
    candidates: lines.filter((line) => line.startsWith('a=candidate:')).map((line) => line.slice(2)),
  };
};

/** Every offer has a name of its own, so that an answer to an earlier one is told from its own. */
const ours = /^sound-[0-9a-f]{8}$/;

const announced = (sdp: string, { announce, port }: WebrtcPlace, complete: boolean): string => {
  const lines = sdp
    .split('\r\n')
    .filter((line) => line !== '' && (complete || line !== 'a=end-of-candidates'));
  const more = announce.map(
    (address, index) =>
      `a=candidate:announced${index} 1 UDP ${2_100_000_000 - index} ${address} ${port} typ host`,
  );
  const end = lines.indexOf('a=end-of-candidates');
  lines.splice(end === -1 ? lines.length : end, 0, ...more);
  return `${lines.join('\r\n')}\r\n`;
};

/** Opens a leg and offers it: with the candidates of this machine in the offer, so that nobody has to wait for them. It is kept alive, answered or not, until it is closed; whatever the other end says is taken without throwing. */
export const openWebrtcLeg = (place: WebrtcPlace, { codecs, speaks }: WebrtcRequest, door: LegDoor): Leg => {
  const ssrc = randomInt(1, 0xffff_ffff);
  const connection = new nodeDataChannel.PeerConnection(`leg-${ssrc}`, {
    iceServers: [...place.iceServers],
    ...(place.bind === null ? {} : { bindAddress: place.bind }),
    enableIceUdpMux: true,
    portRangeBegin: place.port,
    portRangeEnd: place.port,
    disableAutoNegotiation: true,
  });
  const mid = `sound-${randomBytes(4).toString('hex')}`;
  const isStale = (named: string | null | undefined): boolean =>
    named !== undefined && named !== null && named !== mid && ours.test(named);
  const audio = new nodeDataChannel.Audio(mid, speaks ? 'SendRecv' : 'SendOnly');
  for (const codec of codecs) {
    if (codec === 'opus') audio.addOpusCodec(payloadTypes.opus);
    else audio.addAudioCodec(payloadTypes[codec], `${codec.toUpperCase()}/8000`);
  }
  // Without it a libwebrtc that is offered sound plays none of it.
  audio.addSSRC(ssrc, 'zhishou', 'zhishou', 'sound');
  const track = connection.addTrack(audio);

  let open = true;
  let offered = false;
  let answered: ReadonlyMap<Codec, number> | null = null;
  let taken: readonly Codec[] = [];
  /** Candidates that came before the answer. */
  let waiting: string[] = [];
  let candidates = 0;
  let highest: number | null = null;
  let pathFound = false;
  let secured = false;
  let waitingForServers: NodeJS.Timeout | null = null;

  const close = (): void => {
    if (!open) return;
    open = false;
    if (waitingForServers !== null) clearTimeout(waitingForServers);
    track.close();
    connection.close();
  };
  const fail = (reason: string, tell = door.failed): void => {
    if (!open) return;
    close();
    tell(reason);
  };

  const offer = (complete: boolean): void => {
    if (!open || offered) return;
    const described = connection.localDescription();
    if (described === null) return;
    offered = true;
    // The library lists codecs by number; what comes first is what the other end sends.
    const sdp = described.sdp.replace(
      /^(m=audio \d+ \S+) [\d ]+/m,
      `$1 ${codecs.map((codec) => payloadTypes[codec]).join(' ')}`,
    );
    door.signal({ kind: 'offer', sdp: announced(sdp, place, complete) });
  };

  connection.onGatheringStateChange((state) => {
    if (state === 'complete') offer(true);
  });
  connection.onLocalCandidate((candidate, of) => {
    if (!open || !offered) return;
    door.signal({ kind: 'candidate', candidate: { candidate: candidate.replace(/^a=/, ''), sdpMid: of } });
  });
  connection.onIceStateChange((state) => {
    if (state === 'connected' || state === 'completed') pathFound = true;
  });
  connection.onStateChange((state) => {
    if (state === 'connected') secured = true;
    if (state === 'failed' && pathFound && !secured) {
      // The library may check the other end's certificate before it has noted which one to expect, and then refuses
      // the right one: a matter of microseconds, which a busy machine stretches.
      fail('no-secure-connection', door.again);
    } else if (state === 'failed') fail(pathFound ? 'path-lost' : 'no-path');
    else if (state === 'closed') fail('closed-by-the-other-end');
  });
  track.onMessage((message) => {
    if (!open) return;
    const packet = readRtp(message);
    if (packet === null) return;
    door.heard();
    if (!speaks) return;
    const codec = taken.find((name) => answered?.get(name) === packet.payloadType);
    if (codec === undefined || packet.payload.length === 0) return;
    if (highest !== null) {
      const ahead = ((packet.sequence - highest) << 16) >> 16;
      if (ahead > 1 && ahead < 1_000) door.missed(ahead - 1);
      else if (ahead < 0 && ahead > -1_000) door.missed(-1);
      if (ahead > 0 || ahead <= -1_000) highest = packet.sequence;
    } else highest = packet.sequence;
    door.sound({
      codec,
      payload: packet.payload,
      sequence: packet.sequence,
      timestamp: packet.timestamp,
      source: String(packet.ssrc),
    });
  });
  connection.setLocalDescription('offer');
  if (place.iceServers.length > 0) waitingForServers = setTimeout(() => offer(false), serversWithinMs);

  const addCandidate = (candidate: string): void => {
    try {
      connection.addRemoteCandidate(candidate, mid);
    } catch {
      // One that cannot be read is one path less; the others stand.
    }
  };

  const tryCandidate = (candidate: string): void => {
    if (!hasAddress(candidate) || candidates === mostCandidates) return;
    candidates += 1;
    // Before the answer the library would throw.
    if (answered === null) waiting.push(candidate);
    else addCandidate(candidate);
  };

  const takeAnswer = (sdp: string): void => {
    // A repeat has no second effect, and an answer to an earlier offer says nothing about this one.
    if (answered !== null) return;
    if (isStale(/^a=mid:(\S+)/m.exec(sdp)?.[1])) return;
    const agreed = codecsOf(sdp);
    if (agreed.size === 0) {
      fail('no-common-codec');
      return;
    }
    const { answer, candidates: within } = takeApart(sdp);
    try {
      connection.setRemoteDescription(answer, 'answer');
    } catch {
      fail('answer-not-understood');
      return;
    }
    answered = agreed;
    taken = [...agreed.keys()];
    for (const candidate of waiting) addCandidate(candidate);
    waiting = [];
    for (const candidate of within) tryCandidate(candidate);
  };

  const takeCandidate = (said: Candidate): void => {
    const { candidate, sdpMid } = typeof said === 'string' ? { candidate: said, sdpMid: null } : said;
    if (!isStale(sdpMid)) tryCandidate(candidate);
  };

  return {
    takes: () => (open && track.isOpen() ? taken : []),
    send: ({ codec, payload, sequence, timestamp, begins }: Numbered) => {
      const payloadType = answered?.get(codec);
      if (!open || payloadType === undefined || !track.isOpen()) return;
      track.sendMessageBinary(writeRtp({ payloadType, sequence, timestamp, ssrc, payload, marker: begins }));
    },
    signal: (signal: LegSignal) => {
      if (!open) return;
      if (signal.kind === 'answer' && signal.sdp !== undefined) takeAnswer(signal.sdp);
      else if (signal.kind === 'candidate' && signal.candidate !== undefined) takeCandidate(signal.candidate);
    },
    tick: null,
    close,
  };
};
