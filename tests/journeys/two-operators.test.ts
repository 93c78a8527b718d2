import { join } from 'node:path';
import type { MqttClient } from 'mqtt';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { operate } from '../../simulator/alert-expectations.ts';
import { type ApiClient, ApiError, signIn } from '../../simulator/api-client.ts';
import type { GatewayProcess } from '../../simulator/gateway-process.ts';
import { Alert } from '../../src/model/alert.ts';
import { User } from '../../src/model/user.ts';
import { optional } from '../optional.ts';
import { canMount, openSmallDisk } from '../small-disk.ts';
import { dial, journeyMs, openGateway, register, say, wholeJournal } from './street.ts';

const thousandReadings = Array.from({ length: 1000 }, (_, index) => ({
  at: Date.now() - index,
  values: { co2: 400 + (index % 100), pm25: index % 40 },
}));

type Room = {
  readonly admin: ApiClient;
  readonly operators: readonly ApiClient[];
  readonly alerts: readonly string[];
  readonly sensors: readonly MqttClient[];
};

/** A duty room with two operators, and an alert of each of so many pagers that waits for them. */
const openRoom = async (gateway: GatewayProcess, pagers: number): Promise<Room> => {
  const admin = await signIn(gateway.url, 'admin', gateway.password);
  const operators: ApiClient[] = [];
  for (const username of ['li', 'wang']) {
    await admin.post('/users', { username, password: `password of ${username}`, role: 'operator' }, User);
    operators.push(await signIn(gateway.url, username, `password of ${username}`));
  }
  const line = { gateway };
  const sensors: MqttClient[] = [];
  for (const id of ['air-1', 'air-2', 'air-3', 'air-4'])
    sensors.push(dial(line, id, await register(admin, id, 'air-monitor')));
  for (let n = 1; n <= pagers; n += 1)
    await say(dial(line, `pager-${n}`, await register(admin, `pager-${n}`, 'call-button')), 'events', {
      event: 'sos',
    });
  const open = await admin.get('/alerts?open=true', z.object({ alerts: z.array(Alert) }));
  return { admin, operators, alerts: open.alerts.map(({ id }) => id), sensors };
};

/** Sensors that send a thousand readings at a time and keep three such messages under way each. */
const startFlood = (sensors: readonly MqttClient[]): { readonly end: () => Promise<unknown> } => {
  let quiet = false;
  const sending = [1, 2, 3].flatMap(() =>
    sensors.map(async (sensor) => {
      while (!quiet) await say(sensor, 'readings', thousandReadings);
    }),
  );
  return {
    end: () => {
      quiet = true;
      return Promise.all(sending);
    },
  };
};

/** Takes an alert, and again where a busy store has kept the operator waiting for longer than anybody is kept waiting. */
const take = async (operator: ApiClient, alert: string): Promise<Alert> => {
  for (;;) {
    try {
      return await operate(operator, alert, 'take', {});
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'store-unavailable') throw error;
    }
  }
};

/** All operators take an alert at once; answers who was told that he has it. */
const contest = async (operators: readonly ApiClient[], alert: string): Promise<string> => {
  const answers = await Promise.allSettled(operators.map((operator) => take(operator, alert)));
  const winners = answers.flatMap((answer, index) =>
    answer.status === 'fulfilled' ? [{ alert: answer.value, by: operators[index]?.user.id ?? '' }] : [],
  );
  expect(winners).toHaveLength(1);
  const winner = winners[0]?.by ?? '';
  expect(winners[0]?.alert).toMatchObject({ id: alert, claimedBy: winner, acknowledgedBy: winner });
  for (const answer of answers) {
    if (answer.status === 'fulfilled') continue;
    expect(answer.reason).toBeInstanceOf(ApiError);
    expect(answer.reason).toMatchObject({
      status: 409,
      code: 'already-claimed',
      details: { alert, claimedBy: winner },
    });
    expect(answer.reason.message).toContain(winner);
  }
  return winner;
};

/** Every alert has been taken once, by whoever was told so. */
const expectOnRecord = async (admin: ApiClient, winners: ReadonlyMap<string, string>): Promise<void> => {
  const taken = (await wholeJournal(admin)).filter(({ event }) => event === 'alert.taken');
  expect(new Map(taken.map(({ subject, actor }) => [subject, actor]))).toEqual(
    new Map([...winners].map(([alert, winner]) => [`alert:${alert}`, `user:${winner}`])),
  );
  expect(taken).toHaveLength(winners.size);
};

test('of two operators who take an alert at once exactly one has it, and the other hears who', {
  timeout: journeyMs,
}, async () => {
  const { admin, operators, alerts } = await openRoom(await openGateway(), 20);
  expect(alerts).toHaveLength(20);
  const winners = new Map<string, string>();
  // Who asks first changes from one alert to the next.
  for (const [index, alert] of alerts.entries())
    winners.set(alert, await contest(index % 2 === 0 ? operators : [...operators].reverse(), alert));
  await expectOnRecord(admin, winners);
});

test('exactly one has it also while the store is busy with thousands of readings', {
  timeout: journeyMs,
}, async () => {
  const { admin, operators, alerts, sensors } = await openRoom(await openGateway(), 20);
  const flood = startFlood(sensors);
  const winners = new Map(
    await Promise.all(alerts.map(async (alert) => [alert, await contest(operators, alert)] as const)),
  );
  await flood.end();
  await expectOnRecord(admin, winners);
});

optional('the right to mount a small disk', canMount)('while the disk is full', () => {
  test('nobody is told that he has an alert, and when there is room again exactly one has it', {
    timeout: journeyMs,
  }, async () => {
    const disk = openSmallDisk('24m');
    const gateway = await openGateway({ dataDir: join(disk.dir, 'data') });
    const { admin, operators, alerts, sensors } = await openRoom(gateway, 4);
    const takeAll = () =>
      Promise.allSettled(
        alerts.flatMap((alert) => operators.map((operator) => operate(operator, alert, 'take', {}))),
      );

    disk.fill();
    const flood = startFlood(sensors);
    // Before the store knows of it the gateway may have decided already, whatever it answers.
    const told = (await takeAll()).filter((answer) => answer.status === 'fulfilled');
    expect(told.length).toBeLessThanOrEqual(alerts.length);
    for (let ready = true; ready; ) {
      const answer = await fetch(`${gateway.url}/readyz`);
      await answer.text();
      ready = answer.ok;
    }
    for (const answer of await takeAll())
      expect(answer).toMatchObject({ reason: { status: 503, code: 'store-unavailable' } });

    disk.makeRoom();
    await flood.end();
    const winners = new Map<string, string>();
    for (const alert of alerts) winners.set(alert, await contest(operators, alert));
    for (const { value } of told) expect(value.claimedBy).toBe(winners.get(value.id));
    await expectOnRecord(admin, winners);
  });
});
