import type { Place } from '../../../src/model/place.ts';
import { clock } from '../feed/clock.ts';
import { useTimes } from '../time/use-times.ts';
import { useSpeech } from '../words/words.tsx';
import { useHousehold } from './household-book.ts';
import { Phone } from './phone.tsx';
import './household.css';

/** The card of the home a call comes from: first what must be known before the first word, then who lives there, then who has the key. */
export const HouseholdCard = ({ place }: { readonly place: Place | null }) => {
  const { words } = useSpeech();
  const times = useTimes();
  const known = useHousehold(place);
  if (known.is !== 'known') {
    return <p className="household absent">{words.household[known.is]}</p>;
  }
  const { card } = known;
  const year = times.year(clock.now());
  const contacts = [...card.contacts].sort((a, b) => Number(b.hasKey) - Number(a.hasKey));
  return (
    <section className="household" aria-label={words.household.title}>
      {card.warnings.length > 0 && (
        <p className="warnings">
          {card.warnings.map((warning) => (
            <strong key={warning}>{words.warning[warning]}</strong>
          ))}
        </p>
      )}
      <ul>
        {card.residents.map((resident) => (
          <li key={resident.name}>
            <strong>{resident.name}</strong>
            {resident.born !== undefined && <span>{words.household.age(year - resident.born)}</span>}
            {resident.phone !== undefined && <Phone number={resident.phone} />}
            {resident.health !== undefined && <span>{resident.health}</span>}
          </li>
        ))}
        {contacts.map((contact) => (
          <li key={`${contact.name} ${contact.phone}`}>
            <span className="relation">{contact.relation}</span>
            <span>{contact.name}</span>
            <Phone number={contact.phone} />
            {contact.hasKey && <span className="key">{words.household.key}</span>}
          </li>
        ))}
      </ul>
      {card.note !== '' && <p className="note">{card.note}</p>}
    </section>
  );
};
