import type { Device } from '../../../src/model/device.ts';
import type { Text } from '../../../src/model/text.ts';
import { ageText } from '../board/deadline.ts';
import { useClock } from '../feed/clock.ts';
import { useTimes } from '../time/use-times.ts';
import { useSpeech } from '../words/words.tsx';
import { isNamed } from './device-word.ts';

/** The sign of each state of a link, so that colour is never alone. */
export const linkSigns = { online: '●', offline: '✕', unknown: '○' } as const;

/** Whether a device is there, as a sign and a word. */
export const LinkState = ({ link }: { readonly link: Device['link'] }) => {
  const { words } = useSpeech();
  return (
    <span className={`link ${link}`}>
      <i aria-hidden="true">{linkSigns[link]}</i> {words.devices[link]}
    </span>
  );
};

/** That the device was refused, when and why, until it has connected rightly; nothing where it was not. */
export const LoginRefused = ({ refused }: { readonly refused: Device['loginRefused'] }) => {
  const { words } = useSpeech();
  const times = useTimes();
  if (refused === undefined) return null;
  return (
    <span className="mark loud" data-login-refused={refused.reason}>
      {words.devices.loginRefused[refused.reason](times.minuteOf(refused.at))}
    </span>
  );
};

/** How long ago something was heard (epoch ms), going on with the time; never where it is null. */
export const LastSeen = ({ at }: { readonly at: number | null }) => {
  const { words } = useSpeech();
  const age = useClock((now) => (at === null ? '' : ageText(now - at, words.age)));
  return at === null ? words.devices.never : age;
};

/** The same in a sentence: `3 min ago`. */
export const Age = ({ at }: { readonly at: number | null }) => {
  const { words } = useSpeech();
  const age = useClock((now) => (at === null ? '' : ageText(now - at, words.age)));
  return at === null ? words.devices.never : words.device.ago(age);
};

/** When a device was last heard: at its link, or with a value that the feed brought since. */
export const heardAt = ({ lastSeenAt, latest }: Pick<Device, 'lastSeenAt' | 'latest'>): number | null => {
  const times = Object.values(latest).map(({ receivedAt }) => receivedAt);
  const newest = Math.max(lastSeenAt ?? Number.NEGATIVE_INFINITY, ...times);
  return Number.isFinite(newest) ? newest : null;
};

/** The name without the place, which stands beside it; nothing where nobody has named it. */
export const nameBeside = (device: Device): string => {
  const { name, place } = device;
  if (!isNamed(device)) return '';
  const beside = place !== null && name.startsWith(place.text) ? name.slice(place.text.length).trim() : name;
  return beside === '' ? name : beside;
};

/** The name that somebody gave the device: not its place, nor what every device of its type is called. */
export const givenName = (device: Device, label: Text | undefined): string => {
  const name = nameBeside(device);
  return name === label?.zh || name === label?.en ? '' : name;
};
