import { useEffect, useRef, useState } from 'react';
import { samplesOf, tunes } from '../sound/tones.ts';
import { useNoticePermission } from '../strip/use-notices.ts';
import { useSpeech } from '../words/words.tsx';
import { browserMedia, type Ear, listenTo, openStream, soundThrough } from './browser-media.ts';
import { type ChosenDevices, chooseDevices, chosenDevices } from './chosen-devices.ts';
import type { MicrophoneFault, SoundDevice } from './media.ts';
import { Meter } from './meter.tsx';

/** After how long one hears oneself, in s: the room has forgotten the words by then, and no echo is cancelled away. */
const delayS = 2;

type Trial = { readonly ear: Ear; readonly end: () => void };

/** Sounds through the chosen loudspeaker what `wire` connects to the destination given. */
const through = (
  loudspeaker: string | null,
  wire: (audio: AudioContext, to: MediaStreamAudioDestinationNode) => void,
): (() => void) => {
  const audio = new AudioContext();
  const to = audio.createMediaStreamDestination();
  const voice = new Audio();
  voice.srcObject = to.stream;
  soundThrough(voice, loudspeaker ?? '');
  wire(audio, to);
  void voice.play().catch(() => undefined);
  return () => {
    voice.srcObject = null;
    void audio.close();
  };
};

const begin = async ({ microphone, loudspeaker }: ChosenDevices): Promise<Trial | MicrophoneFault> => {
  const stream = await openStream(microphone);
  if (typeof stream === 'string') return stream;
  const ear = listenTo(stream);
  const silence = through(loudspeaker, (audio, to) => {
    const delay = audio.createDelay(delayS);
    delay.delayTime.value = delayS;
    audio.createMediaStreamSource(stream).connect(delay).connect(to);
  });
  return {
    ear,
    end: () => {
      silence();
      ear.close();
      for (const track of stream.getTracks()) track.stop();
    },
  };
};

const playTone = (loudspeaker: string | null): void => {
  const silence = through(loudspeaker, (audio, to) => {
    const samples = samplesOf(tunes.test, audio.sampleRate);
    const buffer = audio.createBuffer(1, samples.length, audio.sampleRate);
    buffer.copyToChannel(samples, 0);
    const source = audio.createBufferSource();
    source.buffer = buffer;
    source.connect(to);
    source.addEventListener('ended', () => silence());
    source.start();
  });
};

/** Which microphone and which earpiece calls use at this computer, a call to oneself to try them, and notices on the desktop. */
export const DevicesSheet = ({ close }: { readonly close: () => void }) => {
  const { words } = useSpeech();
  const { devices: said, trouble } = words.call;
  const [devices, setDevices] = useState<readonly SoundDevice[]>([]);
  const [chosen, setChosen] = useState(chosenDevices);
  const [trial, setTrial] = useState<Trial | null>(null);
  const [fault, setFault] = useState<MicrophoneFault | null>(null);
  const [permission, askPermission] = useNoticePermission();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  useEffect(() => () => trial?.end(), [trial]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once a microphone was allowed the devices have names.
  useEffect(() => {
    let left = false;
    const look = (): void =>
      void browserMedia.devices().then((list) => {
        if (!left) setDevices(list);
      });
    look();
    const media = navigator.mediaDevices as MediaDevices | undefined;
    media?.addEventListener('devicechange', look);
    return () => {
      left = true;
      media?.removeEventListener('devicechange', look);
    };
  }, [trial]);

  const choose = (change: Partial<ChosenDevices>): void => {
    const next = { ...chosen, ...change };
    setChosen(next);
    chooseDevices(next);
    setTrial(null);
  };
  const toggle = (): void => {
    setFault(null);
    if (trial !== null) {
      setTrial(null);
      return;
    }
    void begin(chosen).then((begun) => {
      if (typeof begun === 'string') setFault(begun);
      else setTrial(begun);
    });
  };
  const select = (kind: SoundDevice['kind'], label: string) => {
    const list = devices.filter((device) => device.kind === kind);
    return (
      <label>
        <span>{label}</span>
        <select
          value={chosen[kind] ?? ''}
          data-choose={kind}
          onChange={(event) => choose({ [kind]: event.target.value === '' ? null : event.target.value })}
        >
          <option value="">{said.automatic}</option>
          {list.map((device, index) => (
            <option key={device.id} value={device.id}>
              {device.label === '' ? said.unnamed(index + 1) : device.label}
            </option>
          ))}
        </select>
      </label>
    );
  };
  return (
    <div className="sheet devices-sheet" role="dialog" aria-modal="true" aria-label={said.title}>
      <h2>{said.title}</h2>
      {select('microphone', said.microphone)}
      {'setSinkId' in HTMLMediaElement.prototype ? (
        select('loudspeaker', said.loudspeaker)
      ) : (
        <p className="quiet">{said.onlyDefault}</p>
      )}
      <div className="trial">
        <button type="button" data-trial aria-pressed={trial !== null} onClick={toggle}>
          {trial === null ? said.begin : said.end}
        </button>
        <button type="button" data-tone onClick={() => playTone(chosen.loudspeaker)}>
          {said.tone}
        </button>
        {trial !== null && <Meter label={words.call.me} read={trial.ear.level} />}
      </div>
      <p className="quiet">{said.hint}</p>
      {fault !== null && (
        <p className="refused" role="alert" data-trouble={fault}>
          {trouble[fault]}
        </p>
      )}
      <h3>{words.notices.title}</h3>
      <p className="trial">
        <span>{words.notices[permission]}</span>
        {permission === 'default' && (
          <button type="button" data-ask-notices onClick={askPermission}>
            {words.notices.ask}
          </button>
        )}
      </p>
      <p className="choice">
        <span className="quiet">{said.kept}</span>
        <button ref={button} type="button" onClick={close}>
          {said.close}
        </button>
      </p>
    </div>
  );
};
