import { Button, Input, Segmented, Table } from 'antd';
import { useMemo, useState } from 'react';
import { type Priority, priorities } from '../../../src/model/alert.ts';
import { PriorityShape } from '../alert/priority-shape.tsx';
import { useSpeech } from '../words/words.tsx';
import type { RuleInForce } from './ask-rules.ts';
import type { Saying } from './declared.ts';
import { readRuleFile } from './rule-text.ts';
import { type Rulebook, useWhereOf } from './rulebook-parts.ts';
import type { RulesWords } from './rules-words.ts';
import { type SaidRule, sayRule } from './saying.ts';

type Row = {
  readonly rule: RuleInForce;
  readonly said: SaidRule;
  readonly file: string;
  readonly found: string;
};

const limitsShown = 3;

/** The rules in force, in words. */
export const RuleList = (props: {
  readonly book: Rulebook;
  readonly say: Saying;
  readonly words: RulesWords;
  readonly edit: ((file: string, rule: string) => void) | null;
  readonly tryOut: ((rule: string) => void) | null;
}) => {
  const { words: dictionary, text } = useSpeech();
  const { book, say, words, edit, tryOut } = props;
  const [search, setSearch] = useState('');
  const [priority, setPriority] = useState<Priority | 'all'>('all');
  const whereOf = useWhereOf(book);
  const rows = useMemo(() => {
    const home = new Map<string, string>();
    for (const { name, text: content } of book.files.files) {
      const read = readRuleFile(content);
      if (read.ok) for (const { id } of read.rules) if (typeof id === 'string') home.set(id, name);
    }
    return book.standing.rules.map((rule): Row => {
      const kind = book.kinds.get(rule.kind);
      const said = sayRule(rule, { kind, say, words, dictionary, types: book.types, whereOf });
      const found = [
        rule.id,
        rule.alert.title.zh,
        rule.alert.title.en,
        dictionary.kind[rule.alert.kind],
        said.types,
        said.kind,
        ...said.levels.map(({ condition }) => condition),
      ].join(' ');
      return { rule, said, file: home.get(rule.id) ?? '', found: found.toLowerCase() };
    });
  }, [book, say, words, dictionary, whereOf]);
  const rankOf = ({ rule }: Row): number =>
    Math.min(...rule.levels.map((level) => priorities.indexOf(level.priority)));
  const wanted = search.trim().toLowerCase().split(/\s+/);
  const shown = rows
    .filter(
      ({ rule, found }) =>
        wanted.every((word) => found.includes(word)) &&
        (priority === 'all' || rule.levels.some((level) => level.priority === priority)),
    )
    .sort((a, b) => rankOf(a) - rankOf(b));
  return (
    <section aria-label={words.tabs.list}>
      <div className="desk-head">
        <Input.Search
          className="rule-search"
          allowClear
          aria-label={words.search}
          placeholder={words.search}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <Segmented<Priority | 'all'>
          value={priority}
          options={[
            { value: 'all', label: words.all },
            ...priorities.map((name) => ({ value: name, label: dictionary.priority[name] })),
          ]}
          onChange={setPriority}
        />
        <span className="quiet">
          {shown.length} / {rows.length}
        </span>
      </div>
      <Table<Row>
        size="small"
        rowKey={({ rule }) => rule.id}
        dataSource={shown}
        pagination={false}
        locale={{ emptyText: words.none }}
        columns={[
          {
            title: words.rule,
            width: '20%',
            render: (_, { rule, file }) => (
              <div>
                <strong>{text(rule.alert.title)}</strong>
                <div className="quiet">
                  {rule.id}
                  {file !== '' && ` · ${file}`}
                </div>
              </div>
            ),
          },
          { title: words.types, width: '15%', render: (_, { said }) => said.types },
          {
            title: words.condition,
            render: (_, { said, rule }) => (
              <ul className="levels">
                {said.levels.map((level, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a level is its place.
                  <li key={index}>
                    <span className={`priority ${level.priority}`}>
                      <PriorityShape priority={level.priority} /> {dictionary.priority[level.priority]}
                    </span>
                    <span>
                      <span className="quiet">{said.kind}</span> {level.condition}
                      <span className="quiet delays">
                        {[
                          ...(level.title === null || rule.levels.length === 1 ? [] : [level.title]),
                          ...level.delays,
                        ].join(' · ')}
                      </span>
                    </span>
                  </li>
                ))}
              </ul>
            ),
          },
          {
            title: words.more,
            width: '22%',
            render: (_, { said }) => (
              <ul className="more">
                {said.more.map((line) => (
                  <li key={line}>{line}</li>
                ))}
                {said.limits.length > 0 && (
                  <li>
                    {words.limits(said.limits.length)}
                    <ul>
                      {said.limits.slice(0, limitsShown).map((line) => (
                        <li key={line} className="quiet">
                          {line}
                        </li>
                      ))}
                    </ul>
                  </li>
                )}
              </ul>
            ),
          },
          {
            title: <span className="unseen">{words.edit}</span>,
            width: '9rem',
            render: (_, { rule, file }) => (
              <span className="row-actions">
                {edit !== null && (
                  <Button size="small" onClick={() => edit(file, rule.id)}>
                    {words.edit}
                  </Button>
                )}
                {tryOut !== null && (
                  <Button size="small" onClick={() => tryOut(rule.id)}>
                    {words.tryOut}
                  </Button>
                )}
              </span>
            ),
          },
        ]}
      />
    </section>
  );
};
