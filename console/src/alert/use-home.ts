import { useEffect, useState } from 'react';
import { type Alert, personKinds } from '../../../src/model/alert.ts';
import type { Device } from '../../../src/model/device.ts';
import type { Place } from '../../../src/model/place.ts';
import { clock, useClock } from '../feed/clock.ts';
import { useFeedState, useLine } from '../feed/live-feed.ts';
import { readAlertsIn, readDevices, readTypes } from '../server/gateway.ts';

/** How often what a home measures is read again while its card is open, in ms. */
const readEveryMs = 30_000;
/** How far back the calls of a home are counted, in ms. */
export const historyMs = 30 * 86_400_000;

/** What is known of a home beside its card; null = not read yet, or not readable. */
export type Home = {
  readonly devices: readonly Device[] | null;
  /** Its alerts of the last 30 days, newest first, tests left out. */
  readonly alerts: readonly Alert[] | null;
  /** The device over which somebody there can be spoken with. */
  readonly pager: string | null;
};

const nothing: Home = { devices: null, alerts: null, pager: null };

let speaking: Promise<ReadonlySet<string>> | null = null;

/** The device types over which a person can be spoken with; read once. */
const speakingTypes = (): Promise<ReadonlySet<string>> => {
  speaking ??= readTypes().then((answer) => {
    if (!answer.ok) {
      speaking = null;
      return new Set<string>();
    }
    return new Set([...answer.value.values()].filter(({ voice }) => voice === true).map(({ name }) => name));
  });
  return speaking;
};

/** The sensors and the last alerts of the home that `place` is, read again now and then and with every change of an alert there; of a place that is no home nothing is read. `device` is the one that raised the alert. */
export const useHome = (place: Place | null, device: string): Home => {
  const { alerts, touched } = useFeedState();
  const { openSince } = useLine();
  const id = place?.path.at(-1)?.kind === 'household' ? place.id : null;
  const here = [...alerts.values()].filter((alert) => id !== null && alert.place?.id === id);
  const seq = Math.max(0, ...here.map((alert) => touched.get(alert.id) ?? 0));
  const turn = useClock((now) => Math.floor(now / readEveryMs));
  const [home, setHome] = useState<Home>(nothing);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change there, a new line and time are reasons to read again.
  useEffect(() => {
    if (id === null) return setHome(nothing);
    let left = false;
    const now = clock.now();
    void Promise.all([readDevices(id), readAlertsIn(id, now - historyMs), speakingTypes()]).then(
      ([devices, past, speaks]) => {
        if (left) return;
        setHome((before) => {
          const list = devices.ok ? devices.value : before.devices;
          const pagers = (list ?? []).filter(({ type }) => speaks.has(type));
          return {
            devices: list,
            alerts: past.ok ? past.value.filter(({ test }) => !test) : before.alerts,
            pager: (pagers.find((one) => one.id === device) ?? pagers[0])?.id ?? null,
          };
        });
      },
    );
    return () => {
      left = true;
    };
  }, [id, device, seq, turn, openSince]);
  return home;
};

/** The calls for help among a home's alerts before this one: how many, and the last of them. */
export const callsBefore = (
  alerts: readonly Alert[],
  alert: Alert,
): { readonly count: number; readonly last: Alert | null } => {
  const before = alerts.filter(
    (one) => one.id !== alert.id && personKinds.has(one.kind) && one.receivedAt <= alert.receivedAt,
  );
  return { count: before.length, last: before[0] ?? null };
};
