import { happenedTo, inShort, operate, raisedBy } from '../alert-expectations.ts';
import { callInShort, happenedToCall, installPager } from '../call-expectations.ts';
import { declareScenario, patienceMs } from '../scenario.ts';
import { hearTone } from '../voice/ear.ts';

const talkForS = 10;
const talkWithinMs = talkForS * 1000 + 2 * patienceMs;

/** Somebody presses the button and is spoken with. */
export const sosWithVoice = declareScenario({
  name: 'sos-with-voice',
  plot: 'Somebody presses a pager that speaks; an operator answers, they talk, she hangs up and closes the alert: once over WebRTC, and once over MQTT, from a home without UDP.',
  mustFollow: {
    rings: 'the press rings, and its call with it, in the same alert',
    prompt: 'the person hears something before anybody has answered',
    answered: 'who answers the call has its alert too',
    connected: 'the call is connected once sound flows both ways, and the alert says so',
    'room-hears': 'the operator hears the 440 Hz of the pager for ten seconds, at 97 % of the power or more',
    'person-hears':
      'the pager hears the 1000 Hz of the operator for ten seconds, at 97 % of the power or more',
    'hangs-up': 'when the operator hangs up the call has ended, and the pager hears of it',
    stands: 'the alert does not end with its call',
    closed: 'closed with what was done, the alert is over',
  },
  defaults: { devices: 20, speed: 60 },
  play: async (stage) => {
    const { api, feed } = stage;
    await stage.runBackground();
    const seat = await stage.takeSeat();
    const homes = stage.random('homes').shuffle(stage.street.homes);
    for (const [index, media] of (['webrtc', 'mqtt-audio'] as const).entries()) {
      const home = homes[index];
      if (home === undefined) throw new RangeError('the street has no two homes');
      const { id, pager, press } = await installPager(stage, home);
      const mark = feed.mark();
      const call = await press(media);

      const { alert } = await stage.mustSee('rings', raisedBy(id, 'sos'), mark);
      const ringing = await stage.mustSeeCall('rings', happenedToCall(call, 'ringing'), mark);
      stage.must('rings', ringing.call.alert === alert.id, callInShort(ringing.call));
      await stage.mustCome(
        'prompt',
        pager.heard.waitFor(({ level }) => level > 0, patienceMs, `sound at ${id}`),
      );

      const { answeredBy } = await stage.mustCome('answered', seat.answer(call));
      const taken = await stage.mustSee('answered', happenedTo(alert.id, 'taken'), mark);
      stage.must(
        'answered',
        answeredBy === api.user.id && taken.alert.claimedBy === api.user.id,
        inShort(taken.alert),
      );
      await stage.mustSeeCall('connected', happenedToCall(call, 'connected'), mark);
      await stage.mustSee('connected', happenedTo(alert.id, 'voice-connected'), mark);

      const leg = await stage.mustCome('room-hears', seat.legOf(call, patienceMs));
      await Promise.all([
        stage.mustCome('room-hears', hearTone(leg.ear.heard, 440, talkForS, talkWithinMs)),
        stage.mustCome('person-hears', hearTone(pager.heard, 1000, talkForS, talkWithinMs)),
      ]);

      await seat.hangUp(call);
      const ended = await stage.mustSeeCall('hangs-up', happenedToCall(call, 'ended'), mark);
      stage.must('hangs-up', ended.call.rings === 1, callInShort(ended.call));
      await stage.mustCome(
        'hangs-up',
        pager.notices.waitFor((told) => told.call === call && told.type === 'end', patienceMs, 'the end'),
      );
      const standing = feed.alerts().get(alert.id);
      stage.must('stands', standing !== undefined, 'it is closed');

      await operate(api, alert.id, 'close', { disposition: 'assistance-given', note: '已通话，家属上门。' });
      await stage.mustSee('closed', happenedTo(alert.id, 'closed'), mark);
    }
  },
});
