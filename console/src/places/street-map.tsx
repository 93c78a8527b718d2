import { useMemo } from 'react';
import type { Alert } from '../../../src/model/alert.ts';
import { liesWithin, type Place } from '../../../src/model/place.ts';
import { placeHref } from '../address.ts';
import { byUrgency, isWaiting } from '../board/order.ts';
import { readSites } from '../server/gateway.ts';
import { useAnswer } from '../server/use-answer.ts';
import { useSpeech } from '../words/words.tsx';
import { communityLabels } from './community-labels.ts';
import { layOut } from './ground.ts';
import { tilesUnder } from './map-tiles.ts';
import { ScaleBar } from './scale-bar.tsx';
import './map.css';
import './street-map.css';

/** About how large the map is drawn (px), and how high the words on it are to be (px). */
const drawnWidth = 1300;
const drawnHeight = 400;
const wordHeight = 14;

const marks = { critical: '◆', high: '▲', medium: '■', low: '○' } as const;

/** The street from above, as far as somebody has put its places on the map: every building with the worst that is open in it. Nothing where none is. Needs no internet: pictures of the ground lie under it only where the gateway names a server for them, and nothing is missing where that cannot be reached. */
export const StreetMap = (props: {
  readonly places: readonly Place[];
  readonly alerts: readonly Alert[];
}) => {
  const { words } = useSpeech();
  const { places, alerts } = props;
  const { answer } = useAnswer(readSites);
  const known = answer?.ok === true ? answer.value : null;
  const sites = known?.sites;
  const ground = useMemo(() => {
    const placeOf = new Map(places.map((place) => [place.id, place]));
    return layOut(
      (sites ?? []).flatMap((site) => {
        const what = placeOf.get(site.place);
        return what === undefined ? [] : [{ what, site }];
      }),
    );
  }, [places, sites]);
  const labels = useMemo(() => communityLabels(ground.drawn), [ground]);
  const sorted = useMemo(() => [...alerts].sort(byUrgency), [alerts]);
  if (ground.drawn.length === 0) return null;
  const { width, height } = ground;
  const metresAPixel = Math.max(width / drawnWidth, height / drawnHeight);
  const tiles = known?.tiles;
  const isBuilding = (place: Place): boolean => place.path.at(-1)?.kind === 'building';
  return (
    <figure className="street-map">
      {/* Words of one size on the screen, however many metres it shows. */}
      <svg viewBox={`0 0 ${width} ${height}`} fontSize={wordHeight * metresAPixel}>
        <title>{words.places.map}</title>
        {tiles !== undefined &&
          tilesUnder(ground, tiles.url, 1 / metresAPixel).map((tile) => (
            <image key={tile.href} {...tile} preserveAspectRatio="none" />
          ))}
        {ground.drawn
          .filter(({ what }) => !isBuilding(what))
          .map(({ what, x, y, outline }) => (
            <g key={what.id} className="area">
              <polygon points={outline.map((point) => point.join()).join(' ')} />
              <text x={x} y={y}>
                {what.path.at(-1)?.name}
              </text>
            </g>
          ))}
        {ground.drawn
          .filter(({ what }) => isBuilding(what))
          .map(({ what, x, y, outline }) => {
            const open = sorted.filter(({ place }) => place !== null && liesWithin(place, what.id));
            const [worst] = open;
            const name = what.path.at(-1)?.name ?? what.id;
            const waits = worst !== undefined && isWaiting(worst);
            return (
              <a
                key={what.id}
                href={placeHref(what.id)}
                data-site={what.id}
                className={`on-map ${worst?.priority ?? 'nothing'}${waits ? ' waits' : ''}`}
                aria-label={
                  worst === undefined
                    ? words.places.calmHome(what.text)
                    : `${what.text} ${words.places.alerts(open.length)}${words.places.worstIs(words.priority[worst.priority])}`
                }
              >
                <polygon points={outline.map((point) => point.join()).join(' ')} />
                <text x={x} y={y} dy={worst === undefined ? '0.35em' : '-0.15em'}>
                  {name}
                </text>
                {worst !== undefined && (
                  <text x={x} y={y} dy="1.05em" className="count">
                    {marks[worst.priority]} {open.length}
                  </text>
                )}
              </a>
            );
          })}
        {labels.map(({ key, name, x, y }) => (
          <text
            key={key}
            className="whose-buildings"
            x={x}
            y={Math.max(y, wordHeight * metresAPixel)}
            dy="-0.5em"
          >
            {name}
          </text>
        ))}
        <ScaleBar width={width} height={height} />
      </svg>
      {tiles?.attribution != null && <figcaption>{tiles.attribution}</figcaption>}
    </figure>
  );
};
