import type { DeviceNotice, DeviceSignal } from './call.ts';
import type { Command } from './command.ts';
import type { EventName, Value } from './reading.ts';

/** Bytes as they came over a device's or hub's own connection. `sender` is who the connection belongs to. */
export type Message = { readonly sender: string; readonly topic: string; readonly bytes: Uint8Array };

/** Whom an item speaks of: the sender itself, a device registered under it by id, or by its address (its name on the wire). */
export type Subject =
  | { readonly by: 'sender' }
  | { readonly by: 'id'; readonly id: string }
  | { readonly by: 'address'; readonly address: string };

/** One thing a message says, in the order it says it. `at` is the device's own time (epoch ms) where it gave one; `messageId` the device's own id for the message. `lenient`: the convention cannot know what type the device is registered as and says all it could mean; what the type does not measure is passed over and is no fault of the device. */
export type Item = { readonly subject: Subject } & (
  | {
      readonly kind: 'readings';
      readonly values: Readonly<Record<string, Value>>;
      readonly at?: number;
      readonly messageId?: string;
      readonly lenient?: true;
    }
  | {
      readonly kind: 'event';
      readonly event: EventName;
      readonly at?: number;
      readonly messageId?: string;
      readonly data?: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'status'; readonly state: 'online' | 'offline' }
  | { readonly kind: 'reply'; readonly command: string; readonly ok: boolean; readonly error?: string }
  | { readonly kind: 'voice'; readonly signal: DeviceSignal }
  /** Sound of a device without UDP, as `Media.audio` takes it. */
  | { readonly kind: 'audio'; readonly frame: Uint8Array }
);

/** A part of a message that could not be read: a kebab-case reason and an explanation. */
export type RefusedPart = { readonly reason: string; readonly detail: string };

/** What a dialect makes of a message. Not ok: nothing of it can be read, and it goes to quarantine with its reason (kebab-case) and an explanation. Ok: the items take effect; where parts were `refused`, the message goes to quarantine as well. An empty list of items is a message that is known and says nothing. `subject`: whom what was refused speaks of, where that is not the sender. */
export type Decoded =
  | {
      readonly ok: true;
      readonly items: readonly Item[];
      readonly refused?: readonly RefusedPart[];
      readonly subject?: Subject;
    }
  | ({ readonly ok: false; readonly subject?: Subject } & RefusedPart);

/** One wire convention. Decoding is pure, never throws and never takes more than a bounded time; bytes come from anybody. */
export type Dialect = {
  readonly name: string;
  readonly decode: (message: Message) => Decoded;
  /** Whether `sender` may publish on this topic at all; a `false` costs it the connection. */
  readonly mayPublish: (sender: string, topic: string) => boolean;
  /** Whether `sender` may subscribe with this filter; a `false` is answered with 0x80. */
  readonly maySubscribe: (sender: string, filter: string) => boolean;
  /** Whether the broker may keep this message as retained (a device's own status). */
  readonly mayRetain: (sender: string, topic: string) => boolean;
  /** Where and how a command goes out to a device, `subject` telling whether it is the connection's own device or one behind it; null where this convention cannot carry it. */
  readonly encodeCommand: (
    sender: string,
    subject: Subject,
    command: Command,
  ) => { readonly topic: string; readonly payload: string } | null;
  /** The same for signalling of a voice call; absent where this convention knows no calls. */
  readonly encodeVoice?: (
    sender: string,
    subject: Subject,
    device: string,
    notice: DeviceNotice,
  ) => { readonly topic: string; readonly payload: string };
  /** The topic on which a device without UDP hears sound. */
  readonly audioTopic?: (sender: string, subject: Subject, device: string) => string;
};

/** The dialects by name. */
export type Dialects = ReadonlyMap<string, Dialect>;
