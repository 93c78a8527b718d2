import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type AlertFilter,
  askFor,
  fits,
  isInView,
  noFilter,
  readFilter,
  views,
  writeFilter,
} from '../../console/src/alerts/alert-filter.ts';
import { placeTree } from '../../console/src/desk/place-tree.ts';
import { payloadText } from '../../console/src/quarantine/payload.ts';
import { texts } from '../../console/src/quarantine/words.ts';
import type { Place } from '../../src/model/place.ts';
import { alertOf } from './alerts.ts';

const hourMs = 3_600_000;

describe('the filter of the alerts', () => {
  const narrow: AlertFilter = {
    view: 'shelved',
    priority: 'high',
    kind: 'gas',
    place: 'b-3',
    device: 'gas-301',
    from: 1_000,
    to: 2_000,
  };

  test('is the same when an address was sent to somebody, and an address that says nonsense asks for everything', () => {
    for (const view of views) {
      const filter = { ...narrow, view };
      expect(readFilter(writeFilter(filter))).toEqual(filter);
    }
    expect(writeFilter(noFilter)).toBe('');
    expect(readFilter('')).toEqual(noFilter);
    expect(
      readFilter('view=hidden&priority=huge&kind=weather&place=a%20b&device=%3Cimg%3E&from=-1&to=soon'),
    ).toEqual(noFilter);
  });

  test('asks the gateway for what each view means', () => {
    const asked = (view: AlertFilter['view']) => askFor({ ...noFilter, view }).toString();
    expect(views.map(asked)).toEqual([
      '',
      'open=true',
      'open=false',
      'stale=true',
      'state=shelved',
      'state=suppressed',
      'state=out-of-service',
    ]);
    expect(askFor(narrow).toString()).toBe(
      'priority=high&kind=gas&place=b-3&device=gas-301&from=1000&to=2000&state=shelved',
    );
  });

  test('tells of an alert whether it would be in the list, as the gateway would', () => {
    const now = 100 * hourMs;
    const alert = alertOf('a', { raisedAt: now - 25 * hourMs, lastAt: now - hourMs, active: true, count: 1 });
    expect(isInView(alert, 'stale', now)).toBe(true);
    expect(isInView({ ...alert, count: 2 }, 'stale', now)).toBe(false);
    expect(isInView({ ...alert, active: false }, 'stale', now)).toBe(false);
    expect(isInView({ ...alert, state: 'suppressed' }, 'suppressed', now)).toBe(true);
    const one = (change: Partial<AlertFilter>) => fits(alert, { ...noFilter, ...change }, now);
    expect(one({ from: alert.raisedAt, to: alert.raisedAt + 1 })).toBe(true);
    expect(one({ to: alert.raisedAt })).toBe(false);
    expect(one({ kind: alert.kind, priority: alert.priority, device: alert.device })).toBe(true);
    expect(one({ device: 'somebody-else' })).toBe(false);
    expect(one({ view: 'closed' })).toBe(false);
  });
});

test('places hang together as a tree in the order of their names, found by any part of their address', () => {
  const place = (...names: readonly string[]): Place => {
    const kinds = ['community', 'building', 'household'] as const;
    const path = names.map((name, depth) => ({
      kind: kinds[depth] ?? 'household',
      id: names.slice(0, depth + 1).join('-'),
      name,
    }));
    return { id: names.join('-'), path, text: names.join('') };
  };
  const tree = placeTree([
    place('xf', '10栋', '101'),
    place('xf', '2栋', '1001'),
    place('xf', '2栋', '201'),
    place('xf', '2栋'),
    place('xf'),
  ]);
  expect(tree).toMatchObject([
    {
      value: 'xf',
      children: [
        { title: '2栋', children: [{ title: '201', said: 'xf 2栋 201' }, { title: '1001' }] },
        { title: '10栋', children: [{ value: 'xf-10栋-101' }] },
      ],
    },
  ]);
});

test('a message in quarantine is shown with nothing hidden in it, and bytes as digits', () => {
  expect(payloadText({ payload: 'a\u202eb\u0000\n中', encoding: 'utf8' })).toBe('a\\u{202e}b\\u{0}\n中');
  expect(payloadText({ payload: btoa('\u0000\u00ff\r'), encoding: 'base64' })).toBe('00 ff 0d');
});

test('every reason for which a message is kept has words in both languages', () => {
  const sources = ['devices/dialects/native.ts', 'src/gateway/ingest.ts', 'src/gateway/gateway.ts'];
  const root = resolve(import.meta.dirname, '../..');
  const named = sources.flatMap((path) =>
    [
      ...readFileSync(join(root, path), 'utf8').matchAll(
        /(?:refuse\(|quarantine\.keep\(\s*\w+,\s*[\w.]+,\s*)'([a-z][a-z0-9-]+)'/g,
      ),
    ].map(([, reason = '']) => reason),
  );
  expect(new Set(named).size).toBeGreaterThan(8);
  for (const { reasons } of [texts.zh, texts.en])
    expect([...new Set(named)].filter((reason) => !Object.hasOwn(reasons, reason))).toEqual([]);
});
