import type { Device } from '../../../src/model/device.ts';
import { wordFor } from '../words/word-for.ts';
import type { Dictionary } from '../words/zh.ts';

/** Whether somebody gave the device a name; to the gateway one without is called by its id. */
export const isNamed = ({ id, name }: Pick<Device, 'id' | 'name'>): boolean => name !== id;

/** What a device is called: by its name, or where it has none by the word for its type. */
export const deviceWord = (device: Pick<Device, 'id' | 'name' | 'type'>, words: Dictionary): string =>
  isNamed(device) ? device.name : wordFor(words.type, device.type);

/** The same in a list to choose from: with its id, and where it stands. */
export const deviceLabel = (
  device: Pick<Device, 'id' | 'name' | 'type' | 'place'>,
  words: Dictionary,
): string =>
  `${deviceWord(device, words)} ${device.id}${device.place === null ? '' : ` · ${device.place.text}`}`;
