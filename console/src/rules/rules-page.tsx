import { Button, Alert as Notice, Popconfirm, Tabs } from 'antd';
import { useMemo, useState } from 'react';
import { mayActAs } from '../../../src/model/user.ts';
import { DeskFrame } from '../desk/desk-frame.tsx';
import type { DeskPageProps } from '../desk/desk-page.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { perform } from '../server/gateway.ts';
import { useTimes } from '../time/use-times.ts';
import { goTo } from '../use-address.ts';
import { refusalText } from '../words/refusal.ts';
import { wordFor } from '../words/word-for.ts';
import { useSpeech } from '../words/words.tsx';
import { RuleEditor, type Spot } from './rule-editor.tsx';
import { RuleList } from './rule-list.tsx';
import { type Rulebook, useRulebook } from './rulebook-parts.ts';
import { type RulesWords, useRulesWords } from './rules-words.ts';
import { sayingOf } from './saying.ts';
import { TryPage } from './try-page.tsx';
import { Versions } from './versions.tsx';
import '../desk/desk.css';
import './rules.css';

/** The rule that stands for the gateway's own alert about rules that are gone. */
const goneRule = 'life-rules-gone';

/** Rules about life that are gone, and the word that it is meant. */
const Gone = (props: {
  readonly gone: Rulebook['standing']['gone'];
  readonly words: RulesWords;
  readonly again: () => void;
}) => {
  const { gone, words, again } = props;
  const { words: dictionary } = useSpeech();
  const { alerts, user } = useFeedState();
  const [refused, setRefused] = useState<string | null>(null);
  if (gone.length === 0) return null;
  const alert = [...alerts.values()].find(({ rule }) => rule?.id === goneRule);
  const mean = async (): Promise<void> => {
    if (alert === undefined) return;
    const answer = await perform(alert.id, 'close', { disposition: 'service-request', note: words.meant });
    if (answer.ok) again();
    else setRefused(refusalText(dictionary, answer));
  };
  return (
    <div className="life-gone" role="alert">
      <strong>{words.gone}</strong>
      <ul>
        {gone.map(({ id, kind, types }) => (
          <li key={id}>
            {words.goneOne(
              id,
              dictionary.kind[kind],
              types.map((name) => wordFor(dictionary.type, name)).join(words.comma),
            )}
          </li>
        ))}
      </ul>
      <p>{words.goneHint}</p>
      {alert !== undefined && user !== null && mayActAs(user.role, 'operator') && (
        <Popconfirm
          title={words.meantAsk}
          okText={words.meant}
          cancelText={words.no}
          onConfirm={() => void mean()}
        >
          <Button danger>{words.meant}</Button>
        </Popconfirm>
      )}
      {refused !== null && <p className="refused">{refused}</p>}
    </div>
  );
};

const tabs = ['list', 'edit', 'try', 'versions'] as const;
type Tab = (typeof tabs)[number];

const Page = ({ rest, query, openAlert }: DeskPageProps) => {
  const words = useRulesWords();
  const { words: dictionary, language } = useSpeech();
  const times = useTimes();
  const { user } = useFeedState();
  const { answer, again } = useRulebook();
  const [last, setLast] = useState<Rulebook | null>(null);
  if (answer?.ok === true && answer.value !== last) setLast(answer.value);
  const book = answer?.ok === true ? answer.value : last;
  const asked = new URLSearchParams(query);
  const spot: Spot = { file: asked.get('file'), rule: asked.get('rule') };
  const tab: Tab = tabs.find((name) => name === rest) ?? 'list';
  const open = (where: Tab, at: Spot = { file: null, rule: null }): void => {
    const next = new URLSearchParams();
    if (at.file !== null) next.set('file', at.file);
    if (at.rule !== null) next.set('rule', at.rule);
    goTo({ page: 'rules', rest: where === 'list' ? null : where, query: String(next) });
  };
  const titles = useMemo(
    () => new Map((book?.standing.rules ?? []).map(({ id, alert }) => [id, alert.title[language]])),
    [book, language],
  );
  const titleOf = useMemo(() => (id: string) => titles.get(id) ?? id, [titles]);
  const say = useMemo(
    () => sayingOf({ language, words, dictionary, types: book?.types ?? [], titleOf }),
    [language, words, dictionary, book, titleOf],
  );
  const mayEdit = user !== null && mayActAs(user.role, 'admin');
  const mayTry = user !== null && mayActAs(user.role, 'supervisor');
  if (book === null)
    return answer?.ok === false ? (
      <p className="refused" role="alert">
        {words.failed(refusalText(dictionary, answer))} <Button onClick={again}>{words.again}</Button>
      </p>
    ) : (
      <p className="quiet">{words.loading}</p>
    );
  const { standing } = book;
  const at = standing.at === null ? '' : times.full(standing.at, true);
  return (
    <>
      <div className="desk-head">
        <h1>{words.title}</h1>
        <span className="quiet">{words.inForce(standing.version, at)}</span>
      </div>
      <Gone gone={standing.gone} words={words} again={again} />
      {standing.problems.length > 0 && (
        <Notice
          type="error"
          title={words.problems(standing.problems.length)}
          description={
            <ul>
              {standing.problems.map((problem) => (
                <li key={`${problem.file}:${problem.line}:${problem.column} ${problem.message}`}>
                  {problem.file} {words.sourceLine(problem.line, problem.column)}: {problem.message}
                </li>
              ))}
            </ul>
          }
        />
      )}
      {standing.differing.length > 0 && (
        <Notice type="info" title={words.differing(standing.differing.join(words.comma))} />
      )}
      <Tabs
        activeKey={tab}
        destroyOnHidden
        onChange={(name) => open(tabs.find((known) => known === name) ?? 'list')}
        items={[
          {
            key: 'list',
            label: words.tabs.list,
            children: (
              <RuleList
                book={book}
                say={say}
                words={words}
                edit={mayEdit ? (file, rule) => open('edit', { file, rule }) : null}
                tryOut={mayTry ? (rule) => open('try', { file: null, rule }) : null}
              />
            ),
          },
          {
            key: 'edit',
            label: words.tabs.edit,
            children: (
              <RuleEditor
                book={book}
                say={say}
                words={words}
                mayEdit={mayEdit}
                spot={spot}
                goTo={(next) => {
                  const where = new URLSearchParams();
                  if (next.file !== null) where.set('file', next.file);
                  if (next.rule !== null) where.set('rule', next.rule);
                  goTo({ page: 'rules', rest: 'edit', query: String(where) }, 'replace');
                }}
                seeVersions={() => open('versions')}
                tryOut={mayTry ? (file, rule) => open('try', { file, rule }) : null}
                again={again}
              />
            ),
          },
          {
            key: 'try',
            label: words.tabs.try,
            children: mayTry ? (
              <TryPage
                key={query}
                book={book}
                words={words}
                titleOf={titleOf}
                tried={spot}
                openAlert={openAlert}
              />
            ) : (
              <Notice type="info" title={words.try_.notAllowed} />
            ),
          },
          {
            key: 'versions',
            label: words.tabs.versions,
            children: (
              <Versions current={standing.version} mayRestore={mayEdit} words={words} restored={again} />
            ),
          },
        ]}
      />
    </>
  );
};

/** The rulebook: what is in force, the way to change it, to try it out, and back. */
export const DeskPage = (props: DeskPageProps) => {
  const words = useRulesWords();
  return (
    <main className="desk-page rules-page" aria-label={words.title} data-page="rules">
      <DeskFrame>
        <Page {...props} />
      </DeskFrame>
    </main>
  );
};
