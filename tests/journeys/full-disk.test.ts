import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { signIn } from '../../simulator/api-client.ts';
import { optional } from '../optional.ts';
import { canMount, openSmallDisk } from '../small-disk.ts';
import { dial, followFeed, journeyMs, openGateway, raisedBy, register, say } from './street.ts';

optional('the right to mount a small disk', canMount)('a disk that is full', () => {
  test('lets a press ring, acknowledges nothing, says so, refuses operators, and loses nothing when there is room again', {
    timeout: journeyMs,
  }, async () => {
    const disk = openSmallDisk('24m');
    const gateway = await openGateway({ dataDir: join(disk.dir, 'data') });
    const api = await signIn(gateway.url, 'admin', gateway.password);
    const line = { gateway };
    const pager = dial(line, 'pager-1', await register(api, 'pager-1', 'call-button'));
    const sensor = dial(line, 'air-1', await register(api, 'air-1', 'air-monitor'));
    await Promise.all([
      say(pager, 'status', { state: 'online' }, { retain: true }),
      say(sensor, 'status', { state: 'online' }, { retain: true }),
    ]);
    const feed = followFeed(gateway, api);
    await feed.until(({ type }) => type === 'snapshot');

    disk.fill();
    const acknowledged: string[] = [];
    const now = Date.now();
    const sent = Array.from({ length: 3000 }, (_, index) =>
      say(sensor, 'readings', { values: { co2: 400 + (index % 50) }, at: now - index }).then(() =>
        acknowledged.push(`reading ${index}`),
      ),
    );
    sent.push(say(pager, 'events', { event: 'sos', id: 'press-1' }).then(() => acknowledged.push('press')));

    const ringing = await feed.until(({ type }) => type === 'uncommitted');
    expect(ringing).toMatchObject({ alert: { kind: 'sos' } });
    expect(acknowledged).not.toContain('press');
    // It rings when a second is over, whether the disk has refused by then or is only slow.
    await expect.poll(async () => (await fetch(`${gateway.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    await expect(api.post('/devices', { id: 'late-1', type: 'siren' }, z.unknown())).rejects.toMatchObject({
      status: 503,
      code: 'store-unavailable',
    });

    disk.makeRoom();
    const raised = await feed.until(raisedBy('pager-1'));
    await Promise.all(sent);
    if (ringing.type !== 'uncommitted') throw new TypeError('it did not ring');
    expect(raised).toMatchObject({ alert: { id: ringing.alert.id, count: 1 } });
    expect(acknowledged).toContain('press');
    expect(acknowledged).toHaveLength(3001);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
    // A disk so full is an alert of its own.
    const raisings = feed
      .changes()
      .filter(({ event, alert }) => event === 'raised' && alert?.kind !== 'system');
    expect(raisings).toHaveLength(1);
  });
});
