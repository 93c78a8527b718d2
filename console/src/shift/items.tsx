import { Button, Checkbox, Tag } from 'antd';
import type { ReactNode } from 'react';
import { type Alert, priorities } from '../../../src/model/alert.ts';
import { stateWord } from '../board/state-word.ts';
import { useTimes } from '../time/use-times.ts';
import { wordFor } from '../words/word-for.ts';
import { usePageWords, useSpeech } from '../words/words.tsx';
import type { Before } from './ask-shift.ts';
import { shiftWords } from './words.ts';

/** Open critical alerts, each with the successor's tick where `tick` is given. */
export const CriticalList = (props: {
  readonly alerts: readonly Alert[];
  readonly nameOf: (user: string) => string;
  readonly open: (id: string) => void;
  readonly tick: null | {
    readonly taken: ReadonlySet<string>;
    readonly put: (id: string, taken: boolean) => void;
  };
}) => {
  const page = usePageWords(shiftWords);
  const { words, text } = useSpeech();
  const times = useTimes();
  const { alerts, tick } = props;
  if (alerts.length === 0) return <p className="quiet">{page.noCritical}</p>;
  return (
    <ul className="critical-list">
      {alerts.map((alert) => {
        const where = alert.place?.text ?? words.board.unknownPlace;
        return (
          <li key={alert.id} data-critical={alert.id}>
            {tick !== null && (
              <Checkbox
                checked={tick.taken.has(alert.id)}
                onChange={(event) => tick.put(alert.id, event.target.checked)}
                aria-label={`${page.take} ${where} ${text(alert.title)}`}
              >
                {page.take}
              </Checkbox>
            )}
            <strong>{where}</strong>
            <span>{text(alert.title)}</span>
            <span className="quiet">
              {times.minuteOf(alert.raisedAt)} · {words.word[stateWord(alert)]} ·{' '}
              {alert.claimedBy === undefined ? page.nobody : page.held(props.nameOf(alert.claimedBy))}
            </span>
            <Button size="small" onClick={() => props.open(alert.id)}>
              {page.details}
            </Button>
          </li>
        );
      })}
    </ul>
  );
};

const Item = (props: { readonly name: string; readonly count: number; readonly children: ReactNode }) => {
  const page = usePageWords(shiftWords);
  return (
    <div className="item" data-item={props.name}>
      <dt>
        {props.name} {props.count > 0 && <Tag>{props.count}</Tag>}
      </dt>
      <dd>{props.count === 0 ? <span className="quiet">{page.nothing}</span> : props.children}</dd>
    </div>
  );
};

/** What else is handed over: what is set aside, under repair or under test, and what is wrong with the gateway. */
export const OtherItems = (props: {
  readonly before: Before;
  readonly alerts: readonly Alert[];
  readonly nameOf: (user: string) => string;
}) => {
  const page = usePageWords(shiftWords);
  const { words, text } = useSpeech();
  const times = useTimes();
  const { before, alerts, nameOf } = props;
  const { summary } = before;
  const shelved = alerts.filter(({ state }) => state === 'shelved');
  const faults = alerts.filter(({ id }) => summary.faults.includes(id));
  return (
    <dl className="items">
      <Item name={page.open} count={Object.values(summary.open).reduce((sum, count) => sum + count, 0)}>
        {priorities.map((priority) => (
          <span key={priority} className="pair">
            {words.priority[priority]} <b>{summary.open[priority]}</b>
          </span>
        ))}
        {summary.floods > 0 && <Tag color="warning">{page.floods(summary.floods)}</Tag>}
      </Item>
      <Item name={page.shelved} count={shelved.length}>
        <ul>
          {shelved.map((alert) => (
            <li key={alert.id}>
              {alert.place?.text ?? words.board.unknownPlace} {text(alert.title)}{' '}
              <span className="quiet">
                {alert.shelvedUntil !== undefined && page.until(times.minuteOf(alert.shelvedUntil))}{' '}
                {alert.shelvedBy !== undefined && nameOf(alert.shelvedBy)}
              </span>
            </li>
          ))}
        </ul>
      </Item>
      <Item name={page.outOfService} count={before.outOfService.length}>
        <ul>
          {before.outOfService.map(({ id, name, place, until, reason }) => (
            <li key={id}>
              {place ?? ''} {name}{' '}
              <span className="quiet">
                {page.until(times.minuteOf(until))} · {reason}
              </span>
            </li>
          ))}
        </ul>
      </Item>
      <Item name={page.testModes} count={before.testModes.length}>
        <ul>
          {before.testModes.map(({ id, place, where, types, until, onSite }) => (
            <li key={id}>
              {where ?? place} {types.map((type) => wordFor(words.type, type)).join(' / ')}{' '}
              <span className="quiet">
                {page.until(times.minuteOf(until))} · {page.onSite(onSite)}
              </span>
            </li>
          ))}
        </ul>
      </Item>
      <Item name={page.faults} count={faults.length}>
        <ul>
          {faults.map((alert) => (
            <li key={alert.id}>{text(alert.title)}</li>
          ))}
        </ul>
      </Item>
    </dl>
  );
};
