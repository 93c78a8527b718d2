import type { DeviceDoor } from '../gateway/doors.ts';
import { holds, type Link } from './link.ts';

const maxLinksPerDevice = 16;
const absenceGraceMs = 60_000;
const ourDoing = holds.budget | holds.flight | holds.congestion;

type Present = { readonly links: Set<Link>; up: boolean };

/** Which devices are connected; the door hears `linkUp` for every login, and whether it takes the place of a connection that stood, and `linkDown` when a device's last connection is gone. */
export type Presence = {
  /** The credential was right. From here on the device counts as there, so that the old connection it replaces does not report it as gone. */
  readonly admitted: (link: Link, device: string) => void;
  readonly ready: (link: Link, device: string) => void;
  readonly ended: (link: Link) => void;
  readonly of: (device: string) => Iterable<Link>;
  /** Reports those who left while we held them back and have not returned. */
  readonly checkAbsent: () => void;
  readonly devices: () => number;
  /** Reports nothing any more. */
  readonly stop: () => void;
};

const nobody: readonly Link[] = [];

/** A presence in which nobody is connected; `now` is epoch milliseconds, `monotonic` milliseconds for spans. */
export const createPresence = (door: DeviceDoor, now: () => number, monotonic: () => number): Presence => {
  const present = new Map<string, Present>();
  const absent = new Map<string, number>();
  let stopped = false;

  return {
    admitted: (link, device) => {
      let known = present.get(device);
      if (known === undefined) {
        known = { links: new Set(), up: false };
        present.set(device, known);
      }
      known.links.add(link);
      // A device that leaves half-open connections behind must not use up those of the others.
      if (known.links.size > maxLinksPerDevice) {
        const oldest = known.links.values().next();
        if (!oldest.done) oldest.value.conn.destroy();
      }
    },
    ready: (link, device) => {
      absent.delete(device);
      const known = present.get(device);
      if (stopped || known?.links.has(link) !== true) return;
      const instead = known.up;
      known.up = true;
      door.linkUp(device, now(), instead);
    },
    ended: (link) => {
      if (link.device === null) return;
      const known = present.get(link.device);
      if (known?.links.delete(link) !== true || known.links.size > 0) return;
      present.delete(link.device);
      if (stopped || !known.up) return;
      // Somebody whose pings we did not read may have given up on us: that is no sign of a broken line.
      if ((link.held & ourDoing) !== 0) absent.set(link.device, monotonic() + absenceGraceMs);
      else door.linkDown(link.device, now());
    },
    of: (device) => present.get(device)?.links ?? nobody,
    checkAbsent: () => {
      if (stopped || absent.size === 0 || door.congestion() !== 'free') return;
      const at = monotonic();
      for (const [device, due] of absent) {
        if (at < due) continue;
        absent.delete(device);
        door.linkDown(device, now());
      }
    },
    devices: () => present.size,
    stop: () => {
      stopped = true;
    },
  };
};
