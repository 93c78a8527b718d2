import { memo, useCallback, useEffect, useMemo, useState } from 'react';
import type { Device } from '../../../src/model/device.ts';
import { ageText } from '../board/deadline.ts';
import { useClock } from '../feed/clock.ts';
import { useFeed, useFeedState, useLine } from '../feed/live-feed.ts';
import { readDevices } from '../server/gateway.ts';
import { wordFor } from '../words/word-for.ts';
import { useSpeech } from '../words/words.tsx';
import { readableValues } from './values.ts';
import './devices.css';

const links = ['all', 'online', 'offline', 'unknown'] as const;
const signs = { online: '●', offline: '✕', unknown: '○' } as const;
const atOnce = 200;
// The gateway takes no more names in one wish.
const watchedAtMost = 1000;

const LastSeen = ({ at }: { readonly at: number | null }) => {
  const { words } = useSpeech();
  const age = useClock((now) => (at === null ? '' : ageText(now - at)));
  return at === null ? words.devices.never : age;
};

/** The name without the place, which stands beside it; nothing where it is only the id. */
const nameBeside = ({ id, name, place }: Device): string => {
  if (name === id) return '';
  const beside = place !== null && name.startsWith(place.text) ? name.slice(place.text.length).trim() : name;
  return beside === '' ? name : beside;
};

const DeviceRow = memo(({ device }: { readonly device: Device }) => {
  const { words } = useSpeech();
  return (
    <tr data-device={device.id} data-link={device.link}>
      <td className={`link ${device.link}`}>
        <i aria-hidden="true">{signs[device.link]}</i> {words.devices[device.link]}
      </td>
      <td className="place">
        {device.place?.text ?? <span className="quiet">{words.board.unknownPlace}</span>}
      </td>
      <td className="type">{wordFor(words.type, device.type)}</td>
      <td>
        {nameBeside(device)} <span className="quiet">{device.id}</span>
        {device.outOfService && <span className="mark">{words.devices.outOfService}</span>}
      </td>
      <td className="age">
        <LastSeen at={device.lastSeenAt} />
      </td>
      <td className="values">
        {readableValues(device.latest, words).map(({ name, text, loud }) => (
          <span key={name} className={loud ? 'loud' : ''}>
            {text}
          </span>
        ))}
      </td>
    </tr>
  );
});

/** The list as the gateway has it, read anew whenever the line is new; the feed keeps it fresh between. */
const useDevices = (): {
  readonly devices: readonly Device[];
  readonly loaded: 'loading' | 'failed' | 'yes';
  readonly again: () => void;
} => {
  const feed = useFeed();
  const { devices } = useFeedState();
  const { openSince } = useLine();
  const [loaded, setLoaded] = useState<'loading' | 'failed' | 'yes'>('loading');
  const load = useCallback(async (): Promise<void> => {
    const answer = await readDevices();
    if (answer.ok) feed.putDevices(answer.value);
    setLoaded((before) => (answer.ok || before === 'yes' ? 'yes' : 'failed'));
  }, [feed]);
  useEffect(() => {
    if (openSince !== null) void load();
  }, [load, openSince]);
  return { devices: useMemo(() => [...devices.values()], [devices]), loaded, again: () => void load() };
};

/** Every device with its liveness. */
export const DeviceList = () => {
  const { words } = useSpeech();
  const feed = useFeed();
  const { openSince } = useLine();
  const { devices, loaded, again } = useDevices();
  const [search, setSearch] = useState('');
  const [link, setLink] = useState<(typeof links)[number]>('all');
  const [most, setMost] = useState(atOnce);
  const found = useMemo(() => {
    const wanted = search.trim().toLowerCase().split(/\s+/);
    const textOf = ({ id, name, type, place }: Device): string =>
      `${id} ${name} ${type} ${wordFor(words.type, type)} ${place?.text ?? ''}`.toLowerCase();
    return devices.filter((device) => {
      const text = textOf(device);
      return wanted.every((word) => text.includes(word));
    });
  }, [devices, search, words]);
  const listed = useMemo(
    () =>
      found
        .filter((device) => link === 'all' || device.link === link)
        .sort(
          (a, b) =>
            (a.place?.text ?? '').localeCompare(b.place?.text ?? '', 'zh', { numeric: true }) ||
            (a.id < b.id ? -1 : 1),
        ),
    [found, link],
  );
  const drawn = listed.slice(0, most);
  const watched = drawn
    .slice(0, watchedAtMost)
    .map(({ id }) => id)
    .join(' ');
  // A new line does not know what was wished on the old one.
  useEffect(() => {
    if (openSince === null) return;
    feed.send({ type: 'watch', devices: watched === '' ? [] : watched.split(' ') });
    return () => {
      feed.send({ type: 'watch', devices: [] });
    };
  }, [feed, watched, openSince]);
  const count = (one: (typeof links)[number]): number =>
    one === 'all' ? found.length : found.filter((device) => device.link === one).length;
  return (
    <main className="devices" aria-label={words.devices.title}>
      <div className="filters">
        <input
          type="search"
          value={search}
          placeholder={words.devices.search}
          aria-label={words.devices.search}
          onChange={(event) => setSearch(event.target.value)}
        />
        {links.map((one) => (
          <button key={one} type="button" aria-pressed={link === one} onClick={() => setLink(one)}>
            {one !== 'all' && <i aria-hidden="true">{signs[one]} </i>}
            {words.devices[one]} {count(one)}
          </button>
        ))}
        <span className="quiet">{words.devices.count(listed.length, devices.length)}</span>
      </div>
      {loaded === 'loading' && devices.length === 0 && <p>{words.devices.loading}</p>}
      {loaded === 'failed' && (
        <p className="refused">
          {words.devices.failed}{' '}
          <button type="button" onClick={again}>
            {words.devices.again}
          </button>
        </p>
      )}
      {loaded === 'yes' && listed.length === 0 && <p>{words.devices.none}</p>}
      {listed.length > 0 && (
        <table>
          <thead>
            <tr>
              <th>{words.devices.link}</th>
              <th>{words.devices.place}</th>
              <th>{words.devices.type}</th>
              <th>{words.devices.name}</th>
              <th>{words.devices.lastSeen}</th>
              <th>{words.devices.values}</th>
            </tr>
          </thead>
          <tbody>
            {drawn.map((device) => (
              <DeviceRow key={device.id} device={device} />
            ))}
          </tbody>
        </table>
      )}
      {listed.length > most && (
        <button type="button" onClick={() => setMost((now) => now + atOnce)}>
          {words.devices.more(Math.min(atOnce, listed.length - most))}
        </button>
      )}
    </main>
  );
};
