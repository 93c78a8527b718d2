import {
  type KeyboardEvent,
  type PointerEvent,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { Alert } from '../../../src/model/alert.ts';
import { isEveryday, valueText } from '../devices/values.ts';
import { type Tick, ticksOf } from '../time/ticks.ts';
import { useTimes } from '../time/use-times.ts';
import { wordFor } from '../words/word-for.ts';
import { useSpeech } from '../words/words.tsx';
import type { Dictionary } from '../words/zh.ts';
import { AlertLane } from './alert-lane.tsx';
import { marksOf } from './alert-marks.ts';
import { type Stay, staysOf } from './gaps.ts';
import type { Limit } from './limits.ts';
import { type Colours, lanesOption, lineColour, marginPx, numbersOption } from './option.ts';
import { type Drawing, laneHeight, Panel } from './panel.tsx';
import { type PanelPlan, planPanels } from './panels.ts';
import { limitText, pointText, summaryText, unitOfSeries } from './say.ts';
import { scaleOf } from './scale.ts';
import type { Series } from './series.ts';
import { type Edges, edgesOf, firstSpan, moved, type Span, spanBetween, zoomed } from './span.ts';
import { pointAt, stayAt, summaryOf } from './summary.ts';
import { useColours } from './use-colours.ts';
import './chart.css';

/** Alert marks nearer than this share one, in px. */
const marksApartPx = 22;
/** A press that moves less than this is no drag, in px. */
const dragFromPx = 6;

/** What every part of a chart is told. */
type Told = {
  readonly span: Edges;
  readonly ticks: readonly Tick[];
  readonly limits: readonly Limit[];
  readonly reportEveryMs: number | null;
  readonly colours: Colours;
  /** The colour of a measurement is the same wherever it is named. */
  readonly colourOf: (measurement: string) => string;
  readonly cursor: number | null;
};

const Swatch = ({ colour }: { readonly colour: string }) => (
  <i className="swatch" style={{ background: colour }} aria-hidden="true" />
);

/** A number of a text's own, so that its colour does not change with what else is to be seen. */
const placeOf = (text: string): number => [...text].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);

const saidOf = (
  { series }: PanelPlan,
  span: Edges,
  reportEveryMs: number | null,
  words: Dictionary,
): string => series.map((one) => summaryText(one, summaryOf(one, span, reportEveryMs), words)).join('; ');

const Numbers = (
  props: Told & {
    readonly plan: PanelPlan;
    readonly drawing: Drawing;
  },
) => {
  const { words, text } = useSpeech();
  const { plan, span, ticks, limits, reportEveryMs, colours, colourOf, cursor } = props;
  const own = useMemo(() => {
    const names = new Set(plan.series.map(({ measurement }) => measurement));
    return limits.filter(({ measurement }) => names.has(measurement));
  }, [limits, plan]);
  const option = useMemo(
    () =>
      numbersOption({
        series: plan.series,
        span,
        scale: scaleOf(plan.series, own, span),
        limits: own,
        reportEveryMs,
        colours,
        ticks,
        colourOf,
        nameOf: (limit) => text(limit.title),
      }),
    [plan, span, own, reportEveryMs, colours, ticks, colourOf, text],
  );
  const said = useMemo(() => saidOf(plan, span, reportEveryMs, words), [plan, span, reportEveryMs, words]);
  const heading = (
    <header>
      {plan.series.map((series) => {
        const point = cursor === null ? null : pointAt(series, cursor, reportEveryMs);
        return (
          <span key={series.measurement}>
            <Swatch colour={colourOf(series.measurement)} /> {wordFor(words.measurement, series.measurement)}{' '}
            {cursor === null ? (
              <span className="quiet">{unitOfSeries(series)}</span>
            ) : (
              <b>{point === null ? words.chart.noValue : pointText(point, unitOfSeries(series), words)}</b>
            )}
          </span>
        );
      })}
      {own.length > 0 && (
        <span className="limits">
          <span className="quiet">{words.chart.limits}</span>
          {own.map((limit) => (
            <span
              key={`${limit.rule} ${limit.priority} ${limit.from} ${limit.to}`}
              className={limit.priority}
              title={limit.rule}
            >
              {plan.series.length > 1 && <Swatch colour={colourOf(limit.measurement)} />} {text(limit.title)}{' '}
              {limitText(limit, plan.series.map((series) => unitOfSeries(series))[0] ?? '', words)}
            </span>
          ))}
        </span>
      )}
    </header>
  );
  return <Panel drawing={props.drawing} option={option} said={said} lanes={null} heading={heading} />;
};

const Lanes = (
  props: Told & {
    readonly plan: PanelPlan;
    readonly drawing: Drawing;
    readonly silences: readonly Edges[];
    readonly now: number;
  },
) => {
  const { words } = useSpeech();
  const { plan, span, ticks, colours, cursor, silences, now } = props;
  const { reportEveryMs, colourOf } = props;
  const until = Math.min(now, span.to);
  const lanes = useMemo(
    () =>
      plan.series.map(({ measurement, points }) => ({
        measurement,
        label: wordFor(words.measurement, measurement),
        stays: staysOf(points, silences, until),
      })),
    [plan, silences, until, words],
  );
  const option = useMemo(() => {
    const colourOfStay = (measurement: string, value: Stay['value']): string => {
      if (value !== true) return lineColour(colours, placeOf(String(value)));
      return isEveryday(measurement) ? colourOf(measurement) : colours.priority.critical;
    };
    return lanesOption({ lanes, span, colours, ticks, colourOf: colourOfStay });
  }, [lanes, span, colours, ticks, colourOf]);
  const said = useMemo(() => saidOf(plan, span, reportEveryMs, words), [plan, span, reportEveryMs, words]);
  return (
    <Panel
      drawing={props.drawing}
      option={option}
      said={said}
      lanes={lanes.length}
      heading={<header>{words.chart.flags}</header>}
      over={lanes.map(({ measurement, label, stays }, row) => {
        const stay = stayAt(stays, cursor ?? until);
        return (
          <span key={measurement} className="lane-name" style={{ top: `${row * laneHeight + 6}px` }}>
            {label}{' '}
            <b className={stay?.value === true && !isEveryday(measurement) ? 'bad' : ''}>
              {stay === null ? words.chart.noValue : valueText(stay.value, '', words)}
            </b>
          </span>
        );
      })}
    />
  );
};

/** The curves of a device between two moments, with the alerts over them, the limits in them and a cursor through all of them. `change` hears how somebody wants to look at another span. */
export const Chart = (props: {
  readonly series: readonly Series[];
  /** When the device said nothing at all. */
  readonly silences: readonly Edges[];
  readonly span: Span;
  /** The gateway's time, as far as the picture follows it. */
  readonly now: number;
  readonly limits: readonly Limit[];
  readonly alerts: readonly Alert[];
  readonly reportEveryMs: number | null;
  /** All measurements that may be drawn, in order: they give the colours. */
  readonly measurements: readonly string[];
  readonly drawing: Drawing;
  readonly change: (next: (span: Span) => Span) => void;
  readonly openAlert: (alert: string) => void;
}) => {
  const { words, language } = useSpeech();
  const times = useTimes();
  const colours = useColours();
  const { series, span, now, limits, reportEveryMs, measurements, drawing, change } = props;
  const edges = useMemo(() => edgesOf(span, now), [span, now]);
  const { from, to } = edges;
  const ticks = useMemo(() => ticksOf(from, to, times.zone, language), [from, to, times, language]);
  const plots = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(0);
  const [cursor, setCursor] = useState<number | null>(null);
  const [byKeys, setByKeys] = useState(false);
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number } | null>(null);

  useEffect(() => {
    const element = plots.current;
    if (element === null) return;
    const watcher = new ResizeObserver(() => setWidth(element.clientWidth));
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);

  const plotWidth = Math.max(1, width - marginPx.left - marginPx.right);
  /** The moment under a pointer, 0..1 of the span or null where it is beside the curves. */
  const partAt = (clientX: number): number => {
    const left = (plots.current?.getBoundingClientRect().left ?? 0) + marginPx.left;
    return Math.min(1, Math.max(0, (clientX - left) / plotWidth));
  };
  const momentAt = (clientX: number): number => from + partAt(clientX) * (to - from);

  const wheel = useRef<(event: WheelEvent) => void>(() => undefined);
  wheel.current = (event) => {
    event.preventDefault();
    const part = partAt(event.clientX);
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : 30;
    const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    change((shown) => {
      if (sideways) return moved(shown, now, ((event.deltaX || event.deltaY) * unit) / plotWidth);
      const { from: start } = edgesOf(shown, now);
      const turn = Math.min(240, Math.max(-240, event.deltaY * unit));
      return zoomed(shown, now, start + part * shown.lengthMs, 1.003 ** turn);
    });
  };
  useEffect(() => {
    const element = plots.current;
    if (element === null) return;
    const heed = (event: WheelEvent): void => wheel.current(event);
    // React's own listener may not keep the page from scrolling.
    element.addEventListener('wheel', heed, { passive: false });
    return () => element.removeEventListener('wheel', heed);
  }, []);

  const begin = (event: PointerEvent<HTMLElement>): void => {
    if (event.button !== 0 || (event.target instanceof Element && event.target.closest('button'))) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const at = momentAt(event.clientX);
    setDrag({ from: at, to: at });
  };
  const follow = (event: PointerEvent<HTMLElement>): void => {
    const at = momentAt(event.clientX);
    setByKeys(false);
    setCursor(at);
    setDrag((held) => (held === null ? null : { ...held, to: at }));
  };
  const end = (): void => {
    setDrag(null);
    if (drag === null) return;
    const [start, stop] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
    if (((stop - start) / (to - from)) * plotWidth >= dragFromPx)
      change((shown) => spanBetween(start, stop, edgesOf(shown, now).to));
  };

  const heed = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const middle = cursor ?? (from + to) / 2;
    const towards = event.key === 'ArrowLeft' ? -1 : 1;
    switch (event.key) {
      case 'ArrowLeft':
      case 'ArrowRight':
        if (event.shiftKey) change((shown) => moved(shown, now, towards * 0.25));
        else {
          setByKeys(true);
          setCursor(Math.min(to, Math.max(from, middle + (towards * (to - from)) / 100)));
        }
        break;
      case '+':
      case '=':
        change((shown) => zoomed(shown, now, middle, 0.5));
        break;
      case '-':
        change((shown) => zoomed(shown, now, middle, 2));
        break;
      case '0':
        change(() => firstSpan);
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  const plans = useMemo(() => planPanels(series), [series]);
  const marks = useMemo(
    () => marksOf(props.alerts, edges, plotWidth, marksApartPx),
    [props.alerts, edges, plotWidth],
  );
  const order = measurements.join(' ');
  const colourOf = useCallback(
    (measurement: string) => lineColour(colours, Math.max(0, order.split(' ').indexOf(measurement))),
    [colours, order],
  );
  const told: Told = { span: edges, ticks, limits, reportEveryMs, colours, colourOf, cursor };
  const partOf = (at: number): number => (at - from) / (to - from);
  const atCursor =
    cursor === null
      ? ''
      : [
          times.inSpan(cursor, to - from),
          ...series.map((one) => {
            const point = pointAt(one, cursor, reportEveryMs);
            return words.chart.said(
              wordFor(words.measurement, one.measurement),
              point === null ? words.chart.noValue : pointText(point, unitOfSeries(one), words),
            );
          }),
        ].join(', ');
  return (
    <section
      ref={plots}
      className="plots"
      aria-label={words.chart.title}
      aria-description={words.chart.keys}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys move the cursor and the span.
      tabIndex={0}
      onPointerDown={begin}
      onPointerMove={follow}
      onPointerUp={end}
      onPointerCancel={() => setDrag(null)}
      onPointerLeave={() => setCursor(null)}
      onKeyDown={heed}
      style={{ '--lane-width': `${plotWidth}px` } as Record<string, string>}
    >
      <AlertLane
        marks={marks}
        span={edges}
        open={props.openAlert}
        closer={(wanted) => change((shown) => spanBetween(wanted.from, wanted.to, edgesOf(shown, now).to))}
      />
      {plans.map((plan) =>
        plan.kind === 'numbers' ? (
          <Numbers
            key={plan.series.map(({ measurement }) => measurement).join(' ')}
            {...told}
            plan={plan}
            drawing={drawing}
          />
        ) : (
          <Lanes key="lanes" {...told} plan={plan} drawing={drawing} silences={props.silences} now={now} />
        ),
      )}
      <div className="over" aria-hidden="true">
        {drag !== null && (
          <i
            className="drag"
            style={{
              left: `${partOf(Math.min(drag.from, drag.to)) * 100}%`,
              width: `${Math.abs(partOf(drag.to) - partOf(drag.from)) * 100}%`,
            }}
          />
        )}
        {cursor !== null && cursor >= from && cursor <= to && (
          <span className="cursor" style={{ left: `${partOf(cursor) * 100}%` }}>
            <b className={partOf(cursor) > 0.85 ? 'left' : ''}>{times.inSpan(cursor, to - from)}</b>
          </span>
        )}
      </div>
      <p className="unseen" role="status">
        {byKeys ? atCursor : ''}
      </p>
    </section>
  );
};
