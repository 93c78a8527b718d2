import { setTimeout as pause } from 'node:timers/promises';
import { deviceTypes } from '../devices/index.ts';
import { createAgenda } from '../simulator/agenda.ts';
import { operate, raisedBy } from '../simulator/alert-expectations.ts';
import type { ApiClient } from '../simulator/api-client.ts';
import { happenedToCall, installPager, type SpeakingPager } from '../simulator/call-expectations.ts';
import { createFleet } from '../simulator/fleet.ts';
import type { GatewayProcess } from '../simulator/gateway-process.ts';
import { registerDevices } from '../simulator/registration.ts';
import { buildStreet, readStreetPlan } from '../simulator/street.ts';
import { openConsole, type SpeakingConsole } from '../simulator/voice/console-leg.ts';
import type { LegOpener } from '../simulator/voice/leg.ts';
import { toneOf } from '../simulator/voice/sound.ts';
import { createWebRtcLeg } from '../simulator/voice/webrtc-leg.ts';
import { NotSeenError } from '../simulator/witness.ts';

const patienceMs = 20_000;
const lookEveryMs = 5;
const seed = 1;

/** A pager and a seat that speak with each other. */
export type Pair = { readonly home: SpeakingPager; readonly seat: SpeakingConsole };

/** A press and its call, which rings: ms from the press to its alert at the seat, and to its call there; and whether the person heard a second of something within 20 s. */
export type Rung = {
  readonly call: string;
  readonly alert: string;
  readonly alertMs: number;
  readonly ringMs: number;
  readonly prompted: boolean;
};

/** An answer: ms from the operator's "answer" until the call is connected, and until the seat hears the person; null where that did not come about within 20 s; and until the last of the other seats is told to ring no more. `again`: offers beyond the first of each side. */
export type Answered = {
  readonly hushedMs: number | null;
  readonly connectedMs: number | null;
  readonly soundMs: number | null;
  readonly again: number;
};

/** Homes and seats that call each other. */
export type Talk = {
  readonly pairs: readonly Pair[];
  /** Legs made from now on are made by this. */
  readonly speakThrough: (openLeg: LegOpener) => void;
  readonly close: () => Promise<void>;
};

/** Registers so many pagers that speak, and opens as many consoles. */
export const openTalk = async (gateway: GatewayProcess, api: ApiClient, many: number): Promise<Talk> => {
  const agenda = createAgenda();
  let open: LegOpener = createWebRtcLeg;
  const openLeg: LegOpener = (sound, heard) => open(sound, heard);
  const fleet = createFleet(gateway.mqttUrl, deviceTypes, agenda, seed, {
    sound: toneOf(440),
    media: 'webrtc',
    openLeg,
  });
  const stage = {
    prefix: 'bench',
    fleet,
    install: async (plan: Parameters<typeof registerDevices>[1]) => {
      const secrets = await registerDevices(api, plan);
      fleet.install(plan, secrets);
      await fleet.connect();
      return secrets;
    },
  };
  const pairs: Pair[] = [];
  for (const home of buildStreet(readStreetPlan(), seed).homes.slice(0, many))
    pairs.push({
      home: await installPager(stage, home),
      seat: await openConsole(api, toneOf(1000), openLeg),
    });
  return {
    pairs,
    speakThrough: (other) => {
      open = other;
    },
    close: async () => {
      for (const { seat } of pairs) await seat.close();
      await fleet.close();
      agenda.clear();
    },
  };
};

const unlessUnseen = async <T>(coming: Promise<T>): Promise<T | null> => {
  try {
    return await coming;
  } catch (error) {
    if (error instanceof NotSeenError) return null;
    throw error;
  }
};

/** Presses, and resolves once the call rings at the seat and the person has heard a second of that; throws NotSeenError where it does not ring. */
export const ring = async ({ home, seat }: Pair): Promise<Rung> => {
  const mark = seat.feed.mark();
  const heard = home.pager.heard.mark();
  const pressedAt = performance.now();
  const raised = seat.feed
    .waitForAlert(raisedBy(home.id, 'sos'), patienceMs, `a press of ${home.id}`, mark)
    .then(({ alert }) => ({ alert: alert.id, alertMs: performance.now() - pressedAt }));
  const call = await home.press('webrtc');
  await seat.feed.waitForCall(happenedToCall(call, 'ringing'), patienceMs, `the call of ${home.id}`, mark);
  const ringMs = performance.now() - pressedAt;
  const prompt = home.pager.heard.waitFor(({ level }) => level > 0, patienceMs, `sound at ${home.id}`, heard);
  const prompted = (await unlessUnseen(prompt)) !== null;
  return { call, ringMs, prompted, ...(await raised) };
};

/** When the seat first heard more than silence in a call (epoch ms); null where it did not within 20 s. */
const firstSoundAt = async (seat: SpeakingConsole, call: string): Promise<number | null> => {
  const deadline = performance.now() + patienceMs;
  if ((await unlessUnseen(seat.legOf(call, patienceMs))) === null) return null;
  while (performance.now() < deadline) {
    const { soundFrom } = (await seat.legOf(call, 0)).ear.counts();
    if (soundFrom !== null) return soundFrom;
    await pause(lookEveryMs);
  }
  return null;
};

/** Answers a call at the seat, while it rings at `others`, too. */
export const answer = async (
  { home, seat }: Pair,
  { call }: Rung,
  others: readonly SpeakingConsole[] = [],
): Promise<Answered> => {
  const since = Date.now();
  const hushed = unlessUnseen(
    Promise.all(
      others.map(({ feed }) =>
        feed.waitForCall(happenedToCall(call, 'answered'), patienceMs, `that ${call} is answered`),
      ),
    ).then(() => Date.now() - since),
  );
  const connected = unlessUnseen(
    seat.feed
      .waitForCall(happenedToCall(call, 'connected'), patienceMs, `sound both ways in ${call}`)
      .then(() => Date.now() - since),
  );
  await seat.answer(call);
  const soundAt = await firstSoundAt(seat, call);
  const offers =
    home.pager.notices.seen().filter((told) => told.call === call && told.type === 'offer').length +
    seat.told.seen().filter((told) => told.call === call && told.kind === 'offer').length;
  return {
    hushedMs: await hushed,
    connectedMs: await connected,
    soundMs: soundAt === null ? null : soundAt - since,
    again: offers - 2,
  };
};

/** Closes the alert, and its call with it; resolves when the seat is told that the call is over. */
export const finish = async ({ seat }: Pair, { alert, call }: Rung, api: ApiClient): Promise<void> => {
  const over = seat.feed.waitForCall(
    happenedToCall(call, 'ended', 'failed', 'cancelled', 'declined'),
    patienceMs,
    `the end of ${call}`,
  );
  await operate(api, alert, 'close', { disposition: 'test' });
  await over;
};
