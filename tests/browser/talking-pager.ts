import { randomUUID } from 'node:crypto';
import mqtt from 'mqtt';
import { z } from 'zod';
import { type Candidate, DeviceNotice, type LegSignal } from '../../src/model/call.ts';
import { type Peers, startPeers } from '../voice/peers.ts';
import { home, type Room } from './room.ts';

/** A pager over which somebody speaks: it presses, asks to speak, answers every offer of the gateway and says 440 Hz. */
export type TalkingPager = {
  readonly press: () => Promise<void>;
  /** Asks to speak; answers the call's id. */
  readonly ask: () => Promise<string>;
  /** What the pager was told of its call: `ringing`, `answered`, `end`, … */
  readonly told: readonly string[];
  /** The share of a frequency in the last second that the person heard. */
  readonly hears: (hz: number) => Promise<number>;
  /** The person is not heard any more, and hears nothing. */
  readonly fallSilent: () => void;
  readonly leave: () => Promise<void>;
};

const voiceHz = 440;

/** Registers a pager in the home behind `door` and connects it. */
export const talkingPager = async (room: Room, id: string, door: string): Promise<TalkingPager> => {
  const { secret } = await room
    .api()
    .post('/devices', { id, type: 'call-button', place: home(door) }, z.object({ secret: z.string() }));
  const client = await mqtt.connectAsync(room.gateway().mqttUrl, {
    username: id,
    password: secret,
    clientId: id,
  });
  // While the gateway is down every attempt to reach it fails, as it must.
  client.on('error', () => {});
  const base = `zhishou/v1/devices/${id}`;
  const told: string[] = [];
  let call = '';
  const say = (type: string, more: { readonly sdp?: string; readonly candidate?: Candidate } = {}): void => {
    client.publish(`${base}/voice/up`, JSON.stringify({ call, type, ...more }), { qos: 1 });
  };
  const peers: Peers = startPeers((_peer, { kind, sdp, candidate }: LegSignal) => {
    if (kind === 'answer' && sdp !== undefined) say('answer', { sdp });
    if (kind === 'candidate' && candidate !== undefined) say('candidate', { candidate });
  });
  client.on('message', (_topic, payload) => {
    const notice = DeviceNotice.parse(JSON.parse(String(payload)));
    if (notice.call !== call) return;
    if (notice.type === 'offer' && notice.sdp !== undefined) peers.open(id, notice.sdp, { hz: voiceHz });
    if (notice.type === 'end') peers.close(id);
    if (notice.type === 'state' || notice.type === 'end') told.push(notice.state ?? notice.type);
  });
  await client.subscribeAsync(`${base}/voice/down`, { qos: 1 });
  return {
    told,
    press: async () => {
      await client.publishAsync(`${base}/events`, JSON.stringify({ event: 'sos' }), { qos: 1 });
    },
    ask: async () => {
      call = randomUUID();
      await client.publishAsync(`${base}/voice/up`, JSON.stringify({ call, type: 'request' }), { qos: 1 });
      return call;
    },
    hears: (hz) => peers.share(id, hz),
    fallSilent: () => peers.close(id),
    leave: async () => {
      client.end(true);
      await peers.leave();
    },
  };
};
