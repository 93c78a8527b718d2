import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { signIn } from '../../simulator/api-client.ts';
import { Alert } from '../../src/model/alert.ts';
import { dial, isUp, journeyMs, type Line, openDirectory, openGateway, register, say } from './street.ts';

/** Somebody repairs the data directory, or breaks it. */
const alter = (dataDir: string, statement: string): void => {
  const db = new Database(join(dataDir, 'zhishou.db'));
  db.exec(statement);
  db.close();
};

test('a press that was under way when a broken database stopped the gateway twice rings once that is repaired, as itself and at once', {
  timeout: journeyMs,
}, async () => {
  const options = { dataDir: openDirectory(), password: 'a password' };
  const line: Line = { gateway: null };
  let gateway = await openGateway(options);
  line.gateway = gateway;
  const secret = await register(await signIn(gateway.url, 'admin', options.password), 'pager', 'call-button');
  const pager = dial(line, 'pager', secret);
  await isUp(pager);

  alter(
    options.dataDir,
    "CREATE TRIGGER broken BEFORE INSERT ON alert BEGIN SELECT RAISE(ABORT, 'broken'); END",
  );
  const pressed = say(pager, 'events', { event: 'sos' });
  for (let stop = 0; stop < 2; stop += 1) {
    expect((await gateway.ended).code).toBe(70);
    line.gateway = null;
    if (stop === 1) alter(options.dataDir, 'DROP TRIGGER broken');
    gateway = await openGateway(options);
    line.gateway = gateway;
  }
  await pressed;

  const desk = await signIn(gateway.url, 'admin', options.password);
  const { alerts } = await desk.get('/alerts?open=true', z.object({ alerts: z.array(Alert) }));
  expect(alerts.map(({ kind, device, title }) => [kind, device, title.en])).toEqual([
    ['sos', 'pager', 'Emergency call'],
  ]);
  expect(existsSync(join(options.dataDir, 'under-way.json'))).toBe(false);
});
