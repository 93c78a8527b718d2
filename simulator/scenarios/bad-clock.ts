import type { AlertKind } from '../../src/model/alert.ts';
import { deviceOf, inShort, isRinging, raisedBy } from '../alert-expectations.ts';
import { type PlannedDevice, planDevice } from '../fleet-plan.ts';
import { declareScenario } from '../scenario.ts';

/** What wrong clocks say when it is `now` (epoch ms). */
const wrongClocks: readonly { readonly name: string; readonly says: (now: number) => number | string }[] = [
  { name: '1970', says: () => 86_400_000 },
  { name: '2099', says: () => '2099-01-01T00:00:00+08:00' },
  { name: 'seconds', says: (now) => Math.floor(now / 1000) },
];
// Clocks of the street and of the gateway may differ by this (ms), if they run on different machines.
const clocksDifferByMs = 60_000;

/** Devices whose clocks are wrong call for help. */
export const badClock = declareScenario({
  name: 'bad-clock',
  plot: 'Devices whose clocks stand in 1970 or in 2099, or say seconds for milliseconds, call for help and report smoke.',
  mustFollow: {
    'press-rings': 'a press rings whatever the clock of its pager says',
    'smoke-rings': 'smoke rings whatever the clock of its alarm says',
    'our-time': 'the alert has the time at which it was received',
    flagged: 'the device is marked as having a wrong clock',
    mended: 'the mark goes when the clock is right again',
  },
  defaults: { devices: 20, speed: 60 },
  play: async (stage) => {
    const { api, feed, fleet, prefix } = stage;
    await stage.runBackground();
    const homes = stage.random('homes').shuffle(stage.street.homes);
    const cases = wrongClocks.flatMap(({ name, says }, index) => {
      const home = homes[index];
      if (home === undefined) return [];
      const pager = planDevice(`${prefix}.${name}`, 'call-button', home.place);
      const alarm = planDevice(`${prefix}.${name}`, 'smoke-alarm', home.place);
      return [{ pager, alarm, says }];
    });
    await stage.install(cases.flatMap(({ pager, alarm }) => [pager, alarm]));
    // A report of their own has the right time, and would take the mark away before anybody looks.
    fleet.stopReporting();

    const hasRung = async (
      key: 'press-rings' | 'smoke-rings',
      { id }: PlannedDevice,
      kind: AlertKind,
      since: number,
    ): Promise<void> => {
      const { alert } = await stage.mustSee(key, raisedBy(id, kind), since);
      stage.must(key, isRinging(alert), inShort(alert));
      const apartMs = Math.max(
        Math.abs(alert.receivedAt - Date.now()),
        Math.abs(alert.raisedAt - alert.receivedAt),
      );
      stage.must('our-time', apartMs < clocksDifferByMs, `${inShort(alert)}: ${apartMs} ms off`);
    };
    const flagsOf = async ({ id }: PlannedDevice): Promise<readonly string[]> =>
      (await deviceOf(api, id)).flags;

    for (const { pager, alarm, says } of cases) {
      const since = feed.mark();
      await fleet.device(pager.id).press({ at: says(Date.now()) });
      await hasRung('press-rings', pager, 'sos', since);
      const wrong = says(Date.now());
      await fleet
        .device(alarm.id)
        .report({ at: typeof wrong === 'number' ? wrong : Date.parse(wrong), values: { smoke: true } });
      await hasRung('smoke-rings', alarm, 'smoke', since);
      for (const device of [pager, alarm]) {
        const flags = await flagsOf(device);
        stage.must(
          'flagged',
          flags.includes('wrong-clock'),
          `${device.id} is marked with [${flags.join(', ')}]`,
        );
      }
      await fleet.device(alarm.id).report({ at: Date.now(), values: { smoke: false } });
      const flags = await flagsOf(alarm);
      stage.must(
        'mended',
        !flags.includes('wrong-clock'),
        `${alarm.id} is marked with [${flags.join(', ')}]`,
      );
    }
  },
});
