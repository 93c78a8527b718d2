import { deviceOf, happenedTo, inShort, isRinging, raisedBy } from '../alert-expectations.ts';
import { planDevice } from '../fleet-plan.ts';
import { declareScenario } from '../scenario.ts';

/** Gas leaks into a kitchen, slowly. */
export const gasLeak = declareScenario({
  name: 'gas-leak',
  plot: 'Gas leaks into a kitchen and slowly becomes dangerous.',
  mustFollow: {
    rising: 'gas that rises raises a high alert first',
    dangerous: 'at a dangerous level the same alert becomes critical, latches, and rings anew',
    flag: 'the alarm of the detector itself is an alert of its own',
    valve: 'that the detector has closed the valve is known',
    'nobody-else': 'no other home has an alert',
  },
  defaults: { devices: 100, speed: 120 },
  play: async (stage) => {
    const { api, fleet, prefix } = stage;
    const { place } = stage.random('home').pick(stage.street.homes);
    const detector = planDevice(prefix, 'gas-detector', place);
    await stage.install([detector]);
    const clock = await stage.runBackground();
    fleet.befall(place.id, { name: 'gas-leak', since: clock.onTheStreet(Date.now()) });

    const isGas = raisedBy(detector.id, 'gas');
    const rising = await stage.mustSee('rising', isGas);
    stage.must(
      'rising',
      rising.alert.priority === 'high' && rising.alert.active && !rising.alert.latching,
      inShort(rising.alert),
    );
    const { alert: dangerous } = await stage.mustSee(
      'dangerous',
      happenedTo(rising.alert.id, 'raised-higher'),
    );
    stage.must('dangerous', isRinging(dangerous) && dangerous.latching, inShort(dangerous));
    const { alert: flag } = await stage.mustSee(
      'flag',
      (change) => isGas(change) && change.alert.id !== rising.alert.id,
    );
    stage.must('flag', isRinging(flag) && flag.latching, inShort(flag));
    let valve: unknown;
    await stage.mustBecome(
      'valve',
      async () => {
        valve = (await deviceOf(api, detector.id)).latest.valve?.value;
        return valve === 'closed';
      },
      () => `the valve is ${String(valve)}`,
    );
    const raised = await stage.alertsRaised();
    for (const alert of raised) stage.must('nobody-else', alert.place?.id === place.id, inShort(alert));
  },
});
