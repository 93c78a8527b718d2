import type { Call, Candidate, LegSignal, VoiceMessage } from '../../../src/model/call.ts';
import type { Media, Microphone, MicrophoneFault, Peer } from './media.ts';
import { isCalling, isSpoken } from './waiting.ts';

/** Without a packet from the other side for this long the page says so, in ms. */
const silentAfterMs = 3_000;
/** How often a leg that broke asks for another offer, in ms. */
const askEveryMs = 3_000;
/** A leg of which the gateway's calls say nothing is given up after this long, in ms. */
const unknownForMs = 15_000;
/** So long after a call became this user's (ms) its sound should be here, if it is to be in this page. */
const soundHereMs = 3_000;
/** Candidates kept until the session description is there. */
const keptCandidates = 64;

/** What this page knows of its own leg of a call. */
export type LegFacts = {
  readonly call: string;
  /** A supervisor who listens in has no microphone in it. */
  readonly part: 'speak' | 'listen';
  /** `lost`: it was up, or could not be made; the gateway is asked for another. */
  readonly line: 'connecting' | 'up' | 'lost';
  /** Nothing came from the other side for 3 s. */
  readonly silent: boolean;
  /** The browser does not let it sound before somebody clicks. */
  readonly blocked: boolean;
  /** Whoever handed the call over to this seat; null where it was answered or placed here. */
  readonly from: string | null;
  /** It came by a hand-over while another was live, and nobody here has gone over to it yet. */
  readonly waits: boolean;
};

/** The legs of this page, oldest first, and its microphone. */
export type LegsState = {
  readonly legs: readonly LegFacts[];
  /** The one that is spoken and listened to; the others are held. */
  readonly active: string | null;
  /** Calls in which this page's user speaks and of which this page has no leg: another window has. */
  readonly elsewhere: readonly string[];
  /** The active one does not hear this side. */
  readonly muted: boolean;
  readonly microphone: 'closed' | 'opening' | 'open' | MicrophoneFault;
  /** What the machine calls the open microphone. */
  readonly label: string;
  /** It is another one than was chosen or in use, because that is gone. */
  readonly replaced: boolean;
  /** By call that this page is out of by now: why it had no microphone in it until the end. */
  readonly voiceless: Readonly<Record<string, MicrophoneFault>>;
  /** The chosen loudspeaker is gone; the machine's own is used. */
  readonly loudspeakerGone: boolean;
};

/** The legs of this console. Time comes in with `pulse`, to be called a few times a second. */
export type Legs = {
  readonly state: () => LegsState;
  readonly onChange: (listener: () => void) => () => void;
  readonly hear: (message: VoiceMessage) => void;
  /** Calls under way as the gateway has committed them, the newest told before any offer is heard: so a call that was handed over is known from one that was answered here. `lineSince` names the run of the feed's line. Legs of calls that are over are closed; after a new line the gateway is asked for the legs that this page does not have. */
  readonly follow: (calls: ReadonlyMap<string, Call>, me: string | null, lineSince: number | null) => void;
  readonly pulse: () => void;
  /** Mutes the active one, and no other: every call begins unmuted. */
  readonly mute: (on: boolean) => void;
  /** Speaks with this one and holds the others. */
  readonly switchTo: (call: string) => void;
  /** Opens the microphone again after it could not be. */
  readonly tryMicrophone: () => void;
  /** Uses these from now on; null = the machine's own choice. */
  readonly choose: (microphone: string | null, loudspeaker: string | null) => void;
  /** The machine has other devices than before. */
  readonly devicesChanged: () => void;
  /** Within a click or a key: lets sound what the browser held back. */
  readonly unlock: () => void;
  /** How loud this side and the other one are now, 0..1. */
  readonly levels: (call: string) => { readonly mine: number; readonly theirs: number };
  readonly stop: () => void;
};

/** Whether an offer asks for our voice too, or only sends. */
export const wantsSpeech = (offer: string): boolean => !/^a=(sendonly|inactive)\r?$/m.test(offer);

const lineOf = (sdp: string, name: string): string =>
  new RegExp(`^a=${name}:(.*?)\\r?$`, 'm').exec(sdp)?.[1] ?? '';

/** Whether two offers come from one and the same peer connection. */
export const isSamePeer = (before: string, now: string): boolean =>
  ['fingerprint', 'ice-ufrag', 'ice-pwd'].every((name) => lineOf(before, name) === lineOf(now, name));

type Leg = {
  readonly call: string;
  readonly bornAt: number;
  part: 'speak' | 'listen';
  line: LegFacts['line'];
  silent: boolean;
  blocked: boolean;
  waits: boolean;
  muted: boolean;
  peer: Peer | null;
  offer: string;
  /** The gateway's calls have named this page's user in it. */
  known: boolean;
  /** The newest offer is answered: candidates can be given to the peer. */
  described: boolean;
  waiting: Candidate[];
  work: Promise<void>;
  packets: number;
  heardAt: number;
  counting: boolean;
  failed: boolean;
  askedAt: number;
};

/** Whether a call may have a leg of this user: one that is spoken and names them, or one that they are placing. */
const belongsTo = (call: Call, me: string): boolean =>
  isSpoken(call)
    ? call.answeredBy === me || call.listeners.includes(me)
    : isCalling(call) && call.answeredBy === me;

/** Who speaks in a call as the gateway has last told it, since when (`now`) and which ringing; `from`: who gave it to this page's user. */
type Speaker = {
  readonly user: string;
  readonly since: number;
  readonly rings: number;
  readonly from: string | null;
};

/** The speaker of a call after `before`; null where nobody speaks in it. */
const speakerOf = (
  call: Call,
  before: Speaker | undefined,
  me: string | null,
  now: number,
): Speaker | null => {
  const { answeredBy: user, rings } = call;
  if (user === undefined || !isSpoken(call)) return null;
  // Where it rang in between, it was answered and not handed over.
  if (before === undefined || before.rings !== rings) return { user, since: now, rings, from: null };
  if (before.user === user) return before;
  return { user, since: now, rings, from: user === me ? before.user : null };
};

/** Makes the legs of this console's calls: answers the gateway's offers, the microphone opened first, and says what is wrong with them. */
export const createLegs = (ports: {
  readonly media: Media;
  readonly say: (message: VoiceMessage) => void;
  readonly now: () => number;
}): Legs => {
  const { media, now } = ports;
  const legs = new Map<string, Leg>();
  const listeners = new Set<() => void>();
  let active: string | null = null;
  let microphone: Microphone | null = null;
  let fault: MicrophoneFault | null = null;
  let opening: Promise<void> | null = null;
  let wantedMicrophone: string | null = null;
  let wantedLoudspeaker: string | null = null;
  let replaced = false;
  let loudspeakerGone = false;
  let lineSince: number | null = null;
  let stopped = false;
  let voiceless: Readonly<Record<string, MicrophoneFault>> = {};
  let me: string | null = null;
  const speakers = new Map<string, Speaker>();

  const isMuted = (): boolean => active !== null && legs.get(active)?.muted === true;

  const drawn = (): LegsState => ({
    legs: [...legs.values()].map(({ call, part, line, silent, blocked, waits }) => ({
      call,
      part,
      line,
      silent,
      blocked,
      from: speakers.get(call)?.from ?? null,
      waits,
    })),
    active,
    elsewhere: [...speakers].flatMap(([call, { user, since }]) =>
      user === me && !legs.has(call) && now() - since >= soundHereMs ? call : [],
    ),
    muted: isMuted(),
    microphone: opening !== null ? 'opening' : microphone !== null ? 'open' : (fault ?? 'closed'),
    label: microphone?.label ?? '',
    replaced,
    voiceless,
    loudspeakerGone,
  });
  let state = drawn();
  const changed = (): void => {
    const next = drawn();
    if (JSON.stringify(next) === JSON.stringify(state)) return;
    state = next;
    for (const listener of listeners) listener();
  };

  const say = (call: string, signal: LegSignal): void => ports.say({ type: 'voice', call, ...signal });

  const direct = (): void => {
    for (const leg of legs.values()) {
      if (leg.call === active) leg.waits = false;
      leg.peer?.speak(leg.call === active && !leg.muted);
      leg.peer?.listen(leg.call === active);
    }
  };

  const giveMicrophone = (): void => {
    for (const leg of legs.values())
      if (leg.part === 'speak') leg.peer?.speakWith(microphone).then(direct, () => undefined);
  };

  const take = (opened: Microphone): void => {
    microphone = opened;
    fault = null;
    opened.onEnded(() => {
      if (microphone !== opened) return;
      microphone = null;
      opened.close();
      replaced = true;
      void openMicrophone(null).then(giveMicrophone);
    });
  };

  /** Opens the microphone `id`, and where that is gone whichever there is. */
  const openMicrophone = (id: string | null): Promise<void> => {
    opening ??= (async () => {
      let opened = await media.openMicrophone(id);
      if (opened === 'none' && id !== null) {
        opened = await media.openMicrophone(null);
        if (typeof opened !== 'string') replaced = true;
      }
      opening = null;
      const needed = !stopped && [...legs.values()].some(({ part }) => part === 'speak');
      if (typeof opened === 'string') fault = opened;
      else if (needed) take(opened);
      else opened.close();
      changed();
    })();
    changed();
    return opening;
  };

  const closeMicrophone = (): void => {
    if ([...legs.values()].some(({ part }) => part === 'speak')) return;
    microphone?.close();
    microphone = null;
    fault = null;
    replaced = false;
  };

  const drop = (leg: Leg): void => {
    if (!legs.delete(leg.call)) return;
    if (leg.part === 'speak') {
      const { [leg.call]: _before, ...others } = voiceless;
      voiceless = fault !== null && microphone === null ? { ...others, [leg.call]: fault } : others;
    }
    leg.peer?.close();
    leg.peer = null;
    if (active === leg.call) active = [...legs.keys()].at(-1) ?? null;
    closeMicrophone();
    direct();
    changed();
  };

  const flush = (leg: Leg, peer: Peer): void => {
    // A candidate that comes too late, or for a peer that is closed, is no error.
    for (const candidate of leg.waiting.splice(0)) peer.addCandidate(candidate).catch(() => undefined);
  };

  const isThere = (leg: Leg): boolean => legs.get(leg.call) === leg;

  const connect = (leg: Leg, hold: { open: boolean; candidates: Candidate[] }): Peer => {
    const peer = media.connect({
      candidate: (candidate) => {
        if (leg.peer !== peer) return;
        if (hold.open) say(leg.call, { kind: 'candidate', candidate });
        else hold.candidates.push(candidate);
      },
      line: (line) => {
        if (leg.peer !== peer) return;
        leg.line = line === 'up' ? 'up' : 'lost';
        leg.failed = line === 'failed';
        leg.silent = false;
        leg.heardAt = now();
        changed();
      },
      heard: (allowed) => {
        if (leg.peer !== peer) return;
        leg.blocked = !allowed;
        changed();
      },
    });
    return peer;
  };

  const answerOffer = async (leg: Leg, offer: string): Promise<void> => {
    if (!isThere(leg)) return;
    leg.part = wantsSpeech(offer) ? 'speak' : 'listen';
    // Before the peer connection, or the browser hides this machine's addresses.
    if (leg.part === 'speak' && microphone === null) await openMicrophone(wantedMicrophone);
    if (!isThere(leg)) return;
    const voice = leg.part === 'speak' ? microphone : null;
    const again = leg.peer !== null && isSamePeer(leg.offer, offer) ? leg.peer : null;
    const hold = { open: again !== null, candidates: [] as Candidate[] };
    if (again === null) {
      leg.peer?.close();
      leg.peer = connect(leg, hold);
      leg.line = 'connecting';
      leg.failed = false;
      leg.packets = 0;
    }
    const { peer } = leg;
    if (peer === null) return;
    leg.offer = offer;
    try {
      const sdp = await peer.accept(offer, voice);
      if (!isThere(leg) || leg.peer !== peer) return;
      leg.described = true;
      say(leg.call, { kind: 'answer', sdp });
      hold.open = true;
      for (const candidate of hold.candidates) say(leg.call, { kind: 'candidate', candidate });
      flush(leg, peer);
      // Opened meanwhile.
      if (leg.part === 'speak' && voice !== microphone) giveMicrophone();
    } catch {
      if (!isThere(leg) || leg.peer !== peer) return;
      peer.close();
      leg.peer = null;
      leg.line = 'lost';
      leg.failed = true;
      leg.askedAt = now();
    }
    direct();
    changed();
  };

  /** Whether the offer of a call comes by a hand-over; it may be here before the change that says so. */
  const isHandedOver = (call: string): boolean => {
    const speaker = speakers.get(call);
    return speaker !== undefined && (speaker.user !== me || speaker.from !== null);
  };

  const legOf = (call: string, speaks: boolean): Leg => {
    const there = legs.get(call);
    if (there !== undefined) return there;
    const leg: Leg = {
      call,
      bornAt: now(),
      part: 'speak',
      line: 'connecting',
      silent: false,
      blocked: false,
      waits: speaks && active !== null && isHandedOver(call),
      muted: false,
      peer: null,
      offer: '',
      known: false,
      described: false,
      waiting: [],
      work: Promise.resolve(),
      packets: 0,
      heardAt: now(),
      counting: false,
      failed: false,
      askedAt: now(),
    };
    legs.set(call, leg);
    // Whoever answers a further call means to speak with that one; whoever is given one may be in mid-sentence.
    if (!leg.waits) active = call;
    direct();
    return leg;
  };

  const count = (leg: Leg, peer: Peer): void => {
    if (leg.counting) return;
    leg.counting = true;
    peer.packetsHeard().then(
      (packets) => {
        leg.counting = false;
        if (leg.peer !== peer) return;
        if (packets > leg.packets) {
          leg.heardAt = now();
          leg.silent = false;
        }
        leg.packets = packets;
        changed();
      },
      () => {
        leg.counting = false;
      },
    );
  };

  return {
    state: () => state,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    hear: ({ call, kind, sdp, candidate }) => {
      if (stopped) return;
      if (kind === 'offer' && sdp !== undefined) {
        const leg = legOf(call, wantsSpeech(sdp));
        leg.described = false;
        leg.waiting = [];
        leg.work = leg.work.then(() => answerOffer(leg, sdp));
        changed();
        return;
      }
      const leg = legs.get(call);
      if (leg === undefined) return;
      if (kind === 'end') drop(leg);
      if (kind !== 'candidate' || candidate === undefined) return;
      if (leg.waiting.length < keptCandidates) leg.waiting.push(candidate);
      if (leg.described && leg.peer !== null) flush(leg, leg.peer);
    },
    follow: (calls, user, since) => {
      if (stopped) return;
      me = user;
      for (const id of [...speakers.keys()]) if (!calls.has(id)) speakers.delete(id);
      for (const call of calls.values()) {
        const speaker = speakerOf(call, speakers.get(call.id), me, now());
        if (speaker === null) speakers.delete(call.id);
        else speakers.set(call.id, speaker);
      }
      for (const leg of [...legs.values()]) {
        const call = calls.get(leg.call);
        if (call !== undefined && me !== null && belongsTo(call, me)) leg.known = true;
        // After a hand-over the old leg goes on until the gateway ends it.
        else if (leg.known && (call === undefined || !isSpoken(call))) drop(leg);
      }
      changed();
      if (since === null || since === lineSince || me === null) return;
      lineSince = since;
      for (const call of calls.values()) {
        const leg = legs.get(call.id);
        if (belongsTo(call, me) && (leg === undefined || leg.failed)) say(call.id, { kind: 'ready' });
      }
    },
    pulse: () => {
      for (const leg of [...legs.values()]) {
        if (!leg.known && now() - leg.bornAt >= unknownForMs) {
          drop(leg);
          continue;
        }
        if (leg.failed && now() - leg.askedAt >= askEveryMs) {
          leg.askedAt = now();
          say(leg.call, { kind: 'ready' });
        }
        if (leg.line !== 'up' || leg.peer === null) continue;
        count(leg, leg.peer);
        leg.silent = now() - leg.heardAt >= silentAfterMs;
      }
      changed();
    },
    mute: (on) => {
      const leg = active === null ? undefined : legs.get(active);
      if (leg?.part !== 'speak') return;
      leg.muted = on;
      direct();
      changed();
    },
    switchTo: (call) => {
      if (!legs.has(call)) return;
      active = call;
      direct();
      changed();
    },
    tryMicrophone: () => {
      if (microphone !== null || ![...legs.values()].some(({ part }) => part === 'speak')) return;
      void openMicrophone(wantedMicrophone).then(giveMicrophone);
    },
    choose: (id, loudspeaker) => {
      wantedLoudspeaker = loudspeaker;
      loudspeakerGone = false;
      media.hearThrough(loudspeaker);
      const other = id !== wantedMicrophone;
      wantedMicrophone = id;
      if (other && microphone !== null) {
        microphone.close();
        microphone = null;
        replaced = false;
        void openMicrophone(id).then(giveMicrophone);
      }
      changed();
    },
    devicesChanged: () => {
      if (legs.size === 0) return;
      void media.devices().then((devices) => {
        const has = (kind: string, id: string): boolean =>
          devices.some((device) => device.kind === kind && device.id === id);
        if (wantedLoudspeaker !== null) {
          loudspeakerGone = !has('loudspeaker', wantedLoudspeaker);
          media.hearThrough(loudspeakerGone ? null : wantedLoudspeaker);
        }
        const back =
          microphone !== null && replaced && wantedMicrophone !== null && has('microphone', wantedMicrophone);
        if (back) {
          microphone?.close();
          microphone = null;
          replaced = false;
        }
        const speaks = [...legs.values()].some(({ part }) => part === 'speak');
        if (speaks && microphone === null) void openMicrophone(wantedMicrophone).then(giveMicrophone);
        changed();
      });
    },
    unlock: () => {
      for (const { blocked, peer } of legs.values()) if (blocked) peer?.sound();
    },
    levels: (call) => ({
      mine: isMuted() || call !== active ? 0 : (microphone?.level() ?? 0),
      theirs: legs.get(call)?.peer?.level() ?? 0,
    }),
    stop: () => {
      stopped = true;
      for (const leg of [...legs.values()]) drop(leg);
      closeMicrophone();
    },
  };
};
