/** What became of the microphone: `insecure` where a browser gives none because the page did not come over HTTPS or from this machine. */
export type MicrophoneState = 'unasked' | 'asking' | 'open' | 'denied' | 'absent' | 'insecure';

/** A visitor's microphone, or a tone in its place. */
export type Microphone = {
  readonly state: () => MicrophoneState;
  /** Asks for it, once until it is refused; resolves to what is sent. To be called while a finger is on the page. */
  readonly open: () => Promise<MediaStreamTrack>;
};

const toneHz = 440;
const toneLevel = 0.2;

const openTone = (): MediaStreamTrack => {
  const context = new AudioContext();
  const destination = context.createMediaStreamDestination();
  const level = new GainNode(context, { gain: toneLevel });
  const tone = new OscillatorNode(context, { frequency: toneHz });
  tone.connect(level).connect(destination);
  tone.start();
  void context.resume();
  const [track] = destination.stream.getAudioTracks();
  if (track === undefined) throw new TypeError('a destination without a track');
  return track;
};

const whyNot = (error: unknown): MicrophoneState =>
  error instanceof DOMException && (error.name === 'NotAllowedError' || error.name === 'SecurityError')
    ? 'denied'
    : 'absent';

/** The microphone, not yet asked for; `onChange` is told when its state is another. */
export const createMicrophone = (onChange: () => void): Microphone => {
  let state: MicrophoneState = 'unasked';
  let opened: Promise<MediaStreamTrack> | null = null;
  const become = (next: MicrophoneState): void => {
    state = next;
    onChange();
  };
  const ask = async (): Promise<MediaStreamTrack> => {
    // Made while the finger is on the page: later it would have to be asked for again.
    const tone = openTone();
    if (navigator.mediaDevices === undefined) {
      become('insecure');
      return tone;
    }
    become('asking');
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
      const [track] = stream.getAudioTracks();
      if (track === undefined) throw new DOMException('no track', 'NotFoundError');
      tone.stop();
      become('open');
      return track;
    } catch (error) {
      become(whyNot(error));
      return tone;
    }
  };
  return {
    state: () => state,
    open: () => {
      // Who refused it may have thought better of it by the next press.
      if (opened === null || state === 'denied' || state === 'absent') opened = ask();
      return opened;
    },
  };
};
