import { createContext, use, useCallback, useEffect, useMemo, useState } from 'react';
import { mayActAs } from '../../../src/model/user.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { recordSoundTest } from '../server/gateway.ts';
import { refusalText } from '../words/refusal.ts';
import { useSpeech } from '../words/words.tsx';

/** How long the question stands, and what came of the answer, in ms. */
const askedForMs = 60_000;
const saidForMs = 6_000;

/** The sound test of this seat: the tune, and whether it was heard, which goes on the shift's record. */
export type SoundTest = {
  readonly state: 'ready' | 'asking' | 'sending';
  /** What came of the last answer, for a few seconds; null = nothing to say. */
  readonly said: { readonly good: boolean; readonly text: string } | null;
  readonly play: () => void;
  readonly answer: (heard: boolean) => void;
};

const SoundTestContext = createContext<SoundTest | null>(null);

/** Gives everything below it the sound test. */
export const SoundTestProvider = SoundTestContext;

/** The sound test of this seat. */
export const useSoundTest = (): SoundTest => {
  const test = use(SoundTestContext);
  if (test === null) throw new Error('useSoundTest needs a SoundTestProvider above it');
  return test;
};

/** Makes the sound test; `play` sounds the tune. */
export const useNewSoundTest = (play: () => void): SoundTest => {
  const { words } = useSpeech();
  const { user } = useFeedState();
  const [state, setState] = useState<SoundTest['state']>('ready');
  const [said, setSaid] = useState<SoundTest['said']>(null);
  const mayTell = user !== null && mayActAs(user.role, 'operator');
  useEffect(() => {
    if (state !== 'asking') return;
    const timer = setTimeout(() => setState('ready'), askedForMs);
    return () => clearTimeout(timer);
  }, [state]);
  useEffect(() => {
    if (said === null) return;
    const timer = setTimeout(() => setSaid(null), saidForMs);
    return () => clearTimeout(timer);
  }, [said]);
  const begin = useCallback(() => {
    play();
    setSaid(null);
    if (mayTell) setState('asking');
  }, [play, mayTell]);
  const answer = useCallback(
    (heard: boolean) => {
      setState('sending');
      void recordSoundTest(heard).then((done) => {
        setState('ready');
        const { roomState: room } = words;
        if (!heard) setSaid({ good: false, text: room.soundNotHeard });
        else if (done.ok) setSaid({ good: true, text: room.soundRecorded });
        else
          setSaid({
            good: false,
            text: done.code === 'not-found' ? room.noShift : refusalText(words, done),
          });
      });
    },
    [words],
  );
  return useMemo(() => ({ state, said, play: begin, answer }), [state, said, begin, answer]);
};

/** The button that plays the tune, and the question after it. */
export const SoundTestButtons = () => {
  const { words } = useSpeech();
  const { state, said, play, answer } = useSoundTest();
  return (
    <span className="sound-test">
      {state === 'asking' ? (
        <>
          <button type="button" className="main" data-heard onClick={() => answer(true)}>
            {words.roomState.heard}
          </button>
          <button type="button" data-not-heard onClick={() => answer(false)}>
            {words.roomState.notHeard}
          </button>
        </>
      ) : (
        <button type="button" data-test-sound disabled={state === 'sending'} onClick={play}>
          {words.strip.testSound}
        </button>
      )}
      <span role="status" className={said?.good === false ? 'said bad' : 'said'}>
        {said?.text}
      </span>
    </span>
  );
};
