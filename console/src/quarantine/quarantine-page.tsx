import { Button, Table, type TableColumnsType } from 'antd';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Quarantined } from '../../../src/model/quarantine.ts';
import { mayActAs } from '../../../src/model/user.ts';
import { deviceHref } from '../address.ts';
import { DeviceName } from '../alert/device-name.tsx';
import { DeskFrame } from '../desk/desk-frame.tsx';
import type { DeskPageProps } from '../desk/desk-page.ts';
import { DeskSheet } from '../desk/desk-sheet.tsx';
import { useRefusal } from '../desk/use-refusal.ts';
import { useTask } from '../desk/use-task.ts';
import { DeviceForm } from '../devices/device-form.tsx';
import { texts as deviceTexts } from '../devices/tending-words.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { readQuarantine, retryQuarantined } from '../server/desk-requests.ts';
import type { Answer } from '../server/request.ts';
import { useStreetZone } from '../time/street-zone.ts';
import { wallText } from '../time/wall-clock.ts';
import { wordFor } from '../words/word-for.ts';
import { usePageWords } from '../words/words.tsx';
import { payloadText, shownAtFirst } from './payload.ts';
import { texts } from './words.ts';
import './quarantine.css';

type Refused = Exclude<Answer<unknown>, { readonly ok: true }>;

const useRows = () => {
  const [rows, setRows] = useState<readonly Quarantined[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const turn = useRef(0);
  const read = useCallback(async (after: string | null): Promise<void> => {
    turn.current += 1;
    const mine = turn.current;
    const answer = await readQuarantine(after);
    if (mine !== turn.current) return;
    setRefused(answer.ok ? null : answer);
    if (!answer.ok) return;
    const { quarantine, next: going } = answer.value;
    setRows((before) => (after === null ? quarantine : [...(before ?? []), ...quarantine]));
    setNext(going ?? null);
  }, []);
  useEffect(() => void read(null), [read]);
  /** In the place of a row stands what is left of it. */
  const put = (id: string, left: readonly Quarantined[]): void =>
    setRows((before) => before?.flatMap((row) => (row.id === id ? left : [row])) ?? null);
  return { rows, next, refused, again: () => void read(null), more: () => void read(next), put };
};

const Payload = ({ row }: { readonly row: Quarantined }) => {
  const words = usePageWords(texts);
  const [whole, setWhole] = useState(false);
  const text = payloadText(row);
  const long = text.length > shownAtFirst;
  return (
    <div className="payload">
      {text === '' ? (
        <span className="quiet">{words.nothing}</span>
      ) : (
        <pre>{whole || !long ? text : `${text.slice(0, shownAtFirst)}…`}</pre>
      )}
      <small className="quiet">
        {words.size(row.size, row.size > 16_384)}
        {row.encoding === 'base64' && ` · ${words.bytes}`}
      </small>{' '}
      {long && (
        <button type="button" className="plain" aria-expanded={whole} onClick={() => setWhole((now) => !now)}>
          {whole ? words.fold : words.unfold}
        </button>
      )}
    </div>
  );
};

/** The device that a hub spoke of and that nobody registered under it. */
const strangerOf = ({ reason, device, sender }: Quarantined): string | null =>
  reason === 'unknown-device' && device !== null && device !== sender ? device : null;

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const Rows = () => {
  const words = usePageWords(texts);
  const deviceWords = usePageWords(deviceTexts);
  const say = useRefusal();
  const zone = useStreetZone();
  const { user } = useFeedState();
  const { rows, next, refused, again, more, put } = useRows();
  const task = useTask();
  const [told, setTold] = useState<{ readonly row: string; readonly text: string } | null>(null);
  const [stranger, setStranger] = useState<{ readonly name: string; readonly hub: string } | null>(null);
  const mayRegister = user !== null && mayActAs(user.role, 'admin');
  const retry = async (id: string): Promise<void> => {
    setTold({ row: id, text: '' });
    const done = await task.run(() => retryQuarantined(id));
    if (done === null) return;
    const { taken, left } = done.value;
    put(id, left);
    setTold({ row: id, text: words.retried(taken, left.length) });
  };
  const columns: TableColumnsType<Quarantined> = [
    {
      title: words.at,
      key: 'at',
      render: (_, { at }) => <span className="figures">{wallText(at, zone, true)}</span>,
    },
    {
      title: words.sender,
      key: 'sender',
      render: (_, { sender }) => (
        <a href={deviceHref(sender)}>
          <DeviceName id={sender} />
        </a>
      ),
    },
    {
      title: words.about,
      key: 'device',
      render: (_, row) => {
        const { device, sender } = row;
        if (device === null || device === sender) return '–';
        return strangerOf(row) === null ? (
          <a href={deviceHref(device)}>
            <DeviceName id={device} />
          </a>
        ) : (
          device
        );
      },
    },
    {
      title: words.reason,
      key: 'reason',
      render: (_, { reason, detail, topic }) => (
        <>
          <strong>{wordFor(words.reasons, reason)}</strong>
          <br />
          <small className="quiet">
            {reason}: {detail}
          </small>
          <br />
          <small className="quiet topic">{topic}</small>
        </>
      ),
    },
    { title: words.payload, key: 'payload', render: (_, row) => <Payload row={row} /> },
    {
      title: words.actions,
      key: 'actions',
      render: (_, row) => {
        const name = strangerOf(row);
        return (
          <div className="desk-actions">
            <Button
              size="small"
              disabled={task.busy || row.retriable === undefined}
              title={row.retriable === undefined ? words.neverAgain : ''}
              onClick={() => void retry(row.id)}
            >
              {words.retry}
            </Button>
            {name !== null && (
              <Button
                size="small"
                disabled={!mayRegister}
                title={mayRegister ? '' : words.registerAdmins}
                onClick={() => setStranger({ name, hub: row.sender })}
              >
                {words.register}
              </Button>
            )}
            {told?.row === row.id && (
              <small role="status" className={task.refused === null ? '' : 'refused'}>
                {task.refused ?? told.text}
              </small>
            )}
          </div>
        );
      },
    },
  ];
  return (
    <div className="desk-split">
      <main className="desk-page quarantine-page" aria-label={words.title}>
        <div className="desk-head">
          <h1>{words.title}</h1>
          <span className="quiet">{words.hint}</span>
          <Button onClick={again}>{words.again}</Button>
        </div>
        {told !== null && told.text !== '' && rows?.some(({ id }) => id === told.row) === false && (
          <p role="status">
            <span className="good">✓</span> {told.text}
          </p>
        )}
        {refused !== null && (
          <p className="refused" role="alert">
            {words.failed(say(refused))}
          </p>
        )}
        <Table
          rowKey="id"
          size="small"
          columns={columns}
          dataSource={rows ?? []}
          pagination={false}
          scroll={{ x: 1000 }}
          locale={{ emptyText: rows === null && refused === null ? words.reading : words.none }}
        />
        {next !== null && (
          <p className="more-rows">
            <Button onClick={more}>{words.more}</Button>
          </p>
        )}
      </main>
      {stranger !== null && (
        <DeskSheet
          key={`${stranger.hub} ${stranger.name}`}
          title={deviceWords.registerTitle}
          close={() => setStranger(null)}
        >
          <DeviceForm
            device={null}
            first={{
              hub: stranger.hub,
              address: stranger.name,
              ...(idPattern.test(stranger.name) ? { id: stranger.name } : {}),
            }}
            saved={() => undefined}
          />
        </DeskSheet>
      )}
    </div>
  );
};

/** What came and could not take effect, with the reason; for those who lead the room. */
export const DeskPage = (_props: DeskPageProps) => {
  const words = usePageWords(texts);
  const { user } = useFeedState();
  return (
    <DeskFrame>
      {user !== null && mayActAs(user.role, 'supervisor') ? (
        <Rows />
      ) : (
        <main className="desk-page quarantine-page" aria-label={words.title}>
          <div className="desk-head">
            <h1>{words.title}</h1>
          </div>
          <p>{words.supervisorsOnly}</p>
        </main>
      )}
    </DeskFrame>
  );
};
