import type { AlertRecord } from '../../src/gateway/ports.ts';
import type { Alert } from '../../src/model/alert.ts';
import type { Entry } from '../../src/model/journal.ts';
import type { Reading } from '../../src/model/reading.ts';

/** A line of the journal. */
export const entry = (seq: number, subject = 'device:pager-1', data: Entry['data'] = {}): Entry => ({
  seq,
  at: 1_700_000_000_000 + seq,
  actor: 'gateway',
  event: 'device.registered',
  subject,
  version: null,
  data,
});

/** A temperature, or whatever `reading` says. */
export const reading = (given: Partial<Reading> = {}): Reading => ({
  device: 'air-1',
  measurement: 'temperature',
  value: 21.5,
  at: 1_700_000_000_000,
  receivedAt: 1_700_000_000_100,
  ...given,
});

/** A press in the first home of building 3, not yet committed, with what `alert` says otherwise. */
export const pressed = (id: string, alert: Partial<Alert> = {}): AlertRecord => ({
  alert: {
    id,
    version: 1,
    rule: null,
    kind: 'sos',
    device: 'pager-1',
    devices: ['pager-1'],
    place: {
      id: 'home-301',
      path: [
        { kind: 'street', id: 'street', name: '和平街道' },
        { kind: 'building', id: 'building-3', name: '3号楼' },
        { kind: 'household', id: 'home-301', name: '301' },
      ],
      text: '3号楼301',
    },
    priority: 'critical',
    state: 'latched-unacknowledged',
    active: false,
    acknowledged: false,
    latching: true,
    reset: false,
    outOfService: false,
    count: 1,
    raisedAt: 1_700_000_000_000,
    lastAt: 1_700_000_000_000,
    receivedAt: 1_700_000_000_000,
    committedAt: 0,
    test: false,
    late: false,
    title: { zh: '求助', en: 'Help' },
    evidence: [],
    ...alert,
  },
  ladder: {
    announceAt: null,
    announcements: 0,
    escalateAt: null,
    tendBy: null,
    reAlarmAt: null,
    helpAnnounced: false,
  },
  reAlarmAfterMs: null,
  subject: 'pager-1',
  holding: 0,
  standing: { level: 1, priority: 'critical', latching: true, title: { zh: '求助', en: 'Help' } },
  testMode: false,
  transitions: [],
});
