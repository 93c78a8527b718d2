import { useCallback, useMemo } from 'react';
import type { Device } from '../../../src/model/device.ts';
import type { Place } from '../../../src/model/place.ts';
import { deviceWord } from '../devices/device-word.ts';
import { readDevices, readPlaces } from '../server/gateway.ts';
import type { Answer } from '../server/request.ts';
import { useAnswer } from '../server/use-answer.ts';
import { useSpeech } from '../words/words.tsx';
import {
  type DeclaredType,
  type Files,
  readDeclaredTypes,
  readFiles,
  readKinds,
  readStanding,
  type Standing,
} from './ask-rules.ts';
import type { DeclaredKind } from './declared.ts';

/** Everything that the rules page is drawn from. */
export type Rulebook = {
  readonly standing: Standing;
  readonly kinds: ReadonlyMap<string, DeclaredKind>;
  readonly files: Files;
  readonly types: readonly DeclaredType[];
  readonly places: readonly Place[];
  readonly devices: readonly Pick<Device, 'id' | 'name' | 'type' | 'place'>[];
};

const readRulebook = async (): Promise<Answer<Rulebook>> => {
  const [standing, kinds, files, types, places, devices] = await Promise.all([
    readStanding(),
    readKinds(),
    readFiles(),
    readDeclaredTypes(),
    readPlaces(),
    readDevices(),
  ]);
  if (!standing.ok) return standing;
  if (!kinds.ok) return kinds;
  if (!files.ok) return files;
  if (!types.ok) return types;
  return {
    ok: true,
    value: {
      standing: standing.value,
      kinds: kinds.value,
      files: files.value,
      types: types.value,
      // Without them rules are told by ids.
      places: places.ok ? places.value : [],
      devices: devices.ok ? devices.value : [],
    },
  };
};

/** The rulebook as it was read last, and the way to read it again. */
export const useRulebook = (): {
  readonly answer: Answer<Rulebook> | null;
  readonly again: () => void;
} => useAnswer(useCallback(readRulebook, []));

/** What the place or device of a limit is called. */
export const useWhereOf = ({ places, devices }: Pick<Rulebook, 'places' | 'devices'>) => {
  const { words } = useSpeech();
  const names = useMemo(
    () =>
      new Map([
        ...places.map(({ id, text }) => [`place:${id}`, text] as const),
        ...devices.map((device) => [`device:${device.id}`, deviceWord(device, words)] as const),
      ]),
    [places, devices, words],
  );
  return useCallback(
    (where: { readonly device: string } | { readonly place: string }): string =>
      'device' in where
        ? (names.get(`device:${where.device}`) ?? where.device)
        : (names.get(`place:${where.place}`) ?? where.place),
    [names],
  );
};
