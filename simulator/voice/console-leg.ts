import { randomUUID } from 'node:crypto';
import { Call, type VoiceMessage } from '../../src/model/call.ts';
import type { ApiClient } from '../api-client.ts';
import { followFeed, type LiveFeed } from '../live-feed.ts';
import { createWitness, type Witness } from '../witness.ts';
import type { LegOpener, OfferedLeg } from './leg.ts';
import { type Sound, toneOf } from './sound.ts';
import { createWebRtcLeg, loadWebRtc } from './webrtc-leg.ts';

/** A console with a headset: it follows the live feed under an id of its own, answers every offer that comes to it, and speaks. */
export type SpeakingConsole = {
  readonly id: string;
  /** Who sits at it. */
  readonly user: string;
  readonly feed: LiveFeed;
  /** Answers a call here; throws ApiError where that is refused, as to everybody but the first. */
  readonly answer: (call: string) => Promise<Call>;
  readonly hangUp: (call: string) => Promise<Call>;
  /** Gives a call to another operator. */
  readonly handOver: (call: string, to: string) => Promise<Call>;
  /** The leg of a call: the newest there is after the mark `since`, once it was offered; rejects with NotSeenError after `withinMs`. */
  readonly legOf: (call: string, withinMs: number, since?: number) => Promise<OfferedLeg>;
  /** The signalling that came to it. */
  readonly told: Witness<VoiceMessage>;
  /** How many legs it was offered in all: a mark for `since`. */
  readonly mark: () => number;
  readonly close: () => Promise<void>;
};

/** Takes a seat for somebody signed in; what is heard from it is 1000 Hz unless told otherwise. */
export const openConsole = async (
  api: ApiClient,
  sound: Sound = toneOf(1000),
  openLeg: LegOpener = createWebRtcLeg,
): Promise<SpeakingConsole> => {
  // Or the first call would wait for it.
  await loadWebRtc();
  const id = randomUUID();
  const open = new Map<string, OfferedLeg>();
  const legs = createWitness<{ readonly call: string; readonly leg: OfferedLeg }>(1000);

  const told = createWitness<VoiceMessage>(1000);

  const closeLeg = (call: string): void => {
    open.get(call)?.close();
    open.delete(call);
  };
  const answerOffer = async (call: string, sdp: string): Promise<void> => {
    closeLeg(call);
    const leg = openLeg(sound);
    leg.speak(true);
    open.set(call, leg);
    try {
      const answer = await leg.answer(sdp);
      if (open.get(call) !== leg) return;
      feed.say({ type: 'voice', call, kind: 'answer', sdp: answer });
      legs.note({ call, leg });
    } catch {
      // The gateway sees that no answer comes.
      if (open.get(call) === leg) closeLeg(call);
    }
  };

  const feed: LiveFeed = await followFeed(api, {
    id,
    onVoice: (message) => {
      told.note(message);
      const { call, kind, sdp, candidate } = message;
      if (kind === 'offer' && sdp !== undefined) void answerOffer(call, sdp);
      else if (kind === 'candidate' && candidate !== undefined) open.get(call)?.addCandidate(candidate);
      else if (kind === 'end') closeLeg(call);
    },
  });

  const command = (call: string, verb: string, body: object): Promise<Call> =>
    api.post(`/calls/${call}/${verb}`, body, Call);
  return {
    id,
    user: api.user.id,
    feed,
    told,
    answer: (call) => command(call, 'answer', { console: id }),
    hangUp: (call) => command(call, 'hang-up', {}),
    handOver: (call, to) => command(call, 'hand-over', { to }),
    legOf: async (call, withinMs, since) => {
      const fits = (offered: { readonly call: string }): boolean => offered.call === call;
      const first = await legs.waitFor(fits, withinMs, `an offer for the call ${call}`, since);
      return legs.seen().findLast(fits)?.leg ?? first.leg;
    },
    mark: legs.mark,
    close: async () => {
      for (const call of [...open.keys()]) closeLeg(call);
      await feed.close();
    },
  };
};
