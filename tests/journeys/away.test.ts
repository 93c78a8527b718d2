import type { MqttClient } from 'mqtt';
import { expect, onTestFailed, test } from 'vitest';
import { type ApiClient, signIn } from '../../simulator/api-client.ts';
import type { GatewayProcess } from '../../simulator/gateway-process.ts';
import { randomFrom } from '../../simulator/random.ts';
import type { Change } from '../../src/model/change.ts';
import {
  dial,
  type Feed,
  followFeed,
  journeyMs,
  type Line,
  openDirectory,
  openGateway,
  register,
  say,
  toldIn,
  toldTo,
  wholeJournal,
} from './street.ts';

const dialPagers = async (line: Line, api: ApiClient, count: number): Promise<readonly MqttClient[]> => {
  const pagers: MqttClient[] = [];
  for (let n = 1; n <= count; n += 1) {
    const id = `pager-${n}`;
    pagers.push(dial(line, id, await register(api, id, 'call-button')));
  }
  return pagers;
};

const press = async (pagers: readonly MqttClient[], timesEach: number): Promise<void> => {
  await Promise.all(
    pagers.flatMap((pager) =>
      Array.from({ length: timesEach }, () => say(pager, 'events', { event: 'sos' })),
    ),
  );
};

const inOrder = (changes: readonly Change[]): boolean =>
  changes.every(({ seq }, index) => index === 0 || seq > (changes[index - 1]?.seq ?? 0));

/** Waits until the feed has everything that is on the record now, and answers the numbers and names of that. */
const catchUpWithRecord = async (api: ApiClient, feed: Feed): Promise<readonly string[]> => {
  const told = toldIn(await wholeJournal(api));
  const last = Number.parseInt(told.at(-1) ?? '0', 10);
  if (feed.seq() < last) await feed.until(() => feed.seq() >= last);
  return told;
};

test('a console that was off line while thousands of presses came, over a restart of the gateway and with presses still coming, has missed nothing and seen nothing twice', {
  timeout: journeyMs,
}, async () => {
  const options = { dataDir: openDirectory(), password: 'a password' };
  const line: Line = { gateway: null };
  let gateway = await openGateway(options);
  line.gateway = gateway;
  const desk = await signIn(gateway.url, 'admin', options.password);
  const pagers = await dialPagers(line, desk, 10);
  const known = pagers.slice(0, 8);

  const before = followFeed(gateway, desk);
  const present = [followFeed(gateway, desk)];
  const { seq: from } = (await before.until(({ type }) => type === 'snapshot')) as { seq: number };
  await present[0]?.until(({ type }) => type === 'snapshot');
  await press(known, 1);
  await before.until(() => before.changes().length >= known.length);
  await before.leave();

  await press(pagers, 150);
  line.gateway = null;
  expect(await gateway.stop()).toEqual({ code: 0, signal: null });
  gateway = await openGateway(options);
  line.gateway = gateway;
  present.push(followFeed(gateway, desk, present[0]?.seq() ?? 0));
  await press(pagers, 150);

  const back = followFeed(gateway, desk, before.seq());
  await back.until(({ type }) => type === 'change');
  // It reads no further for a while, and more comes meanwhile than the gateway holds for it.
  back.read(false);
  await press(pagers, 150);
  back.read(true);
  await press(pagers, 10);

  const api = await signIn(gateway.url, 'admin', options.password);
  const told = await catchUpWithRecord(api, back);
  await catchUpWithRecord(api, present[1] as Feed);
  const got = [...before.changes(), ...back.changes()];
  expect(got.length).toBeGreaterThanOrEqual(4608);
  expect(back.heard.filter(({ type }) => type === 'snapshot')).toEqual([]);
  expect(inOrder(got)).toBe(true);
  const rest = told.filter((entry) => Number.parseInt(entry, 10) > from);
  expect(toldTo(got).slice(0, rest.length)).toEqual(rest);
  const whoNeverLeft = present.flatMap((feed) => feed.changes());
  expect(got.slice(0, rest.length)).toEqual(whoNeverLeft.slice(0, rest.length));
});

test('a console whose line breaks again and again has missed nothing and seen nothing twice', {
  timeout: journeyMs,
}, async () => {
  const seed = Number(process.env.ZHISHOU_TEST_SEED ?? Math.floor(Math.random() * 1e9));
  onTestFailed(() => console.error(`to see it again: ZHISHOU_TEST_SEED=${seed}`));
  const chance = randomFrom(seed, 'broken lines');
  const gateway: GatewayProcess = await openGateway();
  const api = await signIn(gateway.url, 'admin', gateway.password);
  const pagers = await dialPagers({ gateway }, api, 4);

  let quiet = false;
  const pressing = pagers.map(async (pager) => {
    while (!quiet) await press([pager], 2);
  });
  let feed = followFeed(gateway, api);
  const { seq: from } = (await feed.until(({ type }) => type === 'snapshot')) as { seq: number };
  const got: Change[] = [];
  for (let breaks = 0; breaks < 30; breaks += 1) {
    const enough = chance.between(0, 60);
    await feed.until((message) => message.type !== 'hello' && feed.changes().length >= enough);
    await feed.leave();
    got.push(...feed.changes());
    feed = followFeed(gateway, api, feed.seq());
  }
  quiet = true;
  await Promise.all(pressing);
  const told = await catchUpWithRecord(api, feed);
  got.push(...feed.changes());
  expect(inOrder(got)).toBe(true);
  const rest = told.filter((entry) => Number.parseInt(entry, 10) > from);
  expect(toldTo(got).slice(0, rest.length)).toEqual(rest);
});
