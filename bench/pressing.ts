import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import mqtt from 'mqtt';
import WebSocket from 'ws';
import type { ApiClient } from '../simulator/api-client.ts';
import type { GatewayProcess } from '../simulator/gateway-process.ts';
import type { Load } from './loading.ts';
import { register } from './own-gateway.ts';
import { count, percentile } from './row.ts';

const arriveWithinMs = 5_000;
/** Presses keep no time with anything: between two of them lies a pause of up to this long. */
const longestPauseMs = 20;
/** The load has found its pace, and its figures cover the first press and the last. */
const settleMs = 1_000;

/** What presses became: ms from the call of publish to the change on the feed, for one that did not arrive as long as it was waited for; how many arrived; and when all this was (`performance.now()`). */
export type Pressed = {
  readonly times: readonly number[];
  readonly arrived: number;
  readonly from: number;
  readonly to: number;
};

const pressOneByOne = async (
  gateway: GatewayProcess,
  api: ApiClient,
  name: string,
  presses: number,
): Promise<Pressed> => {
  const [login] = await register(api, name, 'call-button', 1);
  if (login === undefined) throw new Error('no pager was registered');
  const device = login.username;
  const pager = await mqtt.connectAsync(gateway.mqttUrl, { ...login, clientId: device });
  const feed = new WebSocket(`${gateway.url.replace('http', 'ws')}/api/v1/live`, {
    headers: { authorization: `Bearer ${api.token}` },
  });
  await once(feed, 'open');
  let heard = (_count: number): void => {};
  feed.on('message', (data) => {
    const message = JSON.parse(String(data)) as {
      type: string;
      event?: string;
      alert?: { device: string; count: number };
    };
    if (message.type === 'change' && message.alert?.device === device && message.event?.startsWith('raised'))
      heard(message.alert.count);
  });
  const times: number[] = [];
  let arrived = 0;
  const from = performance.now();
  for (let press = 1; press <= presses; press += 1) {
    await pause(Math.random() * longestPauseMs);
    const seen = new Promise<number>((resolve) => {
      heard = (number) => {
        if (number === press) resolve(performance.now());
      };
    });
    const startedAt = performance.now();
    pager.publish(`zhishou/v1/devices/${device}/events`, '{"event":"sos"}', { qos: 1 });
    const at = await Promise.race([seen, pause(arriveWithinMs, null, { ref: false })]);
    if (at !== null) arrived += 1;
    times.push((at ?? performance.now()) - startedAt);
  }
  const to = performance.now();
  feed.terminate();
  pager.end(true);
  return { times, arrived, from, to };
};

/** What presses became while a load ran, with the load's pace meanwhile, in words and as readings acknowledged a second. */
export type PressedUnderLoad = Pressed & {
  readonly spread: string;
  readonly meanwhile: string;
  readonly perSecond: number;
};

/** Registers a pager of this name and presses it one time after the other while a load runs, which ends with it. */
export const pressDuring = async (
  gateway: GatewayProcess,
  api: ApiClient,
  name: string,
  presses: number,
  load: Promise<Load>,
): Promise<PressedUnderLoad> => {
  const running = await load;
  try {
    await pause(settleMs);
    const pressed = await pressOneByOne(gateway, api, name, presses);
    await pause(settleMs);
    const { perSecond, lowest } = running.between(pressed.from, pressed.to);
    return {
      ...pressed,
      spread: `p50 ${percentile(pressed.times, 0.5).toFixed(1)} ms, slowest ${Math.max(...pressed.times).toFixed(1)} ms`,
      meanwhile: `meanwhile ${count(perSecond)} readings/s acknowledged, never below ${count(lowest)}/s`,
      perSecond,
    };
  } finally {
    await running.stop();
  }
};
