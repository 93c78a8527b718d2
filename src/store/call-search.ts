import type { CallQuery } from '../gateway/ports.ts';
import type { Search } from './alert-search.ts';

/** The statement that finds the bodies for a call query, newest request first among ids that sort by nothing: they are the devices' own. */
export const callSearch = ({ device, alert, place, from, to, limit, after }: CallQuery): Search => {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const demand = (condition: string, value: string | number | undefined): void => {
    if (value === undefined) return;
    conditions.push(condition);
    values.push(value);
  };
  demand('device = ?', device);
  demand('alert = ?', alert);
  demand(
    "EXISTS (SELECT 1 FROM json_each(call.body, '$.call.place.path') AS step WHERE step.value ->> '$.id' = ?)",
    place,
  );
  demand('requested_at >= ?', from);
  demand('requested_at < ?', to);
  demand('(requested_at, id) < (SELECT requested_at, id FROM call WHERE id = ?)', after);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')} `;
  return {
    sql: `SELECT body FROM call ${where}ORDER BY requested_at DESC, id DESC LIMIT ?`,
    values: [...values, limit],
  };
};
