import {
  type Alert,
  type AlertKind,
  alertKinds,
  type Priority,
  priorities,
} from '../../../src/model/alert.ts';
import { liesWithin } from '../../../src/model/place.ts';

/** What can be asked for with one press: also everything that stands aside, so that nothing is hidden without a trace. */
export const views = ['all', 'open', 'closed', 'stale', 'shelved', 'suppressed', 'out-of-service'] as const;
export type View = (typeof views)[number];

/** Which alerts the page lists; a span of moments (epoch ms) in which they were raised, null = without an end. */
export type AlertFilter = {
  readonly view: View;
  readonly priority: Priority | null;
  readonly kind: AlertKind | null;
  readonly place: string | null;
  readonly device: string | null;
  readonly from: number | null;
  readonly to: number | null;
};

/** Everything. */
export const noFilter: AlertFilter = {
  view: 'all',
  priority: null,
  kind: null,
  place: null,
  device: null,
  from: null,
  to: null,
};

const id = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Reads the filter in an address; what cannot be read does not count. */
export const readFilter = (query: string): AlertFilter => {
  const given = new URLSearchParams(query);
  const word = (name: string): string | null => {
    const text = given.get(name);
    return text !== null && id.test(text) ? text : null;
  };
  const moment = (name: string): number | null => {
    const text = given.get(name);
    return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
  };
  return {
    view: views.find((view) => view === given.get('view')) ?? 'all',
    priority: priorities.find((priority) => priority === given.get('priority')) ?? null,
    kind: alertKinds.find((kind) => kind === given.get('kind')) ?? null,
    place: word('place'),
    device: word('device'),
    from: moment('from'),
    to: moment('to'),
  };
};

const narrowing = ({ priority, kind, place, device, from, to }: AlertFilter): URLSearchParams => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ priority, kind, place, device, from, to }))
    if (value !== null) query.set(name, String(value));
  return query;
};

/** What `readFilter` reads. */
export const writeFilter = (filter: AlertFilter): string => {
  const query = narrowing(filter);
  if (filter.view !== 'all') query.set('view', filter.view);
  return query.toString();
};

/** The same as the gateway is asked for it. */
export const askFor = (filter: AlertFilter): URLSearchParams => {
  const query = narrowing(filter);
  const { view } = filter;
  if (view === 'open' || view === 'closed') query.set('open', String(view === 'open'));
  else if (view === 'stale') query.set('stale', 'true');
  else if (view !== 'all') query.set('state', view);
  return query;
};

const staleAfterMs = 24 * 3_600_000;

/** Whether an alert belongs to a view as it is `now`: as the gateway sees it. */
export const isInView = (alert: Alert, view: View, now: number): boolean => {
  switch (view) {
    case 'all':
      return true;
    case 'open':
      return alert.state !== 'closed';
    case 'closed':
      return alert.state === 'closed';
    case 'stale':
      return alert.active && (alert.count === 1 ? alert.raisedAt : alert.lastAt) < now - staleAfterMs;
    default:
      return alert.state === view;
  }
};

/** Whether an alert would be in the list. */
export const fits = (alert: Alert, filter: AlertFilter, now: number): boolean =>
  isInView(alert, filter.view, now) &&
  (filter.priority === null || alert.priority === filter.priority) &&
  (filter.kind === null || alert.kind === filter.kind) &&
  (filter.place === null || (alert.place !== null && liesWithin(alert.place, filter.place))) &&
  (filter.device === null || alert.devices.includes(filter.device)) &&
  (filter.from === null || alert.raisedAt >= filter.from) &&
  (filter.to === null || alert.raisedAt < filter.to);
