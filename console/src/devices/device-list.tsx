import { useEffect, useMemo, useState } from 'react';
import type { Device } from '../../../src/model/device.ts';
import { ageText } from '../board/deadline.ts';
import { useClock } from '../feed/clock.ts';
import { useFeed, useFeedState } from '../feed/live-feed.ts';
import { readDevices } from '../server/gateway.ts';
import { useSpeech, wordFor } from '../words/words.tsx';

const links = ['all', 'online', 'offline', 'unknown'] as const;
const atOnce = 200;

const LastSeen = ({ at }: { readonly at: number | null }) => {
  const { words } = useSpeech();
  const age = useClock((now) => (at === null ? '' : ageText(now - at)));
  return <span>{at === null ? words.devices.never : age}</span>;
};

const Values = ({ latest }: { readonly latest: Device['latest'] }) => {
  const { words } = useSpeech();
  const shown = Object.entries(latest).slice(0, 5);
  return (
    <span>
      {shown
        .map(([name, { value }]) => {
          const said =
            typeof value === 'boolean'
              ? value
                ? words.devices.yes
                : words.devices.no
              : typeof value === 'number'
                ? Number(value.toPrecision(4))
                : value;
          return `${wordFor(words.measurement, name)} ${said}`;
        })
        .join(' · ')}
    </span>
  );
};

/** Every device with its liveness, kept fresh by the feed. */
export const DeviceList = () => {
  const { words } = useSpeech();
  const feed = useFeed();
  const { devices, feed: run } = useFeedState();
  const [loaded, setLoaded] = useState<'loading' | 'failed' | 'yes'>('loading');
  const [attempt, setAttempt] = useState(0);
  const [search, setSearch] = useState('');
  const [link, setLink] = useState<(typeof links)[number]>('all');
  const [most, setMost] = useState(atOnce);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run of the feed, or another attempt, is another list
  useEffect(() => {
    void readDevices().then((answer) => {
      if (answer.ok) feed.putDevices(answer.value);
      setLoaded(answer.ok ? 'yes' : 'failed');
    });
  }, [feed, run, attempt]);
  const found = useMemo(() => {
    const wanted = search.trim().toLowerCase();
    return [...devices.values()]
      .filter((device) => link === 'all' || device.link === link)
      .filter((device) =>
        `${device.id} ${device.name} ${device.type} ${wordFor(words.type, device.type)} ${device.place?.text ?? ''}`
          .toLowerCase()
          .includes(wanted),
      )
      .sort(
        (a, b) => (a.place?.text ?? '').localeCompare(b.place?.text ?? '', 'zh') || a.id.localeCompare(b.id),
      );
  }, [devices, search, link, words]);
  const drawn = found.slice(0, most);
  const watched = drawn.map(({ id }) => id).join(' ');
  useEffect(() => {
    feed.send({ type: 'watch', devices: watched === '' ? [] : watched.split(' ').slice(0, 1000) });
  }, [feed, watched]);
  return (
    <main className="devices">
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
            {words.devices[one]}
          </button>
        ))}
        <span className="quiet">{words.devices.count(found.length, devices.size)}</span>
      </div>
      {loaded === 'loading' && <p>{words.devices.loading}</p>}
      {loaded === 'failed' && (
        <p className="refused">
          {words.devices.failed}{' '}
          <button type="button" onClick={() => setAttempt((now) => now + 1)}>
            {words.devices.again}
          </button>
        </p>
      )}
      {loaded === 'yes' && found.length === 0 && <p>{words.devices.none}</p>}
      {found.length > 0 && (
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
              <tr key={device.id} data-device={device.id}>
                <td className={`link ${device.link}`}>
                  <i aria-hidden="true">{{ online: '●', offline: '✕', unknown: '○' }[device.link]}</i>{' '}
                  {words.devices[device.link]}
                </td>
                <td>{device.place?.text ?? words.board.unknownPlace}</td>
                <td>{wordFor(words.type, device.type)}</td>
                <td>
                  {device.name} <small className="quiet">{device.id}</small>
                  {device.outOfService && <span className="mark">{words.devices.outOfService}</span>}
                </td>
                <td>
                  <LastSeen at={device.lastSeenAt} />
                </td>
                <td>
                  <Values latest={device.latest} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {found.length > most && (
        <button type="button" onClick={() => setMost((now) => now + atOnce)}>
          {words.devices.more(Math.min(atOnce, found.length - most))}
        </button>
      )}
    </main>
  );
};
