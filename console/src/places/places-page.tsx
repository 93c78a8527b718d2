import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Alert } from '../../../src/model/alert.ts';
import type { Device } from '../../../src/model/device.ts';
import { liesWithin, type Place } from '../../../src/model/place.ts';
import { mayActAs } from '../../../src/model/user.ts';
import { placeHref } from '../address.ts';
import { byUrgency } from '../board/order.ts';
import { limitsFor } from '../chart/limits.ts';
import { keyOf } from '../chart/series.ts';
import { lengthsMs, strideMs } from '../chart/span.ts';
import { givenName } from '../devices/link-state.tsx';
import { PlaceLinks } from '../devices/place-links.tsx';
import { useWatch } from '../devices/use-watch.ts';
import { askAsOf } from '../feed/ask-as-of.ts';
import { useClock } from '../feed/clock.ts';
import { useFeed, useFeedState } from '../feed/live-feed.ts';
import { readDevices, readRules, readTypes } from '../server/gateway.ts';
import { useAnswer } from '../server/use-answer.ts';
import { LatePart } from '../strip/late-page.tsx';
import { useSpeech } from '../words/words.tsx';
import { Counts } from './counts.tsx';
import { mainMeasurement } from './main-measurement.ts';
import { Section } from './section.tsx';
import { StreetMap } from './street-map.tsx';
import { Tile } from './tile.tsx';
import { usePlaces } from './use-places.ts';
import { useSketches } from './use-sketches.ts';
import '../devices/devices.css';
import './places.css';

/** How many devices are drawn at first, and more with each press. */
const tilesAtOnce = 60;
const foundAtMost = 200;

const loadTending = () => import('./place-tending.tsx');

const inOrder = (a: Place, b: Place): number => a.text.localeCompare(b.text, 'zh', { numeric: true });

/** What a person looks for first: the buildings; where a street has none, whatever lies at the top. */
const firstPlaces = (places: readonly Place[]): readonly Place[] => {
  const buildings = places.filter(({ path }) => path.at(-1)?.kind === 'building');
  return buildings.length > 0 ? buildings : places.filter(({ path }) => path.length === 1);
};

/** A place to go to: how many homes it has, and what is open there. */
const PlaceLink = (props: {
  readonly place: Place;
  readonly alerts: readonly Alert[];
  readonly homes: number;
  /** From which part of its path on it says where it lies. */
  readonly from: number;
}) => {
  const { words } = useSpeech();
  const { place, homes } = props;
  const open = props.alerts.filter((alert) => alert.place !== null && liesWithin(alert.place, place.id));
  const [worst] = [...open].sort(byUrgency);
  return (
    <a href={placeHref(place.id)} className={worst?.priority ?? ''} data-place={place.id}>
      <strong>{place.path.at(-1)?.name ?? place.id}</strong>
      <span className="quiet">
        {place.path
          .slice(props.from, -1)
          .map(({ name }) => name)
          .join(' › ')}
      </span>
      {homes > 0 && <span>{words.places.homes(homes)}</span>}
      <Counts alerts={open} />
    </a>
  );
};

/** The step of the path under which buildings are gathered: the community, else whatever is widest. */
const communityAt = ({ path }: Place): number =>
  Math.max(
    0,
    path.findIndex(({ kind }) => kind === 'community'),
  );

/** The communities with their buildings, or the places that were looked for, each with how many homes it has and what is open there. */
const Chooser = (props: { readonly places: readonly Place[]; readonly alerts: readonly Alert[] }) => {
  const { words } = useSpeech();
  const { places, alerts } = props;
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLowerCase();
  const found = useMemo(() => {
    const parts = wanted.split(/\s+/);
    return places
      .filter(({ text, path }) => {
        const said = `${text} ${path.map(({ name }) => name).join(' ')}`.toLowerCase();
        return parts.every((part) => said.includes(part));
      })
      .sort((a, b) => a.path.length - b.path.length || inOrder(a, b))
      .slice(0, foundAtMost);
  }, [places, wanted]);
  const communities = useMemo(
    () =>
      Map.groupBy(
        [...firstPlaces(places)].sort(
          (a, b) =>
            (a.path[communityAt(a)]?.name ?? '').localeCompare(b.path[communityAt(b)]?.name ?? '', 'zh') ||
            (a.path.at(-1)?.name ?? '').localeCompare(b.path.at(-1)?.name ?? '', 'zh', { numeric: true }),
        ),
        (place) => place.path[communityAt(place)]?.id ?? '',
      ),
    [places],
  );
  const homesOf = useMemo(() => {
    const homes = new Map<string, number>();
    for (const { path } of places)
      if (path.at(-1)?.kind === 'household')
        for (const { id } of path) homes.set(id, (homes.get(id) ?? 0) + 1);
    return homes;
  }, [places]);
  const homesIn = ({ id, path }: Place): number =>
    path.at(-1)?.kind === 'household' ? 0 : (homesOf.get(id) ?? 0);
  return (
    <>
      <div className="filters">
        <input
          type="search"
          value={search}
          placeholder={words.places.search}
          aria-label={words.places.search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      {places.length === 0 && (
        <div className="nothing">
          <h3>{words.places.empty}</h3>
          <p className="quiet">{words.places.emptyHint}</p>
        </div>
      )}
      {places.length > 0 && found.length === 0 && <p>{words.places.none}</p>}
      {wanted === '' && <StreetMap places={places} alerts={alerts} />}
      {wanted === '' ? (
        [...communities].map(([id, buildings]) => {
          const [first] = buildings;
          const at = first === undefined ? 0 : communityAt(first);
          const step = first?.path[at];
          return (
            <section key={id} aria-label={step?.name}>
              {step !== undefined && (
                <h3 className="community">
                  <a href={placeHref(step.id)}>{step.name}</a>
                  <Counts
                    alerts={alerts.filter(({ place }) => place !== null && liesWithin(place, step.id))}
                  />
                </h3>
              )}
              <ul className="buildings">
                {buildings.map((place) => (
                  <li key={place.id}>
                    <PlaceLink place={place} alerts={alerts} homes={homesIn(place)} from={at + 1} />
                  </li>
                ))}
              </ul>
            </section>
          );
        })
      ) : (
        <ul className="buildings" aria-label={words.places.title}>
          {found.map((place) => (
            <li key={place.id}>
              <PlaceLink place={place} alerts={alerts} homes={homesIn(place)} from={0} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
};

/** The devices of a place as they were read, kept fresh by the feed. */
const useDevicesOf = (
  place: string,
): {
  readonly devices: readonly Device[];
  readonly loaded: 'loading' | 'failed' | 'yes';
  readonly again: () => void;
} => {
  const feed = useFeed();
  const { devices } = useFeedState();
  const ask = useCallback(() => askAsOf(feed, () => readDevices(place)), [feed, place]);
  const { answer, again } = useAnswer(ask);
  useEffect(() => {
    if (answer?.ok === true) feed.addDevices(answer.value.read, answer.value.since);
  }, [answer, feed]);
  const here = useMemo(
    () =>
      [...devices.values()]
        .filter((device) => device.place !== null && liesWithin(device.place, place))
        .sort(
          (a, b) =>
            (a.place?.text ?? '').localeCompare(b.place?.text ?? '', 'zh', { numeric: true }) ||
            (a.type < b.type ? -1 : a.type > b.type ? 1 : a.id < b.id ? -1 : 1),
        ),
    [devices, place],
  );
  return { devices: here, loaded: answer === null ? 'loading' : answer.ok ? 'yes' : 'failed', again };
};

/** Every device of a place, small, home by home. */
const Multiples = ({ place, alerts }: { readonly place: Place; readonly alerts: readonly Alert[] }) => {
  const { words } = useSpeech();
  const { devices, loaded, again } = useDevicesOf(place.id);
  const { answer: types } = useAnswer(readTypes);
  const { answer: rules } = useAnswer(readRules);
  const [most, setMost] = useState(tilesAtOnce);
  const drawn = useMemo(() => devices.slice(0, most), [devices, most]);
  const ids = drawn.map(({ id }) => id).join(' ');
  useWatch(useMemo(() => (ids === '' ? [] : ids.split(' ')), [ids]));
  const lengthMs = lengthsMs['24h'];
  const stride = strideMs(lengthMs);
  const now = useClock((time) => Math.ceil(time / stride) * stride);
  const span = useMemo(() => ({ from: now - lengthMs, to: now }), [now, lengthMs]);
  // The limits change with the rules and the street, not with every value.
  const limits = useMemo(() => {
    const known = rules?.ok === true ? rules.value : [];
    return new Map(drawn.map((device) => [device.id, limitsFor(known, device)]));
  }, [rules, drawn]);
  const typeOf = (device: Device) => (types?.ok === true ? types.value.get(device.type) : undefined);
  const tiles = drawn.map((device) => ({
    device,
    limits: limits.get(device.id) ?? [],
    measurement: mainMeasurement(
      device.latest,
      Object.keys(typeOf(device)?.measurements ?? {}),
      limits.get(device.id) ?? [],
    ),
  }));
  // What is drawn of a device hangs on the types and the rules: nothing is asked for before they are here.
  const ready = types !== null && rules !== null;
  const {
    sketches,
    failed,
    again: sketchAgain,
  } = useSketches(
    ready
      ? tiles.flatMap(({ device, measurement }) =>
          measurement === null ? [] : [{ device: device.id, measurement }],
        )
      : [],
  );
  const worst = useMemo(() => {
    const byDevice = new Map<string, Alert>();
    for (const alert of [...alerts].sort(byUrgency))
      for (const id of alert.devices) if (!byDevice.has(id)) byDevice.set(id, alert);
    return byDevice;
  }, [alerts]);
  const homes = Map.groupBy(tiles, ({ device }) => device.place?.id ?? '');
  if (loaded === 'failed' && devices.length === 0)
    return (
      <p className="refused" role="alert">
        {words.devices.failed}{' '}
        <button type="button" onClick={again}>
          {words.devices.again}
        </button>
      </p>
    );
  if (devices.length === 0)
    return (
      <div className="nothing">
        <h3>{loaded === 'loading' ? words.devices.loading : words.places.noDevices}</h3>
      </div>
    );
  return (
    <>
      {failed && (
        <p className="refused" role="alert">
          {words.chart.failedFirst(words.chart.unreachable)}{' '}
          <button type="button" onClick={sketchAgain}>
            {words.devices.again}
          </button>
        </p>
      )}
      {[...homes].map(([id, members]) => {
        const home = members[0]?.device.place;
        return (
          <section key={id} className="home" aria-label={home?.text ?? id}>
            {home !== undefined && home !== null && (
              <h3>
                {home.id === place.id ? home.text : <a href={placeHref(home.id)}>{home.text}</a>}{' '}
                <span className="quiet">{words.places.devices(members.length)}</span>
              </h3>
            )}
            <ul className="tiles">
              {members.map(({ device, measurement, limits: own }) => (
                <Tile
                  key={device.id}
                  device={device}
                  name={givenName(device, typeOf(device)?.label)}
                  measurement={measurement}
                  series={
                    measurement === null
                      ? null
                      : (sketches.get(keyOf({ device: device.id, measurement })) ?? null)
                  }
                  limits={own}
                  span={span}
                  reportEveryMs={typeOf(device)?.reportEveryMs ?? null}
                  alert={worst.get(device.id) ?? null}
                />
              ))}
            </ul>
          </section>
        );
      })}
      {devices.length > most && (
        <button type="button" onClick={() => setMost((now) => now + tilesAtOnce)}>
          {words.places.more(Math.min(tilesAtOnce, devices.length - most))}
        </button>
      )}
    </>
  );
};

/** The buildings of the street; of one place (a building, a home) every device in a small picture. */
export const PlacesPage = ({ place }: { readonly place: string | null }) => {
  const { words } = useSpeech();
  const { alerts: known, user } = useFeedState();
  const [tended, setTended] = useState<string | null>(null);
  const alerts = useMemo(() => [...known.values()], [known]);
  const { answer, again } = usePlaces();
  const page = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another place is another page.
  useEffect(() => {
    if (document.activeElement?.matches('input, textarea, select') !== true) page.current?.focus();
    page.current?.scrollTo(0, 0);
  }, [place]);
  const places = answer?.ok === true ? answer.value : [];
  const chosen = places.find(({ id }) => id === place);
  return (
    <div className="desk-split">
      <main ref={page} tabIndex={-1} className="places-page" aria-label={words.places.title}>
        {place !== null && (
          <header className="page-head">
            <a className="back" href="#/places">
              ‹ {words.places.all}
            </a>
            {chosen !== undefined && (
              <>
                <h2>{chosen.path.at(-1)?.name ?? chosen.text}</h2>
                <PlaceLinks place={chosen} />
                <span className="quiet">{words.places.lastDay}</span>
                {user !== null && mayActAs(user.role, 'operator') && (
                  <button type="button" onClick={() => setTended(chosen.id)}>
                    {words.places.tend}
                  </button>
                )}
              </>
            )}
          </header>
        )}
        {answer === null && <p>{words.places.loading}</p>}
        {answer?.ok === false && (
          <p className="refused" role="alert">
            {words.places.failed}{' '}
            <button type="button" onClick={again}>
              {words.devices.again}
            </button>
          </p>
        )}
        {answer?.ok === true && place === null && <Chooser places={places} alerts={alerts} />}
        {answer?.ok === true && place !== null && chosen === undefined && (
          <div className="nothing">
            <h3>{words.places.missing}</h3>
            <p className="quiet">{place}</p>
          </div>
        )}
        {chosen !== undefined && chosen.path.at(-1)?.kind !== 'household' && (
          <Section building={chosen} places={places} alerts={alerts} />
        )}
        {chosen !== undefined && <Multiples key={chosen.id} place={chosen} alerts={alerts} />}
      </main>
      {chosen !== undefined && tended === chosen.id && (
        <LatePart
          load={loadTending}
          draw={({ PlaceTending }) => (
            <PlaceTending key={chosen.id} place={chosen} close={() => setTended(null)} />
          )}
        />
      )}
    </div>
  );
};
