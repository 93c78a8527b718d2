import { Button, Select, Table, type TableColumnsType } from 'antd';
import { useCallback, useMemo, useState } from 'react';
import { type Alert, alertKinds, priorities } from '../../../src/model/alert.ts';
import { Marks } from '../alert/marks.tsx';
import { PriorityShape } from '../alert/priority-shape.tsx';
import { spanText } from '../board/deadline.ts';
import { stateWord } from '../board/state-word.ts';
import { DeskFrame } from '../desk/desk-frame.tsx';
import type { DeskPageProps } from '../desk/desk-page.ts';
import { MomentPicker } from '../desk/moment-picker.tsx';
import { PlaceSelect } from '../desk/place-select.tsx';
import { useRefusal } from '../desk/use-refusal.ts';
import { deviceLabel } from '../devices/device-word.ts';
import { clock } from '../feed/clock.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { readDevices } from '../server/gateway.ts';
import { useStreetZone } from '../time/street-zone.ts';
import { dayStartOf, wallText } from '../time/wall-clock.ts';
import { goTo } from '../use-address.ts';
import { wordFor } from '../words/word-for.ts';
import { usePageWords, useSpeech } from '../words/words.tsx';
import {
  type AlertFilter,
  askFor,
  isInView,
  noFilter,
  readFilter,
  type View,
  views,
  writeFilter,
} from './alert-filter.ts';
import { type AlertList, useAlertList } from './use-alert-list.ts';
import { texts } from './words.ts';
import './alerts.css';

const exportHref = (filter: AlertFilter, format: 'csv' | 'ndjson'): string => {
  const query = askFor(filter);
  query.set('format', format);
  if (format === 'csv') query.set('bom', '1');
  return `/api/v1/alerts/export?${query}`;
};

/** Chooses a device by its name, id or place; the list is read when it is first opened. */
const DeviceSelect = (props: {
  readonly label: string;
  readonly value: string | null;
  readonly onChange: (device: string | null) => void;
}) => {
  const { words: room } = useSpeech();
  const [options, setOptions] = useState<
    readonly { readonly value: string; readonly label: string }[] | null
  >(null);
  const load = (): void => {
    if (options !== null) return;
    setOptions([]);
    void readDevices().then((answer) => {
      setOptions(
        answer.ok
          ? answer.value.map((device) => ({ value: device.id, label: deviceLabel(device, room) }))
          : null,
      );
    });
  };
  return (
    <Select<string>
      showSearch={{ optionFilterProp: 'label' }}
      allowClear
      aria-label={props.label}
      placeholder={props.label}
      style={{ width: '11rem' }}
      popupMatchSelectWidth={420}
      value={props.value ?? (null as never)}
      options={[...(options ?? [])]}
      onOpenChange={(shown) => {
        if (shown) load();
      }}
      onChange={(device) => props.onChange(device ?? null)}
    />
  );
};

const Filters = (props: {
  readonly filter: AlertFilter;
  readonly zone: string;
  readonly put: (change: Partial<AlertFilter>) => void;
}) => {
  const { words: room } = useSpeech();
  const words = usePageWords(texts);
  const { alerts } = useFeedState();
  const { filter, zone, put } = props;
  const counts = useMemo(() => {
    const now = clock.now();
    const open = [...alerts.values()];
    return new Map<View, number>(
      views
        .filter((view) => view !== 'all' && view !== 'closed')
        .map((view) => [view, open.filter((alert) => isInView(alert, view, now)).length]),
    );
  }, [alerts]);
  return (
    <>
      <fieldset className="desk-filters alert-views" aria-label={words.viewGroup}>
        {views.map((view) => (
          <button
            key={view}
            type="button"
            aria-pressed={filter.view === view}
            data-view={view}
            onClick={() => put({ view })}
          >
            {words.views[view]}
            {counts.has(view) && ` ${counts.get(view)}`}
          </button>
        ))}
      </fieldset>
      <div className="desk-filters">
        <Select
          allowClear
          aria-label={words.priority}
          placeholder={words.priority}
          style={{ width: '6.5rem' }}
          value={filter.priority ?? (null as never)}
          options={priorities.map((value) => ({ value, label: room.priority[value] }))}
          onChange={(priority) => put({ priority: priority ?? null })}
        />
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          aria-label={words.kind}
          placeholder={words.kind}
          style={{ width: '9rem' }}
          value={filter.kind ?? (null as never)}
          options={alertKinds.map((value) => ({ value, label: room.kind[value] }))}
          onChange={(kind) => put({ kind: kind ?? null })}
        />
        <PlaceSelect label={words.place} value={filter.place} onChange={(place) => put({ place })} />
        <DeviceSelect label={words.device} value={filter.device} onChange={(device) => put({ device })} />
        <MomentPicker label={words.from} zone={zone} value={filter.from} onChange={(from) => put({ from })} />
        <MomentPicker label={words.to} zone={zone} value={filter.to} onChange={(to) => put({ to })} />
        <Button onClick={() => put({ from: dayStartOf(clock.now(), zone), to: null })}>{words.today}</Button>
        <Button disabled={writeFilter(filter) === ''} onClick={() => put(noFilter)}>
          {words.clear}
        </Button>
      </div>
    </>
  );
};

const ListTable = (props: {
  readonly list: AlertList;
  readonly zone: string;
  readonly open: (id: string) => void;
}) => {
  const { words: room, text } = useSpeech();
  const words = usePageWords(texts);
  const { names } = useFeedState();
  const { zone, open } = props;
  const nameOf = (id: string): string => names.get(id) ?? id;
  const columns: TableColumnsType<Alert> = [
    {
      title: words.state,
      key: 'state',
      render: (_, alert) => (
        <span className={`alert-state ${alert.state === 'closed' ? 'closed' : alert.priority}`}>
          <PriorityShape priority={alert.priority} /> <b>{room.word[stateWord(alert)]}</b>
          <small className="quiet"> {room.priority[alert.priority]}</small>
        </span>
      ),
    },
    {
      title: words.raised,
      key: 'raised',
      render: (_, { raisedAt }) => <span className="even-figures">{wallText(raisedAt, zone, true)}</span>,
    },
    {
      title: words.what,
      key: 'what',
      render: (_, alert) => (
        <span className="alert-title">
          <button type="button" className="link" data-open={alert.id} onClick={() => open(alert.id)}>
            {text(alert.title)}
          </button>
          {alert.count > 1 && <span className="quiet"> {room.board.count(alert.count)}</span>}{' '}
          <Marks alert={alert} stored />
        </span>
      ),
    },
    {
      title: words.where,
      key: 'where',
      render: (_, { place }) => place?.text ?? <span className="quiet">{room.board.unknownPlace}</span>,
    },
    {
      title: words.who,
      key: 'who',
      render: (_, { claimedBy, acknowledgedBy }) => {
        const who = claimedBy ?? acknowledgedBy;
        return who === undefined ? <span className="quiet">{words.nobody}</span> : nameOf(who);
      },
    },
    {
      title: words.answer,
      key: 'answer',
      align: 'right',
      render: (_, { receivedAt, takenAt }) => (
        <span className="even-figures">{takenAt === undefined ? '–' : spanText(takenAt - receivedAt)}</span>
      ),
    },
    {
      title: words.outcome,
      key: 'outcome',
      render: (_, { disposition }) =>
        disposition === undefined ? '–' : wordFor(room.disposition, disposition),
    },
    {
      title: words.closedAt,
      key: 'closed',
      render: (_, { closedAt }) => (
        <span className="even-figures">{closedAt === undefined ? '–' : wallText(closedAt, zone)}</span>
      ),
    },
  ];
  return (
    <Table
      rowKey="id"
      size="small"
      columns={columns}
      dataSource={props.list.alerts}
      pagination={false}
      locale={{ emptyText: props.list.state === 'reading' ? words.reading : words.none }}
      scroll={{ x: 900 }}
    />
  );
};

/** All alerts, open and closed, by what they are, where and when; the filter is in the address, so that it can be sent to somebody. */
export const DeskPage = ({ query, openAlert }: DeskPageProps) => {
  const words = usePageWords(texts);
  const say = useRefusal();
  const zone = useStreetZone();
  const filter = useMemo(() => readFilter(query), [query]);
  const list = useAlertList(filter);
  const put = useCallback(
    (change: Partial<AlertFilter>) =>
      goTo({ page: 'alerts', rest: null, query: writeFilter({ ...filter, ...change }) }, 'replace'),
    [filter],
  );
  return (
    <DeskFrame>
      <main className="desk-page alerts-page" aria-label={words.title}>
        <div className="desk-head">
          <h1>{words.title}</h1>
          <span className="quiet" role="status">
            {list.state === 'ready' ? words.count(list.alerts.length, list.more) : words.reading}
          </span>
          {list.fresh > 0 ? (
            <Button type="primary" onClick={list.again}>
              {words.fresh(list.fresh)}
            </Button>
          ) : (
            <Button onClick={list.again}>{words.again}</Button>
          )}
          <span className="spring" />
          <span className="alert-export">
            {words.exportAs}{' '}
            {(['csv', 'ndjson'] as const).map((format) => (
              <Button key={format} href={exportHref(filter, format)} download>
                {format.toUpperCase()}
              </Button>
            ))}
          </span>
        </div>
        <Filters filter={filter} zone={zone} put={put} />
        {list.refused !== null && (
          <p className="refused" role="alert">
            {words.failed(say(list.refused))} <Button onClick={list.again}>{words.again}</Button>
          </p>
        )}
        {list.state !== 'failed' && <ListTable list={list} zone={zone} open={openAlert} />}
        {list.more && (
          <p className="more-rows">
            <Button onClick={list.readMore}>{words.more}</Button>
          </p>
        )}
      </main>
    </DeskFrame>
  );
};
