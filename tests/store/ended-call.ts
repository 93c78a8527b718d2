import type { CallRecord } from '../../src/gateway/ports.ts';

/** A call of the record that is over, asked for by `pager-1`. */
export const endedCall = (
  id: string,
  more: Pick<CallRecord['call'], 'requestedAt'> & Partial<CallRecord['call']>,
): CallRecord => ({
  call: {
    id,
    device: 'pager-1',
    place: null,
    state: 'ended',
    media: 'webrtc',
    rings: 1,
    direction: 'in',
    listeners: [],
    recorded: false,
    ...more,
  },
  console: null,
  missAt: null,
  soundBy: null,
  consoleBackBy: null,
});
