import type { Alert } from '../../../src/model/alert.ts';
import { covered, isWaiting } from './order.ts';

/** The few words for the state of a row; the standard's names stay in the detail. */
export type StateWord = 'waiting' | 'in-hand' | 'sent' | 'to-verify' | 'aside' | 'closed';

/** Which word fits: waiting until somebody takes it; then sent once somebody is on the way; to be verified once somebody is on site or the condition is over and only looking and closing are left. */
export const stateWord = (alert: Alert): StateWord => {
  if (alert.closedAt !== undefined || alert.state === 'closed') return 'closed';
  if (covered.has(alert.state)) return 'aside';
  if (isWaiting(alert)) return 'waiting';
  if (alert.onSiteAt !== undefined || (alert.returnedAt !== undefined && !alert.active)) return 'to-verify';
  return alert.dispatchedAt === undefined ? 'in-hand' : 'sent';
};
