import { happenedTo, inShort, operate, raisedBy } from '../alert-expectations.ts';
import { ApiError } from '../api-client.ts';
import { callInShort, happenedToCall, installPager } from '../call-expectations.ts';
import { declareScenario, patienceMs } from '../scenario.ts';
import { hearTone } from '../voice/ear.ts';

const talkForS = 5;
const talkWithinMs = talkForS * 1000 + 2 * patienceMs;

/** Two people press in the same moment, and two operators are there. */
export const twoAtOnce = declareScenario({
  name: 'two-at-once',
  plot: 'Two people press in the same moment; both operators reach for the first call, and the one who is too late answers the other.',
  mustFollow: {
    ring: 'both calls ring, each in an alert of its own',
    first: 'only one of two who answer the same call gets it; the other hears who has it',
    both: 'both people are answered, each by another operator, with sound both ways',
    apart: 'nobody hears anything of the other call',
    held: 'each operator has the alert of the call in which she speaks',
    'one-ends': 'when one hangs up, the other call goes on',
    closed: 'closed, both alerts are over, and so are both calls',
  },
  defaults: { devices: 20, speed: 60 },
  play: async (stage) => {
    const { api, feed } = stage;
    await stage.runBackground();
    const seats = [await stage.takeSeat('li'), await stage.takeSeat('zhao')] as const;
    const [home, otherHome] = stage.random('homes').shuffle(stage.street.homes);
    if (home === undefined || otherHome === undefined) throw new RangeError('the street has no two homes');
    const pagers = [await installPager(stage, home), await installPager(stage, otherHome)] as const;
    const mark = feed.mark();

    const calls = await Promise.all([pagers[0].press('webrtc'), pagers[1].press('mqtt-audio')]);
    const alerts: string[] = [];
    for (const [index, { id }] of pagers.entries()) {
      const { alert } = await stage.mustSee('ring', raisedBy(id, 'sos'), mark);
      const { call } = await stage.mustSeeCall('ring', happenedToCall(calls[index] ?? '', 'ringing'), mark);
      stage.must('ring', call.alert === alert.id, callInShort(call));
      alerts.push(alert.id);
    }
    stage.must('ring', new Set(alerts).size === 2, alerts.join());

    const answers = await Promise.allSettled(seats.map((seat) => seat.answer(calls[0])));
    const wins = answers.findIndex(({ status }) => status === 'fulfilled');
    const [winner, loser] = wins === 0 ? seats : [seats[1], seats[0]];
    const lost = answers[1 - wins];
    const refusal = lost?.status === 'rejected' ? lost.reason : null;
    stage.must(
      'first',
      wins >= 0 && refusal instanceof ApiError && refusal.code === 'already-answered',
      answers.map(({ status }) => status).join(),
    );
    await stage.mustCome('both', loser.answer(calls[1]));

    const sides = [
      { seat: winner, call: calls[0], heard: pagers[0].pager.heard, alert: alerts[0] ?? '' },
      { seat: loser, call: calls[1], heard: pagers[1].pager.heard, alert: alerts[1] ?? '' },
    ] as const;
    for (const { call } of sides) await stage.mustSeeCall('both', happenedToCall(call, 'connected'), mark);
    await Promise.all(
      sides.map(async ({ seat, call, heard }) => {
        const leg = await stage.mustCome('both', seat.legOf(call, patienceMs));
        await Promise.all([
          stage.mustCome('both', hearTone(leg.ear.heard, 440, talkForS, talkWithinMs)),
          stage.mustCome('both', hearTone(heard, 1000, talkForS, talkWithinMs)),
        ]);
      }),
    );
    for (const { seat, call } of sides) {
      const other = sides.find((side) => side.call !== call);
      const strays = await seat.legOf(other?.call ?? '', 1).catch(() => null);
      stage.must('apart', strays === null, 'a leg of the other call was offered');
    }
    const [one, two] = await Promise.all(
      sides.map(({ alert }) => stage.mustSee('held', happenedTo(alert, 'taken'), mark)),
    );
    stage.must(
      'held',
      one?.alert.claimedBy === winner.user && two?.alert.claimedBy === loser.user,
      [one, two].map((each) => (each === undefined ? 'none' : inShort(each.alert))).join('; '),
    );

    await winner.hangUp(calls[0]);
    await stage.mustSeeCall('one-ends', happenedToCall(calls[0], 'ended'), mark);
    const since = pagers[1].pager.heard.mark();
    await stage.mustCome('one-ends', hearTone(pagers[1].pager.heard, 1000, 2, patienceMs, since));
    stage.must('one-ends', feed.calls().get(calls[1])?.state === 'connected', 'it went too');

    for (const { alert } of sides) {
      await operate(api, alert, 'close', { disposition: 'assistance-given', note: '已通话。' });
      await stage.mustSee('closed', happenedTo(alert, 'closed'), mark);
    }
    await stage.mustSeeCall('closed', happenedToCall(calls[1], 'ended'), mark);
  },
});
