import { z } from 'zod';
import {
  NativeCommandPayload,
  NativeEventPayload,
  NativeReadingsPayload,
  NativeReplyPayload,
  NativeStatusPayload,
} from '../../devices/dialects/native-payloads.ts';
import { DeviceNotice, DeviceSignal } from '../model/call.ts';
import { ClientMessage, ServerMessage } from '../model/change.ts';
import type { App } from './parts.ts';

type Json = Readonly<Record<string, unknown>>;

/** From whose side a message is told: the application that talks to the gateway sends it, or receives it. */
type Direction = 'send' | 'receive';

type Channel = {
  readonly name: string;
  readonly address: string;
  readonly server: 'http' | 'mqtt';
  readonly parameters: readonly string[];
  readonly says: string;
  readonly messages: readonly {
    readonly direction: Direction;
    readonly name: string;
    /** Null = bytes, which are no JSON. */
    readonly schema: z.ZodType | null;
    readonly says: string;
  }[];
};

const deviceLeaves = [
  {
    leaf: 'readings',
    direction: 'send',
    schema: NativeReadingsPayload,
    says: 'What was measured. QoS 1: the acknowledgement means that it is stored. A second value for the same measurement and `at` is a correction and replaces the first; a value without `at` gets the time of its receipt, or the next free millisecond, and replaces nothing.',
  },
  {
    leaf: 'events',
    direction: 'send',
    schema: NativeEventPayload,
    says: 'What happened; a press of the button is `sos`. QoS 1. An `sos` with an `id` that was heard before is the same press for 10 minutes, and after that another.',
  },
  { leaf: 'status', direction: 'send', schema: NativeStatusPayload, says: 'Retained; also the will.' },
  { leaf: 'replies', direction: 'send', schema: NativeReplyPayload, says: 'What came of a command.' },
  {
    leaf: 'commands',
    direction: 'receive',
    schema: NativeCommandPayload,
    says: 'What the device is told. QoS 1; waits while the device is away, until `expiresAt`.',
  },
  {
    leaf: 'voice/up',
    direction: 'send',
    schema: DeviceSignal,
    says: 'The device’s part in a voice call. QoS 1, not retained. `call` is a UUID made by whoever starts the call; the same said again has no second effect. `media` comes with a `request`: how the sound of the device can travel.',
  },
  {
    leaf: 'voice/down',
    direction: 'receive',
    schema: DeviceNotice,
    says: 'The gateway’s part in a voice call: how it stands, and the offer, which is always the gateway’s. QoS 1, not retained; void after `expiresAt`.',
  },
  {
    leaf: 'voice/audio/up',
    direction: 'send',
    schema: null,
    says: 'Sound of a device without UDP. QoS 0. A message is 4 bytes of sequence number, big-endian, and 160 bytes: 20 ms of G.711 A-law at 8 kHz.',
  },
  {
    leaf: 'voice/audio/down',
    direction: 'receive',
    schema: null,
    says: 'Sound for a device without UDP, in messages as on `voice/audio/up`. QoS 0; left out where the connection lags behind.',
  },
] as const;

/** The name of a leaf where no slash may stand. */
const nameOf = (leaf: string): string => leaf.replaceAll('/', '-');

const channels: readonly Channel[] = [
  {
    name: 'live',
    address: '/api/v1/live',
    server: 'http',
    parameters: [],
    says: 'The live feed. `?after=<seq>` (with `&feed=<feed>`) resumes without gap or duplicate. `?console=<id>`: which console this is, best a UUID that the page keeps; `hello` tells the id that counts, one of ours where none was given or another user has it. `voice` messages carry the signalling of calls, to the one console that speaks or listens, and back. Close codes: 1009 message too large, 4001 signed out, 4008 too slow, 4009 flooding, 4010 too many consoles, 4011 another page has come in under the same console id (a page that is still wanted takes a new id).',
    messages: [
      { direction: 'receive', name: 'serverMessage', schema: ServerMessage, says: 'What the gateway says.' },
      { direction: 'send', name: 'clientMessage', schema: ClientMessage, says: 'What a console says.' },
    ],
  },
  ...deviceLeaves.map(({ leaf, direction, schema, says }) => ({
    name: `device-${nameOf(leaf)}`,
    address: `zhishou/v1/devices/{id}/${leaf}`,
    server: 'mqtt' as const,
    parameters: ['id'],
    says,
    messages: [{ direction, name: nameOf(leaf), schema, says }],
  })),
  ...deviceLeaves.map(({ leaf, direction, schema, says }) => ({
    name: `child-${nameOf(leaf)}`,
    address: `zhishou/v1/hubs/{hub}/devices/{id}/${leaf}`,
    server: 'mqtt' as const,
    parameters: ['hub', 'id'],
    says: `${says} For a device registered under the hub.`,
    messages: [{ direction, name: nameOf(leaf), schema, says }],
  })),
];

// AsyncAPI's own schema dialect is draft 7.
const schemaOf = (schema: z.ZodType, direction: Direction): unknown =>
  z.toJSONSchema(schema, {
    target: 'draft-7',
    unrepresentable: 'any',
    io: direction === 'send' ? 'input' : 'output',
  });

/** The AsyncAPI 3 description of the live feed and of what devices say and are told, made from the schemas that the code runs on. */
export const describeFeeds = (version: string): Json => ({
  asyncapi: '3.0.0',
  info: {
    title: 'zhishou',
    version,
    description:
      'Seen from the console or device that talks to the gateway. MQTT 3.1.1: the user name is the device or hub id, the password its secret; also as WebSocket on `/mqtt` of the HTTP port.',
    license: { name: 'Apache-2.0' },
  },
  defaultContentType: 'application/json',
  channels: Object.fromEntries(
    channels.map(({ name, address, server, parameters, says, messages }) => [
      name,
      {
        address,
        description: says,
        'x-server': server,
        ...(parameters.length === 0
          ? {}
          : {
              parameters: Object.fromEntries(
                parameters.map((id) => [id, { description: 'An id: [A-Za-z0-9][A-Za-z0-9._-]{0,63}' }]),
              ),
            }),
        messages: Object.fromEntries(
          messages.map(({ name: message, schema, says: summary, direction }) => [
            message,
            {
              name: message,
              summary,
              ...(schema === null
                ? { contentType: 'application/octet-stream', payload: { type: 'string', format: 'binary' } }
                : { payload: schemaOf(schema, direction) }),
            },
          ]),
        ),
      },
    ]),
  ),
  operations: Object.fromEntries(
    channels.flatMap(({ name, messages }) =>
      messages.map(({ direction, name: message, says }) => [
        `${direction}-${name}-${message}`,
        {
          action: direction,
          summary: says,
          channel: { $ref: `#/channels/${name}` },
          messages: [{ $ref: `#/channels/${name}/messages/${message}` }],
        },
      ]),
    ),
  ),
});

/** Adds `/api/v1/asyncapi.json`. */
export const asyncApiRoute = (app: App, version: string): void => {
  let text: string | null = null;
  app.get(
    '/api/v1/asyncapi.json',
    {
      config: { role: 'anyone' },
      schema: { tags: ['description'], summary: 'The live feed and MQTT, as AsyncAPI 3' },
    },
    async (_request, reply) => {
      text ??= JSON.stringify(describeFeeds(version));
      return reply.type('application/json; charset=utf-8').send(text);
    },
  );
};
