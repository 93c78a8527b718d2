import { deviceTypes } from '../../devices/index.ts';
import type { Alert } from '../../src/model/alert.ts';
import { allInShort, devicesOf, inShort, isRinging, raisedBy } from '../alert-expectations.ts';
import { type PlannedDevice, planDevice } from '../fleet-plan.ts';
import { declareScenario } from '../scenario.ts';

const presses = 20;
/** From so many on the rulebook takes them for one cause. */
const manyInOneBuilding = 3;

/** The power of a whole quarter fails, and people fall in the dark. */
export const storm = declareScenario({
  name: 'storm',
  plot: 'The power fails all over the street: devices say so with their last breath and are gone, people press their buttons in the dark, and the power comes back.',
  mustFollow: {
    'power-lost': 'every device that said that its power was lost has one alert of it',
    'one-cause': 'of a building where many lost power one alert explains them, and lists them',
    'presses-arrive': 'every press in the middle of it rings',
    received: 'every pager hears that its press was received',
    gone: 'every device without power is shown as off line',
    'no-silence': 'a connection that has just gone is no alert yet',
    back: 'when the power is back every device is on line again',
    restored: 'and no device is without power any more',
  },
  defaults: { devices: 500, speed: 60 },
  play: async (stage) => {
    const { api, fleet, feed, prefix } = stage;
    const homes = stage.random('homes').shuffle(stage.street.homes).slice(0, presses);
    const pagers = homes.map(({ place }) => planDevice(prefix, 'call-button', place));
    await stage.install(pagers);
    await stage.runBackground();
    fleet.stopReporting();
    const pressing = new Set(pagers.map(({ id }) => id));
    const struck = [...fleet.devices()].filter(
      ({ planned }) => planned.hub === null && !pressing.has(planned.id),
    );
    const sayers = struck.filter(
      ({ planned }) => planned.dialect === 'native' && deviceTypes.get(planned.type)?.power !== 'battery',
    );

    const pressedFrom = feed.mark();
    stage.progress('the power fails', 0, struck.length);
    const lastWords = sayers.map((device) => device.say({ event: 'power-lost', id: 'storm' }));
    const pressed = pagers.map(({ id }) => fleet.device(id).press());
    // Half of them are gone before they know that they were heard: they say it again when they are back.
    const heard = Promise.all(lastWords.slice(lastWords.length / 2));
    for (const { planned } of sayers.slice(0, sayers.length / 2)) fleet.link(planned.id).cut();
    await heard;
    for (const { planned } of struck) fleet.link(planned.id).cut();
    for (const [index, { id, place }] of pagers.entries()) {
      stage.progress('presses', index, pagers.length);
      const { alert } = await stage.mustSee('presses-arrive', raisedBy(id, 'sos'), pressedFrom);
      stage.must('presses-arrive', isRinging(alert) && alert.place?.id === place.id, inShort(alert));
      await stage.mustCome(
        'received',
        fleet
          .device(id)
          .commands.waitFor(
            ({ command, alert: of }) => command === 'sos-received' && of === alert.id,
            20_000,
            `sos-received at ${id}`,
          ),
      );
    }
    await Promise.all(pressed);

    const gone = new Set(struck.map(({ planned }) => planned.id));
    let wrong: readonly string[] = [];
    const allAre = async (link: 'online' | 'offline'): Promise<boolean> => {
      wrong = (await devicesOf(api, prefix))
        .filter((device) => gone.has(device.id) && device.link !== link)
        .map(({ id }) => id);
      return wrong.length === 0;
    };
    const wrongOnes = (): string => `${wrong.length} are not, ${wrong.slice(0, 5).join(', ')}`;
    await stage.mustBecome('gone', () => allAre('offline'), wrongOnes);
    const silent = (await stage.alertsRaised()).filter(({ kind }) => kind === 'silent');
    stage.must('no-silence', silent.length === 0, allInShort(silent));

    const buildingOf = ({ place }: PlannedDevice): string =>
      place?.path.find(({ kind }) => kind === 'building')?.id ?? '';
    // Of the others nobody knows yet whether they were heard.
    const inBuilding = Map.groupBy(sayers.slice(sayers.length / 2), ({ planned }) => buildingOf(planned));
    for (const [building, those] of inBuilding) {
      if (building === '' || those.length < manyInOneBuilding) continue;
      const { alert } = await stage.mustSee(
        'one-cause',
        ({ alert: { kind, place, devices } }) =>
          kind === 'electrical' && place?.id === building && devices.length >= those.length,
      );
      const struckThere = new Set(those.map(({ planned }) => planned.id));
      const theirs = (await stage.alertsRaised()).filter(
        ({ device, kind }) => kind === 'fault' && struckThere.has(device),
      );
      const unexplained = theirs.filter(({ suppressedBy }) => suppressedBy !== alert.id);
      stage.must('one-cause', unexplained.length === 0, allInShort(unexplained));
      const unlisted = [...struckThere].filter((id) => !alert.devices.includes(id));
      stage.must('one-cause', unlisted.length === 0, `${inShort(alert)} lists ${alert.devices.length}`);
    }

    await fleet.connect((up) => stage.progress('the power comes back', up, struck.length + pagers.length));
    await stage.mustBecome('back', () => allAre('online'), wrongOnes);
    await Promise.all(lastWords);
    await Promise.all(sayers.map((device) => device.say({ event: 'power-restored', id: 'storm-over' })));
    let left: readonly Alert[] = [];
    await stage.mustBecome(
      'restored',
      async () => {
        left = (await stage.alertsRaised()).filter(({ kind, active }) => active && kind === 'fault');
        return left.length === 0;
      },
      () => allInShort(left),
    );
    const lost = (await stage.alertsRaised()).filter(({ kind }) => kind === 'fault');
    const byDevice = Map.groupBy(lost, ({ device }) => device);
    stage.must('power-lost', sayers.length > 0, 'no device of this fleet says so');
    for (const { planned } of sayers) {
      const its = byDevice.get(planned.id) ?? [];
      stage.must('power-lost', its.length === 1 && its[0]?.count === 1, `${planned.id}: ${allInShort(its)}`);
    }
  },
});
