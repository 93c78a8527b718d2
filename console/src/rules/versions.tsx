import { App, Button, Input, Table, Tag } from 'antd';
import { useCallback, useEffect, useState } from 'react';
import type { RulebookVersion, RulebookVersionHead } from '../../../src/model/rulebook.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { useTimes } from '../time/use-times.ts';
import { refusalText } from '../words/refusal.ts';
import { useSpeech } from '../words/words.tsx';
import { readVersion, readVersions, restoreVersion } from './ask-rules.ts';
import { LineDifference } from './line-difference.tsx';
import type { RulesWords } from './rules-words.ts';

/** What a version changed, file by file. */
const Changed = ({ head, words }: { readonly head: RulebookVersionHead; readonly words: RulesWords }) => {
  const { words: dictionary } = useSpeech();
  const [texts, setTexts] = useState<{
    readonly now: RulebookVersion | null;
    readonly before: RulebookVersion | null;
    readonly refused: string | null;
  } | null>(null);
  useEffect(() => {
    let left = false;
    void Promise.all([
      readVersion(head.number),
      head.number > 1 ? readVersion(head.number - 1) : Promise.resolve(null),
    ]).then(([now, before]) => {
      if (left) return;
      if (!now.ok) setTexts({ now: null, before: null, refused: refusalText(dictionary, now) });
      else setTexts({ now: now.value, before: before?.ok === true ? before.value : null, refused: null });
    });
    return () => {
      left = true;
    };
  }, [head.number, dictionary]);
  if (texts === null) return <p className="quiet">{words.loading}</p>;
  if (texts.refused !== null) return <p className="refused">{texts.refused}</p>;
  const textOf = (version: RulebookVersion | null, name: string): string =>
    version?.files.find((file) => file.name === name)?.text ?? '';
  return (
    <div className="changed-files">
      {head.changed.length === 0 && <p className="quiet">{words.versions.same}</p>}
      {head.changed.map(({ name, before, after }) => (
        <section key={name} aria-label={name}>
          <h3>
            {name} {before === null && <Tag>{words.versions.added}</Tag>}
            {after === null && <Tag>{words.versions.removed}</Tag>}
          </h3>
          <LineDifference
            before={textOf(texts.before, name)}
            after={textOf(texts.now, name)}
            none={words.versions.same}
          />
        </section>
      ))}
    </div>
  );
};

/** Every version of the rulebook with what it changed, and the way back to it. */
export const Versions = (props: {
  readonly current: number;
  readonly mayRestore: boolean;
  readonly words: RulesWords;
  readonly restored: () => void;
}) => {
  const { current, mayRestore, words } = props;
  const { words: dictionary } = useSpeech();
  const times = useTimes();
  const { names } = useFeedState();
  const { message } = App.useApp();
  const [versions, setVersions] = useState<readonly RulebookVersionHead[]>([]);
  const [next, setNext] = useState<number | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const [asking, setAsking] = useState<number | null>(null);
  const [note, setNote] = useState('');
  const [sending, setSending] = useState(false);

  const read = useCallback(
    async (before: number | null) => {
      const answer = await readVersions(before);
      if (!answer.ok) {
        setRefused(refusalText(dictionary, answer));
        return;
      }
      setVersions((known) =>
        before === null ? answer.value.versions : [...known, ...answer.value.versions],
      );
      setNext(answer.value.next ?? null);
    },
    [dictionary],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version is a new list.
  useEffect(() => void read(null), [read, current]);

  const restore = async (number: number): Promise<void> => {
    setSending(true);
    const answer = await restoreVersion(number, note, current);
    setSending(false);
    if (answer.ok) {
      setAsking(null);
      setNote('');
      setRefused(null);
      message.success(words.versions.restored(answer.value.number));
      props.restored();
      return;
    }
    const version = Number(answer.details.version ?? 0);
    setRefused(
      answer.code === 'stale-version' ? words.conflict(version, current) : refusalText(dictionary, answer),
    );
    if (answer.code === 'stale-version') props.restored();
  };

  return (
    <section aria-label={words.tabs.versions}>
      {refused !== null && (
        <p className="refused" role="alert">
          {refused}
        </p>
      )}
      {asking !== null && (
        <section className="ask" aria-label={words.versions.restore}>
          <strong>{words.versions.restoreAsk(asking)}</strong>
          <Input
            aria-label={words.note}
            placeholder={words.note}
            maxLength={500}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
          <Button type="primary" loading={sending} onClick={() => void restore(asking)}>
            {words.versions.restore}
          </Button>
          <Button onClick={() => setAsking(null)}>{words.no}</Button>
        </section>
      )}
      <Table<RulebookVersionHead>
        size="small"
        rowKey="number"
        dataSource={[...versions]}
        pagination={false}
        locale={{ emptyText: words.versions.none }}
        expandable={{
          expandedRowRender: (head) => <Changed head={head} words={words} />,
          expandRowByClick: true,
        }}
        columns={[
          {
            title: words.versions.number,
            render: (_, { number }) => (
              <>
                <strong>{number}</strong>{' '}
                {number === current && <Tag color="processing">{words.versions.current}</Tag>}
              </>
            ),
          },
          {
            title: words.versions.at,
            render: (_, { at }) => times.full(at, true),
          },
          {
            title: words.versions.by,
            render: (_, { by }) => (by === 'system' ? words.versions.system : (names.get(by) ?? by)),
          },
          {
            title: words.versions.source,
            render: (_, { source, restores }) =>
              restores === null ? words.versions.sources[source] : words.versions.restores(restores),
          },
          { title: words.versions.note, dataIndex: 'note' },
          {
            title: words.versions.changed,
            render: (_, { changed }) => changed.map(({ name }) => name).join(words.comma),
          },
          {
            title: <span className="unseen">{words.versions.restore}</span>,
            render: (_, { number }) =>
              mayRestore &&
              number !== current && (
                <Button
                  size="small"
                  onClick={(event) => {
                    event.stopPropagation();
                    setAsking(number);
                  }}
                >
                  {words.versions.restore}
                </Button>
              ),
          },
        ]}
      />
      {next !== null && <Button onClick={() => void read(next)}>{words.versions.more}</Button>}
    </section>
  );
};
