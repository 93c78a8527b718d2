import { happenedTo, inShort, isRinging, operate, raisedBy } from '../alert-expectations.ts';
import { callInShort, happenedToCall, installPager } from '../call-expectations.ts';
import { declareScenario, patienceMs } from '../scenario.ts';
import { hearTone } from '../voice/ear.ts';

const talkForS = 3;
const talkWithinMs = talkForS * 1000 + 2 * patienceMs;
// Ten seconds without sound from the device, by the gateway's own clock.
const silenceWithinMs = 10_000 + patienceMs;

/** In the middle of a call the pager is gone. */
export const callLostInTheMiddle = declareScenario({
  name: 'call-lost-in-the-middle',
  plot: 'An operator speaks with somebody whose pager loses its power in the middle of a word; it comes back, and is answered again.',
  mustFollow: {
    talks: 'they speak with each other',
    lost: 'once nothing has come from the pager for ten seconds, the call rings again',
    alert: 'its alert says that the call was lost, and rings',
    console: 'the operator is no longer in a call in which nobody is',
    back: 'the pager that is back hears that its call rings, and hears sound',
    again: 'answered again, it has sound both ways, and it is the same call',
    closed: 'closed, the alert is over, and its call with it',
  },
  defaults: { devices: 20, speed: 60 },
  play: async (stage) => {
    const { api, feed } = stage;
    await stage.runBackground();
    const seat = await stage.takeSeat();
    const home = stage.random('homes').pick(stage.street.homes);
    const { id, pager, press, cutPower, comeBack } = await installPager(stage, home);
    const mark = feed.mark();

    const call = await press('webrtc');
    const { alert } = await stage.mustSee('talks', raisedBy(id, 'sos'), mark);
    const talk = async (key: 'talks' | 'again', since: number): Promise<void> => {
      const [legs, heard] = [seat.mark(), pager.heard.mark()];
      await stage.mustCome(key, seat.answer(call));
      await stage.mustSeeCall(key, happenedToCall(call, 'connected'), since);
      const leg = await stage.mustCome(key, seat.legOf(call, patienceMs, legs));
      await Promise.all([
        stage.mustCome(key, hearTone(leg.ear.heard, 440, talkForS, talkWithinMs)),
        stage.mustCome(key, hearTone(pager.heard, 1000, talkForS, talkWithinMs, heard)),
      ]);
    };
    await stage.mustSeeCall('talks', happenedToCall(call, 'ringing'), mark);
    await talk('talks', mark);

    const atLoss = feed.mark();
    cutPower();
    const lost = await stage.mustSeeCall(
      'lost',
      happenedToCall(call, 'rings-again'),
      atLoss,
      silenceWithinMs,
    );
    stage.must('lost', lost.call.state === 'ringing' && lost.call.rings === 2, callInShort(lost.call));
    const loud = await stage.mustSee('alert', happenedTo(alert.id, 'call-lost'), atLoss);
    stage.must('alert', isRinging(loud.alert), inShort(loud.alert));
    await stage.mustCome(
      'console',
      seat.told.waitFor(
        (said) => said.call === call && said.kind === 'end',
        patienceMs,
        'the end of the leg',
      ),
    );

    const [notices, heard] = [pager.notices.mark(), pager.heard.mark()];
    await comeBack();
    await stage.mustCome(
      'back',
      pager.notices.waitFor(
        (told) => told.call === call && told.state === 'ringing',
        patienceMs,
        'that it rings',
        notices,
      ),
    );
    await stage.mustCome(
      'back',
      pager.heard.waitFor(({ level }) => level > 0, patienceMs, `sound at ${id}`, heard),
    );

    await talk('again', feed.mark());
    await operate(api, alert.id, 'close', { disposition: 'assistance-given', note: '断线后重新接通。' });
    await stage.mustSee('closed', happenedTo(alert.id, 'closed'), mark);
    await stage.mustSeeCall('closed', happenedToCall(call, 'ended'), mark);
  },
});
