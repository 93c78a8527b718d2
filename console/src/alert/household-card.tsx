import { useEffect, useState } from 'react';
import type { Household } from '../../../src/model/household.ts';
import type { Place } from '../../../src/model/place.ts';
import { readHousehold } from '../server/gateway.ts';
import { useSpeech } from '../words/words.tsx';

type Known =
  | { readonly is: 'loading' | 'none' | 'unknown' }
  | { readonly is: 'known'; readonly card: Household };

/** The card of the home a call comes from: first what must be known before the first word. */
export const HouseholdCard = ({ place }: { readonly place: Place | null }) => {
  const { words } = useSpeech();
  const [known, setKnown] = useState<Known>({ is: 'loading' });
  const id = place?.id;
  useEffect(() => {
    if (id === undefined) return setKnown({ is: 'none' });
    let left = false;
    void readHousehold(id).then((answer) => {
      if (left) return;
      if (answer.ok) setKnown({ is: 'known', card: answer.value });
      else setKnown({ is: answer.code === 'not-found' ? 'none' : 'unknown' });
    });
    return () => {
      left = true;
    };
  }, [id]);
  if (known.is !== 'known') {
    return (
      <p className="household quiet">
        {
          { loading: words.household.loading, none: words.household.none, unknown: words.household.unknown }[
            known.is
          ]
        }
      </p>
    );
  }
  const { card } = known;
  const year = new Date().getFullYear();
  return (
    <section className="household" aria-label={words.household.title}>
      {card.warnings.length > 0 && (
        <p className="warnings">
          {card.warnings.map((warning) => (
            <strong key={warning}>{words.warning[warning]}</strong>
          ))}
        </p>
      )}
      {card.residents.map((resident) => (
        <p key={resident.name}>
          <strong>{resident.name}</strong>
          {resident.born !== undefined && ` · ${words.household.age(year - resident.born)}`}
          {resident.phone !== undefined && ` · ${resident.phone}`}
          {resident.health !== undefined && ` · ${resident.health}`}
        </p>
      ))}
      {card.contacts.map((contact) => (
        <p key={`${contact.name} ${contact.phone}`} className="quiet">
          {contact.relation} {contact.name} {contact.phone}{' '}
          {contact.hasKey && <strong className="mark">{words.household.key}</strong>}
        </p>
      ))}
      {card.note !== '' && <p>{card.note}</p>}
    </section>
  );
};
