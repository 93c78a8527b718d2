import { z } from 'zod';
import type { Value } from '../src/model/reading.ts';
import type { PlannedDevice } from './fleet-plan.ts';
import type { PublishOptions } from './link.ts';
import { createWitness, type Witness } from './witness.ts';

/** Values measured at one moment (epoch ms). */
export type Sample = { readonly at: number; readonly values: Readonly<Record<string, Value>> };

/** What a device says of an event. `at` is whatever its clock says, however wrong. */
export type SentEvent = {
  readonly event: string;
  readonly id?: string;
  readonly at?: number | string;
  readonly data?: Readonly<Record<string, unknown>>;
};

const ReceivedCommand = z.looseObject({
  id: z.string(),
  command: z.string(),
  alert: z.string().optional(),
  by: z.string().optional(),
});

/** A command as the device received it. */
export type ReceivedCommand = Readonly<z.infer<typeof ReceivedCommand>>;

/** How a device's words leave it: over its own connection or through its hub, in whatever convention. */
export type Voice = {
  readonly isUp: () => boolean;
  /** Resolve when the gateway has acknowledged. */
  readonly readings: (samples: readonly Sample[]) => Promise<void>;
  readonly event: (event: SentEvent, options?: PublishOptions) => Promise<void>;
  readonly reply: (command: string, ok: boolean, error?: string) => Promise<void>;
};

/** What the light or horn of a device shows. */
export type Shows = 'nothing' | 'received' | 'accepted' | 'help-is-coming' | 'sounding';

/** A device of the simulated street. */
export type VirtualDevice = {
  readonly planned: PlannedDevice;
  readonly voice: Voice;
  /** Presses the button; `id` is the device's own message id. Resolves when the press is acknowledged, that is: stored. */
  readonly press: (event?: Omit<SentEvent, 'event'>, options?: PublishOptions) => Promise<void>;
  readonly say: (event: SentEvent, options?: PublishOptions) => Promise<void>;
  readonly report: (...samples: readonly Sample[]) => Promise<void>;
  /** Takes in the bytes of a command, acts on it and answers it; a command that comes twice is answered twice and acted on once. */
  readonly hear: (payload: Uint8Array) => void;
  readonly commands: Witness<ReceivedCommand>;
  readonly shows: () => Shows;
};

const effects: Readonly<Record<string, Shows>> = {
  'sos-received': 'received',
  'sos-accepted': 'accepted',
  'help-dispatched': 'help-is-coming',
  'siren-on': 'sounding',
  'siren-off': 'nothing',
};

const decode = (payload: Uint8Array): ReceivedCommand | null => {
  try {
    const read = ReceivedCommand.safeParse(JSON.parse(new TextDecoder().decode(payload)));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
};

/** A device that speaks with this voice. */
export const createVirtualDevice = (planned: PlannedDevice, voice: Voice): VirtualDevice => {
  const commands = createWitness<ReceivedCommand>(1000);
  const heard = new Set<string>();
  let shows: Shows = 'nothing';

  const hear = (payload: Uint8Array): void => {
    const command = decode(payload);
    if (command === null) return;
    const effect = effects[command.command];
    // A pager has no horn, and a siren no light that answers a press.
    const understood =
      effect !== undefined && command.command.startsWith('siren-') === (planned.type === 'siren');
    if (!heard.has(command.id)) {
      heard.add(command.id);
      if (understood) shows = effect;
      commands.note(command);
    }
    void (understood ? voice.reply(command.id, true) : voice.reply(command.id, false, 'not understood'));
  };

  return {
    planned,
    voice,
    press: (event = {}, options) => voice.event({ event: 'sos', ...event }, options),
    say: (event, options) => voice.event(event, options),
    report: (...samples) => voice.readings(samples),
    hear,
    commands,
    shows: () => shows,
  };
};
