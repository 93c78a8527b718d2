import { z } from 'zod';
import { allInShort } from '../alert-expectations.ts';
import { declareScenario, patienceMs } from '../scenario.ts';

const dayMs = 86_400_000;
const shanghaiMs = 8 * 3_600_000;
// So many devices are asked for everything they said; all of them would take longer than the day.
const looksAt = 20;
const Readings = z.looseObject({ points: z.array(z.unknown()) });

/** Midnight in Shanghai before `at` (epoch ms). */
const midnightBefore = (at: number): number => Math.floor((at + shanghaiMs) / dayMs) * dayMs - shanghaiMs;

/** An ordinary day, from midnight to midnight. */
export const quietDay = declareScenario({
  name: 'quiet-day',
  plot: 'A day passes on the street, from midnight to midnight, and nothing befalls anybody.',
  mustFollow: {
    connected: 'every device is connected',
    acknowledged: 'everything that was said is acknowledged',
    stored: 'everything that was acknowledged can be read back, once',
    quiet: 'no alert of any kind is raised',
  },
  defaults: { devices: 200, speed: 2880 },
  play: async (stage) => {
    const { fleet, api } = stage;
    const clock = await stage.runBackground(midnightBefore(stage.startedAt));
    const links = [...fleet.links()];
    stage.must(
      'connected',
      links.every((link) => link.isUp()),
      `${links.filter((link) => !link.isUp()).length} of ${links.length} are not`,
    );

    const spanMs = dayMs / clock.speed;
    const steps = Math.max(1, Math.ceil(spanMs / 250));
    for (let step = 0; step < steps; step += 1) {
      stage.progress('the day passes', step, steps);
      await stage.pass(spanMs / steps);
    }
    fleet.stopReporting();
    await stage.mustBecome(
      'acknowledged',
      async () => {
        const { values, valuesAcknowledged, messages, acknowledged } = fleet.counts();
        return values > 0 && values === valuesAcknowledged && messages === acknowledged;
      },
      () => JSON.stringify(fleet.counts()),
    );

    // Zigbee has no word for some of what is measured.
    const asked = stage
      .random('read back')
      .shuffle([...fleet.devices()].filter(({ planned }) => planned.address === null))
      .slice(0, looksAt);
    for (const { planned } of asked) {
      for (const [measurement, sent] of fleet.acknowledgedValues(planned.id)) {
        const { points } = await api.get(
          `/devices/${planned.id}/readings?measurement=${measurement}&from=${stage.startedAt - patienceMs}&to=${Date.now() + dayMs}&points=5000`,
          Readings,
        );
        stage.must(
          'stored',
          points.length === sent,
          `${planned.id} had ${sent} values of ${measurement} acknowledged, and ${points.length} are there`,
        );
      }
    }
    const alerts = await stage.alertsRaised();
    stage.must('quiet', alerts.length === 0, allInShort(alerts));
  },
});
