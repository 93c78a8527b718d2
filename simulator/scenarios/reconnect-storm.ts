import { allInShort, devicesOf } from '../alert-expectations.ts';
import { declareScenario } from '../scenario.ts';

const rounds = 3;

/** Every line of the street breaks at the same moment. */
export const reconnectStorm = declareScenario({
  name: 'reconnect-storm',
  plot: 'Every connection of the street breaks at the same moment, and all devices are back at once; three times over.',
  mustFollow: {
    back: 'every device is back, by itself',
    online: 'every device that is back is shown as on line',
    'nothing-lost': 'everything that was said meanwhile is acknowledged',
    quiet: 'no alert of any kind is raised',
  },
  defaults: { devices: 500, speed: 600 },
  play: async (stage) => {
    const { api, fleet, prefix } = stage;
    await stage.runBackground();
    const links = [...fleet.links()];
    for (let round = 1; round <= rounds; round += 1) {
      stage.progress('reconnecting', round - 1, rounds);
      const before = new Map(links.map((link) => [link.id, link.counts().connections]));
      for (const link of links) link.drop();
      const notBack = (): number =>
        links.filter((link) => !link.isUp() || link.counts().connections <= (before.get(link.id) ?? 0))
          .length;
      await stage.mustBecome(
        'back',
        async () => notBack() === 0,
        () => `${notBack()} of ${links.length} are not back in round ${round}`,
      );
    }
    const ids = new Set(links.map(({ id }) => id));
    let away: readonly string[] = [];
    await stage.mustBecome(
      'online',
      async () => {
        away = (await devicesOf(api, prefix))
          .filter(({ id, link }) => ids.has(id) && link !== 'online')
          .map(({ id }) => id);
        return away.length === 0;
      },
      () => `${away.length} are not: ${away.slice(0, 5).join(', ')}`,
    );
    fleet.stopReporting();
    await stage.mustBecome(
      'nothing-lost',
      async () => {
        const { values, valuesAcknowledged } = fleet.counts();
        return values === valuesAcknowledged && links.every((link) => link.waiting() === 0);
      },
      () => JSON.stringify(fleet.counts()),
    );
    const alerts = await stage.alertsRaised();
    stage.must('quiet', alerts.length === 0, allInShort(alerts));
  },
});
