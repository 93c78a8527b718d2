import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Device } from '../../../src/model/device.ts';
import type { Latest } from '../../../src/model/reading.ts';
import { mayActAs } from '../../../src/model/user.ts';
import { PriorityShape } from '../alert/priority-shape.tsx';
import { byUrgency } from '../board/order.ts';
import { CallDevice } from '../call/call-device.tsx';
import { Chart } from '../chart/chart.tsx';
import { FiguresTable } from '../chart/figures-table.tsx';
import { silencesOf } from '../chart/gaps.ts';
import { limitsFor } from '../chart/limits.ts';
import { lineColour } from '../chart/option.ts';
import { edgesOf, lengthsMs, moved, nameOf, type Span, spanNames, strideMs, zoomed } from '../chart/span.ts';
import { useAlertsOf } from '../chart/use-alerts-of.ts';
import { useColours } from '../chart/use-colours.ts';
import { useMovingSpan } from '../chart/use-moving-span.ts';
import { useReadings } from '../chart/use-readings.ts';
import { askAsOf } from '../feed/ask-as-of.ts';
import { useClock } from '../feed/clock.ts';
import { useFeed, useFeedState } from '../feed/live-feed.ts';
import { type DeclaredType, exportAddress, readDevice, readRules, readTypes } from '../server/gateway.ts';
import { useAnswer } from '../server/use-answer.ts';
import { usePart } from '../server/use-part.ts';
import { LatePart } from '../strip/late-page.tsx';
import { useTimes } from '../time/use-times.ts';
import { goTo } from '../use-address.ts';
import { wordFor } from '../words/word-for.ts';
import { useSpeech } from '../words/words.tsx';
import { deviceWord } from './device-word.ts';
import { Age, givenName, heardAt, LinkState, LoginRefused } from './link-state.tsx';
import { PlaceLinks } from './place-links.tsx';
import { useWatch } from './use-watch.ts';
import { inOrder, isEveryday, isOfHome, unitOf, valueText } from './values.ts';
import './devices.css';
import './device-page.css';

// Half a megabyte that only this page needs.
const loadDrawing = () => import('../chart/draw.ts');
const loadTending = () => import('./device-tending.tsx');

/** The device as it was read, kept fresh by the feed. */
const useDevice = (
  id: string,
): { readonly device: Device | 'loading' | 'missing' | 'failed'; readonly again: () => void } => {
  const feed = useFeed();
  const { devices } = useFeedState();
  const ask = useCallback(() => askAsOf(feed, () => readDevice(id)), [feed, id]);
  const { answer, again } = useAnswer(ask);
  useEffect(() => {
    if (answer?.ok === true) feed.addDevices([answer.value.read], answer.value.since);
  }, [answer, feed]);
  const known = devices.get(id);
  if (answer === null) return { device: known ?? 'loading', again };
  if (answer.ok) return { device: known ?? 'loading', again };
  const missing = answer.code === 'not-found' || answer.code === 'not-allowed';
  return { device: missing ? 'missing' : (known ?? 'failed'), again };
};

/** A value with its age; a press takes its curve in or out. */
const ValueCard = (props: {
  readonly name: string;
  readonly latest: Latest;
  readonly drawn: boolean;
  readonly colour: string;
  readonly toggle: () => void;
}) => {
  const { words } = useSpeech();
  const { name, latest, drawn } = props;
  const loud = latest.value === true && !isEveryday(name);
  return (
    <li>
      <button
        type="button"
        className={loud ? 'value loud' : 'value'}
        aria-pressed={drawn}
        data-value={name}
        onClick={props.toggle}
      >
        <span className="name">
          <i
            className="swatch"
            style={{ background: drawn ? props.colour : 'transparent' }}
            aria-hidden="true"
          />{' '}
          {wordFor(words.measurement, name)}
        </span>
        <strong>{valueText(latest.value, unitOf(name), words)}</strong>
        <small className="age">
          <Age at={latest.at} />
        </small>
      </button>
    </li>
  );
};

const SpanBar = (props: {
  readonly span: Span;
  readonly now: number;
  readonly move: (next: (span: Span) => Span) => void;
  readonly choose: (span: Span) => void;
}) => {
  const { words } = useSpeech();
  const times = useTimes();
  const { span, now, move } = props;
  const { from, to } = edgesOf(span, now);
  const name = nameOf(span);
  const middle = (from + to) / 2;
  return (
    <fieldset className="span-bar" aria-label={words.chart.span}>
      {spanNames.map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={name === one}
          onClick={() => props.choose({ lengthMs: lengthsMs[one], to: null })}
        >
          {words.chart.spans[one]}
        </button>
      ))}
      <span className="gap" />
      <button
        type="button"
        onClick={() => move((shown) => moved(shown, now, -0.5))}
        title={words.chart.earlier}
      >
        <i aria-hidden="true">◂</i>
        <span className="unseen">{words.chart.earlier}</span>
      </button>
      <button
        type="button"
        onClick={() => move((shown) => moved(shown, now, 0.5))}
        disabled={span.to === null}
        title={words.chart.later}
      >
        <i aria-hidden="true">▸</i>
        <span className="unseen">{words.chart.later}</span>
      </button>
      <button
        type="button"
        onClick={() => move((shown) => zoomed(shown, now, middle, 0.5))}
        title={words.chart.closer}
      >
        <i aria-hidden="true">＋</i>
        <span className="unseen">{words.chart.closer}</span>
      </button>
      <button
        type="button"
        onClick={() => move((shown) => zoomed(shown, now, middle, 2))}
        title={words.chart.wider}
      >
        <i aria-hidden="true">－</i>
        <span className="unseen">{words.chart.wider}</span>
      </button>
      {span.to !== null && (
        <button type="button" onClick={() => props.choose({ lengthMs: span.lengthMs, to: null })}>
          {words.chart.toNow}
        </button>
      )}
      <span className="told" data-live={span.to === null}>
        <span className={span.to === null ? 'good' : 'quiet'}>
          <i aria-hidden="true">{span.to === null ? '●' : '◷'}</i>{' '}
          {span.to === null ? words.chart.live : words.chart.past}
        </span>{' '}
        {times.inSpan(from, span.lengthMs)} – {times.inSpan(to, span.lengthMs)}
      </span>
    </fieldset>
  );
};

const History = (props: {
  readonly device: Device;
  readonly type: DeclaredType | undefined;
  readonly span: Span;
  readonly openAlert: (alert: string) => void;
}) => {
  const { words } = useSpeech();
  const { device, span } = props;
  const colours = useColours();
  const drawing = usePart(loadDrawing);
  const { answer: rules } = useAnswer(readRules);
  const [chosen, setChosen] = useState<ReadonlySet<string> | null>(null);

  const settle = useCallback(
    (next: Span) => {
      // One step back leads from a closer look to the whole again, not through every turn of the wheel.
      const how = nameOf(span) === null ? 'replace' : 'push';
      goTo({ page: 'device', id: device.id, span: next }, how);
    },
    [device.id, span],
  );
  const { shown, move } = useMovingSpan(span, settle);
  const stride = strideMs(shown.lengthMs);
  const now = useClock((time) => Math.ceil(time / stride) * stride);

  const names = Object.keys(device.latest).sort().join(' ');
  const declared = props.type?.measurements;
  const measurements = useMemo(
    () => inOrder(names === '' ? [] : names.split(' '), Object.keys(declared ?? {})),
    [names, declared],
  );
  const drawn = useMemo(() => {
    if (chosen !== null) return measurements.filter((name) => chosen.has(name));
    const telling = measurements.filter(isOfHome);
    return telling.length > 0 ? telling : measurements;
  }, [chosen, measurements]);
  const toggle = (name: string): void => {
    const next = new Set(drawn);
    if (!next.delete(name)) next.add(name);
    setChosen(next);
  };

  // Flags come thinned to their changes: when the device was silent, only a number that it reports can tell.
  const pulse = drawn.some((name) => typeof device.latest[name]?.value === 'number')
    ? undefined
    : measurements.find((name) => typeof device.latest[name]?.value === 'number');
  const asked = useMemo(() => (pulse === undefined ? drawn : [...drawn, pulse]), [drawn, pulse]);
  const { series: read, reading, failed, again } = useReadings(device.id, asked, span, device.latest);
  const series = useMemo(() => read.filter(({ measurement }) => drawn.includes(measurement)), [read, drawn]);
  const { alerts, complete } = useAlertsOf(device.id, span);
  const { id, type, place } = device;
  const limits = useMemo(
    () => (rules?.ok === true ? limitsFor(rules.value, { id, type, place }) : []),
    [rules, id, type, place],
  );
  const reportEveryMs = props.type?.reportEveryMs ?? null;
  const silences = useMemo(() => silencesOf(read, reportEveryMs), [read, reportEveryMs]);
  const edges = useMemo(() => edgesOf(shown, now), [shown, now]);
  const empty = series.every(({ points }) => points.every(([at]) => at < edges.from || at > edges.to));
  const why = (code: string): string => {
    if (code === 'unreachable') return words.chart.unreachable;
    return code === 'too-many-requests' ? words.chart.tooMany : code;
  };
  const [tableOpen, setTableOpen] = useState(false);

  const instead = ((): string | null => {
    if (measurements.length === 0) return `${words.device.nothing} · ${words.device.nothingHint}`;
    if (drawn.length === 0) return words.chart.chooseSome;
    if (!empty || failed !== null) return null;
    return reading ? words.chart.readingFirst : words.chart.empty;
  })();

  return (
    <>
      <ul className="values-now" aria-label={words.device.latest}>
        {measurements.map((name, index) => {
          const latest = device.latest[name];
          return latest === undefined ? null : (
            <ValueCard
              key={name}
              name={name}
              latest={latest}
              drawn={drawn.includes(name)}
              colour={lineColour(colours, index)}
              toggle={() => toggle(name)}
            />
          );
        })}
      </ul>
      <div className="chart-bar">
        <SpanBar
          span={shown}
          now={now}
          move={move}
          choose={(next) => goTo({ page: 'device', id: device.id, span: next }, 'replace')}
        />
        <span className="spring" />
        {reading && (
          <span className="quiet" role="status">
            {words.chart.reading}
          </span>
        )}
        {drawn.length > 0 && (
          <span className="export" title={words.device.exportHint}>
            {words.device.exportAs}
            {(['csv', 'ndjson'] as const).map((format) => (
              <a
                key={format}
                className="button"
                href={exportAddress(format, device.id, drawn, edges)}
                download={`${device.id}.${format}`}
              >
                {format.toUpperCase()}
              </a>
            ))}
          </span>
        )}
      </div>
      {failed !== null && !reading && (
        <p className="refused" role="alert">
          {series.length === 0 ? words.chart.failedFirst(why(failed)) : words.chart.failed(why(failed))}{' '}
          <button type="button" onClick={again}>
            {words.devices.again}
          </button>
        </p>
      )}
      {drawing === 'failed' && (
        <p className="refused" role="alert">
          {words.banner.partMissing}{' '}
          <button type="button" onClick={() => window.location.reload()}>
            {words.banner.reload}
          </button>
        </p>
      )}
      {rules?.ok === false && <p className="quiet">{words.chart.noRules}</p>}
      {!complete && <p className="quiet">{words.chart.noAlerts}</p>}
      <div className="chart" data-reading={reading}>
        <Chart
          series={series}
          silences={silences}
          span={shown}
          now={now}
          limits={limits}
          alerts={alerts}
          reportEveryMs={reportEveryMs}
          measurements={measurements}
          drawing={drawing}
          change={move}
          openAlert={props.openAlert}
        />
        {instead !== null && (
          <p className="instead" role="status">
            <span>{instead}</span>
          </p>
        )}
      </div>
      {series.length > 0 && (
        <details className="table" onToggle={(event) => setTableOpen(event.currentTarget.open)}>
          <summary>{words.chart.table}</summary>
          {tableOpen && <FiguresTable series={series} span={edges} reportEveryMs={reportEveryMs} />}
        </details>
      )}
    </>
  );
};

/** The open alerts of a device, the most urgent first. */
const OpenAlerts = (props: { readonly device: string; readonly open: (alert: string) => void }) => {
  const { text } = useSpeech();
  const { alerts } = useFeedState();
  const open = useMemo(
    () => [...alerts.values()].filter(({ devices }) => devices.includes(props.device)).sort(byUrgency),
    [alerts, props.device],
  );
  return open.map((alert) => (
    <button
      key={alert.id}
      type="button"
      className={`open-alert ${alert.priority}`}
      onClick={() => props.open(alert.id)}
    >
      <PriorityShape priority={alert.priority} /> {text(alert.title)}
    </button>
  ));
};

/** One device: what it says now, and what it said. */
export const DevicePage = (props: {
  readonly id: string;
  readonly span: Span;
  readonly openAlert: (alert: string) => void;
}) => {
  const { words } = useSpeech();
  const { device, again } = useDevice(props.id);
  const { answer: types } = useAnswer(readTypes);
  const { user } = useFeedState();
  const [tending, setTending] = useState(false);
  const watched = useMemo(() => [props.id], [props.id]);
  useWatch(watched);
  const page = useRef<HTMLElement>(null);
  useEffect(() => {
    // Whoever came by a link reads on here; whoever is typing goes on typing.
    if (document.activeElement?.matches('input, textarea, select') !== true) page.current?.focus();
  }, []);
  const back = (
    <a className="back" href="#/devices">
      ‹ {words.device.back}
    </a>
  );
  if (typeof device === 'string')
    return (
      <main ref={page} tabIndex={-1} className="device-page" aria-label={props.id}>
        {back}
        <div className="nothing" data-device-page={device}>
          <h2>{device === 'loading' ? words.device.loading : words.device[device]}</h2>
          {device === 'missing' && (
            <p className="quiet">
              {props.id}: {words.device.missingHint}
            </p>
          )}
          {device === 'failed' && (
            <button type="button" onClick={again}>
              {words.devices.again}
            </button>
          )}
        </div>
      </main>
    );
  const type = types?.ok === true ? types.value.get(device.type) : undefined;
  const name = givenName(device, type?.label);
  return (
    <div className="desk-split">
      <main
        ref={page}
        tabIndex={-1}
        className="device-page"
        aria-label={deviceWord(device, words)}
        data-device-page="yes"
      >
        <header className="page-head">
          {back}
          <h2>
            {wordFor(words.type, device.type)} {name !== '' && <span>{name}</span>}{' '}
            <span className="quiet">{device.id}</span>
          </h2>
          {device.place === null ? (
            <span className="quiet">{words.board.unknownPlace}</span>
          ) : (
            <PlaceLinks place={device.place} />
          )}
          <span className="standing">
            <LinkState link={device.link} />
            {device.outOfService && <span className="mark">{words.devices.outOfService}</span>}
            <LoginRefused refused={device.loginRefused} />
            <span className="quiet">
              {words.device.heard} <Age at={heardAt(device)} />
            </span>
          </span>
          {type?.voice === true && <CallDevice device={device.id} />}
          <OpenAlerts device={device.id} open={props.openAlert} />
          {user !== null && mayActAs(user.role, 'supervisor') && (
            <button type="button" onClick={() => setTending(true)}>
              {words.device.tend}
            </button>
          )}
        </header>
        <History device={device} type={type} span={props.span} openAlert={props.openAlert} />
      </main>
      {tending && (
        <LatePart
          load={loadTending}
          draw={({ DeviceTending }) => <DeviceTending device={device} close={() => setTending(false)} />}
        />
      )}
    </div>
  );
};
