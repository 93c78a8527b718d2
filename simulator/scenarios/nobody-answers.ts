import { happenedTo, inShort, isRinging, operate, raisedBy } from '../alert-expectations.ts';
import { callInShort, happenedToCall, installPager } from '../call-expectations.ts';
import { declareScenario, patienceMs } from '../scenario.ts';
import { hearTone } from '../voice/ear.ts';

// Calls ring by the gateway's own clock, which no street makes faster.
const missedAfterMs = 60_000;
const talkForS = 3;
const talkWithinMs = talkForS * 1000 + 2 * patienceMs;
const atTheEarliestMs = missedAfterMs - 1_000;

/** Somebody presses, and nobody comes to the telephone. */
export const nobodyAnswers = declareScenario({
  name: 'nobody-answers',
  plot: 'Somebody presses a pager that speaks, and for more than a minute nobody in the room answers; then an operator does.',
  mustFollow: {
    rings: 'the call rings, and its alert with it',
    prompt: 'the person hears something while nobody speaks',
    missed: 'after sixty seconds, and not before, the call is marked as missed',
    told: 'its alert says so, and rings on',
    'rings-on': 'the call rings on, and says so to the pager',
    comfort: 'the person still hears something after that',
    answered: 'it is still answered afterwards, with sound both ways',
    closed: 'closing the alert ends the call, and the pager hears of it',
  },
  defaults: { devices: 20, speed: 60 },
  play: async (stage) => {
    const { api, feed } = stage;
    await stage.runBackground();
    const seat = await stage.takeSeat();
    const home = stage.random('homes').pick(stage.street.homes);
    const { id, pager, press } = await installPager(stage, home);
    const mark = feed.mark();
    const audible = (since?: number): Promise<unknown> =>
      pager.heard.waitFor(({ level }) => level > 0, patienceMs, `sound at ${id}`, since);

    const call = await press('webrtc');
    const { alert } = await stage.mustSee('rings', raisedBy(id, 'sos'), mark);
    const ringing = await stage.mustSeeCall('rings', happenedToCall(call, 'ringing'), mark);
    stage.must('rings', ringing.call.alert === alert.id, callInShort(ringing.call));
    await stage.mustCome('prompt', audible());

    const missed = await stage.mustSeeCall(
      'missed',
      happenedToCall(call, 'missed'),
      mark,
      missedAfterMs + patienceMs,
    );
    const { missedAt = 0, requestedAt, state } = missed.call;
    stage.must('missed', missedAt - requestedAt >= atTheEarliestMs, `after ${missedAt - requestedAt} ms`);
    const told = await stage.mustSee('told', happenedTo(alert.id, 'call-missed'), mark);
    stage.must('told', isRinging(told.alert), inShort(told.alert));
    stage.must('rings-on', state === 'ringing', callInShort(missed.call));
    stage.must('rings-on', pager.current()?.state === 'ringing', `the pager shows ${pager.current()?.state}`);
    await stage.mustCome('comfort', audible(pager.heard.mark()));

    await stage.mustCome('answered', seat.answer(call));
    await stage.mustSeeCall('answered', happenedToCall(call, 'connected'), mark);
    const leg = await stage.mustCome('answered', seat.legOf(call, patienceMs));
    await Promise.all([
      stage.mustCome('answered', hearTone(leg.ear.heard, 440, talkForS, talkWithinMs)),
      stage.mustCome('answered', hearTone(pager.heard, 1000, talkForS, talkWithinMs)),
    ]);

    await operate(api, alert.id, 'close', { disposition: 'assistance-given', note: '迟接，已通话。' });
    const ended = await stage.mustSeeCall('closed', happenedToCall(call, 'ended'), mark);
    stage.must('closed', ended.call.missedAt === missedAt, callInShort(ended.call));
    await stage.mustCome(
      'closed',
      pager.notices.waitFor((heard) => heard.call === call && heard.type === 'end', patienceMs, 'the end'),
    );
  },
});
