import { happenedTo, inShort, isRinging, operate, raisedBy } from '../alert-expectations.ts';
import { planDevice } from '../fleet-plan.ts';
import { childTopic } from '../native-voice.ts';
import { declareScenario, patienceMs } from '../scenario.ts';

/** Somebody's grandmother lies on the floor and presses the button. */
export const sosPress = declareScenario({
  name: 'sos-press',
  plot: 'A person alone at home presses the button, again and again, until help is there; and one whose pager nobody has registered presses too.',
  mustFollow: {
    rings: 'a press rings: a critical call of its home, which nobody has yet',
    received: 'the pager hears that it was received, and for which alert',
    joins: 'a second press joins the same alert, counted, and rings',
    taken: 'who takes the alert has it',
    accepted: 'the pager hears who has taken it',
    'rings-again': 'a press after that rings again, in the same alert',
    dispatched: 'the pager hears that help was sent',
    'cancel-recorded': 'a cancel is recorded on the alert',
    'cancel-stops-nothing': 'a cancel neither closes nor silences anything',
    closed: 'closed with what was done, the alert is over',
    'new-alert': 'a press after that raises a new alert, counted from one',
    unregistered: "a press of a pager that is not registered rings, with its hub's place",
    'only-these': 'nothing else is raised',
  },
  defaults: { devices: 50, speed: 60 },
  play: async (stage) => {
    const { api, feed, fleet, prefix } = stage;
    const [home, hubHome] = stage.random('homes').shuffle(stage.street.homes);
    if (home === undefined || hubHome === undefined) throw new RangeError('the street has no two homes');
    const planned = planDevice(prefix, 'call-button', home.place);
    const hub = planDevice(prefix, 'hub', hubHome.place);
    await stage.runBackground();
    await stage.install([planned, hub]);
    const pager = fleet.device(planned.id);

    const press = async (): Promise<number> => {
      const mark = feed.mark();
      await pager.press();
      return mark;
    };
    const hears = (
      key: 'received' | 'accepted' | 'dispatched',
      command: string,
      alert: string,
      by?: string,
    ): Promise<unknown> =>
      stage.mustCome(
        key,
        pager.commands.waitFor(
          (heard) =>
            heard.command === command && heard.alert === alert && (by === undefined || heard.by === by),
          patienceMs,
          `${command} at ${planned.id}`,
        ),
      );

    const first = await press();
    const { alert } = await stage.mustSee('rings', raisedBy(planned.id, 'sos'), first);
    const { id } = alert;
    stage.must('rings', isRinging(alert) && alert.place?.id === home.place.id, inShort(alert));
    await hears('received', 'sos-received', id);

    const second = await press();
    const again = await stage.mustSee('joins', happenedTo(id, 'raised-again'), second);
    stage.must('joins', again.alert.count === 2 && isRinging(again.alert), inShort(again.alert));

    const taken = await operate(api, id, 'take', {});
    stage.must('taken', taken.acknowledged && taken.claimedBy === api.user.id, inShort(taken));
    await stage.mustSee('taken', happenedTo(id, 'taken'));
    await hears('accepted', 'sos-accepted', id, api.user.id);

    const third = await press();
    const loud = await stage.mustSee('rings-again', happenedTo(id, 'raised-again'), third);
    stage.must('rings-again', loud.alert.count === 3 && isRinging(loud.alert), inShort(loud.alert));
    await operate(api, id, 'take', {});

    const beforeCancel = await operate(api, id, 'dispatch', { who: 'grid-worker', confirmed: true });
    await hears('dispatched', 'help-dispatched', id);
    stage.must('dispatched', pager.shows() === 'help-is-coming', `its light shows ${pager.shows()}`);

    await pager.say({ event: 'sos-cancel' });
    const cancelled = await stage.mustSee('cancel-recorded', happenedTo(id, 'cancel-requested'));
    stage.must(
      'cancel-stops-nothing',
      cancelled.alert.state === beforeCancel.state && cancelled.alert.closedAt === undefined,
      inShort(cancelled.alert),
    );

    await operate(api, id, 'close', { disposition: 'assistance-given', note: '老人已扶起，家属已到。' });
    const closed = await stage.mustSee('closed', happenedTo(id, 'closed'));
    stage.must('closed', closed.alert.disposition === 'assistance-given', inShort(closed.alert));

    const afterClose = await press();
    const fresh = await stage.mustSee('new-alert', raisedBy(planned.id, 'sos'), afterClose);
    stage.must('new-alert', fresh.alert.id !== id && fresh.alert.count === 1, inShort(fresh.alert));

    const stranger = `${prefix}.nobody-knows-me`;
    await fleet
      .link(hub.id)
      .publish(`${childTopic(hub.id, stranger)}/events`, JSON.stringify({ event: 'sos' }));
    const unknown = await stage.mustSee('unregistered', raisedBy(stranger, 'unregistered-sos'));
    stage.must(
      'unregistered',
      isRinging(unknown.alert) && unknown.alert.place?.id === hubHome.place.id,
      inShort(unknown.alert),
    );

    const raised = (await stage.alertsRaised()).map((each) => each.id).sort();
    const expected = [id, fresh.alert.id, unknown.alert.id].sort();
    stage.must('only-these', raised.join() === expected.join(), `raised: ${raised.join()}`);
  },
});
