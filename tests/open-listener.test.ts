import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { whyNotOpen } from '../src/open-listener.ts';

const place = (host: string, port: number, name: string) => ({
  host,
  port,
  variables: { host: 'ZHISHOU_MQTT_HOST', port: `ZHISHOU_${name}_PORT` },
});

/** Why the system will not open a listener there. */
const refusalAt = async (host: string, port: number): Promise<unknown> => {
  const server = createServer().listen(port, host);
  return once(server, 'listening').then(
    () => server.close(),
    (error: unknown) => error,
  );
};

test('the listener that could not be opened is named among two, with the setting that chooses its port', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const places = [place('127.0.0.1', 1, 'MQTT'), place('127.0.0.1', port, 'MQTTS')];
  expect(whyNotOpen(await refusalAt('127.0.0.1', port), places)).toBe(
    `port ${port} is in use (another program listens on 127.0.0.1; ZHISHOU_MQTTS_PORT chooses another)`,
  );
});

test('a host that is another machine, or nobody, is named with its setting', async () => {
  for (const [host, said] of [
    ['192.0.2.1', '192.0.2.1 is no address of this machine (ZHISHOU_MQTT_HOST'],
    ['nobody.invalid', 'no machine by the name of nobody.invalid is known (ZHISHOU_MQTT_HOST'],
  ] as const)
    expect(whyNotOpen(await refusalAt(host, 0), [place(host, 0, 'MQTT')])).toContain(said);
});

test('what is no fault of the settings is left to those who know better', () => {
  expect(whyNotOpen(new Error('bug'), [place('127.0.0.1', 1, 'MQTT')])).toBe(null);
});
