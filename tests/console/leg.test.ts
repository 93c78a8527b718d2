import { expect, test } from 'vitest';
import { createLegs, isSamePeer, type Legs, wantsSpeech } from '../../console/src/call/leg.ts';
import type {
  Media,
  Microphone,
  MicrophoneFault,
  Peer,
  PeerEars,
  SoundDevice,
} from '../../console/src/call/media.ts';
import type { Call, VoiceMessage } from '../../src/model/call.ts';
import { callOf } from './alerts.ts';

const offerOf = (peer: string, direction = 'sendrecv'): string =>
  `v=0\r\na=fingerprint:sha-256 ${peer}\r\na=ice-ufrag:${peer}\r\na=ice-pwd:${peer}\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\na=${direction}\r\n`;

type FakePeer = {
  readonly ears: PeerEars;
  readonly did: string[];
  packets: number;
  closed: boolean;
  refuses: boolean;
};

/** A seat with a machine whose microphones, and whose peers, do as the test says. */
const seat = (options: { readonly microphones?: string[]; readonly fault?: MicrophoneFault | null } = {}) => {
  let time = 10_000;
  let fault = options.fault ?? null;
  let machine = options.microphones ?? ['headset', 'camera'];
  let loudspeakers: string[] = ['headset-out', 'screen'];
  const said: VoiceMessage[] = [];
  const peers: FakePeer[] = [];
  const order: string[] = [];
  const open = new Map<string, () => void>();
  let heardThrough: string | null = null;

  const media: Media = {
    openMicrophone: async (wanted) => {
      order.push('microphone');
      if (fault !== null) return fault;
      const id = wanted ?? machine[0];
      if (id === undefined || !machine.includes(id)) return 'none';
      let ended: () => void = () => undefined;
      const microphone: Microphone = {
        id,
        label: `the ${id}`,
        level: () => 0.5,
        onEnded: (listener) => {
          ended = listener;
        },
        close: () => void open.delete(id),
      };
      open.set(id, () => ended());
      return microphone;
    },
    connect: (ears) => {
      order.push('peer');
      const fake: FakePeer = { ears, did: [], packets: 0, closed: false, refuses: false };
      peers.push(fake);
      let described = false;
      const peer: Peer = {
        accept: async (_offer, microphone) => {
          if (fake.refuses) throw new Error('no such codec');
          fake.did.push(`accept ${microphone?.id ?? 'without a microphone'}`);
          ears.candidate(`local ${peers.indexOf(fake)}`);
          described = true;
          return 'answer';
        },
        addCandidate: async (candidate) => {
          if (!described || fake.closed) throw new Error('too early, or too late');
          fake.did.push(`candidate ${String(candidate)}`);
        },
        speakWith: async (microphone) => void fake.did.push(`speak with ${microphone?.id ?? 'none'}`),
        speak: (on) => void fake.did.push(on ? 'speak' : 'still'),
        listen: (on) => void fake.did.push(on ? 'listen' : 'deaf'),
        sound: () => void fake.did.push('sound'),
        packetsHeard: async () => fake.packets,
        level: () => 0.25,
        close: () => {
          fake.closed = true;
        },
      };
      return peer;
    },
    devices: async (): Promise<readonly SoundDevice[]> => [
      ...machine.map((id) => ({ kind: 'microphone' as const, id, label: id })),
      ...loudspeakers.map((id) => ({ kind: 'loudspeaker' as const, id, label: id })),
    ],
    hearThrough: (id) => {
      heardThrough = id;
    },
  };
  const legs = createLegs({ media, say: (message) => void said.push(message), now: () => time });
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 30; turn++) await Promise.resolve();
  };
  return {
    legs,
    said,
    order,
    peers,
    heardThrough: () => heardThrough,
    settled,
    saidOf: (kind: string) => said.filter((message) => message.kind === kind),
    offer: async (call: string, sdp = offerOf('a')) => {
      legs.hear({ type: 'voice', call, kind: 'offer', sdp });
      await settled();
    },
    follow: (since: number | null, ...calls: readonly Call[]) =>
      legs.follow(new Map(calls.map((call) => [call.id, call])), 'li', since),
    pass: async (ms: number) => {
      for (const end = time + ms; time < end; time += 500) {
        legs.pulse();
        await settled();
      }
      legs.pulse();
      await settled();
    },
    unplug: async (id: string) => {
      machine = machine.filter((one) => one !== id);
      loudspeakers = loudspeakers.filter((one) => one !== `${id}-out`);
      open.get(id)?.();
      legs.devicesChanged();
      await settled();
    },
    plugIn: async (id: string) => {
      machine = [id, ...machine];
      loudspeakers = [`${id}-out`, ...loudspeakers];
      legs.devicesChanged();
      await settled();
    },
    allow: () => {
      fault = null;
    },
    openMicrophones: () => [...open.keys()],
  };
};

const answered = (id: string, facts: Partial<Call> = {}): Call =>
  callOf(id, { state: 'answered', answeredBy: 'li', ...facts });

const factsOf = (legs: Legs, call: string) => legs.state().legs.find((leg) => leg.call === call);

test('an offer opens the microphone before the peer connection, and is answered before any candidate is told', async () => {
  const { legs, offer, order, said, peers } = seat();
  await offer('c');
  expect(order).toEqual(['microphone', 'peer']);
  expect(said).toEqual([
    { type: 'voice', call: 'c', kind: 'answer', sdp: 'answer' },
    { type: 'voice', call: 'c', kind: 'candidate', candidate: 'local 0' },
  ]);
  expect(factsOf(legs, 'c')).toMatchObject({ part: 'speak', line: 'connecting' });
  peers[0]?.ears.line('up');
  expect(factsOf(legs, 'c')?.line).toBe('up');
  expect(legs.state()).toMatchObject({ microphone: 'open', label: 'the headset', active: 'c' });
});

test('candidates that come before the offer is taken wait for it, and one that comes too late harms nothing', async () => {
  const { legs, settled, peers } = seat();
  legs.hear({ type: 'voice', call: 'c', kind: 'offer', sdp: offerOf('a') });
  legs.hear({ type: 'voice', call: 'c', kind: 'candidate', candidate: 'early' });
  await settled();
  legs.hear({ type: 'voice', call: 'c', kind: 'candidate', candidate: 'later' });
  await settled();
  expect(peers[0]?.did.filter((did) => did.startsWith('candidate'))).toEqual([
    'candidate early',
    'candidate later',
  ]);
  legs.hear({ type: 'voice', call: 'c', kind: 'end' });
  legs.hear({ type: 'voice', call: 'c', kind: 'candidate', candidate: 'too late' });
  await settled();
  expect(legs.state().legs).toEqual([]);
});

test('a further offer of the same peer is taken by it; one of another peer replaces it, with the same microphone', async () => {
  const { offer, peers, order, legs } = seat();
  await offer('c');
  await offer('c', offerOf('a'));
  expect(peers).toHaveLength(1);
  await offer('c', offerOf('b'));
  expect(peers.map(({ closed }) => closed)).toEqual([true, false]);
  expect(order.filter((step) => step === 'microphone')).toHaveLength(1);
  peers[0]?.ears.line('failed');
  expect(factsOf(legs, 'c')?.line).toBe('connecting');
});

test('who listens in opens no microphone', async () => {
  const { legs, offer, order, openMicrophones } = seat();
  await offer('c', offerOf('a', 'sendonly'));
  expect(order).toEqual(['peer']);
  expect(factsOf(legs, 'c')?.part).toBe('listen');
  expect(openMicrophones()).toEqual([]);
});

test.each(['insecure', 'denied', 'none', 'busy'] as const)(
  'without a microphone (%s) the person is heard all the same, the page says why, and speaks once there is one',
  async (fault) => {
    const { legs, offer, peers, allow, settled } = seat({ fault });
    await offer('c');
    expect(peers[0]?.did).toContain('accept without a microphone');
    expect(legs.state().microphone).toBe(fault);
    allow();
    legs.tryMicrophone();
    await settled();
    expect(legs.state().microphone).toBe('open');
    expect(peers[0]?.did).toContain('speak with headset');
  },
);

test('a headset that is pulled out in the call is replaced by what is left, said, and used again when it is back', async () => {
  const { legs, offer, peers, unplug, plugIn, heardThrough } = seat();
  legs.choose('headset', 'headset-out');
  await offer('c');
  expect(peers[0]?.did[0]).toBe('accept headset');
  expect(heardThrough()).toBe('headset-out');
  await unplug('headset');
  expect(peers[0]?.did).toContain('speak with camera');
  expect(legs.state()).toMatchObject({
    microphone: 'open',
    label: 'the camera',
    replaced: true,
    loudspeakerGone: true,
  });
  expect(heardThrough()).toBeNull();
  await plugIn('headset');
  expect(peers[0]?.did).toContain('speak with headset');
  expect(legs.state()).toMatchObject({ label: 'the headset', replaced: false, loudspeakerGone: false });
  expect(heardThrough()).toBe('headset-out');
});

test('the last microphone pulled out is said, and the next one plugged in is used', async () => {
  const { legs, offer, unplug, plugIn } = seat({ microphones: ['headset'] });
  await offer('c');
  await unplug('headset');
  expect(legs.state().microphone).toBe('none');
  await plugIn('another');
  expect(legs.state()).toMatchObject({ microphone: 'open', label: 'the another' });
});

test('three seconds without a packet from the other side are said, and no longer once there is one', async () => {
  const { legs, offer, peers, pass } = seat();
  await offer('c');
  const [peer] = peers;
  if (peer === undefined) throw new Error('there is no peer');
  peer.ears.line('up');
  peer.packets = 50;
  await pass(2_500);
  expect(factsOf(legs, 'c')?.silent).toBe(false);
  await pass(1_000);
  expect(factsOf(legs, 'c')?.silent).toBe(true);
  peer.packets = 60;
  await pass(500);
  expect(factsOf(legs, 'c')?.silent).toBe(false);
});

test('a leg that breaks asks for another offer every 3 s until it has one', async () => {
  const { legs, offer, peers, pass, saidOf, follow } = seat();
  await offer('c');
  follow(1, answered('c'));
  peers[0]?.ears.line('failed');
  expect(factsOf(legs, 'c')?.line).toBe('lost');
  await pass(7_000);
  expect(saidOf('ready')).toHaveLength(2);
  await offer('c', offerOf('b'));
  await pass(7_000);
  expect(saidOf('ready')).toHaveLength(2);
});

test('an offer that the browser cannot take breaks nothing but its leg', async () => {
  const { legs, offer, peers } = seat();
  await offer('c');
  const [peer] = peers;
  if (peer === undefined) throw new Error('there is no peer');
  peer.refuses = true;
  await offer('c');
  expect(peer.closed).toBe(true);
  expect(factsOf(legs, 'c')?.line).toBe('lost');
  await offer('d', offerOf('b'));
  expect(factsOf(legs, 'd')?.line).toBe('connecting');
});

test('a page that was loaded again in a call says once that it is ready for another leg', () => {
  const { follow, saidOf } = seat();
  follow(5_000, answered('mine'), answered('his', { answeredBy: 'zhao' }), callOf('rings'));
  follow(5_000, answered('mine'));
  expect(saidOf('ready')).toEqual([{ type: 'voice', call: 'mine', kind: 'ready' }]);
});

test('a line that breaks in a call leaves the sound alone', async () => {
  const { follow, saidOf, offer, peers, legs } = seat();
  await offer('c');
  follow(1, answered('c'));
  follow(null, answered('c'));
  follow(9_000, answered('c'));
  expect(saidOf('ready')).toEqual([]);
  expect(peers[0]?.closed).toBe(false);
  expect(legs.state().legs).toHaveLength(1);
});

test('a call that is over, or rings again, lets go of the leg and of the microphone', async () => {
  for (const after of [[], [callOf('c', { rings: 2 })]] as const) {
    const { legs, offer, follow, openMicrophones, peers } = seat();
    await offer('c');
    follow(1, answered('c'));
    expect(openMicrophones()).toEqual(['headset']);
    follow(1, ...after);
    expect(legs.state()).toMatchObject({ legs: [], microphone: 'closed', active: null });
    expect(openMicrophones()).toEqual([]);
    expect(peers[0]?.closed).toBe(true);
  }
});

test('who has handed the call over speaks on until the gateway ends the old leg', async () => {
  const { legs, offer, follow } = seat();
  await offer('c');
  follow(1, answered('c'));
  follow(1, answered('c', { answeredBy: 'zhao' }));
  expect(legs.state().legs).toHaveLength(1);
  legs.hear({ type: 'voice', call: 'c', kind: 'end' });
  expect(legs.state().legs).toEqual([]);
});

test('a leg of which the gateway’s calls say nothing is given up, one that is being called is not', async () => {
  const { legs, offer, follow, pass } = seat();
  await offer('ghost');
  await offer('out', offerOf('b'));
  follow(1, callOf('out', { direction: 'out', answeredBy: 'li' }));
  await pass(16_000);
  expect(legs.state().legs.map(({ call }) => call)).toEqual(['out']);
});

test('muted is silence and not a broken line, and a second call holds the first', async () => {
  const { legs, offer, peers } = seat();
  await offer('first');
  legs.mute(true);
  expect(peers[0]?.did.at(-2)).toBe('still');
  expect(legs.levels('first').mine).toBe(0);
  legs.mute(false);
  expect(legs.levels('first')).toEqual({ mine: 0.5, theirs: 0.25 });
  await offer('second', offerOf('b'));
  expect(legs.state().active).toBe('second');
  expect(peers[0]?.did.slice(-2)).toEqual(['still', 'deaf']);
  legs.switchTo('first');
  expect(peers[0]?.did.slice(-2)).toEqual(['speak', 'listen']);
  expect(peers[1]?.did.slice(-2)).toEqual(['still', 'deaf']);
  legs.hear({ type: 'voice', call: 'first', kind: 'end' });
  expect(legs.state().active).toBe('second');
  expect(peers[1]?.did.slice(-2)).toEqual(['speak', 'listen']);
});

test('a call that is handed over in the middle of another waits as held, with its line up, until somebody goes over to it', async () => {
  const { legs, offer, follow, peers } = seat();
  follow(1, callOf('mine'), answered('his', { answeredBy: 'zhao' }));
  await offer('mine');
  follow(1, answered('mine'), answered('his', { answeredBy: 'zhao' }));
  const before = peers[0]?.did.length ?? 0;
  follow(1, answered('mine'), answered('his'));
  await offer('his', offerOf('b'));
  expect(legs.state().active).toBe('mine');
  expect(peers[0]?.did.slice(before).every((did) => did === 'speak' || did === 'listen')).toBe(true);
  expect(factsOf(legs, 'mine')).toMatchObject({ from: null, waits: false });
  expect(factsOf(legs, 'his')).toMatchObject({ from: 'zhao', waits: true });
  // The gateway lets go of whoever gave it once packets of this seat come: silence is sent, with the microphone in it.
  expect(peers[1]?.did[0]).toBe('accept headset');
  expect(peers[1]?.did.slice(-2)).toEqual(['still', 'deaf']);
  legs.switchTo('his');
  expect(legs.state().active).toBe('his');
  expect(peers[1]?.did.slice(-2)).toEqual(['speak', 'listen']);
  expect(factsOf(legs, 'his')).toMatchObject({ from: 'zhao', waits: false });
});

test('the offer of a call that was handed over displaces nobody either where it overtakes the change that says so', async () => {
  const { legs, offer, follow } = seat();
  await offer('mine');
  follow(1, answered('mine'), answered('his', { answeredBy: 'zhao' }));
  await offer('his', offerOf('b'));
  expect(legs.state().active).toBe('mine');
  follow(1, answered('mine'), answered('his'));
  expect(factsOf(legs, 'his')).toMatchObject({ from: 'zhao', waits: true });
});

test('a call that is handed over to a seat that speaks with nobody is live, and so is one that waits once the other is over', async () => {
  const { legs, offer, follow } = seat();
  const his = answered('his', { answeredBy: 'zhao' });
  follow(1, his, { ...his, id: 'also-his' });
  follow(1, answered('his'), answered('also-his'));
  await offer('his');
  expect(legs.state().active).toBe('his');
  expect(factsOf(legs, 'his')).toMatchObject({ from: 'zhao', waits: false });
  await offer('also-his', offerOf('b'));
  expect(legs.state().active).toBe('his');
  expect(factsOf(legs, 'also-his')?.waits).toBe(true);
  legs.hear({ type: 'voice', call: 'his', kind: 'end' });
  expect(legs.state().active).toBe('also-his');
  expect(factsOf(legs, 'also-his')?.waits).toBe(false);
});

test('a call that another seat spoke in, that rang again and is answered here is live at once', async () => {
  const { legs, offer, follow } = seat();
  await offer('mine');
  follow(1, answered('mine'), answered('lost', { answeredBy: 'zhao', rings: 1 }));
  follow(1, answered('mine'), answered('lost', { rings: 2 }));
  await offer('lost', offerOf('b'));
  expect(legs.state().active).toBe('lost');
  expect(factsOf(legs, 'lost')).toMatchObject({ from: null, waits: false });
});

test('muted is one call and never the next: neither the one that was held nor one that is answered afterwards', async () => {
  const { legs, offer, peers } = seat();
  await offer('held');
  await offer('muted', offerOf('b'));
  legs.mute(true);
  expect(legs.state()).toMatchObject({ active: 'muted', muted: true });
  legs.switchTo('held');
  expect(legs.state().muted).toBe(false);
  expect(peers[0]?.did.slice(-2)).toEqual(['speak', 'listen']);
  legs.switchTo('muted');
  expect(legs.state().muted).toBe(true);
  expect(peers[1]?.did.slice(-2)).toEqual(['still', 'listen']);
  legs.hear({ type: 'voice', call: 'muted', kind: 'end' });
  expect(legs.state()).toMatchObject({ active: 'held', muted: false });
  expect(peers[0]?.did.slice(-2)).toEqual(['speak', 'listen']);
  expect(legs.levels('held').mine).toBe(0.5);
  legs.mute(true);
  await offer('next', offerOf('c'));
  expect(legs.state()).toMatchObject({ active: 'next', muted: false });
  expect(peers[2]?.did.slice(-2)).toEqual(['speak', 'listen']);
});

test('who listens in has nothing to mute, and is not muted where the call is then handed over to them', async () => {
  const { legs, offer, peers } = seat();
  await offer('c', offerOf('a', 'sendonly'));
  legs.mute(true);
  expect(legs.state().muted).toBe(false);
  await offer('c', offerOf('b'));
  expect(legs.state()).toMatchObject({ active: 'c', muted: false });
  expect(peers[1]?.did.slice(-2)).toEqual(['speak', 'listen']);
});

test('a second window of a seat says that its calls are elsewhere once their sound should be here, and one that is handed to it comes without that', async () => {
  const { legs, offer, follow, pass } = seat();
  const his = answered('handed', { answeredBy: 'zhao' });
  follow(1, answered('c'), answered('d'), his, callOf('out', { direction: 'out', answeredBy: 'li' }));
  await pass(2_500);
  expect(legs.state().elsewhere).toEqual([]);
  await pass(1_000);
  expect(legs.state().elsewhere).toEqual(['c', 'd']);
  follow(1, answered('c'), answered('handed'));
  await pass(2_000);
  expect(legs.state().elsewhere).toEqual(['c']);
  await offer('handed');
  await pass(2_000);
  expect(legs.state().elsewhere).toEqual(['c']);
  await offer('c', offerOf('b'));
  expect(legs.state().elsewhere).toEqual([]);
});

test('sound that the browser holds back is said, and let out with the next click', async () => {
  const { legs, offer, peers } = seat();
  await offer('c');
  peers[0]?.ears.heard(false);
  expect(factsOf(legs, 'c')?.blocked).toBe(true);
  legs.unlock();
  expect(peers[0]?.did.at(-1)).toBe('sound');
});

test('an offer says whether it wants our voice, and of which peer it is', () => {
  expect(wantsSpeech(offerOf('a'))).toBe(true);
  expect(wantsSpeech(offerOf('a', 'sendonly'))).toBe(false);
  expect(isSamePeer(offerOf('a'), offerOf('a', 'sendonly'))).toBe(true);
  expect(isSamePeer(offerOf('a'), offerOf('b'))).toBe(false);
});
