import { type Alert, mustBeAnswered } from '../../../src/model/alert.ts';

/** The name of one showing of an alert: another one for every version and every time the gateway asks for it again. */
export const showingOf = (alert: Alert, announced: number): string =>
  `${alert.id}/${alert.version}/${announced}`;

/** The receipts that are due: alerts that must be answered, are `drawn` (ids) on a visible page and whose showing is not in `sent`. */
export const receiptsDue = (
  alerts: ReadonlyMap<string, Alert>,
  announced: ReadonlyMap<string, number>,
  drawn: ReadonlySet<string>,
  sent: ReadonlySet<string>,
  visible: boolean,
): readonly { readonly showing: string; readonly alert: string; readonly version: number }[] => {
  if (!visible) return [];
  const due = [];
  for (const id of drawn) {
    const alert = alerts.get(id);
    if (!alert || !mustBeAnswered(alert)) continue;
    const showing = showingOf(alert, announced.get(id) ?? 0);
    if (!sent.has(showing)) due.push({ showing, alert: id, version: alert.version });
  }
  return due;
};
