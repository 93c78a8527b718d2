import type { Call, CallEvent, CallMedia } from '../src/model/call.ts';
import { planDevice } from './fleet-plan.ts';
import type { CallChange } from './live-feed.ts';
import type { Stage } from './scenario.ts';
import type { Home } from './street.ts';
import type { Pager } from './voice/pager.ts';

/** Fits the change with which this happens to the call with this id. */
export const happenedToCall =
  (id: string, ...names: readonly CallEvent[]) =>
  ({ event, call }: CallChange): boolean =>
    call.id === id && names.some((name) => name === event);

/** What was seen of a call, in a few words. */
export const callInShort = ({ id, device, state, media, reason, answeredBy, rings }: Call): string =>
  `call ${id} of ${device} over ${media}: ${state}${reason === undefined ? '' : `, ${reason}`}${answeredBy === undefined ? '' : `, with ${answeredBy}`}, rung ${rings} time(s)`;

/** A pager that speaks, in somebody's home. */
export type SpeakingPager = {
  readonly id: string;
  readonly pager: Pager;
  /** Presses the button, and asks for a call once that is stored; answers the id of the call. */
  readonly press: (media: CallMedia) => Promise<string>;
  /** The power is gone, in the middle of a word; resolves at once. */
  readonly cutPower: () => void;
  /** It is back, and so is its line. */
  readonly comeBack: () => Promise<void>;
};

/** Installs a pager that speaks. */
export const installPager = async (
  stage: Pick<Stage<string>, 'install' | 'fleet' | 'prefix'>,
  { place }: Home,
): Promise<SpeakingPager> => {
  const planned = planDevice(stage.prefix, 'call-button', place);
  const { id } = planned;
  await stage.install([planned]);
  const pager = stage.fleet.pager(id);
  if (pager === null) throw new TypeError(`${id} does not speak`);
  const link = stage.fleet.link(id);
  return {
    id,
    pager,
    press: async (media) => {
      await stage.fleet.device(id).press();
      return pager.call(media);
    },
    cutPower: () => {
      pager.powerCut();
      link.cut();
    },
    comeBack: () => link.open(),
  };
};
