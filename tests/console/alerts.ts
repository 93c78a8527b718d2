import { type Alert, stateOf } from '../../src/model/alert.ts';
import type { Call } from '../../src/model/call.ts';
import type { Change, ServerMessage } from '../../src/model/change.ts';

/** A press that nobody has taken, changed by `facts`; the state follows from them. */
export const alertOf = (id: string, facts: Partial<Alert> = {}): Alert => {
  const alert: Alert = {
    id,
    version: 1,
    rule: null,
    kind: 'sos',
    device: `pager-${id}`,
    devices: [`pager-${id}`],
    place: null,
    priority: 'critical',
    state: 'latched-unacknowledged',
    active: false,
    acknowledged: false,
    latching: true,
    reset: false,
    outOfService: false,
    count: 1,
    raisedAt: 1_000,
    lastAt: 1_000,
    receivedAt: 1_000,
    test: false,
    late: false,
    title: { zh: '紧急呼叫', en: 'Emergency call' },
    evidence: [],
    ...facts,
  };
  return { ...alert, state: facts.state ?? stateOf(alert, 2_000) };
};

/** A committed change of an alert. */
export const changeOf = (seq: number, alert: Alert, event = 'raised'): Change => ({
  type: 'change',
  seq,
  at: 1_000,
  what: 'alert',
  event,
  alert,
});

/** A call of a pager that rings, changed by `facts`. */
export const callOf = (id: string, facts: Partial<Call> = {}): Call => ({
  id,
  device: `pager-${id}`,
  place: null,
  state: 'ringing',
  media: 'webrtc',
  requestedAt: 1_000,
  ringingAt: 1_000,
  rings: 1,
  direction: 'in',
  listeners: [],
  recorded: false,
  ...facts,
});

/** A committed change of a call. */
export const callChangeOf = (seq: number, call: Call, event: string = call.state): Change => ({
  type: 'change',
  seq,
  at: 1_000,
  what: 'call',
  event,
  call,
});

/** The first message of a line. */
export const helloOf = (feed: string, seq = 0, version = '1.0.0'): ServerMessage => ({
  type: 'hello',
  seq,
  feed,
  serverTime: 50_000,
  user: { id: 'li', username: 'li', name: 'Li', role: 'operator', places: [], disabled: false },
  version,
});

/** Everything that is open. */
export const snapshotOf = (seq: number, ...alerts: readonly Alert[]): ServerMessage => ({
  type: 'snapshot',
  seq,
  alerts: [...alerts],
  calls: [],
});
