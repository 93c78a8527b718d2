import { Button, Segmented, Select, Table } from 'antd';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Evidence } from '../../../src/model/alert.ts';
import type { RuleProblem } from '../../../src/model/rulebook.ts';
import type { DidRaise, TryAnswer, WouldRaise } from '../../../src/model/try-out.ts';
import { PriorityShape } from '../alert/priority-shape.tsx';
import { Bars } from '../chart/bars.tsx';
import { useColours } from '../chart/use-colours.ts';
import { MomentPicker } from '../desk/moment-picker.tsx';
import { deviceWord } from '../devices/device-word.ts';
import { unitOf, valueText } from '../devices/values.ts';
import { clock } from '../feed/clock.ts';
import { useTimes } from '../time/use-times.ts';
import { refusalText } from '../words/refusal.ts';
import { wordFor } from '../words/word-for.ts';
import { useSpeech } from '../words/words.tsx';
import { type Trial, tryRules } from './ask-rules.ts';
import { draftedFiles, useRulebookDraft } from './rulebook-draft.ts';
import type { Rulebook } from './rulebook-parts.ts';
import type { RulesWords } from './rules-words.ts';
import { countByTime, draftToTry, isMoment } from './trial.ts';

const dayMs = 86_400_000;
const spans = ['1', '7', '30', 'own'] as const;
type SpanChoice = (typeof spans)[number];

/** What is to be tried: rules in force by id, or a file of the draft, or a rule of it. */
export type Tried = { readonly rule: string | null; readonly file: string | null };

type Result =
  | { readonly what: 'answer'; readonly answer: TryAnswer; readonly from: number; readonly to: number }
  | { readonly what: 'refused'; readonly why: string; readonly problems: readonly RuleProblem[] };

/** A span as it is being chosen (epoch ms). */
type OwnSpan = { readonly from: number | null; readonly to: number | null };

type Whole = { readonly from: number; readonly to: number };

const wholeSpan = ({ from, to }: OwnSpan): Whole | null =>
  from !== null && to !== null && from < to ? { from, to } : null;

const lastDays = (days: number): Whole => {
  const now = clock.now();
  return { from: now - days * dayMs, to: now };
};

// Outside the page's tree: a minute's answer outlives a look at the form.
let kept: Result | null = null;

/** Tries rules out over what was recorded, and shows what would have been raised beside what was. */
export const TryPage = (props: {
  readonly book: Rulebook;
  readonly words: RulesWords;
  readonly titleOf: (id: string) => string;
  readonly tried: Tried;
  readonly openAlert: (id: string) => void;
}) => {
  const { book, words, titleOf, tried } = props;
  const { words: dictionary } = useSpeech();
  const times = useTimes();
  const colours = useColours();
  const draft = useRulebookDraft();
  const [chosen, setChosen] = useState<readonly string[]>(() =>
    tried.file !== null
      ? [`draft:${tried.file}:${tried.rule ?? ''}`]
      : tried.rule === null
        ? []
        : [`rule:${tried.rule}`],
  );
  const [place, setPlace] = useState<string | null>(null);
  const [devices, setDevices] = useState<readonly string[]>([]);
  const [span, setSpan] = useState<SpanChoice>('7');
  const [own, setOwn] = useState<OwnSpan>({ from: null, to: null });
  const [result, setResult] = useState<Result | null>(kept);
  const [running, setRunning] = useState<AbortController | null>(null);
  const held = useRef<AbortController | null>(null);
  // Nobody waits for it once the page is left.
  useEffect(() => () => held.current?.abort(), []);
  const drafted = useMemo(() => draftedFiles(book.files.files, draft), [book.files.files, draft]);

  const end = (given: Result): void => {
    kept = given;
    setResult(given);
  };
  const run = async (): Promise<void> => {
    const edges = span === 'own' ? wholeSpan(own) : lastDays(Number(span));
    if (edges === null) return;
    const { from, to } = edges;
    const [first] = chosen;
    let what: { readonly text: string } | { readonly rules: readonly string[] };
    if (first?.startsWith('draft:') === true) {
      const [, file = '', rule = ''] = first.split(':');
      const text = draftToTry(
        drafted.filter(({ state }) => state !== 'removed'),
        file,
        rule === '' ? null : rule,
      );
      if (text === null) return;
      what = { text };
    } else what = { rules: chosen.map((each) => each.slice('rule:'.length)) };
    const trial: Trial = {
      ...what,
      from,
      to,
      ...(place === null ? {} : { place }),
      ...(devices.length === 0 ? {} : { devices }),
    };
    const controller = new AbortController();
    held.current = controller;
    setRunning(controller);
    const answer = await tryRules(trial, controller.signal);
    if (held.current === controller) setRunning(null);
    if (answer.ok) end({ what: 'answer', answer: answer.value, from, to });
    else if (answer.code !== 'given-up') {
      const problems = Array.isArray(answer.details.problems)
        ? (answer.details.problems as readonly RuleProblem[])
        : [];
      const why =
        answer.code === 'already-running'
          ? words.try_.busy
          : problems.length > 0
            ? words.try_.refusedDraft
            : refusalText(dictionary, answer);
      end({ what: 'refused', why, problems });
    }
  };

  const moment = (at: number): string => times.full(at, true);
  const names = useMemo(
    () => new Map(book.devices.map((device) => [device.id, deviceWord(device, dictionary)])),
    [book.devices, dictionary],
  );
  const nameOf = (id: string): string => names.get(id) ?? id;
  const whyOf = ({ measurement, value, limit, unit, event }: Evidence): string => {
    if (event !== undefined) return wordFor(dictionary.event, event);
    if (measurement === undefined) return value === undefined ? '' : String(value);
    const ofValue = unit ?? unitOf(measurement);
    return [
      wordFor(dictionary.measurement, measurement),
      ...(value === undefined ? [] : [valueText(value, ofValue, dictionary)]),
      ...(limit === undefined
        ? []
        : [`(${dictionary.detail.limit} ${valueText(limit, ofValue, dictionary)})`]),
    ].join(' ');
  };

  const answer = result?.what === 'answer' ? result : null;
  const bars = useMemo(() => {
    if (answer === null) return null;
    const { from, to } = answer;
    const would = countByTime(
      answer.answer.would.map((one) => one.from),
      from,
      to,
      times.zone,
    );
    const did = countByTime(
      answer.answer.did.map((one) => one.raisedAt),
      from,
      to,
      times.zone,
    );
    return {
      by: would.by,
      categories: would.starts.map((at) =>
        would.by === 'hour' ? `${times.day(at)} ${times.minute(at)}` : times.day(at),
      ),
      series: [
        { name: words.try_.would, values: would.counts, colour: colours.lines[1] ?? colours.ink },
        { name: words.try_.did, values: did.counts, colour: colours.lines[0] ?? colours.ink, dashed: true },
      ],
    };
  }, [answer, colours, words, times]);

  const isDraft = chosen[0]?.startsWith('draft:') === true;
  return (
    <section className="try-page" aria-label={words.tabs.try}>
      <p className="quiet">{words.try_.hint}</p>
      <div className="try-form">
        <Select
          mode="multiple"
          className="try-what"
          aria-label={words.try_.what}
          placeholder={words.try_.what}
          showSearch={{ optionFilterProp: 'label' }}
          value={[...chosen]}
          options={[
            {
              label: words.tabs.edit,
              options: drafted
                .filter(({ state }) => state !== 'removed')
                .flatMap(({ name }) => [
                  { value: `draft:${name}:`, label: words.try_.draftFile(name) },
                  ...(tried.file === name && tried.rule !== null
                    ? [{ value: `draft:${name}:${tried.rule}`, label: words.try_.draftRule(tried.rule) }]
                    : []),
                ]),
            },
            {
              label: words.try_.inForce,
              options: book.standing.rules.map(({ id }) => ({
                value: `rule:${id}`,
                label: `${titleOf(id)}  ${id}`,
              })),
            },
          ]}
          onChange={(next: string[]) => {
            // A draft is tried by itself.
            const newest = next.at(-1);
            if (newest?.startsWith('draft:') === true) setChosen([newest]);
            else setChosen(next.filter((each) => each.startsWith('rule:')));
          }}
        />
        <Select
          className="try-place"
          aria-label={words.try_.place}
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={words.try_.wholeStreet}
          value={place}
          options={book.places.map(({ id, text }) => ({ value: id, label: text }))}
          onChange={(id: string | undefined) => setPlace(id ?? null)}
        />
        <Select
          mode="multiple"
          className="try-devices"
          aria-label={words.try_.devices}
          maxTagCount="responsive"
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={words.try_.allDevices}
          value={[...devices]}
          options={book.devices.map(({ id }) => ({ value: id, label: `${nameOf(id)}  ${id}` }))}
          onChange={setDevices}
        />
        <Segmented<SpanChoice>
          value={span}
          options={spans.map((name) => ({ value: name, label: words.try_.spans[name] }))}
          onChange={setSpan}
        />
        {span === 'own' &&
          (['from', 'to'] as const).map((edge) => (
            <MomentPicker
              key={edge}
              label={words.try_[edge]}
              zone={times.zone}
              latest={clock.now()}
              value={own[edge]}
              onChange={(at) => setOwn({ ...own, [edge]: at })}
            />
          ))}
        {running === null ? (
          <Button
            type="primary"
            disabled={chosen.length === 0 || (span === 'own' && wholeSpan(own) === null)}
            onClick={() => void run()}
          >
            {words.try_.run}
          </Button>
        ) : (
          <>
            <Button
              onClick={() => {
                running.abort();
                setRunning(null);
              }}
            >
              {words.try_.stop}
            </Button>
            <span role="status">{words.try_.running}</span>
          </>
        )}
      </div>
      {result === null && <p className="nothing-yet quiet">{words.try_.nothing}</p>}
      {result?.what === 'refused' && (
        <div className="refused" role="alert">
          {result.why}
          <ul>
            {result.problems.map((problem) => (
              <li key={`${problem.line} ${problem.column} ${problem.message}`}>
                {isDraft ? '' : words.sourceLine(problem.line, problem.column)} {problem.message}
              </li>
            ))}
          </ul>
        </div>
      )}
      {answer !== null && bars !== null && (
        <>
          <p role="status">
            <strong>
              {words.try_.result(answer.answer.wouldCount, answer.answer.didCount, answer.answer.readings)}
            </strong>
          </p>
          {!answer.answer.complete && <p className="refused">{words.try_.cut}</p>}
          {answer.answer.untried.length > 0 && (
            <p className="quiet">
              {words.try_.untried(answer.answer.untried.map(titleOf).join(words.comma))}
            </p>
          )}
          <Bars
            title={`${words.try_.chart} (${bars.by === 'day' ? words.try_.perDay : words.try_.perHour})`}
            said={words.try_.result(answer.answer.wouldCount, answer.answer.didCount, answer.answer.readings)}
            categories={bars.categories}
            series={bars.series}
          />
          <div className="try-lists">
            <section aria-label={words.try_.would}>
              <h3>{words.try_.would}</h3>
              {answer.answer.wouldCount > answer.answer.would.length && (
                <p className="quiet">
                  {words.try_.firstOf(answer.answer.would.length, answer.answer.wouldCount)}
                </p>
              )}
              <Table<WouldRaise>
                size="small"
                rowKey={(one) => `${one.rule} ${one.device} ${one.from}`}
                dataSource={[...answer.answer.would]}
                locale={{ emptyText: words.try_.none }}
                pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
                columns={[
                  { title: words.try_.when, render: (_, one) => moment(one.from) },
                  {
                    title: words.try_.until,
                    render: (_, one) =>
                      one.to === null ? words.try_.held : isMoment(one) ? '' : moment(one.to),
                  },
                  { title: words.try_.device, render: (_, one) => nameOf(one.device) },
                  {
                    title: words.try_.priority,
                    render: (_, one) => (
                      <span className={`priority ${one.priority}`}>
                        <PriorityShape priority={one.priority} /> {dictionary.priority[one.priority]}
                      </span>
                    ),
                  },
                  { title: words.try_.why, render: (_, one) => whyOf(one.evidence) },
                  { title: words.try_.rule, render: (_, one) => one.rule },
                ]}
              />
            </section>
            <section aria-label={words.try_.did}>
              <h3>{words.try_.did}</h3>
              {answer.answer.didCount > answer.answer.did.length && (
                <p className="quiet">
                  {words.try_.firstOf(answer.answer.did.length, answer.answer.didCount)}
                </p>
              )}
              <Table<DidRaise>
                size="small"
                rowKey="id"
                dataSource={[...answer.answer.did]}
                locale={{ emptyText: words.try_.noneDid }}
                pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
                columns={[
                  {
                    title: words.try_.when,
                    render: (_, one) => (
                      <Button type="link" size="small" onClick={() => props.openAlert(one.id)}>
                        {moment(one.raisedAt)}
                      </Button>
                    ),
                  },
                  { title: words.try_.device, render: (_, one) => nameOf(one.device) },
                  {
                    title: words.try_.outcome,
                    render: (_, one) =>
                      one.disposition === null ? '' : dictionary.disposition[one.disposition],
                  },
                ]}
              />
            </section>
          </div>
        </>
      )}
    </section>
  );
};
