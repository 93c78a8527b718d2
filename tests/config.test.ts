import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createClock } from '../src/clock.ts';
import { loadConfig } from '../src/config.ts';
import type { Inbound } from '../src/gateway/doors.ts';
import { openPoisonList } from '../src/poison.ts';

const dir = mkdtempSync(join(tmpdir(), 'zhishou-config-'));
afterAll(() => rmSync(dir, { recursive: true }));

const file = (name: string, text: string): string => {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
};

describe('the settings', () => {
  test('all have defaults: the street can start with none', () => {
    expect(loadConfig({})).toMatchObject({
      ok: true,
      config: {
        dataDir: './data',
        timeZone: 'Asia/Shanghai',
        mqtt: { host: '127.0.0.1', port: 1883 },
        http: { port: 8080 },
      },
    });
  });

  test('of the environment win over those of the file', () => {
    const path = file('both.yaml', 'mqtt:\n  port: 1999\n  host: 0.0.0.0\n');
    expect(loadConfig({ ZHISHOU_CONFIG: path, ZHISHOU_MQTT_PORT: '0' })).toMatchObject({
      ok: true,
      config: { mqtt: { host: '0.0.0.0', port: 0 } },
    });
  });

  test('that are lists are written with commas in the environment, and each of their parts is checked', () => {
    const ice = 'stun:192.0.2.1:3478, turn:desk:secret@192.0.2.1:3478?transport=udp';
    expect(loadConfig({ ZHISHOU_VOICE_ICE_SERVERS: ice })).toMatchObject({
      ok: true,
      config: { voice: { port: 8090, announce: [], iceServers: ice.split(', ') } },
    });
    expect(loadConfig({ ZHISHOU_VOICE_ICE_SERVERS: 'http://x' })).toMatchObject({
      ok: false,
      problems: [{ path: 'voice.iceServers.0' }],
    });
  });

  test('that name a server of map tiles have to say where a tile’s numbers go', () => {
    const tilesOf = (url: string) => loadConfig({ ZHISHOU_MAP_TILES: url });
    const url = 'https://tiles.example/{z}/{x}/{y}.png';
    expect(tilesOf(url)).toMatchObject({ ok: true, config: { map: { tiles: url, attribution: null } } });
    for (const wrong of ['https://tiles.example/{z}/{x}.png', 'file:///{z}/{x}/{y}', 'https://{z}/{x}/{y}'])
      expect(tilesOf(wrong)).toMatchObject({ ok: false, problems: [{ path: 'ZHISHOU_MAP_TILES' }] });
  });

  test('that name a console directory which is not there are refused', () => {
    expect(loadConfig({ ZHISHOU_HTTP_CONSOLE_DIR: '/nope' })).toMatchObject({
      ok: false,
      problems: [{ path: 'http.consoleDir', message: '/nope does not exist' }],
    });
  });

  test('that are wrong are all named, each with its place', () => {
    const path = file('wrong.yaml', 'mqtt:\n  port: 99999\n  prot: 1\ntimeZone: Mars/Olympus\n');
    const loaded = loadConfig({ ZHISHOU_CONFIG: path, ZHISHOU_HTTP_PORT: 'abc' });
    expect(loaded.ok).toBe(false);
    if (loaded.ok) return;
    expect(loaded.problems.map((problem) => problem.path).sort()).toEqual([
      path,
      'ZHISHOU_HTTP_PORT',
      'mqtt.port',
      'timeZone',
    ]);
  });

  test('that ask for TLS without a certificate are refused', () => {
    expect(loadConfig({ ZHISHOU_MQTTS_PORT: '8883' })).toMatchObject({
      ok: false,
      problems: [{ path: 'tls' }],
    });
  });

  test('of InfluxDB name a database, and an address that is one', () => {
    expect(loadConfig({ ZHISHOU_INFLUX_URL: 'http://127.0.0.1:8086/zhishou?rp=year' })).toMatchObject({
      ok: true,
      config: { influx: { backFillPerSecond: 5_000, keepDays: 90 } },
    });
    for (const url of ['http://127.0.0.1:8086', 'influx', 'udp://127.0.0.1/zhishou'])
      expect(loadConfig({ ZHISHOU_INFLUX_URL: url })).toMatchObject({
        ok: false,
        problems: [{ path: 'ZHISHOU_INFLUX_URL' }],
      });
  });

  test('name a file that is not there, or no YAML', () => {
    expect(loadConfig({ ZHISHOU_CONFIG: join(dir, 'none.yaml') })).toMatchObject({
      ok: false,
      problems: [{ path: 'ZHISHOU_CONFIG' }],
    });
    expect(loadConfig({ ZHISHOU_CONFIG: file('torn.yaml', 'mqtt: [') }).ok).toBe(false);
  });

  test('that are wrong are told in the words of whoever wrote them, with the setting that was probably meant', () => {
    const path = file('slips.yaml', 'mqtt:\n  prot: 1883\n  colour: red\nbakup: {}\n');
    const env = { ZHISHOU_CONFIG: path, ZHISHOU_MQTT_PORT: 'abc', ZHISHOU_HTTP_TLS: 'yes' };
    const loaded = loadConfig(env);
    expect(loaded.ok ? [] : loaded.problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'ZHISHOU_MQTT_PORT: must be a number',
      `${path}: mqtt.prot is no setting; did you mean port?`,
      `${path}: mqtt.colour is no setting`,
      'ZHISHOU_HTTP_TLS: must be true or false',
      `${path}: bakup is no setting; did you mean backup?`,
    ]);
    const half = loadConfig({ ZHISHOU_MQTT_PORT: '18.5' });
    expect(half.ok ? [] : half.problems[0]?.message).toBe('must be a whole number');
  });

  test('that give two listeners one port are refused, and free ones are not', () => {
    expect(loadConfig({ ZHISHOU_HTTP_PORT: '1883' })).toMatchObject({
      ok: false,
      problems: [
        {
          path: 'ZHISHOU_HTTP_PORT',
          message: 'is 1883, and so is mqtt.port: each needs a port of its own',
        },
      ],
    });
    expect(loadConfig({ ZHISHOU_HTTP_PORT: '0', ZHISHOU_MQTT_PORT: '0' }).ok).toBe(true);
  });

  test('in a file that is not UTF-8 are refused with the remedy', () => {
    const told = (name: string, bytes: Buffer) => {
      writeFileSync(join(dir, name), bytes);
      const loaded = loadConfig({ ZHISHOU_CONFIG: join(dir, name) });
      return loaded.ok ? [] : loaded.problems.map(({ path, message }) => [path, message]);
    };
    const gb = Buffer.from([...Buffer.from('map:\n  attribution: '), 0xc8, 0xbc, 0xc6, 0xf8]);
    expect(told('gb.yaml', gb)).toEqual([[join(dir, 'gb.yaml'), 'is not UTF-8: save it as UTF-8']]);
    expect(told('utf16.yaml', Buffer.from('mqtt:\n  port: 1999\n', 'utf16le'))).toEqual([
      [join(dir, 'utf16.yaml'), 'is not UTF-8 (it looks like UTF-16): save it as UTF-8'],
    ]);
  });

  test('that nobody knows are told of and stop nothing', () => {
    expect(loadConfig({ ZHISHOU_MQTT_PROT: '1' })).toMatchObject({
      ok: true,
      unknown: ['ZHISHOU_MQTT_PROT'],
    });
  });
});

describe('the clock', () => {
  test('runs on when somebody sets the time, and says by how much', () => {
    let wall = 1_000_000;
    let monotonic = 0;
    const clock = createClock(
      () => wall,
      () => monotonic,
    );
    wall += 5_000;
    monotonic += 5_000;
    expect(clock.now()).toBe(1_005_000);
    wall += 3_600_000;
    expect(clock.now()).toBe(1_005_000);
    expect(clock.follow()).toBe(3_600_000);
    expect(clock.now()).toBe(4_605_000);
  });

  test('never runs backwards while it follows a small drift', () => {
    let wall = 1_000_000;
    let monotonic = 0;
    const clock = createClock(
      () => wall,
      () => monotonic,
    );
    let last = 0;
    for (let step = 0; step < 100; step += 1) {
      monotonic += 10;
      wall += 4;
      expect(clock.follow()).toBe(0);
      expect(clock.now()).toBeGreaterThanOrEqual(last);
      last = clock.now();
    }
    expect(Math.abs(last - wall)).toBeLessThan(100);
  });
});

describe('a message that ends the process', () => {
  const message = (text: string): Inbound => ({
    sender: 'smoke-1',
    topic: 'a/topic',
    bytes: new TextEncoder().encode(text),
    retained: false,
    receivedAt: 1,
  });

  test('is suspected after two such stops, once, and then has its chance again', () => {
    const home = mkdtempSync(join(dir, 'poison-'));
    openPoisonList(home).suspect([message('bad'), message('bystander')]);
    expect(openPoisonList(home).isPoison(message('bad'))).toBe(false);
    openPoisonList(home).suspect([message('bad')]);
    const third = openPoisonList(home);
    expect(third.isPoison(message('bystander'))).toBe(false);
    expect(third.isPoison(message('bad'))).toBe(true);
    expect(third.isPoison(message('bad'))).toBe(false);
  });

  test('is not suspected again after every start once it had been', () => {
    const home = mkdtempSync(join(dir, 'poison-'));
    openPoisonList(home).suspect([message('bad'), message('worse')]);
    openPoisonList(home).suspect([message('bad'), message('worse')]);
    expect(openPoisonList(home).isPoison(message('bad'))).toBe(true);
    const next = openPoisonList(home);
    expect(next.isPoison(message('bad'))).toBe(false);
    expect(next.isPoison(message('worse'))).toBe(true);
    expect(existsSync(join(home, 'under-way.json'))).toBe(false);
  });

  test('is not suspected after a run in good health', () => {
    const home = mkdtempSync(join(dir, 'poison-'));
    openPoisonList(home).suspect([message('bad')]);
    const healthy = openPoisonList(home);
    healthy.forget();
    expect(existsSync(join(home, 'under-way.json'))).toBe(false);
    healthy.suspect([message('bad')]);
    expect(openPoisonList(home).isPoison(message('bad'))).toBe(false);
  });

  test('is suspected no more once that was said, though the disk keeps no note of it', () => {
    const home = mkdtempSync(join(dir, 'poison-'));
    openPoisonList(home).suspect([message('bad')]);
    openPoisonList(home).suspect([message('bad')]);
    const list = openPoisonList(home);
    rmSync(home, { recursive: true });
    writeFileSync(home, 'no directory');
    expect(list.isPoison(message('bad'))).toBe(true);
    expect(list.isPoison(message('bad'))).toBe(false);
  });
});
