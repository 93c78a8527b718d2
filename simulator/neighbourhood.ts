import { readFileSync } from 'node:fs';
import { deviceTypes } from '../devices/index.ts';
import { type CallState, endedStates } from '../src/model/call.ts';
import type { Incident } from '../src/model/device-type.ts';
import { createAgenda } from './agenda.ts';
import type { ApiClient } from './api-client.ts';
import { createClock } from './clock.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { type PlannedDevice, planDevice, planFleet } from './fleet-plan.ts';
import { randomFrom } from './random.ts';
import { registerCards, registerDevices, registerSites } from './registration.ts';
import type { Street } from './street.ts';
import { speechOf } from './voice/sound.ts';
import { readWav } from './voice/wav.ts';

/** Something that can be made to happen in the neighbourhood by hand. */
export type Happening = 'press' | 'fire' | 'gas-leak';

/** A street of people who live there until they are stopped. */
export type Neighbourhood = {
  readonly fleet: Fleet;
  /** The homes that have devices: ids of places. */
  readonly inhabited: ReadonlySet<string>;
  /** Lets it happen somewhere, now. */
  readonly letHappen: (happening: Happening) => void;
  readonly close: () => Promise<void>;
};

/** What the neighbourhood needs. `say` is told what befalls whom, a line each. */
export type NeighbourhoodOptions = {
  readonly api: ApiClient;
  readonly mqttUrl: string;
  readonly street: Street;
  readonly devices: number;
  readonly seed: number;
  readonly speed: number;
  readonly say: (line: string) => void;
};

const firstPressAfterMs = 20_000;
const happensEveryMs = { from: 90_000, to: 180_000 } as const;
// Long enough for the delays of the rules, short enough to see the end of it.
const incidentLastsMs = 120_000;

// Somebody calls for help in Chinese, made with `espeak-ng -v cmn`.
const callsForHelp = new URL('./voice/calls-for-help.wav', import.meta.url);
const drawsBreathMs = 1_500;
// Nobody waits for an answer, or speaks, for longer; the press stands.
const longestCallMs = 600_000;

const typeStruckBy: Readonly<Record<Exclude<Happening, 'press'>, string>> = {
  fire: 'smoke-alarm',
  'gas-leak': 'gas-detector',
};
// What happens by itself, the likeliest most often.
const course: readonly Happening[] = ['press', 'press', 'press', 'gas-leak', 'fire'];

const said: Readonly<Record<Happening, string>> = {
  press: 'pressed the button',
  fire: 'is filling with smoke',
  'gas-leak': 'has a gas leak',
};

const isOver = (state: CallState | null): boolean => state !== null && endedStates.has(state);

/** Registers a street's devices and the cards of their homes, connects them and lets them live: a first press after some 20 s, and something every few minutes. */
export const settleNeighbourhood = async (options: NeighbourhoodOptions): Promise<Neighbourhood> => {
  const { api, street, seed, say } = options;
  const prefix = 'demo';
  const plan: readonly PlannedDevice[] = [
    planDevice(prefix, 'siren', street.place),
    ...planFleet(street, options.devices - 1, seed, prefix),
  ];
  const secrets = await registerDevices(api, plan);
  // A home is known once a device is registered there.
  const inhabited = new Set(plan.map(({ place }) => place.id));
  await registerCards(
    api,
    street.homes.filter(({ place }) => inhabited.has(place.id)),
  );
  await registerSites(api, street.sites);

  const random = randomFrom(seed, 'neighbourhood');
  const agenda = createAgenda();
  const sound = speechOf(readWav(readFileSync(callsForHelp)), drawsBreathMs);
  const fleet = createFleet(options.mqttUrl, deviceTypes, agenda, seed, { sound, media: 'mqtt-audio' });
  fleet.install(plan, secrets);
  await fleet.connect();
  const now = Date.now();
  const clock = createClock(now, now, options.speed);
  fleet.startReporting(clock);

  const struck = new Set<string>();
  const befall = (name: Incident, type: string): PlannedDevice => {
    const fitted = plan.filter((device) => device.type === type);
    const spared = fitted.filter(({ place }) => !struck.has(place.id));
    const victim = random.pick(spared.length > 0 ? spared : fitted);
    const { place } = victim;
    struck.add(place.id);
    fleet.befall(place.id, { name, since: clock.onTheStreet(Date.now()) });
    agenda.at(Date.now() + incidentLastsMs, () => {
      struck.delete(place.id);
      fleet.befall(place.id, null);
      say(`${place.text} is safe again`);
    });
    return victim;
  };

  const speakFrom = (id: string): void => {
    const pager = fleet.pager(id);
    const before = pager?.current() ?? null;
    if (pager === null || (before !== null && !isOver(before.state))) return;
    const call = pager.call('mqtt-audio');
    agenda.at(Date.now() + longestCallMs, () => {
      const now = pager.current();
      if (now?.id !== call) return;
      if (now.state === 'answered' || now.state === 'connected') pager.hangUp();
      else pager.cancel();
    });
  };
  const press = (): PlannedDevice => {
    const pager = random.pick(plan.filter(({ type }) => type === 'call-button'));
    void fleet.device(pager.id).press();
    speakFrom(pager.id);
    return pager;
  };
  const letHappen: Neighbourhood['letHappen'] = (happening) => {
    const { place } = happening === 'press' ? press() : befall(happening, typeStruckBy[happening]);
    say(`${place.text} ${said[happening]}`);
  };
  const goOn = (): void => {
    agenda.at(Date.now() + random.between(happensEveryMs.from, happensEveryMs.to), () => {
      letHappen(random.pick(course));
      goOn();
    });
  };
  agenda.at(Date.now() + firstPressAfterMs, () => {
    letHappen('press');
    goOn();
  });

  return {
    fleet,
    inhabited,
    letHappen,
    close: async () => {
      fleet.stopReporting();
      await fleet.close();
      agenda.clear();
    },
  };
};
