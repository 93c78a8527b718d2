import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import type { Alert } from '../../../src/model/alert.ts';
import { Marks } from '../alert/marks.tsx';
import { TakeButton } from '../alert/take-button.tsx';
import type { Shown } from '../feed/feed-state.ts';
import { useSpeech } from '../words/words.tsx';
import { arrange, isRinging, isWaiting, type Layout, settle } from './order.ts';
import { stateWord } from './state-word.ts';
import { WaitingClock } from './waiting-clock.tsx';

const shapes = { critical: '◆', high: '▲', medium: '■', low: '○' } as const;

const Row = ({
  shown,
  me,
  open,
}: {
  readonly shown: Shown;
  readonly me: string | null;
  readonly open: (id: string) => void;
}) => {
  const { words, text } = useSpeech();
  const { alert, stored } = shown;
  const word = stateWord(alert);
  return (
    <li className={`row ${alert.priority} ${word}`} data-alert={alert.id} data-state={alert.state}>
      <span className="priority">
        <i aria-hidden="true">{shapes[alert.priority]}</i> {words.priority[alert.priority]}
      </span>
      <button type="button" className="title" onClick={() => open(alert.id)}>
        <strong>{text(alert.title)}</strong>
        <Marks alert={alert} stored={stored} />
        {alert.count > 1 && <span className="count">{words.board.count(alert.count)}</span>}
      </button>
      <span className="where">{alert.place?.text ?? `${words.board.unknownPlace} · ${alert.device}`}</span>
      <WaitingClock since={alert.receivedAt} />
      <span className={`word ${word}`}>{words.word[word]}</span>
      <span className="who">
        {alert.claimedBy === undefined ? '—' : alert.claimedBy === me ? words.board.me : alert.claimedBy}
      </span>
      {isWaiting(alert) ? (
        <TakeButton alert={alert} stored={stored} taken={() => open(alert.id)} />
      ) : (
        <button type="button" onClick={() => open(alert.id)}>
          {words.board.open}
        </button>
      )}
    </li>
  );
};

/** What needs a person now, critical on top. While the pointer or the keyboard is in it no row moves; what comes meanwhile is announced and comes in below. */
export const Board = (props: {
  readonly alerts: ReadonlyMap<string, Shown>;
  readonly me: string | null;
  readonly complete: boolean;
  readonly open: (id: string) => void;
}) => {
  const { words } = useSpeech();
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const drawn = useRef<Layout>([]);
  const last = useRef(new Map<string, Shown>());
  const wanted = useMemo(() => arrange([...props.alerts.values()].map(({ alert }) => alert)), [props.alerts]);
  const layout = settle(drawn.current, wanted, pointed || focused);
  drawn.current = layout;
  // A row that is closed under the pointer stays where it is, as it was last known, until the board settles.
  const rows = new Map([...last.current, ...props.alerts]);
  last.current = new Map(
    layout.flatMap(({ ids }) =>
      ids.flatMap((id) => (rows.has(id) ? [[id, rows.get(id) as Shown] as const] : [])),
    ),
  );
  const arrivals = layout.find(({ section }) => section === 'arrivals')?.ids ?? [];
  const urgent = arrivals.filter((id) => isRinging((rows.get(id) as Shown).alert)).length;

  const move = (event: KeyboardEvent<HTMLElement>): void => {
    const step =
      event.key === 'ArrowDown' || event.key === 'j'
        ? 1
        : event.key === 'ArrowUp' || event.key === 'k'
          ? -1
          : 0;
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('.row')];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const take = rows[at]?.querySelector<HTMLElement>('.take button');
    if (step !== 0) {
      event.preventDefault();
      rows[Math.max(0, Math.min(rows.length - 1, at + step))]?.querySelector<HTMLElement>('.title')?.focus();
    } else if (
      event.key === 'Enter' &&
      take &&
      event.target instanceof HTMLElement &&
      event.target.matches('.title')
    ) {
      event.preventDefault();
      take.click();
    }
  };

  return (
    <main
      className="board"
      onPointerEnter={() => setPointed(true)}
      onPointerLeave={() => setPointed(false)}
      onFocus={() => setFocused(true)}
      onBlur={(event) => setFocused(event.currentTarget.contains(event.relatedTarget))}
      onKeyDown={move}
    >
      {arrivals.length > 0 && (
        <button
          type="button"
          className="arrivals"
          onClick={() => {
            drawn.current = [];
            setFocused(false);
            setPointed(false);
          }}
        >
          {words.board.arrivals(arrivals.length, urgent)} · {words.board.letIn}
        </button>
      )}
      {layout.length === 0 && (
        <div className="empty">
          <h2>{props.complete ? words.board.empty : words.board.emptyUnsure}</h2>
          {props.complete && <p>{words.board.emptyHint}</p>}
        </div>
      )}
      {layout.map(({ section, ids }) => (
        <section key={section} className={`part ${section}`}>
          <h2>
            {words.section[section]} <span className="quiet">{ids.length}</span>
            {section !== 'emergency' && (
              <button
                type="button"
                className="plain"
                aria-expanded={!folded.has(section)}
                onClick={() =>
                  setFolded(
                    (now) =>
                      new Set(
                        now.has(section) ? [...now].filter((one) => one !== section) : [...now, section],
                      ),
                  )
                }
              >
                {folded.has(section) ? words.board.unfold : words.board.fold}
              </button>
            )}
          </h2>
          {!folded.has(section) && (
            <ul>
              {ids.map((id) => {
                const shown = rows.get(id);
                return shown && <Row key={id} shown={shown} me={props.me} open={props.open} />;
              })}
            </ul>
          )}
        </section>
      ))}
    </main>
  );
};

/** Those that ring, most urgent first. */
export const ringingOf = (alerts: ReadonlyMap<string, Shown>): readonly Shown[] =>
  arrange([...alerts.values()].map(({ alert }): Alert => alert).filter(isRinging))
    .flatMap(({ ids }) => ids)
    .flatMap((id) => {
      const shown = alerts.get(id);
      return shown ? [shown] : [];
    });
