import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ringingStates } from '../../src/gateway/ladder.ts';
import { openBook } from './book.ts';

const hour = 3_600_000;

/** Who may need help, and what each of their levels makes of the alert. */
const homes = {
  gas: [
    { kind: 'gas', priority: 'high', latching: false },
    { kind: 'gas', priority: 'critical', latching: true },
  ],
  smoke: [{ kind: 'smoke', priority: 'critical', latching: true }],
  co: [{ kind: 'co', priority: 'critical', latching: true }],
  fall: [{ kind: 'sos', priority: 'critical', latching: true }],
} as const;
type Home = keyof typeof homes;
const names = Object.keys(homes) as Home[];
const verbs = [
  'take',
  'acknowledge',
  'claim',
  'release',
  'reset',
  'comment',
  'dispatch',
  'arrived',
  'family-informed',
  'close',
  'shelve',
  'unshelve',
] as const;

const place = fc.constantFrom(...names);
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('measure'), home: place, level: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('press') }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('operate'),
        home: fc.constantFrom(...names, 'pager'),
        verb: fc.constantFrom(...verbs),
        once: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('explain'), home: place }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('hub'), down: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('test-mode'), on: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('repair'), home: place, on: fc.boolean() }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('pass'),
        ms: fc.constantFrom(200, 10_000, 31_000, 61_000, 9 * hour),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart') }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('clock'), byMs: fc.constantFrom(-hour, hour) }) },
  ),
  { minLength: 1, maxLength: 80, size: 'max' },
);
type Steps = typeof steps extends fc.Arbitrary<infer T> ? T : never;

const walk = (sequence: Steps): void => {
  const room = openBook();
  const levels = new Map<Home, number>(names.map((home) => [home, 0]));
  const repaired = new Set<Home>();
  let testing = false;
  /** Somebody has taken, acknowledged or (where that is allowed) shelved it since it was last raised or rose. */
  const known = new Map<string, boolean>();
  let hub: string | null = null;
  const openOf = (home: string) => room.book().openOf(home, home === 'pager' ? 'press' : home);

  const act = (step: Steps[number]): void => {
    switch (step.do) {
      case 'measure': {
        const { home } = step as { home: Home };
        const level = Math.min((step as { level: number }).level, homes[home].length);
        const before = levels.get(home) ?? 0;
        levels.set(home, level);
        if (level > before) known.set(home, false);
        room.hold({
          ...(homes[home][level - 1] ?? homes[home][0]),
          rule: { id: home, version: '1' },
          subject: home,
          device: home,
          devices: [home],
          level,
          holding: level === 0 ? 0 : 2 ** level - 1,
          testMode: testing,
          outOfService: repaired.has(home),
          explainedBy: hub,
          reAlarmAfterMs: 600_000,
        });
        break;
      }
      case 'press':
        known.set('pager', false);
        room.raise({
          rule: null,
          kind: 'sos',
          priority: 'critical',
          latching: true,
          subject: 'pager',
          device: 'pager',
          testMode: testing,
          outOfService: true,
          explainedBy: hub,
        });
        break;
      case 'operate': {
        const { home, verb, once } = step as { home: string; verb: (typeof verbs)[number]; once: boolean };
        const id = openOf(home)?.id;
        if (id === undefined) break;
        const more = {
          shelve: { until: room.now() + 8 * hour, once, note: 'why' },
          close: { disposition: 'assistance-given' },
          comment: { note: 'heard her' },
          dispatch: { who: 'neighbour', confirmed: true },
          arrived: { who: 'neighbour' },
        };
        const done = room.operate(id, verb, more[verb as keyof typeof more] ?? {});
        const tells = verb === 'take' || verb === 'acknowledge' || verb === 'shelve' || verb === 'close';
        if (done.ok && tells) known.set(home, true);
        break;
      }
      case 'explain': {
        const alert = openOf((step as { home: string }).home);
        if (alert && hub !== null) room.book().suppress(hub, [alert.id], room.now());
        break;
      }
      case 'hub': {
        const down = (step as { down: boolean }).down;
        const alert = room.hold({
          rule: { id: 'hub', version: '1' },
          kind: 'silent',
          subject: 'hub',
          device: 'hub',
          devices: ['hub'],
          holding: down ? 1 : 0,
        });
        hub = down ? (alert?.id ?? null) : null;
        break;
      }
      case 'test-mode':
        testing = (step as { on: boolean }).on;
        room.book().endTests(() => testing, room.now());
        break;
      case 'repair': {
        const { home, on } = step as { home: Home; on: boolean };
        if (on) repaired.add(home);
        else repaired.delete(home);
        for (const { id } of room.book().openOfDevice(home))
          room.book().befall(id, { event: on ? 'out-of-service' : 'in-service', at: room.now() }, 'user:li');
        break;
      }
      case 'pass':
        room.pass((step as { ms: number }).ms);
        break;
      case 'restart':
        room.restart();
        break;
      case 'clock':
        room.book().shift((step as { byMs: number }).byMs);
        break;
    }
  };

  for (const step of sequence) {
    act(step);
    for (const home of names) {
      const level = levels.get(home) ?? 0;
      if (homes[home][level - 1]?.priority !== 'critical') continue;
      const alert = openOf(home);
      if (alert === undefined) throw new Error(`${home} is in danger and on no board`);
      expect(alert.priority).toBe('critical');
      expect(['shelved', 'suppressed', 'closed']).not.toContain(alert.state);
      if (known.get(home)) continue;
      const covered =
        home !== 'fall' &&
        ((alert.test && testing) || (alert.state === 'out-of-service' && repaired.has(home)));
      if (!covered) expect([alert.test, ringingStates.has(alert.state)]).toEqual([false, true]);
    }
    for (const home of ['fall', 'pager']) {
      const alert = openOf(home);
      if (alert === undefined) continue;
      expect(alert.test).toBe(false);
      expect(['out-of-service', 'shelved', 'suppressed']).not.toContain(alert.state);
      if (!known.get(home)) expect(ringingStates.has(alert.state)).toBe(true);
    }
  }
};

test('whatever is shelved, explained, tested, repaired, acknowledged, restarted or set wrong, no critical emergency is hidden before somebody knows of it', () => {
  fc.assert(fc.property(steps, walk), { numRuns: 120 });
});
