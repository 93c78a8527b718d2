import { allInShort, deviceOf, happenedTo, inShort, isRinging, raisedBy } from '../alert-expectations.ts';
import { planDevice } from '../fleet-plan.ts';
import { declareScenario } from '../scenario.ts';
import { stateTopic } from '../zigbee-voice.ts';

/** Messages that come twice, and copies that some broker had kept. */
export const duplicatesAndRetained = declareScenario({
  name: 'duplicates-and-retained',
  plot: 'Messages come twice, hubs pass on what some broker had kept for days, and Zigbee buttons take back their presses.',
  mustFollow: {
    once: 'the same press sent twice, and once more over a new connection, is one press',
    'value-once': 'the same reading sent twice takes effect once',
    'second-press': 'a press with an id of its own counts',
    'stored-copy': 'a retained press through a hub rings nobody',
    'own-retained': 'a press retained on the own connection of the device rings',
    flagged: 'the device that retains its presses is marked',
    'empty-action': 'an empty or null Zigbee action rings nobody',
    'zigbee-press': 'the Zigbee button that says "emergency" rings, once',
    'zigbee-stored-copy': 'a retained Zigbee message rings nobody',
  },
  defaults: { devices: 20, speed: 60 },
  play: async (stage) => {
    const { api, feed, fleet, prefix } = stage;
    const [first, second, third, fourth, fifth] = stage.random('homes').shuffle(stage.street.homes);
    if (!first || !second || !third || !fourth || !fifth)
      throw new RangeError('the street has no five homes');
    const pager = planDevice(prefix, 'call-button', first.place);
    const detector = planDevice(prefix, 'gas-detector', second.place);
    const retainer = planDevice(prefix, 'call-button', third.place);
    const hub = planDevice(prefix, 'hub', fourth.place);
    const child = planDevice(prefix, 'call-button', fourth.place, { hub: hub.id });
    const zigbeeHub = planDevice(prefix, 'hub', fifth.place, { dialect: 'zigbee2mqtt' });
    const address = '0x00158d0001a2b3c4';
    const zigbeeButton = planDevice(prefix, 'call-button', fifth.place, { hub: zigbeeHub.id, address });
    await stage.runBackground();
    await stage.install([pager, detector, retainer, hub, child, zigbeeHub, zigbeeButton]);
    // What the detector measures meanwhile would take the place of what it says twice.
    fleet.stopReporting();
    const raisedSoFar = async (device: string) =>
      (await stage.alertsRaised()).filter((alert) => alert.device === device);

    const button = fleet.device(pager.id);
    await Promise.all([button.press({ id: 'press-1' }), button.press({ id: 'press-1' })]);
    const { alert } = await stage.mustSee('once', raisedBy(pager.id, 'sos'));
    fleet.link(pager.id).drop();
    await button.press({ id: 'press-1' });
    const presses = await raisedSoFar(pager.id);
    stage.must('once', presses.length === 1 && presses[0]?.count === 1, allInShort(presses));
    await button.press({ id: 'press-2' });
    const counted = await stage.mustSee('second-press', happenedTo(alert.id, 'raised-again'));
    stage.must('second-press', counted.alert.count === 2, inShort(counted.alert));

    // An acknowledgement means that everything that follows from the message is committed.
    const own = `zhishou/v1/devices/${detector.id}/readings`;
    for (const level of [1, 2]) {
      await fleet
        .link(detector.id)
        .publish(own, JSON.stringify({ id: 'reading-1', values: { gas_lel: level } }));
    }
    const level = (await deviceOf(api, detector.id)).latest.gas_lel?.value;
    stage.must('value-once', level === 1, `gas_lel is ${String(level)}`);

    await fleet.device(child.id).press({ id: 'kept' }, { retain: true });
    const ofChild = await raisedSoFar(child.id);
    stage.must('stored-copy', ofChild.length === 0, allInShort(ofChild));

    const since = feed.mark();
    await fleet.device(retainer.id).press({}, { retain: true });
    const kept = await stage.mustSee('own-retained', raisedBy(retainer.id, 'sos'), since);
    stage.must('own-retained', isRinging(kept.alert), inShort(kept.alert));
    const { flags } = await deviceOf(api, retainer.id);
    stage.must('flagged', flags.includes('retained-press'), `it is marked with [${flags.join(', ')}]`);

    const say = (state: unknown, retain = false): Promise<void> =>
      fleet.link(zigbeeHub.id).publish(stateTopic(address), JSON.stringify(state), { retain });
    await say({ action: '', battery: 88, linkquality: 120 });
    await say({ action: null, battery: 88, linkquality: 120 });
    const ofNothing = await raisedSoFar(zigbeeButton.id);
    stage.must('empty-action', ofNothing.length === 0, allInShort(ofNothing));
    await say({ action: 'emergency', battery: 88 }, true);
    const ofCopy = await raisedSoFar(zigbeeButton.id);
    stage.must('zigbee-stored-copy', ofCopy.length === 0, allInShort(ofCopy));
    await fleet.device(zigbeeButton.id).press();
    await stage.mustSee('zigbee-press', raisedBy(zigbeeButton.id, 'sos'), since);
    const ofButton = await raisedSoFar(zigbeeButton.id);
    stage.must('zigbee-press', ofButton.length === 1 && ofButton[0]?.count === 1, allInShort(ofButton));
  },
});
