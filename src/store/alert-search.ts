import type { AlertQuery } from '../gateway/ports.ts';

/** A statement and the values bound to it. */
export type Search = { readonly sql: string; readonly values: readonly (string | number)[] };

/** The statement that finds the bodies for an alert query, newest first. It goes in by the narrowest way, always in the order of ids, so that a page costs a page: few alerts are open, a device has few, and a wide place is walked from its newest alert. */
export const alertSearch = (query: AlertQuery): Search => {
  const way =
    query.open === true
      ? null
      : query.device !== undefined
        ? { table: 'alert_device', column: 'device', value: query.device }
        : query.place !== undefined
          ? { table: 'alert_place', column: 'place', value: query.place }
          : null;
  const id = way === null ? 'alert.id' : 'way.alert';
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const demand = (condition: string, value: string | number | undefined): void => {
    if (value === undefined) return;
    conditions.push(condition);
    values.push(value);
  };
  const among = (table: string, column: string): string =>
    `EXISTS (SELECT 1 FROM ${table} WHERE ${table}.alert = ${id} AND ${table}.${column} = ?)`;

  if (way !== null) demand(`way.${way.column} = ?`, way.value);
  if (way?.table !== 'alert_device') demand(among('alert_device', 'device'), query.device);
  if (way?.table !== 'alert_place') demand(among('alert_place', 'place'), query.place);
  // Written out, because a partial index is used only for a condition that is there when the statement is prepared.
  if (query.open !== undefined) conditions.push(`alert.open = ${query.open ? 1 : 0}`);
  demand('alert.priority = ?', query.priority);
  demand('alert.raised_at >= ?', query.from);
  demand('alert.raised_at < ?', query.to);
  demand(`${id} < ?`, query.after);
  const source = way === null ? 'alert' : `${way.table} AS way CROSS JOIN alert ON alert.id = way.alert`;
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')} `;
  return {
    sql: `SELECT alert.body FROM ${source} ${where}ORDER BY ${id} DESC LIMIT ?`,
    values: [...values, query.limit],
  };
};
