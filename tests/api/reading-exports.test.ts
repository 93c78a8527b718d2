import { get, type IncomingMessage } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { ExportPage, ExportQuery } from '../../src/gateway/ports.ts';
import type { Reading } from '../../src/model/reading.ts';
import { exportLine } from '../../src/model/reading-export.ts';
import { commit, openRecordRoom, temporaryDirectory } from '../store/record-room.ts';
import { type Caller, type DutyRoom, home301, homeElsewhere, openDutyRoom } from './duty-room.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let room: DutyRoom;
const open = async (settings: Parameters<typeof openDutyRoom>[0] = {}): Promise<void> => {
  room = await openDutyRoom(settings);
  await room.register('gas1', 'gas-detector', home301);
  await room.register('smoke1', 'smoke-alarm', home301);
  await room.register('far', 'gas-detector', homeElsewhere);
};
beforeEach(() => open());
afterEach(() => room[Symbol.asyncDispose]());

/** Another room in place of the usual one. */
const openOther = async (settings: Parameters<typeof openDutyRoom>[0]): Promise<void> => {
  await room[Symbol.asyncDispose]();
  await open(settings);
};

const monday = Date.UTC(2026, 0, 5);
const turn = (): Promise<unknown> => new Promise(setImmediate);
const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${condition}`);
    await turn();
  }
};
const exporting = (query: string, who: Caller = room.admin) =>
  who.call('GET', `/readings/export?from=0&to=${monday * 2}&${query}`);
const textOf = async (query: string, who?: Caller): Promise<string> => {
  const { status, body } = await exporting(query, who);
  expect([query, status]).toEqual([query, 200]);
  return String(body.text);
};
const journalOf = async (): Promise<readonly Readonly<Record<string, unknown>>[]> =>
  ((await room.admin.call('GET', '/journal?limit=1000')).body.entries as { event: string }[]).filter(
    ({ event }) => event === 'readings.exported',
  );

/** Puts a real store with these readings in place of the one in memory. */
const keepFor = async (readings: readonly Partial<Reading>[], moveAfterMs = 1_000_000_000_000) => {
  const store = await openRecordRoom(temporaryDirectory(), moveAfterMs);
  await commit(store, {
    readings: readings.map((given) => ({
      device: 'gas1',
      measurement: 'gas_lel',
      value: 1,
      at: monday,
      receivedAt: monday + 100,
      ...given,
    })),
  });
  Object.assign(room.store.archive, { exported: store.archive.exported });
  return store;
};

/** Puts a source of `pages` pages in place of the store, `rows` lines in each; counts what it was asked for. */
const generate = (pages: number, rows = 4000) => {
  const source = {
    asked: 0,
    bytes: 0,
    before: async (_asked: number): Promise<void> => undefined,
  };
  const exported = async ({ series, cursor, format }: ExportQuery): Promise<ExportPage> => {
    source.asked += 1;
    await source.before(source.asked);
    const [one] = series;
    if (one === undefined) throw new Error('an export of nothing');
    const first = cursor?.at ?? 0;
    let text = '';
    for (let at = first; at < first + rows; at += 1)
      text += exportLine(format, one, { at, value: at / 8, receivedAt: at + 100 });
    const bytes = new TextEncoder().encode(text);
    source.bytes += bytes.byteLength;
    return { bytes, rows, next: first + rows < pages * rows ? { series: 0, at: first + rows } : null };
  };
  Object.assign(room.store.archive, { exported });
  return source;
};

/** A client on a socket of its own, which has read nothing yet. */
const connectTo = async (query: string, who: Caller = room.admin): Promise<IncomingMessage> => {
  const port = await room.port();
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = get(
      {
        port,
        host: '127.0.0.1',
        path: `/api/v1/readings/export?from=0&to=${monday * 2}&${query}`,
        agent: false,
        headers: { authorization: `Bearer ${who.token}` },
      },
      resolve,
    );
    request.on('error', reject);
  });
  answer.on('error', () => undefined);
  onTestFinished(() => void answer.destroy());
  return answer;
};

/** Reads to the end; answers how the transfer ended, and how many lines came. */
const readAll = async (answer: IncomingMessage): Promise<{ whole: boolean; lines: number }> => {
  let lines = 0;
  try {
    for await (const chunk of answer) for (const byte of chunk as Buffer) if (byte === 10) lines += 1;
  } catch {
    return { whole: false, lines };
  }
  return { whole: answer.complete, lines };
};
const isLetIn = async (who: Caller = room.admin): Promise<boolean> =>
  (await exporting('format=ndjson&device=smoke1&measurement=fault', who)).status === 200;

describe('a file', () => {
  const readings: Partial<Reading>[] = [
    { at: monday, value: 3.5 },
    { at: monday + 1, value: -0.25, deviceAt: 77 },
    { measurement: 'gas', value: true },
    { measurement: 'gas', at: monday + 1, value: false },
    { measurement: 'valve', value: '=HYPERLINK("http://x","半开")' },
    { measurement: 'valve', at: monday + 1, value: 'one,\r\ntwo' },
    { device: 'smoke1', measurement: 'temperature', value: 21 },
    { device: 'far', value: 9 },
  ];

  test('as CSV has every reading of the device, whatever is in its texts', async () => {
    await keepFor(readings);
    const first = '2026-01-05T00:00:00.000Z,1767571200000';
    const second = '2026-01-05T00:00:00.001Z,1767571200001';
    const received = '2026-01-05T00:00:00.100Z';
    const lines = [
      'device,measurement,unit,time,epoch_ms,value,received_at',
      `gas1,gas,,${first},true,${received}`,
      `gas1,gas,,${second},false,${received}`,
      `gas1,gas_lel,%LEL,${first},3.5,${received}`,
      `gas1,gas_lel,%LEL,${second},-0.25,${received}`,
      `gas1,valve,,${first},"'=HYPERLINK(""http://x"",""半开"")",${received}`,
      `gas1,valve,,${second},"one,\r\ntwo",${received}`,
      '',
    ].join('\r\n');
    const query = 'format=csv&device=gas1&measurement=gas&measurement=gas_lel&measurement=valve';
    expect(await textOf(query)).toBe(lines);
    expect(await textOf(`${query}&bom=1`)).toBe(`\uFEFF${lines}`);
    const all = await textOf('format=csv&device=gas1');
    expect(all.split('\r\n').sort()).toEqual(lines.split('\r\n').sort());
  });

  test('as NDJSON has a line for each, as the gateway knows it', async () => {
    await keepFor(readings);
    const text = await textOf('format=ndjson&device=gas1&measurement=gas_lel&measurement=valve');
    expect(text.endsWith('}\n')).toBe(true);
    const receivedAt = monday + 100;
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { device: 'gas1', measurement: 'gas_lel', at: monday, value: 3.5, receivedAt },
      { device: 'gas1', measurement: 'gas_lel', at: monday + 1, value: -0.25, receivedAt, deviceAt: 77 },
      {
        device: 'gas1',
        measurement: 'valve',
        at: monday,
        value: '=HYPERLINK("http://x","半开")',
        receivedAt,
      },
      { device: 'gas1', measurement: 'valve', at: monday + 1, value: 'one,\r\ntwo', receivedAt },
    ]);
  });

  test('is saved under a name that says what it is, and by no cache', async () => {
    const span = `from=${monday}&to=${monday + 3_600_000}`;
    for (const [query, type, name] of [
      [
        'format=csv&device=gas1',
        'text/csv; charset=utf-8; header=present',
        'gas1-20260105T000000Z-20260105T010000Z.csv',
      ],
      [
        'format=ndjson&device=gas1&device=far',
        'application/x-ndjson; charset=utf-8',
        '2-devices-20260105T000000Z-20260105T010000Z.ndjson',
      ],
      [
        'format=csv&place=c1',
        'text/csv; charset=utf-8; header=present',
        'c1-20260105T000000Z-20260105T010000Z.csv',
      ],
    ] as const) {
      const { status, headers } = await room.admin.call('GET', `/readings/export?${query}&${span}`);
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'content-type': type,
        'cache-control': 'no-store',
        'content-disposition': `attachment; filename="zhishou-readings-${name}"`,
      });
    }
    const endless = await room.admin.call(
      'GET',
      `/readings/export?format=csv&device=gas1&from=0&to=${Number.MAX_SAFE_INTEGER}`,
    );
    expect(endless.status).toBe(200);
  });

  test('goes device by device and measurement by measurement as asked, each in the order of time, in however many pages', async () => {
    await openOther({ exportLimits: { pageRows: 3 } });
    const moments = Array.from({ length: 20 }, (_, index) => monday + index * 7_200_000);
    await keepFor(
      ['far', 'gas1'].flatMap((device) =>
        ['gas_lel', 'battery'].flatMap((measurement) =>
          moments.toReversed().map((at) => ({ device, measurement, at, value: at })),
        ),
      ),
      0,
    );
    const text = await textOf(
      'format=ndjson&device=gas1&device=far&device=gas1&measurement=battery&measurement=gas_lel&measurement=smoke&device=smoke1',
    );
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
        .map(({ device, measurement, at }) => `${device} ${measurement} ${at}`),
    ).toEqual(
      ['gas1 battery', 'gas1 gas_lel', 'far battery', 'far gas_lel'].flatMap((series) =>
        moments.map((at) => `${series} ${at}`),
      ),
    );
  });

  test('of more series than the reader is told at once has all of them', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `air${String(index).padStart(2, '0')}`);
    for (const id of ids) await room.register(id, 'air-monitor', home301);
    const measurements = ['battery', 'co2', 'pm25'];
    await keepFor(
      ids.flatMap((device) => measurements.map((measurement) => ({ device, measurement, value: 1 }))),
    );
    const text = await textOf('format=ndjson&place=h301');
    const said = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(said.map(({ device }) => device)).toEqual(ids.flatMap((id) => [id, id, id]));
    expect(new Set(said.map(({ device, measurement }) => `${device} ${measurement}`)).size).toBe(120);
  });

  test('is noted in the journal with who, what and which span, and holds no reading there', async () => {
    await keepFor(readings);
    const li = await room.person('li', 'viewer', ['c1']);
    await textOf('format=csv&device=gas1&device=smoke1&measurement=gas_lel&measurement=temperature', li);
    await textOf('format=ndjson&place=b1');
    await exporting('format=csv&device=nobody', li);
    const span = { from: 0, to: monday * 2 };
    expect(await journalOf()).toMatchObject([
      {
        actor: 'user:li',
        subject: 'user:li',
        data: {
          devices: ['gas1', 'smoke1'],
          measurements: ['gas_lel', 'temperature'],
          ...span,
          format: 'csv',
        },
      },
      { actor: 'user:admin', subject: 'user:admin', data: { place: 'b1', ...span, format: 'ndjson' } },
    ]);
  });
});

describe('what is refused', () => {
  test('is refused by name, before anything is read or noted', async () => {
    const source = generate(1);
    for (const [query, status, code, words] of [
      ['device=gas1', 400, 'bad-request', 'format'],
      ['format=xlsx&device=gas1', 400, 'bad-request', 'format'],
      ['format=csv', 400, 'bad-request', 'takes either `device` or `place`'],
      ['format=csv&device=gas1&place=c1', 400, 'bad-request', 'takes either `device` or `place`'],
      ['format=ndjson&device=gas1&bom=1', 400, 'bad-request', 'bom'],
      ['format=csv&device=gas1&device=no%20id', 400, 'bad-request', 'device.1'],
      [`format=csv${'&device=gas1'.repeat(65)}`, 400, 'bad-request', 'device'],
      ['format=csv&device=gas1&device=nobody', 404, 'not-found', 'nobody'],
      ['format=csv&place=nowhere', 404, 'not-found', 'nowhere'],
      ['format=csv&device=gas1&measurement=ph', 422, 'invalid', 'gas-detector does not measure ph'],
      [
        'format=csv&device=gas1&device=smoke1&measurement=gas_lel',
        422,
        'invalid',
        'smoke-alarm does not measure gas_lel',
      ],
      [
        'format=csv&device=gas1&measurement=gas_lel&measurement=ph',
        422,
        'invalid',
        'None of these devices measures ph',
      ],
      [
        'format=csv&place=c1&measurement=gas_lel&measurement=ph',
        422,
        'invalid',
        'None of these devices measures ph',
      ],
      ['format=csv&device=gas1&measurement=constructor', 422, 'invalid', 'constructor'],
    ] as const) {
      const answer = await exporting(query);
      expect([query, answer.status, answer.body.error?.code]).toEqual([query, status, code]);
      expect(answer.body.error?.message).toContain(words);
    }
    const backwards = await room.admin.call('GET', '/readings/export?format=csv&device=gas1&from=5&to=5');
    expect([backwards.status, backwards.body.error?.code]).toEqual([400, 'bad-request']);
    const head = await room.api.app.inject({
      method: 'HEAD',
      url: '/api/v1/readings/export?format=csv&device=gas1',
      headers: { authorization: `Bearer ${room.admin.token}` },
    });
    expect(head.statusCode).toBe(404);
    expect([source.asked, await journalOf()]).toEqual([0, []]);
  });

  test('whoever may see part of the street gets that part, and learns of no other device or place', async () => {
    await keepFor([{ device: 'gas1' }, { device: 'far' }, { device: 'smoke1', measurement: 'temperature' }]);
    await room.register('nowhere', 'gas-detector', null);
    const li = await room.person('li', 'viewer', ['c1']);
    const devicesIn = async (query: string, who: Caller): Promise<string[]> =>
      (await textOf(`format=ndjson&${query}`, who))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line).device);
    expect(await devicesIn('place=st', room.admin)).toEqual(['far', 'gas1', 'smoke1']);
    expect(await devicesIn('place=st', li)).toEqual(['gas1', 'smoke1']);
    expect(await devicesIn('place=st&measurement=gas_lel', li)).toEqual(['gas1']);
    expect(await devicesIn('device=nowhere', li)).toEqual([]);
    for (const query of ['place=c2', 'place=h999', 'place=none', 'device=far', 'device=gas1&device=far']) {
      const { status, body } = await exporting(`format=csv&${query}`, li);
      expect([query, status, body.error?.code]).toEqual([query, 404, 'not-found']);
    }
  });

  test('while the store cannot commit nothing leaves the house unnoted', async () => {
    const source = generate(1);
    room.core.setHealth({ ok: false, since: room.clock.at, error: 'full' });
    const { status, body } = await exporting('format=csv&device=gas1');
    expect([status, body.error?.code, source.asked]).toEqual([503, 'store-unavailable', 0]);
    room.core.setHealth({ ok: true });
    expect((await exporting('format=csv&device=gas1')).status).toBe(200);
  });
});

describe('on its way', () => {
  const rowsInAll = 2_000_000;
  const gas = 'format=ndjson&device=gas1&measurement=gas_lel';
  // What the kernel keeps for two sockets of one machine, and a few pages.
  const mostUnderWay = 24 * 1024 * 1024;

  test('two million readings go to a client that reads slowly, and no more of them are read than it takes', async () => {
    const source = generate(rowsInAll / 4000);
    let taken = 0;
    let mostAhead = 0;
    let mostKept = 0;
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    source.before = async (asked) => {
      mostAhead = Math.max(mostAhead, source.bytes - taken);
      if (asked % 25 !== 0) return;
      collectGarbage();
      mostKept = Math.max(mostKept, process.memoryUsage().arrayBuffers - before);
    };
    const answer = await connectTo(gas);
    // It reads nothing at first: a gateway that read on would read everything in so many turns.
    await until(() => source.asked > 2);
    for (let turns = 0; turns < 2_000; turns += 1) await turn();
    const askedUnread = source.asked;
    expect(source.bytes).toBeLessThan(mostUnderWay);
    let lines = 0;
    for await (const chunk of answer) {
      taken += (chunk as Buffer).length;
      for (const byte of chunk as Buffer) if (byte === 10) lines += 1;
      await turn();
    }
    expect([answer.complete, lines]).toEqual([true, rowsInAll]);
    expect(source.asked).toBe(rowsInAll / 4000);
    expect(source.bytes).toBeGreaterThan(mostUnderWay * 6);
    expect(askedUnread).toBeLessThan(source.asked / 6);
    expect(mostAhead).toBeLessThan(mostUnderWay);
    expect(mostKept).toBeLessThan(mostUnderWay);
  });

  test('a client that goes away ends the reading, and makes room for another', async () => {
    await openOther({ exportLimits: { ofOneUser: 1 } });
    const source = generate(Number.POSITIVE_INFINITY);
    const answer = await connectTo(gas);
    await until(() => source.asked > 2);
    expect(await isLetIn()).toBe(false);
    answer.destroy();
    const { asked } = source;
    generate(1);
    await until(isLetIn);
    for (let turns = 0; turns < 100; turns += 1) await turn();
    // One page may have been under way.
    expect(source.asked).toBeLessThanOrEqual(asked + 1);
  });

  test('a client that goes away amid thousands of empty pages ends it too', async () => {
    await openOther({ exportLimits: { ofOneUser: 1 } });
    let asked = 0;
    const nothing = async (): Promise<ExportPage> => {
      asked += 1;
      await turn();
      return { bytes: new Uint8Array(0), rows: 0, next: { series: 0, at: asked } };
    };
    Object.assign(room.store.archive, { exported: nothing });
    const answer = await connectTo('format=csv&device=gas1');
    await until(() => asked > 50);
    answer.destroy();
    generate(1);
    await until(isLetIn);
  });

  test('two exports a user and four in all are under way, the next is told to come back', async () => {
    generate(Number.POSITIVE_INFINITY);
    const [li, chen] = [await room.person('li', 'viewer'), await room.person('chen', 'operator')];
    const refused = async (who: Caller) => {
      const { status, headers, body } = await exporting(gas, who);
      return [status, body.error?.code, Number(headers['retry-after']) > 0];
    };
    const mine = [await connectTo(gas), await connectTo(gas)];
    expect(await refused(room.admin)).toEqual([429, 'busy', true]);
    await connectTo(gas, li);
    await connectTo(gas, li);
    expect(await refused(chen)).toEqual([429, 'busy', true]);
    mine[0]?.destroy();
    generate(1);
    await until(() => isLetIn(chen));
    expect((await refused(li))[0]).toBe(429);
  });

  test('all exports together ask one question at a time', async () => {
    let asking = 0;
    let most = 0;
    const exported = async (query: ExportQuery): Promise<ExportPage> => {
      asking += 1;
      most = Math.max(most, asking);
      await turn();
      asking -= 1;
      const at = (query.cursor?.at ?? 0) + 1;
      return { bytes: new TextEncoder().encode('{}\n'), rows: 1, next: at < 20 ? { series: 0, at } : null };
    };
    Object.assign(room.store.archive, { exported });
    const li = await room.person('li', 'viewer');
    const answers = await Promise.all([
      connectTo(gas),
      connectTo(gas),
      connectTo(gas, li),
      connectTo(gas, li),
    ]);
    expect(await Promise.all(answers.map(readAll))).toEqual(answers.map(() => ({ whole: true, lines: 20 })));
    expect(most).toBe(1);
  });

  test('what fails in the middle never looks like a whole file; what fails at once is an error with a name', async () => {
    const source = generate(8, 100);
    source.before = async (asked) => {
      if (asked === 5) throw new Error('disk gone');
    };
    const broken = await readAll(await connectTo(gas));
    expect(broken.whole).toBe(false);
    expect(broken.lines).toBeLessThanOrEqual(400);
    expect(room.logged()).toContain('disk gone');

    const again = generate(8, 100);
    expect(await readAll(await connectTo(gas))).toEqual({ whole: true, lines: 800 });
    again.before = async () => {
      throw new Error('disk gone');
    };
    const { status, body } = await exporting(gas);
    expect([status, body.error?.code]).toEqual([500, 'internal']);
    expect(JSON.stringify(body)).not.toContain('disk gone');
  });

  test('whoever is signed out meanwhile gets no more of it', async () => {
    const source = generate(Number.POSITIVE_INFINITY);
    const li = await room.person('li', 'viewer', ['c1']);
    const answer = await connectTo(gas, li);
    await until(() => source.asked > 2);
    expect((await li.call('DELETE', '/session')).status).toBe(204);
    expect((await readAll(answer)).whole).toBe(false);
    await until(() => room.logged().includes('no longer signed in'));
  });

  test('a device that is hidden from whoever asked meanwhile breaks it off', async () => {
    const source = generate(1, 10);
    const li = await room.person('li', 'viewer', ['c1']);
    for (let index = 0; index < 10; index += 1) await room.register(`air${index}`, 'air-monitor', home301);
    source.before = async (asked) => {
      if (asked === 1) await room.admin.call('PATCH', '/devices/smoke1', { place: 'h999' });
    };
    expect((await readAll(await connectTo('format=csv&place=c1', li))).whole).toBe(false);
    expect((await readAll(await connectTo('format=csv&place=c1', li))).whole).toBe(true);
  });

  test('a client that takes nothing is given up; one that waits for us is not', async () => {
    await openOther({ exportLimits: { stallMs: 50, ofOneUser: 1 } });
    const source = generate(Number.POSITIVE_INFINITY);
    const stuck = await connectTo(gas);
    await until(() => room.logged().includes('takes nothing'));
    const { asked } = source;
    generate(1);
    await until(isLetIn);
    expect(source.asked).toBeLessThanOrEqual(asked + 1);
    expect((await readAll(stuck)).whole).toBe(false);

    let timeouts = 0;
    room.api.app.server.prependListener('request', (_request, response) => {
      response.on('timeout', () => {
        timeouts += 1;
      });
    });
    const slow = generate(3, 100);
    slow.before = (nth) => (nth === 2 ? until(() => timeouts > 2) : Promise.resolve());
    expect(await readAll(await connectTo(gas))).toEqual({ whole: true, lines: 300 });
    expect(timeouts).toBeGreaterThan(2);
  });
});
