import type { Candidate } from '../../../src/model/call.ts';
import { createEar } from '../../voice/ear.ts';
import type { OfferedLeg } from '../../voice/leg.ts';

// Host candidates are there at once; only where a machine has none is there nothing to wait for.
const gatherWithinMs = 1_000;

const gathered = (peer: RTCPeerConnection): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (peer.iceGatheringState === 'complete') resolve();
    };
    peer.addEventListener('icegatheringstatechange', look);
    setTimeout(resolve, gatherWithinMs);
    look();
  });

/** A leg in the browser: what comes is played by `loudspeaker`, what `track` resolves to is said. Its ear is deaf: a person listens. */
export const createBrowserLeg = (
  track: Promise<MediaStreamTrack>,
  loudspeaker: HTMLAudioElement,
): OfferedLeg => {
  const peer = new RTCPeerConnection();
  const early: Candidate[] = [];
  let speaks = false;
  let said: MediaStreamTrack | null = null;

  peer.addEventListener('track', ({ track: heard, streams }) => {
    loudspeaker.srcObject = streams[0] ?? new MediaStream([heard]);
    void loudspeaker.play().catch(() => undefined);
  });
  const add = (candidate: Candidate): void => {
    const given = typeof candidate === 'string' ? { candidate, sdpMLineIndex: 0 } : candidate;
    // One way of many that may lead nowhere.
    void peer
      .addIceCandidate({
        candidate: given.candidate,
        sdpMLineIndex: given.sdpMLineIndex ?? 0,
      })
      .catch(() => undefined);
  };

  return {
    ear: createEar(16),
    speak: (on) => {
      speaks = on;
      if (said !== null) said.enabled = on;
    },
    answer: async (offer) => {
      await peer.setRemoteDescription({ type: 'offer', sdp: offer });
      const [transceiver] = peer.getTransceivers();
      if (transceiver === undefined) throw new TypeError('an offer of nothing');
      transceiver.direction = 'sendrecv';
      // Whether somebody allows the microphone may take them long, and they hear us meanwhile.
      void track.then(async (opened) => {
        said = opened;
        said.enabled = speaks;
        if (peer.signalingState !== 'closed') await transceiver.sender.replaceTrack(opened);
      });
      await peer.setLocalDescription(await peer.createAnswer());
      for (const candidate of early.splice(0)) add(candidate);
      await gathered(peer);
      return peer.localDescription?.sdp ?? '';
    },
    addCandidate: (candidate) => {
      if (peer.remoteDescription === null) early.push(candidate);
      else add(candidate);
    },
    close: () => {
      peer.close();
      loudspeaker.srcObject = null;
    },
  };
};
