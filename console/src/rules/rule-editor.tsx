import { App, Button, Input, Alert as Notice, Popconfirm, Select, Tag } from 'antd';
import { useEffect, useMemo, useRef, useState } from 'react';
import { RuleFileName, type RuleProblem } from '../../../src/model/rulebook.ts';
import { refusalText } from '../words/refusal.ts';
import { useSpeech } from '../words/words.tsx';
import { type Checked, checkFiles, saveFiles } from './ask-rules.ts';
import type { Saying } from './declared.ts';
import { RuleForm } from './rule-form.tsx';
import {
  isRecord,
  linesOfRules,
  readRuleFile,
  type WrittenRule,
  withoutRule,
  withRule,
} from './rule-text.ts';
import {
  draftedFiles,
  dropDraft,
  editFile,
  editsOf,
  noteDraft,
  rebaseDraft,
  useRulebookDraft,
} from './rulebook-draft.ts';
import type { Rulebook } from './rulebook-parts.ts';
import type { RulesWords } from './rules-words.ts';
import { SourceEditor, type SourceHandle } from './source-editor.tsx';

/** Where in the book somebody edits. */
export type Spot = { readonly file: string | null; readonly rule: string | null };

const blankFile = 'source: \nrules: []\n';

const blankRule = (taken: ReadonlySet<string>): WrittenRule => {
  let number = 1;
  while (taken.has(`rule-${number}`)) number += 1;
  return {
    id: `rule-${number}`,
    kind: 'threshold',
    types: [],
    when: {},
    alert: { kind: 'system', priority: 'low', title: { zh: '新规则', en: 'New rule' } },
  };
};

const titleOf = (rule: WrittenRule, language: 'zh' | 'en'): string => {
  const title = isRecord(rule.alert) && isRecord(rule.alert.title) ? rule.alert.title[language] : undefined;
  return typeof title === 'string' && title !== '' ? title : String(rule.id ?? '?');
};

const Problems = (props: {
  readonly problems: readonly RuleProblem[];
  readonly words: RulesWords;
  readonly go: (problem: RuleProblem) => void;
}) => (
  <ul className="rule-problems" aria-label={props.words.checkedWrong(props.problems.length)}>
    {props.problems.map((problem) => (
      <li key={`${problem.file}:${problem.line}:${problem.column} ${problem.message}`}>
        <button type="button" className="plain" onClick={() => props.go(problem)}>
          {problem.file} {props.words.sourceLine(problem.line, problem.column)}
        </button>{' '}
        {problem.message}
      </li>
    ))}
  </ul>
);

/** A file of the rulebook, as a form for each rule and as the text that it is. */
export const RuleEditor = (props: {
  readonly book: Rulebook;
  readonly say: Saying;
  readonly words: RulesWords;
  readonly mayEdit: boolean;
  readonly spot: Spot;
  readonly goTo: (spot: Spot) => void;
  readonly seeVersions: () => void;
  readonly tryOut: ((file: string, rule: string | null) => void) | null;
  /** The book must be read again. */
  readonly again: () => void;
}) => {
  const { book, say, words, mayEdit, spot, goTo, again } = props;
  const { words: dictionary, language } = useSpeech();
  const { message } = App.useApp();
  const draft = useRulebookDraft();
  const source = useRef<SourceHandle>(null);
  const [newName, setNewName] = useState<string | null>(null);
  const [checked, setChecked] = useState<Checked | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const [busy, setBusy] = useState<'check' | 'save' | null>(null);

  const { version, files } = book.files;
  const drafted = useMemo(() => draftedFiles(files, draft), [files, draft]);
  const file = drafted.find(({ name }) => name === spot.file) ?? drafted[0];
  const read = useMemo(() => (file === undefined ? null : readRuleFile(file.text)), [file]);
  const edits = useMemo(() => editsOf(files, draft), [files, draft]);
  const rules = read?.ok === true ? read.rules : [];
  const found = rules.findIndex(({ id }) => id === spot.rule);
  const index = found === -1 ? 0 : found;
  const rule = rules[index];
  const known = useMemo(
    () =>
      drafted.flatMap(({ text, state }) => {
        const each = state === 'removed' ? null : readRuleFile(text);
        return each?.ok === true
          ? each.rules.map((one) => ({ id: String(one.id ?? ''), title: titleOf(one, language) }))
          : [];
      }),
    [drafted, language],
  );
  const shown = `${file?.name} ${index}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another rule is brought into sight, not every letter typed.
  useEffect(() => {
    if (file !== undefined) source.current?.show(linesOfRules(file.text)[index] ?? 1);
  }, [shown]);
  const conflict = draft.base !== null && draft.base !== version && edits.length > 0;

  const put = (text: string): void => {
    if (file === undefined || !mayEdit) return;
    setChecked(null);
    editFile(file.name, text, version);
  };
  const jump = (problem: RuleProblem): void => {
    const there = drafted.find(({ name }) => name === problem.file);
    if (there === undefined) return;
    const at = linesOfRules(there.text).findLastIndex((line) => line <= problem.line);
    const each = readRuleFile(there.text);
    const id = each.ok ? each.rules[at]?.id : undefined;
    goTo({ file: there.name, rule: typeof id === 'string' ? id : null });
    // Once the file is drawn and its rule brought into sight.
    setTimeout(() => source.current?.goTo(problem.line, problem.column), 50);
  };
  /** What would be sent: what was changed, or else the file as it stands. */
  const candidates =
    edits.length > 0 ? edits : file === undefined ? [] : [{ name: file.name, text: file.text }];

  const check = async (): Promise<Checked | null> => {
    setBusy('check');
    const answer = await checkFiles(candidates);
    setBusy(null);
    if (!answer.ok) {
      setChecked(null);
      setRefused(refusalText(dictionary, answer));
      return null;
    }
    setRefused(null);
    setChecked(answer.value);
    return answer.value;
  };
  const save = async (meant: boolean): Promise<void> => {
    const found = await check();
    if (found === null || !found.ok || (found.warnings.length > 0 && !meant)) return;
    setBusy('save');
    const answer = await saveFiles(edits, draft.note, draft.base ?? version);
    setBusy(null);
    if (answer.ok) {
      dropDraft();
      setChecked(null);
      setRefused(null);
      message.success(words.saved(answer.value.number));
      again();
      return;
    }
    // Which version there is by now the book itself says, once it is read again.
    if (answer.code === 'stale-version') again();
    else setRefused(refusalText(dictionary, answer));
  };

  const bad = useMemo(
    () =>
      new Set([
        ...(checked?.problems ?? []).filter((one) => one.file === file?.name).map(({ line }) => line),
        ...(read?.ok === false ? [read.line] : []),
      ]),
    [checked, file?.name, read],
  );

  return (
    <section className="rule-editor" aria-label={words.tabs.edit}>
      {!mayEdit && <Notice type="info" title={words.readOnly} />}
      {conflict && (
        <div className="conflict" role="alert">
          <strong>{words.conflict(version, draft.base ?? 0)}</strong>
          <p>{words.conflictHint}</p>
          <Button onClick={props.seeVersions}>{words.seeNewer}</Button>
          <Button onClick={() => rebaseDraft(version)}>{words.keepMine}</Button>
          <Button danger onClick={dropDraft}>
            {words.takeNewer}
          </Button>
        </div>
      )}
      <div className="editor-head">
        <Select
          className="file-choice"
          aria-label={words.file}
          value={file?.name ?? null}
          options={drafted.map(({ name, state }) => ({
            value: name,
            label: (
              <>
                {name} {state === 'changed' && <Tag color="warning">{words.changedMark}</Tag>}
                {state === 'removed' && <Tag color="error">{words.removedMark}</Tag>}
              </>
            ),
          }))}
          onChange={(name: string) => goTo({ file: name, rule: null })}
        />
        <Select
          className="rule-choice"
          aria-label={words.rulesOfFile}
          showSearch={{ optionFilterProp: 'label' }}
          disabled={rules.length === 0}
          value={rule === undefined ? null : index}
          options={rules.map((one, at) => ({
            value: at,
            label: `${titleOf(one, language)}  ${String(one.id ?? '')}`,
          }))}
          onChange={(at: number) => {
            const id = rules[at]?.id;
            goTo({ file: file?.name ?? null, rule: typeof id === 'string' ? id : null });
          }}
        />
        {mayEdit && read?.ok === true && file !== undefined && (
          <Button
            onClick={() => {
              const added = blankRule(new Set(known.map(({ id }) => id)));
              put(withRule(file.text, rules.length, added));
              goTo({ file: file.name, rule: String(added.id) });
            }}
          >
            {words.addRule}
          </Button>
        )}
        {mayEdit &&
          (newName === null ? (
            <Button onClick={() => setNewName('')}>{words.newFile}</Button>
          ) : (
            <Input.Search
              className="new-file"
              aria-label={words.newFileName}
              placeholder={words.newFileName}
              value={newName}
              status={newName === '' || RuleFileName.safeParse(newName).success ? '' : 'error'}
              enterButton={words.newFile}
              onChange={(event) => setNewName(event.target.value)}
              onSearch={(name) => {
                if (!RuleFileName.safeParse(name).success || drafted.some((one) => one.name === name)) {
                  message.error(words.newFileBad);
                  return;
                }
                editFile(name, blankFile, version);
                setNewName(null);
                goTo({ file: name, rule: null });
              }}
            />
          ))}
        {props.tryOut !== null && file !== undefined && (
          <Button onClick={() => props.tryOut?.(file.name, typeof rule?.id === 'string' ? rule.id : null)}>
            {words.tryOut}
          </Button>
        )}
      </div>
      {mayEdit && (
        <div className="editor-save">
          <Button loading={busy === 'check'} onClick={() => void check()}>
            {words.check}
          </Button>
          <Input
            className="save-note"
            aria-label={words.note}
            placeholder={words.note}
            maxLength={500}
            value={draft.note}
            onChange={(event) => noteDraft(event.target.value)}
          />
          <Button
            type="primary"
            loading={busy === 'save'}
            disabled={edits.length === 0 || conflict}
            onClick={() => void save(false)}
          >
            {words.save}
          </Button>
          {edits.length > 0 ? (
            <Popconfirm
              title={words.discardAsk}
              onConfirm={dropDraft}
              okText={words.discard}
              cancelText={words.no}
            >
              <Button>{words.discard}</Button>
            </Popconfirm>
          ) : null}
          <span className="quiet" role="status">
            {checked?.ok === true
              ? words.checkedOk
              : edits.length === 0
                ? words.noChanges
                : words.changes(edits.length)}
          </span>
        </div>
      )}
      {refused !== null && (
        <p className="refused" role="alert">
          {refused}
        </p>
      )}
      {checked !== null && !checked.ok && (
        <div className="checked wrong" role="alert">
          <strong>{words.checkedWrong(checked.problems.length)}</strong>
          <Problems problems={checked.problems} words={words} go={jump} />
        </div>
      )}
      {checked !== null && checked.warnings.length > 0 && (
        <div className="checked life" role="alert">
          <strong>{words.wouldBeGone}</strong>
          <ul>
            {checked.warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
          {edits.length > 0 && !conflict && (
            <Button danger loading={busy === 'save'} onClick={() => void save(true)}>
              {words.saveMeant}
            </Button>
          )}
        </div>
      )}
      <div className="editor-halves">
        <section className="half" aria-label={words.form}>
          {read?.ok === false && <Notice type="error" title={words.unreadable(read.line, read.message)} />}
          {read?.ok === true && rule === undefined && <p className="quiet">{words.noRule}</p>}
          {rule !== undefined && file !== undefined && (
            <>
              <RuleForm
                key={`${file.name} ${index}`}
                rule={rule}
                kinds={book.kinds}
                types={book.types}
                places={book.places}
                devices={book.devices}
                rules={known}
                say={say}
                words={words}
                disabled={!mayEdit || file.state === 'removed'}
                change={(next) => {
                  put(withRule(file.text, index, next));
                  if (next.id !== rule.id && typeof next.id === 'string')
                    goTo({ file: file.name, rule: next.id });
                }}
              />
              {mayEdit && (
                <Button
                  danger
                  size="small"
                  onClick={() => {
                    put(withoutRule(file.text, index));
                    goTo({ file: file.name, rule: null });
                  }}
                >
                  {words.removeRule}
                </Button>
              )}
            </>
          )}
        </section>
        <section className="half" aria-label={words.source}>
          <header>
            <strong>{words.source}</strong> <span className="quiet">{words.sourceHint}</span>
          </header>
          {file !== undefined && (
            <SourceEditor
              ref={source}
              label={`${words.source} ${file.name}`}
              text={file.text}
              readOnly={!mayEdit || file.state === 'removed'}
              bad={bad}
              change={put}
            />
          )}
        </section>
      </div>
    </section>
  );
};
