import { memo } from 'react';
import type { Alert } from '../../../src/model/alert.ts';
import type { Device } from '../../../src/model/device.ts';
import { deviceHref } from '../address.ts';
import { PriorityShape } from '../alert/priority-shape.tsx';
import type { Limit } from '../chart/limits.ts';
import { extentWithin, isInPicture, scaleOf } from '../chart/scale.ts';
import type { Series } from '../chart/series.ts';
import { sketchOf } from '../chart/sketch.ts';
import type { Edges } from '../chart/span.ts';
import { Age, heardAt, LinkState } from '../devices/link-state.tsx';
import { isEveryday, unitOf, valueText } from '../devices/values.ts';
import { wordFor } from '../words/word-for.ts';
import { useSpeech } from '../words/words.tsx';

const box = { width: 240, height: 56 } as const;

/** One device small: its main measurement in the last 24 hours, its last value and what is open; the whole of it is a link to the device's page. `series` is null until it has been read. */
export const Tile = memo(
  (props: {
    readonly device: Device;
    /** What it is called beside its type and place; '' for nothing. */
    readonly name: string;
    readonly measurement: string | null;
    readonly series: Series | null;
    readonly limits: readonly Limit[];
    readonly span: Edges;
    readonly reportEveryMs: number | null;
    /** The most urgent open alert that concerns the device. */
    readonly alert: Alert | null;
  }) => {
    const { words, text } = useSpeech();
    const { device, measurement, series, span, alert } = props;
    const latest = measurement === null ? undefined : device.latest[measurement];
    const own = props.limits.filter((limit) => limit.measurement === measurement);
    const isFlag = typeof latest?.value === 'boolean';
    const scale = isFlag || series === null ? { min: -0.2, max: 1.2, step: 1 } : scaleOf([series], own, span);
    const sketch = series === null ? null : sketchOf(series, span, scale, props.reportEveryMs, box);
    const extent = series === null ? null : extentWithin([series], span);
    const y = (value: number): number =>
      box.height - ((value - scale.min) / (scale.max - scale.min)) * box.height;
    const lines = isFlag
      ? []
      : own
          .filter((limit) => isInPicture(limit, scale))
          .flatMap((limit) =>
            [limit.from, limit.to].flatMap((edge) =>
              edge === null || edge <= scale.min || edge >= scale.max ? [] : [{ limit, edge }],
            ),
          );
    const unit = measurement === null ? '' : unitOf(measurement);
    const loud = latest?.value === true && measurement !== null && !isEveryday(measurement);
    return (
      <li>
        <a
          className={alert === null ? 'tile' : `tile ${alert.priority}`}
          href={deviceHref(device.id)}
          data-tile={device.id}
        >
          <span className="head">
            <span className="name">
              {wordFor(words.type, device.type)}{' '}
              <span className="quiet">{props.name === '' ? device.id : props.name}</span>
            </span>
            {device.link === 'offline' && <LinkState link="offline" />}
          </span>
          {alert !== null && (
            <strong className="alert">
              <PriorityShape priority={alert.priority} /> {text(alert.title)}
            </strong>
          )}
          <span className="now">
            {measurement !== null && latest !== undefined && (
              <>
                <span>{wordFor(words.measurement, measurement)}</span>{' '}
                <b className={loud ? 'bad' : ''}>{valueText(latest.value, unit, words)}</b>
              </>
            )}
            <small className="quiet">
              <Age at={latest?.at ?? heardAt(device)} />
            </small>
          </span>
          {measurement === null ? (
            <span className="blank quiet">{words.places.eventsOnly}</span>
          ) : sketch === null ? (
            <span className="blank" />
          ) : sketch.curve === '' ? (
            <span className="blank quiet">{words.places.noReadings}</span>
          ) : (
            <svg
              className="sketch"
              viewBox={`0 0 ${box.width} ${box.height}`}
              preserveAspectRatio="none"
              role="img"
              aria-label={
                extent === null
                  ? words.places.lastDay
                  : `${words.places.lastDay}: ${words.chart.between(
                      valueText(extent.min, '', words),
                      valueText(extent.max, unit, words),
                    )}`
              }
            >
              {lines.map(({ limit, edge }) => (
                <line
                  key={`${limit.rule} ${edge}`}
                  className={`limit ${limit.priority}`}
                  x1="0"
                  x2={box.width}
                  y1={y(edge)}
                  y2={y(edge)}
                />
              ))}
              {sketch.band !== '' && <path className="band" d={sketch.band} />}
              <path className="curve" d={sketch.curve} />
            </svg>
          )}
          {extent !== null && (
            <small className="quiet range">
              {extent.min < extent.max && `${valueText(extent.min, '', words)} – `}
              {valueText(extent.max, unit, words)}
            </small>
          )}
        </a>
      </li>
    );
  },
);
