import nodeDataChannel from 'node-datachannel';
import { createEar, createHeard } from '../simulator/voice/ear.ts';
import { type LegOpener, speakerOf } from '../simulator/voice/leg.ts';
import { everyFrame } from '../simulator/voice/metronome.ts';
import { silentFrame } from '../simulator/voice/sound.ts';
import { readRtp, writeRtp } from '../src/voice/rtp.ts';

const pcmaPayload = 8;
let made = 0;

/** A leg as `createWebRtcLeg` makes them, by the library that the gateway uses: it sends again what a line has lost of its handshake. A process with such legs has to be ended explicitly. */
export const createDataChannelLeg: LegOpener = (sound, heard = createHeard()) => {
  const ear = createEar(16, heard);
  const nextFrame = speakerOf(sound);
  made += 1;
  const connection = new nodeDataChannel.PeerConnection(`bench-${made}`, {
    iceServers: [],
    bindAddress: '127.0.0.1',
  });
  let track: nodeDataChannel.Track | null = null;
  let speaks = false;
  let number = 0;
  let stop: () => void = () => {};
  connection.onTrack((given) => {
    track = given;
    given.onMessage((message) => {
      const packet = readRtp(message);
      if (packet?.payloadType === pcmaPayload) ear.hear(packet.sequence, packet.payload);
    });
  });
  return {
    ear,
    speak: (on) => {
      speaks = on;
    },
    answer: (offer) =>
      new Promise((resolve) => {
        connection.onGatheringStateChange((state) => {
          const text = connection.localDescription()?.sdp;
          if (state !== 'complete' || text === undefined) return;
          stop = everyFrame(() => {
            const payload = speaks ? nextFrame() : silentFrame;
            number += 1;
            if (track?.isOpen() !== true) return;
            track.sendMessageBinary(
              writeRtp({
                payloadType: pcmaPayload,
                sequence: number & 0xffff,
                timestamp: (number * payload.length) >>> 0,
                ssrc: 77,
                payload,
                marker: false,
              }),
            );
          });
          resolve(text.replace(/^(m=audio \d+ \S+) [\d ]+/m, `$1 ${pcmaPayload}`));
        });
        // Where two of this library meet, the one that answers must not be the one that begins: its first packet would
        // come too early, and the next only after a second.
        connection.setRemoteDescription(offer.replace('a=setup:actpass', 'a=setup:active'), 'offer');
      }),
    addCandidate: () => {},
    close: () => {
      stop();
      track = null;
      connection.close();
    },
  };
};
