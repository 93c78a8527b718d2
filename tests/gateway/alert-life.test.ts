import { describe, expect, test } from 'vitest';
import { type LifeEvent, live } from '../../src/gateway/alert-life.ts';
import { type Alert, type AlertState, alertStates, stateOf } from '../../src/model/alert.ts';

const at = 1_000_000;

const base: Alert = {
  id: 'alert-1',
  version: 3,
  rule: { id: 'smoke', version: '1' },
  kind: 'smoke',
  device: 'smoke-1',
  devices: ['smoke-1'],
  place: null,
  priority: 'critical',
  state: 'unacknowledged',
  active: true,
  acknowledged: false,
  latching: true,
  reset: false,
  outOfService: false,
  count: 1,
  raisedAt: 1,
  lastAt: 1,
  receivedAt: 1,
  test: false,
  late: false,
  title: { zh: '烟', en: 'Smoke' },
  evidence: [{ at: 1, receivedAt: 1 }],
};

const standing = {
  level: 1,
  priority: 'critical',
  latching: true,
  title: { zh: '烟', en: 'Smoke' },
} as const;

const detection = {
  at,
  receivedAt: at,
  late: false,
  test: false,
  standing,
  evidence: { at, receivedAt: at },
};

/** An alert in each of the nine states. */
const inState: Readonly<Record<AlertState, Alert>> = Object.fromEntries(
  (
    [
      ['closed', { closedAt: 2, disposition: 'true-emergency', acknowledged: true, active: false }],
      ['out-of-service', { outOfService: true }],
      ['suppressed', { suppressedBy: 'alert-0' }],
      ['shelved', { shelvedUntil: at + 1 }],
      ['unacknowledged', {}],
      ['acknowledged', { acknowledged: true, claimedBy: 'li' }],
      ['latched-unacknowledged', { active: false }],
      ['latched-acknowledged', { active: false, acknowledged: true, claimedBy: 'li' }],
      ['returned-unacknowledged', { active: false, latching: false }],
    ] as const
  ).map(([state, facts]) => [state, { ...base, ...facts, state } as Alert]),
) as Record<AlertState, Alert>;

const events: readonly LifeEvent[] = [
  { ...detection, event: 'raised-again', holds: true },
  { ...detection, event: 'raised-higher' },
  { at, event: 'lowered', standing: { ...standing, priority: 'high' } },
  { at, event: 'suppressed', suppressedBy: 'alert-0' },
  { at, event: 'grouped', devices: ['smoke-2'] },
  { at, event: 'joined-incident', incident: 'alert-9' },
  { at, event: 'shelved', by: 'wang', until: at + 60_000, once: false },
  { at, event: 'unshelved', by: 'wang' },
  ...(
    [
      'returned',
      're-announced',
      'escalated',
      'untended',
      're-alarmed',
      'cancel-requested',
      'out-of-service',
      'in-service',
      'notified',
      'notify-failed',
      'siren-answered',
      'unsuppressed',
      'test-ended',
    ] as const
  ).map((event) => ({ at, event })),
  ...(
    [
      'shown',
      'acknowledged',
      'claimed',
      'released',
      'taken',
      'reset',
      'commented',
      'dispatched',
      'arrived',
      'family-informed',
      'home-tended',
    ] as const
  ).map((event) => ({
    at,
    event,
    by: 'wang',
  })),
  { at, event: 'handed-over', by: 'wang', to: 'zhao' },
  { at, event: 'call-requested', watched: false },
  { at, event: 'call-answered', by: 'wang' },
  { at, event: 'voice-connected', by: 'wang' },
  ...(['call-missed', 'call-lost', 'call-failed'] as const).map((event) => ({ at, event, again: true })),
  { at, event: 'call-ended' },
  { at, event: 'closed', by: 'wang', disposition: 'false-cooking' },
];

/** The same alert as one of water, which may be shelved and explained. */
const asWater = (alert: Alert): Alert => ({ ...alert, kind: 'water', latching: false });

/** What becomes of an alert in each state at each event: the state afterwards, or why it is refused. */
const outcome = (state: AlertState, step: LifeEvent, as = (alert: Alert): Alert => alert): string => {
  const done = live(as(inState[state]), step);
  return done.ok ? done.alert.state : done.refusal.code;
};

const table = (...names: LifeEvent['event'][]): Record<string, readonly string[]> =>
  Object.fromEntries(
    names.map((name) => {
      const step = events.find(({ event }) => event === name) as LifeEvent;
      return [name, alertStates.map((state) => outcome(state, step))];
    }),
  );

describe('the life of an alert', () => {
  test('has an answer for every event in every state, and keeps state and facts together', () => {
    for (const state of alertStates) {
      expect(stateOf(inState[state], at), state).toBe(state);
      for (const step of events) {
        const done = live(inState[state], step);
        if (!done.ok) continue;
        expect(done.alert.state, `${state} × ${step.event}`).toBe(stateOf(done.alert, at));
        expect(done.alert.version, `${state} × ${step.event}`).toBeGreaterThanOrEqual(base.version);
        if (done.alert.state !== state) expect(done.alert.version).toBeGreaterThan(base.version);
        if (done.happened === null) expect(done.alert).toBe(inState[state]);
      }
    }
  });

  test('goes as the duty room expects it to', () => {
    // closed, out of service, suppressed, shelved, unacknowledged, acknowledged, latched un-, latched acknowledged, returned
    expect(table('acknowledged', 'taken', 'closed', 'reset', 'returned', 'raised-again')).toEqual({
      acknowledged: [
        'already-closed',
        'out-of-service',
        'suppressed',
        'shelved',
        'acknowledged',
        'acknowledged',
        'latched-acknowledged',
        'latched-acknowledged',
        'closed',
      ],
      taken: [
        'already-closed',
        'out-of-service',
        'suppressed',
        'shelved',
        'acknowledged',
        'already-claimed',
        'latched-acknowledged',
        'already-claimed',
        'closed',
      ],
      closed: [
        'already-closed',
        'still-active',
        'still-active',
        'still-active',
        'still-active',
        'still-active',
        'closed',
        'closed',
        'closed',
      ],
      reset: [
        'already-closed',
        'still-active',
        'still-active',
        'still-active',
        'still-active',
        'still-active',
        'returned-unacknowledged',
        'closed',
        'not-latching',
      ],
      returned: [
        'closed',
        'out-of-service',
        'suppressed',
        'shelved',
        'latched-unacknowledged',
        'latched-acknowledged',
        'latched-unacknowledged',
        'latched-acknowledged',
        'returned-unacknowledged',
      ],
      'raised-again': [
        'closed',
        'out-of-service',
        'suppressed',
        'shelved',
        'unacknowledged',
        'acknowledged',
        'unacknowledged',
        'unacknowledged',
        'unacknowledged',
      ],
    });
  });

  test('goes on a shelf and comes off it, and no person, smoke, CO or critical gas ever lies there', () => {
    const shelve: LifeEvent = { at, event: 'shelved', by: 'wang', until: at + 60_000, once: false };
    const water = (step: LifeEvent) => alertStates.map((state) => outcome(state, step, asWater));
    expect(water(shelve)).toEqual([
      'already-closed',
      'out-of-service',
      'suppressed',
      ...Array.from({ length: 6 }, () => 'shelved'),
    ]);
    expect(water({ at, event: 'unshelved', by: 'wang' })).toEqual([
      'already-closed',
      'not-shelved',
      'not-shelved',
      'unacknowledged',
      ...Array.from({ length: 5 }, () => 'not-shelved'),
    ]);
    for (const kind of ['sos', 'unregistered-sos', 'call-request', 'smoke', 'co', 'gas'] as const)
      expect(live({ ...inState.unacknowledged, kind }, shelve)).toMatchObject({
        refusal: { code: 'not-shelvable' },
      });
    const gas: Alert = { ...inState.unacknowledged, kind: 'gas', priority: 'high' };
    expect(live(gas, shelve)).toMatchObject({ ok: true, alert: { state: 'shelved', acknowledged: true } });
    expect(live({ ...gas, shelvable: false }, shelve)).toMatchObject({ refusal: { code: 'not-shelvable' } });
  });

  test('is explained by another alert and stands for itself again, except an emergency, which nothing explains', () => {
    const suppress: LifeEvent = { at, event: 'suppressed', suppressedBy: 'alert-5' };
    expect(alertStates.map((state) => outcome(state, suppress, asWater))).toEqual([
      'closed',
      'out-of-service',
      ...Array.from({ length: 5 }, () => 'suppressed'),
      // Acknowledged and over.
      'closed',
      'suppressed',
    ]);
    for (const kind of ['sos', 'smoke', 'gas', 'co', 'unregistered-sos', 'call-request'] as const) {
      const alert: Alert = { ...inState.unacknowledged, kind };
      expect(live(alert, suppress)).toEqual({ ok: true, alert, happened: null });
    }
    const covered = asWater(inState.suppressed);
    const unsuppressed = (alert: Alert) => live(alert, { at, event: 'unsuppressed' });
    expect(unsuppressed({ ...covered, acknowledged: true })).toMatchObject({
      alert: { state: 'unacknowledged' },
    });
    expect(unsuppressed({ ...covered, active: false })).toMatchObject({
      alert: { state: 'closed', disposition: 'returned' },
    });
    expect(unsuppressed({ ...covered, active: false, latching: true })).toMatchObject({
      alert: { state: 'latched-unacknowledged' },
    });
  });

  test('that was only a test and still holds when the test ends is real and waits for somebody', () => {
    const tested: Alert = { ...inState.acknowledged, test: true };
    expect(live(tested, { at, event: 'test-ended' })).toMatchObject({
      happened: 'test-ended',
      alert: { test: false, state: 'unacknowledged' },
    });
    const joined = live(
      { ...inState['latched-acknowledged'], test: true },
      { ...detection, event: 'raised-again', holds: true },
    );
    expect(joined).toMatchObject({ alert: { test: false, state: 'unacknowledged', count: 2 } });
  });

  test('never lets a call for help be reset away or be covered by a repair', () => {
    const call: Alert = { ...inState['latched-acknowledged'], kind: 'sos', rule: null };
    expect(live(call, { at, event: 'reset', by: 'li' })).toMatchObject({
      ok: false,
      refusal: { code: 'needs-disposition' },
    });
    expect(live(call, { at, event: 'out-of-service' })).toMatchObject({ ok: true, happened: null });
  });

  describe('of a call for help in which nobody was reached', () => {
    const unseen: Alert = {
      ...inState['latched-acknowledged'],
      kind: 'sos',
      rule: null,
      voiceRequestedAt: 2,
    };
    const close = (alert: Alert, more: object = {}): string => {
      const step = { at, event: 'closed', by: 'li', disposition: 'pressed-by-mistake', ...more } as const;
      const done = live(alert, step);
      return done.ok ? done.alert.state : done.refusal.code;
    };

    test('does not end with nothing having been wrong, unless somebody says who reached the person', () => {
      expect(close(unseen)).toBe('nobody-reached');
      expect(close({ ...unseen, kind: 'call-request' })).toBe('nobody-reached');
      expect(close(unseen, { disposition: 'false-cooking' })).toBe('nobody-reached');
      expect(close(unseen, { reached: { how: 'spoke' } })).toBe('closed');
      expect(close(unseen, { reached: { how: 'seen', by: '老李', at: 3 } })).toBe('closed');
    });

    test('ends once sound went both ways or somebody arrived, and with an outcome that says that somebody was there, or that there was nobody', () => {
      expect(close({ ...unseen, voiceConnectedAt: 3 })).toBe('closed');
      expect(close({ ...unseen, onSiteAt: 3 })).toBe('closed');
      for (const disposition of [
        'true-emergency',
        'assistance-given',
        'service-request',
        'test',
        'device-fault',
      ])
        expect(close(unseen, { disposition })).toBe('closed');
    });

    test('ends as before where no call was tried, at a rehearsal, with the alert above it, and where no person called', () => {
      const { voiceRequestedAt: _tried, ...silent } = unseen;
      expect(close(silent)).toBe('closed');
      expect(close({ ...unseen, test: true })).toBe('closed');
      expect(close({ ...unseen, incident: 'alert-9' })).toBe('closed');
      expect(close({ ...unseen, kind: 'smoke' })).toBe('closed');
    });

    test('is known by the first call that was tried', () => {
      const { voiceRequestedAt: _tried, ...silent } = unseen;
      const tried = live(silent, { at, event: 'call-requested', watched: true });
      expect(tried).toMatchObject({ ok: true, alert: { voiceRequestedAt: at } });
      const again = live(unseen, { at, event: 'call-requested', watched: true });
      expect(again).toMatchObject({ ok: true, alert: { voiceRequestedAt: 2 } });
    });
  });

  test('rings again when the one who has an emergency lets go of it', () => {
    const released = live(inState.acknowledged, { at, event: 'released', by: 'li' });
    expect(released).toMatchObject({ ok: true, alert: { state: 'unacknowledged', acknowledged: false } });
  });

  test('hears of its call: one that is missed, lost or failed makes an emergency, or a person, ring again', () => {
    for (const event of ['call-missed', 'call-lost', 'call-failed'] as const) {
      const step = { at, event, again: true } as const;
      for (const kind of ['sos', 'call-request', 'smoke'] as const)
        expect(live({ ...inState['latched-acknowledged'], kind }, step)).toMatchObject({
          happened: event,
          alert: { state: 'latched-unacknowledged', acknowledged: false },
        });
      expect(live({ ...inState.acknowledged, kind: 'water' }, step)).toMatchObject({
        happened: event,
        alert: { state: 'acknowledged', claimedBy: 'li' },
      });
      expect(live(inState.acknowledged, { ...step, again: false })).toMatchObject({
        alert: { state: 'acknowledged' },
      });
    }
  });

  test('rings again when a call is asked for that nobody is there to hear', () => {
    const known: Alert = { ...inState['latched-acknowledged'], kind: 'sos' };
    const asked = (watched: boolean) => live(known, { at, event: 'call-requested', watched });
    expect(asked(true)).toMatchObject({ alert: { state: 'latched-acknowledged' } });
    expect(asked(false)).toMatchObject({ alert: { state: 'latched-unacknowledged' } });
  });

  test('keeps when the person was first spoken with', () => {
    const spoken = live(inState.acknowledged, { at, event: 'voice-connected', by: 'li' });
    if (!spoken.ok) throw new Error();
    const again = live(spoken.alert, { at: at + 5, event: 'voice-connected', by: 'wang' });
    expect(again).toMatchObject({ alert: { voiceConnectedAt: at } });
  });

  test('does not ring for a press of somebody who is being spoken with, and counts it', () => {
    const press: LifeEvent = { ...detection, event: 'raised-again', holds: false, spokenWith: true };
    expect(live({ ...inState['latched-acknowledged'], kind: 'sos' }, press)).toMatchObject({
      happened: 'raised-again',
      alert: { state: 'latched-acknowledged', claimedBy: 'li', count: 2, version: base.version + 1 },
    });
  });

  test('keeps the first and the newest evidence of an alert that flaps all night', () => {
    let alert: Alert = { ...inState['latched-unacknowledged'] };
    for (let index = 0; index < 100; index += 1) {
      const step = live(
        { ...alert, active: false, state: 'latched-unacknowledged' },
        {
          ...detection,
          event: 'raised-again',
          holds: true,
          evidence: { at: index, receivedAt: at },
        },
      );
      if (step.ok) alert = step.alert;
    }
    expect(alert.count).toBe(101);
    expect(alert.evidence).toHaveLength(20);
    expect(alert.evidence[0]).toEqual(base.evidence[0]);
    expect(alert.evidence.at(-1)?.at).toBe(99);
  });
});
