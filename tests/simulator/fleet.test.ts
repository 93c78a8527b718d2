import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { deviceTypes } from '../../devices/index.ts';
import { createAgenda } from '../../simulator/agenda.ts';
import { signIn } from '../../simulator/api-client.ts';
import { createClock } from '../../simulator/clock.ts';
import { createFleet } from '../../simulator/fleet.ts';
import { type PlannedDevice, planDevice, planFleet } from '../../simulator/fleet-plan.ts';
import { registerDevices } from '../../simulator/registration.ts';
import { buildStreet, readStreetPlan } from '../../simulator/street.ts';
import { Alert } from '../../src/model/alert.ts';
import { Quarantined } from '../../src/model/quarantine.ts';
import { openGateway } from '../journeys/street.ts';

const street = buildStreet(readStreetPlan(), 1);
const Alerts = z.object({ alerts: z.array(Alert) });
const Quarantine = z.object({ quarantine: z.array(Quarantined) });

/** How a device speaks: as what, and over whose line in which convention. */
const manner = ({ type, hub, dialect, address }: PlannedDevice): string =>
  `${type} ${dialect} ${address === null ? (hub === null ? 'alone' : 'behind a hub') : 'behind a Zigbee hub'}`;

test('of everything that lives in the demonstration nothing is refused, whatever befalls its home, and a fire rings from every smoke alarm', async () => {
  const demo = planFleet(street, 199, 1, 'demo');
  const wanted = new Set(demo.map(manner));
  // Whole homes, until every manner of speaking is among them.
  const homes = [...new Set(demo.map(({ place }) => place.id))];
  const plan: PlannedDevice[] = [planDevice('demo', 'siren', street.place)];
  for (const home of homes) {
    const there = demo.filter(({ place }) => place.id === home);
    if (there.some((device) => wanted.delete(manner(device)))) plan.push(...there);
    for (const device of there) wanted.delete(manner(device));
  }
  expect([...wanted]).toEqual([]);

  const gateway = await openGateway();
  const api = await signIn(gateway.url, 'admin', gateway.password);
  const agenda = createAgenda();
  const fleet = createFleet(gateway.mqttUrl, deviceTypes, agenda, 1);
  fleet.install(plan, await registerDevices(api, plan));
  await fleet.connect();
  const now = Date.now();
  const clock = createClock(now, now, 60);
  fleet.startReporting(clock);
  const places = [...new Set(plan.map(({ place }) => place.id))];
  try {
    for (const name of [
      'gas-leak',
      'co',
      'water-leak',
      'overload',
      'power-cut',
      'low-battery',
      'fire',
    ] as const)
      for (const place of places) fleet.befall(place, { name, since: clock.onTheStreet(Date.now()) });
    const pagers = plan.filter(({ type }) => type === 'call-button');
    await Promise.all(pagers.map(({ id }) => fleet.device(id).press()));
    const smokers = plan.filter(({ type }) => type === 'smoke-alarm').map(({ id }) => id);
    await vi.waitFor(
      async () => {
        const { alerts } = await api.get('/alerts?open=true&limit=1000', Alerts);
        const smoking = alerts.filter(({ kind }) => kind === 'smoke').flatMap(({ devices }) => devices);
        expect(smokers.filter((id) => !smoking.includes(id))).toEqual([]);
      },
      { timeout: 60_000, interval: 500 },
    );
    fleet.stopReporting();
    await fleet.settled();
    const { quarantine } = await api.get('/quarantine?limit=1000', Quarantine);
    expect(quarantine.map(({ device, topic, detail }) => ({ device, topic, detail }))).toEqual([]);
    expect(gateway.log().filter((line) => line.includes('refused'))).toEqual([]);
    expect(fleet.counts()).toMatchObject({ reconnects: 0, refusedSubscriptions: 0 });
  } finally {
    await fleet.close();
    agenda.clear();
  }
}, 180_000);
