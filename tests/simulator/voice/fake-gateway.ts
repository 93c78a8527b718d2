import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { onTestFinished } from 'vitest';
import { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters, RtpHeader, RtpPacket } from 'werift';
import { createAgenda } from '../../../simulator/agenda.ts';
import { createLink, type Link } from '../../../simulator/link.ts';
import { ownTopic } from '../../../simulator/native-voice.ts';
import { randomFrom } from '../../../simulator/random.ts';
import { createEar, type Ear } from '../../../simulator/voice/ear.ts';
import { createMqttLeg, type Leg, speakerOf } from '../../../simulator/voice/leg.ts';
import { everyFrame } from '../../../simulator/voice/metronome.ts';
import { createPager, type Pager } from '../../../simulator/voice/pager.ts';
import { type Sound, toneOf } from '../../../simulator/voice/sound.ts';
import { createWebRtcLeg } from '../../../simulator/voice/webrtc-leg.ts';
import { createWitness, type Witness } from '../../../simulator/witness.ts';
import { type CallMedia, type DeviceNotice, DeviceSignal } from '../../../src/model/call.ts';

/** How long these tests wait for what must come (ms). */
export const patienceMs = 20_000;

/** The gateway's side of one pager's calls, as far as a pager can tell: it says what the test tells it to. */
export type FakeGateway = {
  readonly pager: Pager;
  readonly link: Link;
  /** What the pager has said. */
  readonly signals: Witness<DeviceSignal>;
  readonly tell: (call: string, notice: Omit<DeviceNotice, 'call' | 'expiresAt'>) => void;
  /** Says something that has been overtaken by time. */
  readonly tellTooLate: (call: string, notice: Omit<DeviceNotice, 'call' | 'expiresAt'>) => void;
  /** Frames over MQTT, there and back. */
  readonly frames: Leg;
  /** A leg over UDP that offers and is answered; rejects where no answer comes. */
  readonly offer: (call: string) => Promise<{ readonly ear: Ear; readonly close: () => void }>;
  /** Nobody gets through any more, or can again. */
  readonly shut: (isShut: boolean) => void;
};

const sendTone = (track: MediaStreamTrack, hz: number): (() => void) => {
  const next = speakerOf(toneOf(hz));
  let number = 0;
  return everyFrame(() => {
    number = (number + 1) & 0xffff;
    track.writeRtp(
      new RtpPacket(
        new RtpHeader({ payloadType: 8, sequenceNumber: number, timestamp: number * 160, ssrc: 0 }),
        Buffer.from(next()),
      ),
    );
  });
};

/** Makes an offer of G.711 A-law that hears with the ear it answers, and says `hz`. */
export const makeOffer = async (
  hz: number,
  codec = 'audio/PCMA',
  payloadType = 8,
): Promise<{
  readonly sdp: string;
  readonly take: (answer: string) => Promise<void>;
  readonly ear: Ear;
  readonly close: () => void;
}> => {
  const peer = new RTCPeerConnection({
    codecs: {
      audio: [new RTCRtpCodecParameters({ mimeType: codec, clockRate: 8000, channels: 1, payloadType })],
    },
    iceServers: [],
    iceAdditionalHostAddresses: ['127.0.0.1'],
  });
  const ear = createEar(16);
  peer.onTrack.subscribe((track) => {
    track.onReceiveRtp.subscribe(({ header, payload }) => ear.hear(header.sequenceNumber, payload));
  });
  const track = new MediaStreamTrack({ kind: 'audio' });
  peer.addTransceiver(track, { direction: 'sendrecv' });
  await peer.setLocalDescription(await peer.createOffer());
  const stop = sendTone(track, hz);
  const close = (): void => {
    stop();
    void peer.close();
  };
  onTestFinished(close);
  return {
    sdp: peer.localDescription?.sdp ?? '',
    take: (answer) => peer.setRemoteDescription({ type: 'answer', sdp: answer }),
    ear,
    close,
  };
};

/** A pager on the line to a fake gateway, which says 1000 Hz to it; the pager says `sound`. */
export const openFakeGateway = async (
  media: CallMedia = 'webrtc',
  sound: Sound = toneOf(440),
): Promise<FakeGateway> => {
  const broker = await Aedes.createBroker();
  let isShut = false;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    if (isShut) socket.destroy();
    else broker.handle(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agenda = createAgenda();
  const id = 'pager-1';
  const base = ownTopic(id);
  const link = createLink({
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    id,
    secret: 'of no interest here',
    status: { topic: `${base}/status`, online: '{"state":"online"}', offline: '{"state":"offline"}' },
    subscriptions: [`${base}/voice/down`, `${base}/voice/audio/down`],
    onMessage: (topic, payload) =>
      pager.hear(topic === `${base}/voice/down` ? 'down' : 'audio/down', payload),
    onLine: (up) => {
      if (up) pager.connected();
    },
    agenda,
    random: randomFrom(1, 'link'),
  });
  let calls = 0;
  const pager = createPager({
    link,
    base,
    media,
    sound,
    openLeg: createWebRtcLeg,
    newId: () => {
      calls += 1;
      return `call-${calls}`;
    },
  });

  const publish = (leaf: string, payload: Buffer, qos: 0 | 1): void => {
    broker.publish(
      { cmd: 'publish', topic: `${base}/${leaf}`, payload, qos, dup: false, retain: false },
      () => {},
    );
  };
  const signals = createWitness<DeviceSignal>();
  const { leg: frames, hear } = createMqttLeg(toneOf(1000), (frame) =>
    publish('voice/audio/down', Buffer.from(frame), 0),
  );
  broker.on('publish', ({ topic, payload }) => {
    if (topic === `${base}/voice/up`) signals.note(DeviceSignal.parse(JSON.parse(String(payload))));
    if (topic === `${base}/voice/audio/up`) hear(Buffer.from(payload));
  });
  const say = (call: string, notice: object, expiresAt: number): void =>
    publish('voice/down', Buffer.from(JSON.stringify({ call, ...notice, expiresAt })), 1);

  onTestFinished(async () => {
    pager.powerCut();
    frames.close();
    await link.close();
    agenda.clear();
    broker.close();
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await link.open();

  return {
    pager,
    link,
    signals,
    tell: (call, notice) => say(call, notice, Date.now() + 60_000),
    tellTooLate: (call, notice) => say(call, notice, Date.now() - 1_000),
    frames,
    offer: async (call) => {
      const offer = await makeOffer(1000);
      const mark = signals.mark();
      say(call, { type: 'offer', sdp: offer.sdp }, Date.now() + 60_000);
      const { sdp } = await signals.waitFor(({ type }) => type === 'answer', patienceMs, 'an answer', mark);
      await offer.take(sdp ?? '');
      return offer;
    },
    shut: (shut) => {
      isShut = shut;
      if (shut) for (const socket of sockets) socket.destroy();
    },
  };
};
