import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  memo,
  useEffect,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from 'react';
import type { Alert, AlertKind } from '../../../src/model/alert.ts';
import { DeviceName } from '../alert/device-name.tsx';
import { useHousehold } from '../alert/household-book.ts';
import { Marks } from '../alert/marks.tsx';
import { PriorityShape } from '../alert/priority-shape.tsx';
import { TakeButton } from '../alert/take-button.tsx';
import { useDetail } from '../alert/use-detail.ts';
import { voicesWaiting } from '../call/waiting.ts';
import { useClock } from '../feed/clock.ts';
import type { Shown } from '../feed/feed-state.ts';
import { floodHere } from '../feed/feed-state.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { useTimes } from '../time/use-times.ts';
import { useSpeech } from '../words/words.tsx';
import { entered, holdsStill, isMeant, left, moved, noHand } from './hand.ts';
import { alwaysOpen, type Line, linesOf } from './lines.ts';
import { arrange, isRinging, isWaiting, type Layout, settle } from './order.ts';
import { stateWord } from './state-word.ts';
import { usePointer } from './use-pointer.ts';
import { WaitingClock } from './waiting-clock.tsx';
import './board.css';

type RowProps = {
  readonly alert: Alert;
  readonly stored: boolean;
  /** Who has it, as this seat calls them; '' = nobody. */
  readonly who: string;
  readonly selected: boolean;
  readonly open: (id: string) => void;
};

/** Whether it says something of the device itself: a home may have several of which the same is true. */
const isOfDevice = (kind: AlertKind): boolean =>
  kind === 'tamper' ||
  kind === 'fault' ||
  kind === 'battery' ||
  kind === 'silent' ||
  kind === 'not-understood';

/** Who lives there, in a word or two beside the place. */
const Residents = ({ alert }: { readonly alert: Alert }) => {
  const known = useHousehold(alert.place);
  if (known.is !== 'known') return null;
  const { residents } = known.card;
  return <span className="residents">{residents.map(({ name }) => name).join(' ')}</span>;
};

const Row = memo(({ alert, stored, who, selected, open }: RowProps) => {
  const { words, text } = useSpeech();
  const word = stateWord(alert);
  const rings = isRinging(alert);
  return (
    <div
      className={`row ${alert.priority} ${word}${rings ? ' rings' : ''}${selected ? ' selected' : ''}`}
      data-alert={alert.id}
      data-state={alert.state}
    >
      <span className="priority">
        <PriorityShape priority={alert.priority} /> {words.priority[alert.priority]}
      </span>
      <span className="what">
        <button type="button" className="title" onClick={() => open(alert.id)}>
          {text(alert.title)}
        </button>
        {alert.count > 1 && <span className="count">{words.board.count(alert.count)}</span>}
        <Marks alert={alert} stored={stored} />
      </span>
      <span className="where">
        <span>{alert.place?.text ?? words.board.unknownPlace}</span>
        {(alert.place === null || isOfDevice(alert.kind)) && (
          <span className="device">
            <DeviceName id={alert.device} />
          </span>
        )}
        {alert.state === 'shelved' && <Shelved alert={alert} />}
        {(rings || alert.priority === 'critical' || alert.priority === 'high') && <Residents alert={alert} />}
      </span>
      <WaitingClock alert={alert} rings={rings} />
      <span className={`word ${word}`}>{words.word[word]}</span>
      <span className="who">{who}</span>
      {isWaiting(alert) ? (
        <TakeButton id={alert.id} taken={() => open(alert.id)} />
      ) : (
        <span className="take">
          <button type="button" tabIndex={-1} onClick={() => open(alert.id)}>
            {words.board.open}
          </button>
        </span>
      )}
    </div>
  );
});

/** What stands over the rows of a part: how many there are and wait; folds them away. */
const PartLine = (props: {
  readonly line: Line & { readonly kind: 'section' };
  readonly fold: () => void;
}) => {
  const { words } = useSpeech();
  const { section, count, waiting, shut } = props.line;
  return (
    <h2 className={`part ${section}`} data-section={section}>
      {alwaysOpen.has(section) ? (
        <span>{words.section[section]}</span>
      ) : (
        <button type="button" className="fold" aria-expanded={!shut} onClick={props.fold}>
          <i aria-hidden="true">{shut ? '▸' : '▾'}</i> {words.section[section]}
        </button>
      )}
      <span className="quiet">
        {count}
        {waiting > 0 && ` · ${words.board.waiting(waiting)}`}
      </span>
    </h2>
  );
};

/** A building of which rows are folded: how many there are of each priority, what they are, and how many wait. */
const BuildingLine = (props: {
  readonly line: Line & { readonly kind: 'building' };
  readonly fold: () => void;
}) => {
  const { words } = useSpeech();
  const { building, shut } = props.line;
  const [worst] = building.priorities;
  return (
    <h3 className={`building ${worst?.priority ?? ''}`} data-building={building.id}>
      <button type="button" className="fold" aria-expanded={!shut} onClick={props.fold}>
        <i aria-hidden="true">{shut ? '▸' : '▾'}</i> {building.name || words.board.unknownPlace}
      </button>
      <span className="counts">
        {building.priorities.map(({ priority, count }) => (
          <span key={priority} className="priority">
            <PriorityShape priority={priority} /> {words.board.ofPriority(words.priority[priority], count)}
          </span>
        ))}
      </span>
      <span className="quiet kinds">
        {building.kinds.map(({ kind, count }) => `${words.kind[kind]} ${count}`).join(' · ')}
      </span>
      {building.waiting > 0 && <span className="word waiting">{words.board.waiting(building.waiting)}</span>}
    </h3>
  );
};

/** Until when it is set aside, by whom and why. */
const Shelved = ({ alert }: { readonly alert: Alert }) => {
  const { words } = useSpeech();
  const times = useTimes();
  const { names } = useFeedState();
  const details = useDetail(alert.id);
  const { shelvedUntil, shelvedBy = '' } = alert;
  const why =
    typeof details === 'string'
      ? undefined
      : details.timeline.findLast(({ event }) => event === 'shelved')?.note;
  return (
    <span className="shelved">
      {shelvedUntil !== undefined &&
        words.detail.shelvedUntil(times.minute(shelvedUntil), names.get(shelvedBy) ?? shelvedBy)}
      {why !== undefined && ` · ${why}`}
    </span>
  );
};

/** The alert in whose row this lies; '' where it lies in none. */
const rowOf = (target: EventTarget): string =>
  target instanceof Element ? (target.closest<HTMLElement>('[data-alert]')?.dataset.alert ?? '') : '';

const foldedKey = 'zhishou.folded';

/** About how high a row and a heading are, until they have been measured. */
const rowPx = 49;
const headingPx = 34;

/** What needs a person now, critical on top. While a hand is in it, by pointer or keyboard, no row moves; what comes meanwhile is announced and comes in below. */
export const Board = (props: {
  readonly alerts: ReadonlyMap<string, Shown>;
  readonly me: string | null;
  /** What people are called, by id. */
  readonly names: ReadonlyMap<string, string>;
  /** What is drawn is all there is, and fresh. */
  readonly sure: boolean;
  readonly opened: string | null;
  readonly open: (id: string) => void;
}) => {
  const { words } = useSpeech();
  const { open } = props;
  const hand = useRef(noHand);
  const [warned, setWarned] = useState(false);
  const [, redraw] = useReducer((times: number) => times + 1, 0);
  const [focused, setFocused] = useState(false);
  const [folded, setFolded] = useState<ReadonlySet<string>>(
    () => new Set((localStorage.getItem(foldedKey) ?? 'aside').split(' ')),
  );
  useEffect(() => localStorage.setItem(foldedKey, [...folded].join(' ')), [folded]);
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const drawn = useRef<Layout>([]);
  const byBuilding = useRef(false);
  const list = useRef<HTMLUListElement>(null);
  const flood = floodHere(useFeedState()) !== null;
  const known = useRef<ReadonlyMap<string, Shown>>(new Map());
  const board = useRef<HTMLElement>(null);
  const { calls } = useFeedState();
  const wanted = useMemo(
    () =>
      arrange(
        [...props.alerts.values()].map(({ alert }) => alert),
        voicesWaiting(calls),
      ),
    [props.alerts, calls],
  );
  const held = useClock(() => holdsStill(hand.current, Date.now())) || focused;
  const layout = settle(drawn.current, wanted, held);
  // A row that is closed under the pointer stays where it is, as it was last known, until the board settles.
  const rows = useMemo(
    () =>
      new Map(
        layout.flatMap(({ ids }) =>
          ids.flatMap((id) => {
            const now = props.alerts.get(id);
            const before = known.current.get(id);
            if (now) return [[id, now] as const];
            return before ? [[id, { ...before, alert: asClosed(before.alert) }] as const] : [];
          }),
        ),
      ),
    [layout, props.alerts],
  );
  useEffect(() => {
    drawn.current = layout;
    known.current = rows;
  });
  // Neither does a flood that comes or goes move a row under a hand.
  const folding = held && drawn.current.length > 0 ? byBuilding.current : flood;
  useEffect(() => {
    byBuilding.current = folding;
  });
  const lines = useMemo(
    () => linesOf(layout, (id) => rows.get(id)?.alert, folded, folding, unfolded),
    [layout, rows, folded, folding, unfolded],
  );
  // When the rows as they are laid out now came on the screen, as events are stamped; until then nobody has seen them.
  const seenAt = useRef(0);
  const pressedAt = useRef(0);
  // What arrives under a hand comes in below and moves nothing.
  const laid = useMemo(() => {
    const below = lines.findIndex((line) => line.kind === 'section' && line.section === 'arrivals');
    return (below < 0 ? lines : lines.slice(0, below)).map(({ key }) => key).join(' ');
  }, [lines]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another order is another picture.
  useLayoutEffect(() => {
    seenAt.current = Number.POSITIVE_INFINITY;
    const frame = requestAnimationFrame(() => {
      seenAt.current = performance.now();
    });
    return () => cancelAnimationFrame(frame);
  }, [laid]);
  const focusedAt = (): number => {
    const line = document.activeElement?.closest<HTMLElement>('.board-line');
    return line === null || line === undefined ? -1 : Number(line.dataset.index);
  };
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => board.current,
    estimateSize: (index) => (lines[index]?.kind === 'row' ? rowPx : headingPx),
    getItemKey: (index) => lines[index]?.key ?? index,
    scrollMargin: list.current?.offsetTop ?? 0,
    overscan: 8,
    // What has the focus stays, or the keyboard would lose its place when somebody scrolls.
    rangeExtractor: (range) => {
      const at = focused ? focusedAt() : -1;
      const seen = defaultRangeExtractor(range);
      return at < 0 || seen.includes(at) ? seen : [...seen, at].sort((a, b) => a - b);
    },
  });
  const arrivals = layout.find(({ section }) => section === 'arrivals')?.ids ?? [];
  const urgent = arrivals.filter((id) => {
    const shown = rows.get(id);
    return shown !== undefined && isRinging(shown.alert);
  }).length;

  const letIn = (): void => {
    if (board.current?.contains(document.activeElement) && document.activeElement instanceof HTMLElement) {
      document.activeElement.blur();
    }
    drawn.current = [];
    setFocused(false);
    redraw();
  };

  const whoHas = ({ claimedBy }: Alert): string =>
    claimedBy === undefined
      ? ''
      : claimedBy === props.me
        ? words.board.me
        : (props.names.get(claimedBy) ?? claimedBy);

  const fold = (line: Line): void => {
    const turn = line.kind === 'building' ? setUnfolded : setFolded;
    turn((now) =>
      now.has(line.key) ? new Set([...now].filter((one) => one !== line.key)) : new Set([...now, line.key]),
    );
  };

  usePointer(board, {
    over: () => {
      hand.current = entered(hand.current, Date.now());
    },
    moved: (target) => {
      hand.current = moved(Date.now(), rowOf(target));
      setWarned(false);
    },
    left: () => {
      hand.current = left(hand.current);
      setWarned(false);
    },
  });

  /** Enter takes what waits, and opens what somebody has. */
  const enter = (event: KeyboardEvent<HTMLElement>): void => {
    // What lies over the board has heeded it.
    if (event.defaultPrevented || event.key !== 'Enter') return;
    if (!(event.target instanceof HTMLElement) || !event.target.matches('.title')) return;
    const take = event.target.closest('.row')?.querySelector<HTMLElement>('[data-take]');
    if (!take) return;
    event.preventDefault();
    take.click();
  };

  return (
    <main
      ref={board}
      className="board"
      aria-label={words.board.title}
      onPointerDownCapture={(event) => {
        pressedAt.current = event.timeStamp;
      }}
      onClickCapture={(event) => {
        // The keyboard's clicks have no detail; they go where the focus is, wherever that has moved.
        if (event.detail === 0) return;
        const row = rowOf(event.target);
        // A press that waited while a busy page laid the rows anew was made on what stood there before.
        const meant = pressedAt.current >= seenAt.current && isMeant(hand.current, row);
        hand.current = { ...hand.current, movedAt: Date.now(), on: row };
        setWarned(!meant);
        if (!meant) event.stopPropagation();
      }}
      // A click leaves its button focused; only a hand on the keyboard holds the board still after the pointer has gone.
      onFocus={(event) => setFocused(event.target.matches(':focus-visible'))}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setFocused(false);
      }}
      onKeyDown={enter}
    >
      {layout.length === 0 && (
        <div className="empty">
          <h2>{props.sure ? words.board.empty : words.board.emptyUnsure}</h2>
          {props.sure && <p>{words.board.emptyHint}</p>}
        </div>
      )}
      <ul ref={list} className="all-lines" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const line = lines[index];
          const shown = line?.kind === 'row' ? rows.get(line.id) : undefined;
          return (
            <li
              key={key}
              ref={virtual.measureElement}
              className="board-line"
              data-index={index}
              aria-posinset={index + 1}
              aria-setsize={lines.length}
              style={{ transform: `translateY(${start - virtual.options.scrollMargin}px)` }}
            >
              {line?.kind === 'section' && <PartLine line={line} fold={() => fold(line)} />}
              {line?.kind === 'building' && <BuildingLine line={line} fold={() => fold(line)} />}
              {shown !== undefined && (
                <Row
                  alert={shown.alert}
                  stored={shown.stored}
                  who={whoHas(shown.alert)}
                  selected={shown.alert.id === props.opened}
                  open={open}
                />
              )}
            </li>
          );
        })}
      </ul>
      {warned && (
        <p className="board-bar" role="status">
          <span>{words.board.misled}</span>
        </p>
      )}
      {arrivals.length > 0 && !warned && (
        <div className="board-bar" role="status">
          <span>{words.board.arrivals(arrivals.length, urgent)}</span>
          <button type="button" onClick={letIn}>
            {words.board.letIn}
          </button>
        </div>
      )}
    </main>
  );
};

const asClosed = (alert: Alert): Alert =>
  alert.state === 'closed'
    ? alert
    : { ...alert, state: 'closed', acknowledged: true, closedAt: alert.lastAt };
