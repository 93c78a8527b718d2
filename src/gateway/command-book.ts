import type { Command } from '../model/command.ts';
import type { Dialects, Subject } from '../model/dialect.ts';
import type { DeviceBook } from './device-book.ts';
import type { Ledger } from './ledger.ts';
import type { Outbound } from './ports.ts';

/** How long a command waits for a device that is away, in ms. "Received" and "accepted" comfort somebody who is waiting now; a siren must not sound long after. */
export const commandLifeMs: Readonly<Record<Command['command'], number>> = {
  'sos-received': 600_000,
  'sos-accepted': 3_600_000,
  'help-dispatched': 3_600_000,
  'siren-on': 300_000,
  'siren-off': 600_000,
};

/** Commands to devices: written down first, sent once that is committed, kept until they are answered or expire. */
export type CommandBook = {
  /** Answers the command's id. */
  readonly issue: (
    device: string,
    command: Command['command'],
    alert: string,
    now: number,
    by?: string,
  ) => string;
  readonly delivered: (id: string, now: number) => void;
  /** Answers the command that was replied to, if it was this device's. */
  readonly replied: (
    device: string,
    id: string,
    ok: boolean,
    error: string | undefined,
    now: number,
  ) => Command | null;
  /** Committed commands for a connection that have not been delivered, oldest first. */
  readonly waiting: (connection: string, now: number) => readonly Outbound[];
  /** A command's row was committed: what must be sent now, if anything. */
  readonly committed: (command: Command) => Outbound | null;
  readonly tick: (now: number) => void;
  /** The wall clock was set by so many ms: what waits does so for as long as before. */
  readonly shift: (byMs: number) => void;
};

/** Makes the book from the commands that were still under way. */
export const createCommandBook = (parts: {
  readonly stored: readonly Command[];
  readonly ledger: Ledger;
  readonly devices: DeviceBook;
  readonly dialects: Dialects;
  readonly newId: () => string;
}): CommandBook => {
  const { ledger, devices, dialects } = parts;
  const commands = new Map<string, Command>(parts.stored.map((command) => [command.id, command]));
  const durable = new Set<string>(commands.keys());

  const put = (command: Command): void => {
    commands.set(command.id, command);
    ledger.put('command', command.id, command);
  };

  const drop = (id: string): void => {
    commands.delete(id);
    durable.delete(id);
    ledger.put('command', id, null);
  };

  const outbound = (command: Command): Outbound | null => {
    const device = devices.get(command.device)?.record;
    if (device === undefined) return null;
    const connection = device.hub ?? device.id;
    const dialect = dialects.get(devices.get(connection)?.record.dialect ?? '');
    const subject: Subject =
      device.hub === null
        ? { by: 'sender' }
        : device.address === null
          ? { by: 'id', id: device.id }
          : { by: 'address', address: device.address };
    const message = dialect?.encodeCommand(connection, subject, command);
    return message ? { command: command.id, connection, ...message, expiresAt: command.expiresAt } : null;
  };

  return {
    issue: (device, name, alert, now, by) => {
      const id = parts.newId();
      const command: Command = {
        id,
        device,
        command: name,
        alert,
        createdAt: now,
        expiresAt: now + commandLifeMs[name],
        ...(by === undefined ? {} : { by }),
      };
      if (name === 'siren-off') {
        for (const other of commands.values()) {
          if (
            other.device === device &&
            other.command === 'siren-on' &&
            other.alert === alert &&
            other.deliveredAt === undefined
          )
            drop(other.id);
        }
      }
      ledger.enter(now, 'system', 'command.issued', `device:${device}`, null, { command: id, name, alert });
      put(command);
      return id;
    },
    delivered: (id, now) => {
      const command = commands.get(id);
      if (command && command.deliveredAt === undefined) put({ ...command, deliveredAt: now });
    },
    replied: (device, id, ok, error, now) => {
      const command = commands.get(id);
      if (command?.device !== device) return null;
      const replied: Command = { ...command, repliedAt: now, ok, ...(error === undefined ? {} : { error }) };
      ledger.enter(now, `device:${device}`, 'command.replied', `device:${device}`, null, {
        command: id,
        name: command.command,
        ok,
      });
      drop(id);
      return replied;
    },
    waiting: (connection, now) => {
      const waiting: Outbound[] = [];
      for (const command of commands.values()) {
        if (command.deliveredAt !== undefined || command.expiresAt <= now || !durable.has(command.id))
          continue;
        // Asked for by every device that returns: only what is its own is put into words.
        const device = devices.get(command.device)?.record;
        if (device === undefined || (device.hub ?? device.id) !== connection) continue;
        const message = outbound(command);
        if (message !== null) waiting.push(message);
      }
      return waiting;
    },
    committed: (command) => {
      const current = commands.get(command.id);
      if (current === undefined || durable.has(command.id)) return null;
      durable.add(command.id);
      return current.deliveredAt === undefined ? outbound(current) : null;
    },
    tick: (now) => {
      for (const command of commands.values()) if (command.expiresAt <= now) drop(command.id);
    },
    shift: (byMs) => {
      for (const command of [...commands.values()])
        put({ ...command, createdAt: command.createdAt + byMs, expiresAt: command.expiresAt + byMs });
    },
  };
};
