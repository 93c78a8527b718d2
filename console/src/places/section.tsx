import { useMemo } from 'react';
import type { Alert } from '../../../src/model/alert.ts';
import type { Place } from '../../../src/model/place.ts';
import { placeHref } from '../address.ts';
import { PriorityShape } from '../alert/priority-shape.tsx';
import { stateWord } from '../board/state-word.ts';
import { useSpeech } from '../words/words.tsx';
import { type SectionHome, sectionOf } from './section.ts';
import './section.css';

const Home = ({ home: { place, worst, count } }: { readonly home: SectionHome }) => {
  const { words, text } = useSpeech();
  const name = place.path.at(-1)?.name ?? place.id;
  if (worst === null)
    return (
      <a className="home-cell" href={placeHref(place.id)} aria-label={words.places.calmHome(name)}>
        <b>{name}</b>
      </a>
    );
  const word = stateWord(worst);
  return (
    <a
      className={`home-cell ${worst.priority} ${word}`}
      href={placeHref(place.id)}
      data-worst={worst.priority}
      title={text(worst.title)}
    >
      <b>{name}</b>
      <span className="state">
        <PriorityShape priority={worst.priority} /> {words.word[word]}
        {count > 1 && ` ×${count}`}
      </span>
      <small>{words.kind[worst.kind]}</small>
    </a>
  );
};

/** A building cut open: every home on its floor, with the worst that is open there. */
export const Section = (props: {
  readonly building: Place;
  readonly places: readonly Place[];
  readonly alerts: readonly Alert[];
}) => {
  const { words } = useSpeech();
  const { building, places, alerts } = props;
  const units = useMemo(() => sectionOf(building, places, alerts), [building, places, alerts]);
  return (
    <div className="section">
      {units.map((unit) => (
        <table key={unit.name} aria-label={unit.name || building.text}>
          {unit.name !== '' && <caption>{unit.name}</caption>}
          <tbody>
            {unit.floors.map(({ floor, homes }) => (
              <tr key={floor ?? '?'}>
                <th scope="row">{floor === null ? '?' : words.places.floor(floor)}</th>
                {homes.map((home) => (
                  <td key={home.place.id}>
                    <Home home={home} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </div>
  );
};
