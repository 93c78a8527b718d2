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
  { at, event: 'raised-again', receivedAt: at, holds: true, late: false, evidence: { at, receivedAt: at } },
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
    ] as const
  ).map((event) => ({ at, event })),
  ...(
    ['shown', 'acknowledged', 'claimed', 'released', 'taken', 'reset', 'commented', 'dispatched'] as const
  ).map((event) => ({
    at,
    event,
    by: 'wang',
  })),
  { at, event: 'handed-over', by: 'wang', to: 'zhao' },
  { at, event: 'closed', by: 'wang', disposition: 'false-cooking' },
];

/** What becomes of an alert in each state at each event: the state afterwards, or why it is refused. */
const outcome = (state: AlertState, step: LifeEvent): string => {
  const done = live(inState[state], step);
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

  test('never lets a call for help be reset away or be covered by a repair', () => {
    const call: Alert = { ...inState['latched-acknowledged'], kind: 'sos', rule: null };
    expect(live(call, { at, event: 'reset', by: 'li' })).toMatchObject({
      ok: false,
      refusal: { code: 'needs-disposition' },
    });
    expect(live(call, { at, event: 'out-of-service' })).toMatchObject({ ok: true, happened: null });
  });

  test('rings again when the one who has an emergency lets go of it', () => {
    const released = live(inState.acknowledged, { at, event: 'released', by: 'li' });
    expect(released).toMatchObject({ ok: true, alert: { state: 'unacknowledged', acknowledged: false } });
  });

  test('keeps the first and the newest evidence of an alert that flaps all night', () => {
    let alert: Alert = { ...inState['latched-unacknowledged'] };
    for (let index = 0; index < 100; index += 1) {
      const step = live(
        { ...alert, active: false, state: 'latched-unacknowledged' },
        {
          at,
          event: 'raised-again',
          receivedAt: at,
          holds: true,
          late: false,
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
