import type { Alert } from '../../../src/model/alert.ts';
import type { helpers } from '../../../src/model/operation.ts';
import { clock } from '../feed/clock.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { useTimes } from '../time/use-times.ts';
import { wordFor } from '../words/word-for.ts';
import { useSpeech } from '../words/words.tsx';
import { hazardsBeside } from './home.tsx';
import { useHousehold } from './household-book.ts';
import { Phone } from './phone.tsx';

type Helper = (typeof helpers)[number];

/** The services that have a number of their own. */
const services: ReadonlySet<Helper> = new Set(['120', '119', '110']);

/** What to say to one of those who are sent, to be read out as it stands: the address, what happened, who is there, who has a key; and whom to call. */
export const Script = ({ who, alert }: { readonly who: Helper; readonly alert: Alert }) => {
  const { words, text } = useSpeech();
  const times = useTimes();
  const { alerts } = useFeedState();
  const known = useHousehold(alert.place);
  const card = known.is === 'known' ? known.card : null;
  const { script } = words;
  const year = times.year(clock.now());
  const hazards = hazardsBeside(alert, alerts);
  const contacts = card?.contacts ?? [];
  const keys = contacts.filter(({ hasKey }) => hasKey);
  const called = who === 'family' || who === 'neighbour' ? contacts.filter(({ phone }) => phone !== '') : [];
  return (
    <div className="script" data-script-of={who}>
      <p>{script.opening[who]}</p>
      <dl>
        <div className="address">
          <dt>{script.address}</dt>
          <dd>{alert.place?.text ?? words.board.unknownPlace}</dd>
        </div>
        <div>
          <dt>{script.what}</dt>
          <dd>
            {text(alert.title)}
            {alert.count > 1 && ` · ${words.board.count(alert.count)}`}
          </dd>
        </div>
        {hazards.length > 0 && (
          <div className="bad">
            <dt>{script.hazard}</dt>
            <dd>{[...new Set(hazards.map(({ kind }) => wordFor(words.kind, kind)))].join(' · ')}</dd>
          </div>
        )}
        <div>
          <dt>{script.who}</dt>
          <dd>
            {card === null
              ? script.noCard
              : [
                  ...card.residents.map(({ name, born, health }) =>
                    [name, born === undefined ? '' : words.household.age(year - born), health ?? '']
                      .filter((part) => part !== '')
                      .join(' '),
                  ),
                  ...card.warnings.map((warning) => words.warning[warning]),
                ].join(words.marks.semicolon)}
          </dd>
        </div>
        <div>
          <dt>{script.key}</dt>
          <dd>
            {keys.length === 0
              ? script.noKey
              : keys.map(({ name, relation, phone }) => (
                  <span key={`${name} ${phone}`}>
                    {relation} {name} <Phone number={phone} />{' '}
                  </span>
                ))}
          </dd>
        </div>
      </dl>
      {services.has(who) && (
        <p>
          <Phone number={who} label={`${script.call} ${who}`} /> · {script.readBack}
        </p>
      )}
      {called.length > 0 && (
        <p>
          {called.map(({ name, relation, phone }) => (
            <span key={`${name} ${phone}`} className="called">
              {script.call} {relation} {name} <Phone number={phone} />
            </span>
          ))}
        </p>
      )}
    </div>
  );
};
