import { setTimeout as pause } from 'node:timers/promises';
import type { ApiClient } from '../simulator/api-client.ts';
import { randomFrom } from '../simulator/random.ts';
import type { Heard } from '../simulator/voice/ear.ts';
import { sampleRate } from '../simulator/voice/sound.ts';
import { overBadLine } from './bad-line.ts';
import { createDataChannelLeg } from './data-channel-leg.ts';
import { openGateway, removeDirectory, signInAt } from './own-gateway.ts';
import { childOf, costOf } from './process-cost.ts';
import { atMost, type Bench, every, median, percentile } from './row.ts';
import { type Answered, answer, finish, openTalk, type Pair, type Rung, ring } from './talking.ts';

const inARow = 100;
const connectWithinMs = 1_000;
const hushWithinMs = 200;
const atOnce = 20;
const talkForMs = 10_000;
/** What a tone must have of the power in every second to count as heard. */
const heardShare = 0.97;
/** Of each end's line, there and back. */
const badLine = { lost: 0.05, delayMs: 200 };
/** Two such lines lie between those who speak. */
const lostOnTheWay = 1 - (1 - badLine.lost) ** 2;

/** What never came about took for ever. */
const allOf = (answers: readonly Answered[], of: 'connectedMs' | 'hushedMs' | 'soundMs'): readonly number[] =>
  answers.map((one) => one[of] ?? Number.POSITIVE_INFINITY);

const inMs = (value: number): string => (Number.isFinite(value) ? `${value.toFixed(0)} ms` : 'never');

const spread = (values: readonly number[]): string =>
  `p50 ${inMs(median(values))}, slowest ${inMs(Math.max(...values))}`;

const offeredAgain = (answers: readonly Answered[]): string =>
  `${answers.filter(({ again }) => again > 0).length} of ${answers.length} calls had a leg that was offered again`;

/** One side's ear during a talk: its tone's share in the worst second, and the share of samples that never came. */
type Side = { readonly whole: boolean; readonly leastShare: number; readonly lost: number };

const sideOf = (heard: Heard, hz: number, from: number, to: number): Side => {
  const seconds = heard.seen().filter(({ endedAt }) => endedAt > from + 1_000 && endedAt <= to);
  return {
    // The second in which the talk begins and the one in which it ends are not whole.
    whole: seconds.length >= (to - from) / 1_000 - 2,
    leastShare: seconds.length === 0 ? 0 : Math.min(...seconds.map(({ shares }) => shares[hz] ?? 0)),
    lost:
      seconds.length === 0
        ? 1
        : seconds.reduce((sum, second) => sum + second.lost, 0) / (seconds.length * sampleRate),
  };
};

type Talked = {
  readonly answers: readonly Answered[];
  readonly sides: readonly Side[];
  readonly from: number;
  readonly to: number;
};

/** Every pair at once presses, answers, and talks for 10 s; `talking` is told when that begins and when it ends. */
const talkAtOnce = async (
  pairs: readonly Pair[],
  api: ApiClient,
  talking: (begins: boolean) => void = () => {},
): Promise<Talked> => {
  const calls = await Promise.all(
    pairs.map(async (pair): Promise<readonly [Pair, Rung]> => [pair, await ring(pair)]),
  );
  const answers = await Promise.all(calls.map(([pair, rung]) => answer(pair, rung)));
  // What is heard lags behind what is said.
  await pause(1_000);
  const from = Date.now();
  talking(true);
  await pause(talkForMs);
  talking(false);
  const to = Date.now();
  const sides: Side[] = [];
  for (const [{ home, seat }, { call }] of calls) {
    const leg = await seat.legOf(call, 0);
    sides.push(sideOf(leg.ear.heard, 440, from, to), sideOf(home.pager.heard, 1000, from, to));
  }
  await Promise.all(calls.map(([pair, rung]) => finish(pair, rung, api)));
  return { answers, sides, from, to };
};

/** Calls, from the press to the last word. */
export const voice: Bench = {
  name: 'voice',
  about: `${inARow} calls one after the other, ${atOnce} at once, and ${atOnce} over bad lines; pagers and seats speak over WebRTC in this process`,
  rows: async function* () {
    const gateway = await openGateway();
    const api = await signInAt(gateway);
    const talk = await openTalk(gateway, api, atOnce);
    try {
      const media = childOf(gateway.pid, 'media-process');
      const [first, ...others] = talk.pairs;
      if (first === undefined) throw new Error('nobody is there to call');
      const otherSeats = others.map(({ seat }) => seat);

      const rung: Rung[] = [];
      const answers: Answered[] = [];
      for (let index = 0; index < inARow; index += 1) {
        const ringing = await ring(first);
        rung.push(ringing);
        answers.push(await answer(first, ringing, otherSeats));
        await finish(first, ringing, api);
      }
      const rings = rung.map(({ ringMs }) => ringMs);
      yield atMost(100, {
        what: `press → its call rings at the seat, p99 of ${inARow}`,
        value: percentile(rings, 0.99),
        unit: 'ms',
        detail: `${spread(rings)}; its alert is there before: ${spread(rung.map(({ alertMs }) => alertMs))}`,
      });
      const sounds = allOf(answers, 'soundMs');
      yield atMost(300, {
        what: `"answer" → the first sound of the person at the seat, median of ${inARow}`,
        value: median(sounds),
        unit: 'ms',
        detail: `p99 ${inMs(percentile(sounds, 0.99))}, ${spread(sounds)}`,
      });
      const connected = allOf(answers, 'connectedMs');
      yield every(inARow, {
        what: `calls in a row that are connected, sound both ways, within ${connectWithinMs} ms of "answer"`,
        value: connected.filter((ms) => ms <= connectWithinMs).length,
        detail: `p99 ${inMs(percentile(connected, 0.99))}, ${spread(connected)}; ${offeredAgain(answers)}`,
      });

      const hushed = allOf(answers, 'hushedMs');
      yield atMost(hushWithinMs, {
        what: `"answer" → the last of ${otherSeats.length} other seats is told to ring no more, slowest of ${inARow}`,
        value: Math.max(...hushed),
        unit: 'ms',
        detail: spread(hushed),
      });

      const costs: { readonly media: number; readonly core: number }[] = [];
      const note = (): void => {
        costs.push({ media: costOf(media).cpuMs, core: costOf(gateway.pid).cpuMs });
      };
      const clean = await talkAtOnce(talk.pairs, api, note);
      const memory = costOf(media);
      yield every(2 * atOnce, {
        what: `sides of ${atOnce} calls at once that hear the other, ${heardShare} of the power in every second`,
        value: clean.sides.filter(({ whole, leastShare }) => whole && leastShare >= heardShare).length,
        detail: `worst second of all ${Math.min(...clean.sides.map(({ leastShare }) => leastShare)).toFixed(3)}; connected after ${spread(allOf(clean.answers, 'connectedMs'))}; ${offeredAgain(clean.answers)}`,
      });
      const lengthMs = clean.to - clean.from;
      const perCent = (of: 'media' | 'core'): number =>
        (100 * ((costs[1]?.[of] ?? Number.NaN) - (costs[0]?.[of] ?? Number.NaN))) / lengthMs;
      yield atMost(1, {
        what: `processor time of the media process for each of ${atOnce} calls`,
        value: perCent('media') / atOnce,
        unit: '% of a core',
        detail: `${perCent('media').toFixed(1)} % for all of them; the gateway beside it ${perCent('core').toFixed(1)} %`,
      });
      yield atMost(150, {
        what: `memory of the media process after ${inARow + atOnce} calls`,
        value: memory.nowMb,
        unit: 'MB',
        detail: `at most ${memory.mostMb.toFixed(0)} MB`,
      });

      // The simulator's own library does not send again what is lost of its handshake as the standard asks [RFC 6347,
      // 4.2.4]: one leg in ten would hang by its fault.
      const chance = randomFrom(1, 'bad line').next;
      talk.speakThrough((sound, heard) => overBadLine(createDataChannelLeg(sound, heard), badLine, chance));
      const bad = await talkAtOnce(talk.pairs, api);
      const late = allOf(bad.answers, 'soundMs');
      const line = `${badLine.delayMs} ms late and ${100 * badLine.lost} % lost each way at both ends`;
      yield every(atOnce, {
        what: `calls over bad lines (${line}) that are connected`,
        value: allOf(bad.answers, 'connectedMs').filter(Number.isFinite).length,
        detail: `the lines are made by the bench, of UDP alone; connected after ${spread(allOf(bad.answers, 'connectedMs'))}; ${offeredAgain(bad.answers)}`,
      });
      yield atMost(4_000, {
        what: '"answer" → the first sound at the seat over such lines, median',
        value: median(late),
        unit: 'ms',
        detail: spread(late),
      });
      const lost = bad.sides.reduce((sum, side) => sum + side.lost, 0) / bad.sides.length;
      yield atMost(12, {
        what: 'sound that is lost between the two who speak over such lines',
        value: 100 * lost,
        unit: '%',
        detail: `the lines alone lose ${(100 * lostOnTheWay).toFixed(1)} %`,
      });
    } finally {
      await talk.close();
      await gateway.stop();
      removeDirectory(gateway.dataDir);
    }
  },
};
