import { happenedTo, inShort, isRinging, operate } from '../alert-expectations.ts';
import { ApiError } from '../api-client.ts';
import { homesOfOneBuilding, planDevice } from '../fleet-plan.ts';
import { declareScenario, patienceMs } from '../scenario.ts';
import { floorOf } from '../street.ts';

const towerFloor = 10;
const burningHomes = 6;
// The smoke climbs from home to home (ms of the street's time).
const spreadsEveryMs = 30_000;
// Smoke that has gone must stay away for a while before its alert says so.
const returnsWithinMs = 90_000;

/** Several homes of one tower fill with smoke. */
export const fireInATower = declareScenario({
  name: 'fire-in-a-tower',
  plot: 'A flat high up in a tower burns, and the smoke climbs from home to home until the fire is out.',
  mustFollow: {
    rings: 'the smoke alarm of every home that fills with smoke raises a critical alert of that home',
    each: 'each is an alert of its own, and counts one',
    incident: 'smoke in several homes of one building is an incident that names them, and hides none',
    holds: 'an alert whose smoke is still there cannot be closed',
    latches: 'when the smoke is gone the alert stays until somebody has closed it',
    'nobody-else': 'no alarm rings in a home without smoke',
  },
  defaults: { devices: 100, speed: 60 },
  play: async (stage) => {
    const { api, feed, fleet, prefix } = stage;
    const homes = homesOfOneBuilding(stage.street, (home) => floorOf(home) >= towerFloor).slice(
      0,
      burningHomes,
    );
    const alarms = homes.map(({ place }) => planDevice(prefix, 'smoke-alarm', place));
    await stage.install(alarms);
    const clock = await stage.runBackground();
    const burning = new Set(homes.map(({ place }) => place.id));

    for (const [index, { place }] of homes.entries()) {
      stage.progress('the smoke climbs', index, homes.length);
      fleet.befall(place.id, { name: 'fire', since: clock.onTheStreet(Date.now()) });
      await stage.pass(spreadsEveryMs / clock.speed);
    }
    const rang: string[] = [];
    for (const { id, place } of alarms) {
      const { alert } = await stage.mustSee(
        'rings',
        ({ event, alert }) =>
          event === 'raised' && alert.device === id && alert.latching && alert.place?.id === place.id,
      );
      stage.must(
        'rings',
        alert.kind === 'smoke' && alert.active && isRinging(alert) && alert.place?.id === place.id,
        inShort(alert),
      );
      stage.must('each', alert.count === 1 && !rang.includes(alert.id), inShort(alert));
      rang.push(alert.id);
    }

    const tower = homes[0]?.place.path.find(({ kind }) => kind === 'building')?.id;
    const { alert: incident } = await stage.mustSee(
      'incident',
      ({ event, alert }) => event === 'raised' && alert.kind === 'smoke' && alert.place?.id === tower,
    );
    stage.must('incident', isRinging(incident) && incident.latching, inShort(incident));
    for (const id of rang) {
      const { alert } = await stage.mustSee(
        'incident',
        (change) => change.alert.id === id && change.alert.incident === incident.id,
      );
      stage.must('incident', isRinging(alert), inShort(alert));
    }

    for (const id of rang.slice(0, 1)) {
      const refusal = await operate(api, id, 'close', { disposition: 'true-emergency' }).catch(
        (error: unknown) => error,
      );
      stage.must(
        'holds',
        refusal instanceof ApiError && refusal.code === 'still-active',
        refusal instanceof Error ? refusal.message : 'it was closed',
      );
    }

    const outAt = feed.mark();
    for (const { place } of homes) fleet.befall(place.id, null);
    for (const [index, id] of rang.entries()) {
      stage.progress('the smoke goes', index, rang.length);
      const { alert } = await stage.mustCome(
        'latches',
        feed.waitForAlert(
          happenedTo(id, 'returned'),
          returnsWithinMs + patienceMs,
          `the smoke alert ${id} says that the smoke is gone`,
          outAt,
        ),
      );
      stage.must('latches', alert.state === 'latched-unacknowledged', inShort(alert));
      const closed = await operate(api, id, 'close', { disposition: 'true-emergency' });
      stage.must('latches', closed.state === 'closed', inShort(closed));
    }

    for (const alert of await stage.alertsRaised()) {
      const { place } = alert;
      stage.must(
        'nobody-else',
        place !== null && (burning.has(place.id) || place.id === tower),
        inShort(alert),
      );
    }
  },
});
