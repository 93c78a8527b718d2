import { wantsSpeech } from './leg.ts';
import type { Media, Microphone, MicrophoneFault, Peer, PeerEars, SoundDevice } from './media.ts';

/** An ear on a stream: how loud it is, 0..1. */
export type Ear = { readonly level: () => number; readonly close: () => void };

// 0 at -60 dB, 1 at -10 dB: where speech lies.
const quietestDb = -60;
const loudestDb = -10;

let context: AudioContext | null = null;

/** The page's own context for measuring; null on a machine without any sound device. */
const measuring = (): AudioContext | null => {
  try {
    context ??= new AudioContext();
  } catch {
    return null;
  }
  if (context.state === 'suspended') context.resume().catch(() => undefined);
  return context;
};

/** Measures a stream without sounding it. */
export const listenTo = (stream: MediaStream): Ear => {
  const audio = measuring();
  if (audio === null) return { level: () => 0, close: () => undefined };
  const source = audio.createMediaStreamSource(stream);
  const analyser = audio.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    level: () => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      const db = 10 * Math.log10(power + 1e-12);
      return Math.min(1, Math.max(0, (db - quietestDb) / (loudestDb - quietestDb)));
    },
    close: () => source.disconnect(),
  };
};

const faultOf = (error: unknown): MicrophoneFault => {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'none' : 'busy';
};

/** Opens a microphone with its echo cancelled; `id` null = whichever the machine takes by itself. */
export const openStream = async (id: string | null): Promise<MediaStream | MicrophoneFault> => {
  // Only there on a page over HTTPS or from this very machine.
  if (navigator.mediaDevices === undefined) return 'insecure';
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: {
        ...(id === null ? {} : { deviceId: { exact: id } }),
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
      },
    });
  } catch (error) {
    return faultOf(error);
  }
};

/** A microphone that has its stream. */
type Streaming = Microphone & { readonly track: MediaStreamTrack };

const isStreaming = (microphone: Microphone): microphone is Streaming => 'track' in microphone;

const openMicrophone = async (wanted: string | null): Promise<Streaming | MicrophoneFault> => {
  const stream = await openStream(wanted);
  if (typeof stream === 'string') return stream;
  const [track] = stream.getAudioTracks();
  if (track === undefined) return 'none';
  const ear = listenTo(stream);
  return {
    id: track.getSettings().deviceId ?? '',
    label: track.label,
    track,
    level: ear.level,
    onEnded: (listener) => track.addEventListener('ended', listener),
    close: () => {
      ear.close();
      track.stop();
    },
  };
};

/** Every `<audio>` that a call is heard through. */
const voices = new Set<HTMLAudioElement>();
let sink = '';

/** Lets an element sound through a loudspeaker, where the browser can choose one; '' = the machine's own choice. */
export const soundThrough = (element: HTMLAudioElement, id: string): void => {
  if (typeof element.setSinkId === 'function') element.setSinkId(id).catch(() => undefined);
};

const connect = (ears: PeerEars): Peer => {
  const connection = new RTCPeerConnection({ iceServers: [] });
  const voice = new Audio();
  voice.autoplay = true;
  voices.add(voice);
  if (sink !== '') soundThrough(voice, sink);
  let ear: Ear | null = null;
  let mine: MediaStreamTrack | null = null;
  let speaks = true;

  const sound = (): void => {
    voice.play().then(
      () => ears.heard(true),
      (error: unknown) => {
        if (error instanceof DOMException && error.name === 'NotAllowedError') ears.heard(false);
      },
    );
  };
  connection.addEventListener('track', ({ track }) => {
    const stream = new MediaStream([track]);
    voice.srcObject = stream;
    ear?.close();
    ear = listenTo(stream);
    sound();
  });
  connection.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate !== null && candidate.candidate !== '') {
      const { candidate: line, sdpMid, sdpMLineIndex } = candidate;
      ears.candidate({ candidate: line, sdpMid, sdpMLineIndex });
    }
  });
  connection.addEventListener('connectionstatechange', () => {
    const { connectionState } = connection;
    if (connectionState === 'connected') ears.line('up');
    if (connectionState === 'disconnected') ears.line('down');
    if (connectionState === 'failed') ears.line('failed');
  });

  /** A copy of the microphone, so that each call is muted by itself. */
  const speakWith = async (microphone: Microphone | null): Promise<void> => {
    mine?.stop();
    mine = microphone !== null && isStreaming(microphone) ? microphone.track.clone() : null;
    if (mine !== null) mine.enabled = speaks;
    for (const { sender, receiver } of connection.getTransceivers())
      if (receiver.track.kind === 'audio') await sender.replaceTrack(mine);
  };

  return {
    accept: async (sdp, microphone) => {
      await connection.setRemoteDescription({ type: 'offer', sdp });
      await speakWith(microphone);
      // Ready for a microphone that is allowed or found only later.
      for (const transceiver of connection.getTransceivers())
        transceiver.direction = wantsSpeech(sdp) ? 'sendrecv' : 'recvonly';
      await connection.setLocalDescription();
      return connection.localDescription?.sdp ?? '';
    },
    addCandidate: (candidate) =>
      connection.addIceCandidate(
        typeof candidate === 'string'
          ? { candidate, sdpMLineIndex: 0 }
          : {
              candidate: candidate.candidate,
              sdpMid: candidate.sdpMid ?? null,
              sdpMLineIndex: candidate.sdpMLineIndex ?? (candidate.sdpMid == null ? 0 : null),
            },
      ),
    speakWith,
    speak: (on) => {
      speaks = on;
      if (mine !== null) mine.enabled = on;
    },
    listen: (on) => {
      voice.muted = !on;
    },
    sound,
    packetsHeard: async () => {
      let packets = 0;
      for (const report of (await connection.getStats()).values())
        if (report.type === 'inbound-rtp' && report.kind === 'audio') packets += report.packetsReceived ?? 0;
      return packets;
    },
    level: () => ear?.level() ?? 0,
    close: () => {
      connection.close();
      mine?.stop();
      ear?.close();
      voice.srcObject = null;
      voices.delete(voice);
    },
  };
};

/** What the legs need, from this browser. */
export const browserMedia: Media = {
  openMicrophone,
  connect,
  devices: async () => {
    if (navigator.mediaDevices === undefined) return [];
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.flatMap(({ kind, deviceId, label }): readonly SoundDevice[] => {
      // "default" and "communications" are names for another of the list.
      if (deviceId === '' || deviceId === 'default' || deviceId === 'communications') return [];
      if (kind === 'audioinput') return [{ kind: 'microphone', id: deviceId, label }];
      return kind === 'audiooutput' ? [{ kind: 'loudspeaker', id: deviceId, label }] : [];
    });
  },
  hearThrough: (id) => {
    sink = id ?? '';
    for (const voice of voices) soundThrough(voice, sink);
  },
};
