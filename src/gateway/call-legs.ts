/** What is known of the legs of a call while they stand; nothing of it outlives the gateway. Deadlines in epoch ms, null = none is running. */
export type Legs = {
  deviceFlows: boolean;
  /** The device's leg broke and stands for nothing until it is made anew. */
  deviceBroken: boolean;
  /** It is to be made anew with the next tick; how often it was since sound last flowed. */
  remake: boolean;
  remade: number;
  /** The device connected anew while it was heard: what is heard may be the leg of before, which is about to fall silent. */
  returned: boolean;
  /** The consoles that began anew and are offered their legs with the next tick. */
  readonly anew: Set<string>;
  /** Sound of the device must flow again by then. */
  deviceSoundBy: number | null;
  /** Sound of the console that speaks must flow again by then. */
  speakerSoundBy: number | null;
  /** The consoles whose sound flows. */
  readonly flowing: Set<string>;
  /** Who handed the call over, until the heir has sound: by `backBy` at the latest. */
  giver: { readonly user: string; readonly console: string; readonly backBy: number } | null;
  /** Who listens in, by console; one that is gone must be back by `backBy`. */
  readonly listening: Map<string, { readonly user: string; readonly backBy: number | null }>;
};

/** Legs of which nothing is known yet. */
export const newLegs = (): Legs => ({
  deviceFlows: false,
  deviceBroken: false,
  remake: false,
  remade: 0,
  returned: false,
  anew: new Set(),
  deviceSoundBy: null,
  speakerSoundBy: null,
  flowing: new Set(),
  giver: null,
  listening: new Map(),
});

/** The same once the wall clock was set by so many ms. */
export const shiftLegs = (legs: Legs, byMs: number): void => {
  if (legs.deviceSoundBy !== null) legs.deviceSoundBy += byMs;
  if (legs.speakerSoundBy !== null) legs.speakerSoundBy += byMs;
  if (legs.giver !== null) legs.giver = { ...legs.giver, backBy: legs.giver.backBy + byMs };
  for (const [console, { user, backBy }] of legs.listening)
    if (backBy !== null) legs.listening.set(console, { user, backBy: backBy + byMs });
};
