import type { CallDoor, Media, MediaDoor } from '../../src/gateway/call-doors.ts';
import type { StoredState } from '../../src/gateway/ports.ts';
import type { Alert } from '../../src/model/alert.ts';
import type { Call, DeviceNotice, VoiceMessage } from '../../src/model/call.ts';
import type { Result } from '../../src/model/fault.ts';
import type { Place } from '../../src/model/place.ts';
import { openStreet, type Street } from './core.ts';

/** A duty room with a pager in a home, operators li and wang at their consoles, and media of paper: what is asked of them is written down. */
export type CallRoom = {
  readonly street: Street;
  readonly calls: CallDoor;
  readonly media: MediaDoor;
  /** What was asked of the media, in order, in one line each. */
  readonly asked: readonly string[];
  /** Forgets what was asked so far. */
  readonly forget: () => void;
  /** What a device was told on voice/down, oldest first. */
  readonly told: (device?: string) => readonly DeviceNotice[];
  /** What a console was told, oldest first. */
  readonly heard: (console: string) => readonly VoiceMessage[];
  /** A device says something on voice/up. */
  readonly say: (type: string, call: string, more?: object, device?: string) => void;
  /** A device sends a message of sound. */
  readonly sound: (device?: string) => Uint8Array;
  /** The call, committed; null = none of that id is under way. */
  readonly call: (id?: string) => Call | null;
  /** The call as it is stored, also when it is over. */
  readonly storedCall: (id?: string) => Call;
  readonly alert: () => Alert;
  /** The names of what happened to calls, or to alerts, in the order of the record. */
  readonly events: (what: 'call' | 'alert') => readonly string[];
  readonly quarantined: () => readonly string[];
  /** Lets something be done, and commits it. */
  readonly doing: <T>(done: Result<T>) => Result<T>;
  /** li takes the call at his console, and both sides have sound. */
  readonly connect: (id?: string) => void;
  /** The process ends and begins anew from disk, with nobody on line, and with a clock that shows so many ms more (1 s, unless it is said). */
  readonly restart: (byMs?: number) => CallRoom;
};

/** A home with a card. */
export const home: Place = {
  id: 'b1-301',
  path: [
    { kind: 'building', id: 'b1', name: 'b1' },
    { kind: 'household', id: 'b1-301', name: '301' },
  ],
  text: 'b1 301',
};

/** What is wrong with a command, by its name; `ok` where nothing is. */
export const outcomeOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.refusal.code);

const mediaOnPaper = (asked: string[]): Media => ({
  openDevice: (call, device, media) => asked.push(`device ${call} ${device} ${media}`),
  openConsole: (call, console, part) => asked.push(`console ${call} ${console} ${part}`),
  closeConsole: (call, console) => asked.push(`close ${call} ${console}`),
  signal: (call, from, { kind }) =>
    asked.push(`signal ${call} ${from === 'device' ? from : from.console} ${kind}`),
  audio: (call, frame) => asked.push(`audio ${call} ${frame.byteLength}`),
  play: (call, prompt) => asked.push(`play ${call} ${prompt}`),
  record: (call) => asked.push(`record ${call}`),
  end: (call) => asked.push(`end ${call}`),
});

/** Opens the room; `watched` = li and wang sit at their consoles `seat-li` and `seat-wang`; `voice` false = nothing ends the media of calls. */
export const openCallRoom = (
  options: {
    readonly watched?: boolean;
    readonly voice?: boolean;
    readonly recording?: boolean;
    readonly state?: StoredState;
    readonly at?: number;
  } = {},
): CallRoom => {
  const asked: string[] = [];
  const street = openStreet({
    ...(options.voice === false ? {} : { media: mediaOnPaper(asked) }),
    ...(options.state === undefined ? {} : { state: options.state }),
    ...(options.at === undefined ? {} : { at: options.at }),
    recording: options.recording ?? false,
  });
  const { gateway } = street;
  const { duty } = gateway;
  const { calls } = duty;
  if (options.state === undefined) {
    for (const id of ['li', 'wang', 'zhao'])
      duty.putUser(
        'admin',
        {
          id,
          username: id,
          name: id,
          role: id === 'zhao' ? 'supervisor' : 'operator',
          places: [],
          disabled: false,
          passwordHash: '',
        },
        true,
      );
    street.register('pager-1', 'call-button', { place: home });
  }
  if (options.watched !== false) {
    duty.watching([[], []]);
    calls.consoleHere('seat-li', 'li');
    calls.consoleHere('seat-wang', 'wang');
  }
  street.settle();

  const committedCall = (id: string): Call | null => calls.live.get(id) ?? null;
  const stored = (id: string): Call => {
    const put = street.batches
      .flatMap(({ puts }) => puts)
      .filter((one) => one.kind === 'call' && one.id === id)
      .at(-1);
    if (put?.kind !== 'call' || put.body === null) throw new Error(`no call ${id} is stored`);
    return put.body.call;
  };
  const doing: CallRoom['doing'] = (done) => {
    street.settle();
    return done;
  };
  const say: CallRoom['say'] = (type, call, more = {}, device = 'pager-1') =>
    street.publish(device, `zhishou/v1/devices/${device}/voice/up`, { call, type, ...more });

  return {
    street,
    calls,
    media: gateway.voice,
    asked,
    forget: () => {
      asked.length = 0;
    },
    told: (device = 'pager-1') =>
      street.sent
        .filter(({ topic }) => topic === `zhishou/v1/devices/${device}/voice/down`)
        .map(({ payload }) => JSON.parse(payload) as DeviceNotice),
    heard: (console) => street.voice.filter((one) => one.console === console).map(({ message }) => message),
    say,
    sound: (device = 'pager-1') => {
      const frame = new Uint8Array(164);
      gateway.devices.receive(
        {
          sender: device,
          topic: `zhishou/v1/devices/${device}/voice/audio/up`,
          bytes: frame,
          retained: false,
          receivedAt: street.now(),
        },
        () => undefined,
      );
      street.settle();
      return frame;
    },
    call: (id = 'c1') => committedCall(id),
    storedCall: (id = 'c1') => stored(id),
    alert: street.only,
    events: (what) =>
      street.batches
        .flatMap(({ entries }) => entries)
        .filter(({ event }) => event.startsWith(`${what}.`))
        .map(({ event }) => event.slice(what.length + 1)),
    quarantined: () =>
      street.batches
        .flatMap(({ puts }) => puts)
        .flatMap((put) => (put.kind === 'quarantine' && put.body ? [put.body.reason] : [])),
    doing,
    connect: (id = 'c1') => {
      const done = doing(calls.answer('li', 'seat-li', id));
      if (!done.ok) throw new Error(done.refusal.message);
      gateway.voice.flows(id, 'device', true);
      gateway.voice.flows(id, { console: 'seat-li' }, true);
      street.settle();
    },
    restart: (byMs = 1_000) =>
      openCallRoom({
        watched: false,
        voice: options.voice ?? true,
        state: street.stored(),
        at: street.now() + byMs,
      }),
  };
};
