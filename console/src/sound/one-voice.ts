/** How well a page can sound: 2 = it hears the gateway and its audio is on; 1 = its audio is on; 0 = it cannot be heard. */
export type Fitness = 0 | 1 | 2;

/** What the pages of one browser tell each other, so that a seat with several of them rings once. `silence`: the seat was silenced in one of them. */
export type VoiceWord =
  | { readonly is: 'here'; readonly id: string; readonly since: number; readonly fit: Fitness }
  | { readonly is: 'gone'; readonly id: string };

/** A page of which nothing was heard for this long (ms) is gone, closed or frozen: another one sounds. */
const goneAfterMs = 800;

/** Which page of this browser sounds. Time comes in with `pulse`, to be called a few times a second. */
export type OneVoice = {
  /** Whether it is this one. */
  readonly leads: () => boolean;
  readonly hear: (word: VoiceWord) => void;
  /** Says that this page is here and how well it can sound; forgets those who say nothing. */
  readonly pulse: (fit: Fitness) => void;
  /** This page is left: the others need not wait. */
  readonly leave: () => void;
};

/** Lets exactly one of the pages sound: of those that can, the one that has been open longest. Where the pages cannot hear each other each of them sounds: rather twice than not at all. */
export const createOneVoice = (ports: {
  readonly id: string;
  readonly since: number;
  readonly now: () => number;
  readonly say: (word: VoiceWord) => void;
  readonly changed: () => void;
}): OneVoice => {
  const { id, since, now } = ports;
  const others = new Map<
    string,
    { readonly since: number; readonly fit: Fitness; readonly heardAt: number }
  >();
  let fit: Fitness = 0;
  let leading = true;
  const judge = (): void => {
    const before = leading;
    leading = [...others].every(([other, page]) => {
      if (page.fit !== fit) return page.fit < fit;
      return page.since === since ? other > id : page.since > since;
    });
    if (leading !== before) ports.changed();
  };
  return {
    leads: () => leading,
    hear: (word) => {
      if (word.id === id) return;
      if (word.is === 'gone') others.delete(word.id);
      else others.set(word.id, { since: word.since, fit: word.fit, heardAt: now() });
      judge();
    },
    pulse: (nowFit) => {
      fit = nowFit;
      for (const [other, { heardAt }] of others) if (now() - heardAt > goneAfterMs) others.delete(other);
      ports.say({ is: 'here', id, since, fit });
      judge();
    },
    leave: () => ports.say({ is: 'gone', id }),
  };
};
