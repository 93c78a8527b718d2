import { useEffect, useState } from 'react';
import type { Place } from '../../../src/model/place.ts';
import { placeHref } from '../address.ts';
import { useSpeech } from '../words/words.tsx';
import { type Ground, layOut } from './ground.ts';
import { knownPlaces, knownSites } from './ground-book.ts';
import { isWide, placedStep, sitesNear } from './near.ts';
import { ScaleBar } from './scale-bar.tsx';
import './map.css';
import './small-map.css';

/** About how large it is drawn (px), and how high the words on it are to be (px). */
const drawnWidth = 260;
const drawnHeight = 150;
const wordHeight = 13;

type Near = { readonly id: string; readonly name: string };
type Found = { readonly of: string; readonly step: Near; readonly ground: Ground<Near> };

const findNear = async (place: Place): Promise<Found | null> => {
  const sites = (await knownSites())?.sites ?? [];
  const step = placedStep(place, sites);
  if (step === null) return null;
  // Without them the neighbours stand there nameless.
  const places = await knownPlaces();
  const near = sitesNear(step.id, sites).filter(
    (site) => site.place === step.id || !isWide(places?.get(site.place)),
  );
  return {
    of: place.id,
    step,
    ground: layOut(
      near.map((site) => ({
        what: {
          id: site.place,
          name: site.place === step.id ? step.name : (places?.get(site.place)?.path.at(-1)?.name ?? ''),
        },
        site,
      })),
    ),
  };
};

/** Where a place stands among its neighbours, marked, and the way to its building; nothing where nobody has put it on the map. */
export const SmallMap = ({ place }: { readonly place: Place }) => {
  const { words } = useSpeech();
  const [found, setFound] = useState<Found | null>(null);
  useEffect(() => {
    let left = false;
    void findNear(place).then((came) => {
      if (!left) setFound(came);
    });
    return () => {
      left = true;
    };
  }, [place]);
  if (found === null || found.of !== place.id) return null;
  const { step, ground } = found;
  const { width, height } = ground;
  // The marked one last: nothing lies over it.
  const drawn = [...ground.drawn].reverse();
  return (
    <figure className="small-map" data-small-map={step.id}>
      <a href={placeHref(step.id)}>
        <svg
          viewBox={`0 0 ${width} ${height}`}
          fontSize={wordHeight * Math.max(width / drawnWidth, height / drawnHeight)}
          role="img"
        >
          <title>{words.places.onMap(step.name)}</title>
          {drawn.map(({ what, x, y, outline }) => (
            <g key={what.id} className={what.id === step.id ? 'marked' : 'beside'}>
              <polygon points={outline.map((point) => point.join()).join(' ')} />
              <text x={x} y={y} dy="0.35em">
                {what.name}
              </text>
            </g>
          ))}
          <ScaleBar width={width} height={height} />
        </svg>
      </a>
    </figure>
  );
};
