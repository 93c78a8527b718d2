import type { RTCPeerConnection, RTCRtpTransceiver } from 'werift';
import type { Candidate } from '../../src/model/call.ts';
import { createEar, createHeard, type Heard } from './ear.ts';
import { type OfferedLeg, speakerOf } from './leg.ts';
import { everyFrame } from './metronome.ts';
import { frameSamples, type Sound, silentFrame } from './sound.ts';

// RFC 3551, table 4.
const pcmaPayload = 8;
const pcma = { mimeType: 'audio/PCMA', clockRate: 8000, channels: 1, payloadType: pcmaPayload };
// So that a machine without a network can call itself.
const loopback = '127.0.0.1';

/** Loads the library of WebRTC, which takes half a second and which most runs of the simulator have no need of. */
export const loadWebRtc = () => import('werift');

/** The offer is not one that can be answered: it has no sound, or none in G.711 A-law. */
export class OfferRefusedError extends Error {
  override readonly name = 'OfferRefusedError';
}

/** A leg over WebRTC in G.711 A-law. From its answer on it sends a frame every 20 ms, silence until it is told to speak. */
export const createWebRtcLeg = (sound: Sound, heard: Heard = createHeard()): OfferedLeg => {
  const ear = createEar(16, heard);
  const nextFrame = speakerOf(sound);
  const early: Candidate[] = [];
  let peer: RTCPeerConnection | null = null;
  let answered = false;
  let speaks = false;
  let closed = false;
  let stop: () => void = () => {};

  const add = async (candidate: Candidate): Promise<void> => {
    const given = typeof candidate === 'string' ? { candidate, sdpMLineIndex: 0 } : candidate;
    const { candidate: line, sdpMid = null, sdpMLineIndex = null } = given as Exclude<Candidate, string>;
    try {
      await peer?.addIceCandidate({
        candidate: line,
        ...(sdpMid === null ? {} : { sdpMid }),
        ...(sdpMLineIndex === null ? {} : { sdpMLineIndex }),
      });
    } catch {
      // One way of many that leads nowhere.
    }
  };

  const close = (): void => {
    closed = true;
    stop();
    void peer?.close().catch(() => {});
    peer = null;
  };

  const answer = async (offer: string): Promise<string> => {
    const { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters, RtpHeader, RtpPacket } =
      await loadWebRtc();
    if (closed) throw new OfferRefusedError('the leg was closed before it was answered');
    const made = new RTCPeerConnection({
      codecs: { audio: [new RTCRtpCodecParameters(pcma)] },
      iceServers: [],
      iceAdditionalHostAddresses: [loopback],
    });
    peer = made;
    made.onTrack.subscribe((heard) => {
      heard.onReceiveRtp.subscribe(({ header, payload }) => {
        if (header.payloadType === pcmaPayload) ear.hear(header.sequenceNumber, payload);
      });
    });
    const track = new MediaStreamTrack({ kind: 'audio' });
    await made.setRemoteDescription({ type: 'offer', sdp: offer });
    const transceiver: RTCRtpTransceiver | undefined = made.getTransceivers()[0];
    if (transceiver === undefined || transceiver.codecs.length === 0)
      throw new OfferRefusedError('an offer without G.711 A-law');
    await transceiver.sender.replaceTrack(track);
    transceiver.setDirection('sendrecv');
    await made.setLocalDescription(await made.createAnswer());
    answered = true;
    for (const candidate of early.splice(0)) await add(candidate);
    const text = made.localDescription?.sdp;
    if (text === undefined) throw new OfferRefusedError('no answer can be made of it');

    let number = Math.floor(Math.random() * 0x8000);
    let timestamp = 0;
    stop = everyFrame(() => {
      number = (number + 1) & 0xffff;
      timestamp = (timestamp + frameSamples) >>> 0;
      const payload = Buffer.from(speaks ? nextFrame() : silentFrame);
      track.writeRtp(
        new RtpPacket(
          new RtpHeader({ payloadType: pcmaPayload, sequenceNumber: number, timestamp, ssrc: 0 }),
          payload,
        ),
      );
    });
    if (closed) stop();
    return text;
  };

  return {
    ear,
    speak: (on) => {
      speaks = on;
    },
    answer,
    addCandidate: (candidate) => {
      if (answered) void add(candidate);
      else early.push(candidate);
    },
    close,
  };
};
