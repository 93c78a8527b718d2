import { execFile } from 'node:child_process';

/** Tells systemd how we are, where it asked to be told; does nothing elsewhere. */
export type Supervision = { readonly ready: () => void; readonly stopping: () => void };

/** `env` as systemd sets it: `NOTIFY_SOCKET`, and `WATCHDOG_USEC` where a watchdog waits for a sign of life. The sign comes from the event loop itself: a loop that hangs gives none and is restarted. */
export const superviseBy = (env: Readonly<Record<string, string | undefined>>): Supervision => {
  if (env.NOTIFY_SOCKET === undefined) return { ready: () => undefined, stopping: () => undefined };
  const say = (word: string): void => {
    execFile('systemd-notify', [`--pid=${process.pid}`, word], () => undefined);
  };
  const periodMs = Number(env.WATCHDOG_USEC ?? 0) / 1000 / 3;
  const timer = periodMs > 0 ? setInterval(() => say('WATCHDOG=1'), periodMs) : null;
  return {
    ready: () => say('READY=1'),
    stopping: () => {
      if (timer) clearInterval(timer);
      say('STOPPING=1');
    },
  };
};
