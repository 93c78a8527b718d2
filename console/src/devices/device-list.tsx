import { memo, useCallback, useEffect, useMemo, useState } from 'react';
import type { Device } from '../../../src/model/device.ts';
import { mayActAs } from '../../../src/model/user.ts';
import { deviceHref, placeHref } from '../address.ts';
import { askAsOf } from '../feed/ask-as-of.ts';
import { useFeed, useFeedState, useLine } from '../feed/live-feed.ts';
import { readDevices } from '../server/gateway.ts';
import { LatePart } from '../strip/late-page.tsx';
import { wordFor } from '../words/word-for.ts';
import { useSpeech } from '../words/words.tsx';
import { LastSeen, LinkState, LoginRefused, linkSigns, nameBeside } from './link-state.tsx';
import { useWatch } from './use-watch.ts';
import { readableValues } from './values.ts';
import './devices.css';

const links = ['all', 'online', 'offline', 'unknown'] as const;
const atOnce = 200;

const loadRegistering = () => import('./registering.tsx');
const loadImporting = () => import('./importing.tsx');

const DeviceRow = memo(({ device }: { readonly device: Device }) => {
  const { words } = useSpeech();
  return (
    <tr data-device={device.id} data-link={device.link}>
      <td className="state">
        <LinkState link={device.link} />
      </td>
      <td className="place">
        {device.place === null ? (
          <span className="quiet">{words.board.unknownPlace}</span>
        ) : (
          <a href={placeHref(device.place.id)}>{device.place.text}</a>
        )}
      </td>
      <td className="type">{wordFor(words.type, device.type)}</td>
      <td>
        <a href={deviceHref(device.id)}>
          {nameBeside(device)} <span className="quiet">{device.id}</span>
        </a>{' '}
        {device.outOfService && <span className="mark">{words.devices.outOfService}</span>}{' '}
        <LoginRefused refused={device.loginRefused} />
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
    const answer = await askAsOf(feed, () => readDevices());
    if (answer.ok) feed.putDevices(answer.value.read, answer.value.since);
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
  const { devices, loaded, again } = useDevices();
  const [search, setSearch] = useState('');
  const [link, setLink] = useState<(typeof links)[number]>('all');
  const [most, setMost] = useState(atOnce);
  const { user } = useFeedState();
  const [beside, setBeside] = useState<'registering' | 'importing' | null>(null);
  const shut = (): void => setBeside(null);
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
  useWatch(drawn.map(({ id }) => id));
  const count = (one: (typeof links)[number]): number =>
    one === 'all' ? found.length : found.filter((device) => device.link === one).length;
  return (
    <div className="desk-split">
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
              {one !== 'all' && <i aria-hidden="true">{linkSigns[one]} </i>}
              {words.devices[one]} {count(one)}
            </button>
          ))}
          <span className="quiet">{words.devices.count(listed.length, devices.length)}</span>
          {user !== null && mayActAs(user.role, 'admin') && (
            <>
              <span className="spring" />
              <button type="button" onClick={() => setBeside('registering')}>
                {words.devices.register}
              </button>
              <button type="button" onClick={() => setBeside('importing')}>
                {words.devices.import}
              </button>
            </>
          )}
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
        {loaded === 'yes' && listed.length === 0 && (
          <p>{devices.length === 0 ? words.devices.noneYet : words.devices.none}</p>
        )}
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
      {beside === 'registering' && (
        <LatePart
          load={loadRegistering}
          draw={({ Registering }) => <Registering changed={again} close={shut} />}
        />
      )}
      {beside === 'importing' && (
        <LatePart load={loadImporting} draw={({ Importing }) => <Importing changed={again} close={shut} />} />
      )}
    </div>
  );
};
