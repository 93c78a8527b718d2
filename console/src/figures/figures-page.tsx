import { Button, Segmented, Select, Table } from 'antd';
import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import { type Priority, priorities } from '../../../src/model/alert.ts';
import { type AnswerTimes, Figures } from '../../../src/model/figures.ts';
import { mayActAs } from '../../../src/model/user.ts';
import { deviceHref } from '../address.ts';
import { useDeviceNames } from '../alert/device-names.ts';
import { PriorityShape } from '../alert/priority-shape.tsx';
import { Bars } from '../chart/bars.tsx';
import type { BarSeries } from '../chart/bars-option.ts';
import { useColours } from '../chart/use-colours.ts';
import { DeskFrame } from '../desk/desk-frame.tsx';
import type { DeskPageProps } from '../desk/desk-page.ts';
import { DayPicker } from '../desk/moment-picker.tsx';
import { clock } from '../feed/clock.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { readPlaces } from '../server/gateway.ts';
import { type Answer, request } from '../server/request.ts';
import { useAnswer } from '../server/use-answer.ts';
import { useTimes } from '../time/use-times.ts';
import { dayStartOf } from '../time/wall-clock.ts';
import { goTo } from '../use-address.ts';
import { refusalText } from '../words/refusal.ts';
import { usePageWords, useSpeech } from '../words/words.tsx';
import { type FiguresWords, figuresWords } from './figures-words.ts';
import { falseOnes, figuresCsv, isMet, lengthText, mixOf, shareText } from './say-figures.ts';
import '../desk/desk.css';
import './figures.css';

const patienceMs = 30_000;
const spans = ['today', '7', '30', 'own'] as const;
type SpanChoice = (typeof spans)[number];

/** What is looked at, as it stands in the page's address. */
type View = {
  readonly span: SpanChoice;
  readonly from: number | null;
  readonly to: number | null;
  readonly place: string | null;
};

const readView = (query: string): View => {
  const params = new URLSearchParams(query);
  const whole = (name: string): number | null => {
    const text = params.get(name);
    return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
  };
  const [from, to] = [whole('from'), whole('to')];
  const own = from !== null && to !== null && from < to;
  const named = spans.find((name) => name === params.get('span'));
  return {
    span: own ? 'own' : named === undefined || named === 'own' ? '7' : named,
    from: own ? from : null,
    to: own ? to : null,
    place: params.get('place'),
  };
};

const writeView = ({ span, from, to, place }: View): string => {
  const params = new URLSearchParams();
  if (span === 'own' && from !== null && to !== null) {
    params.set('from', String(from));
    params.set('to', String(to));
  } else if (span !== '7') params.set('span', span);
  if (place !== null) params.set('place', place);
  return String(params);
};

const edgesOf = (
  { span, from, to }: View,
  now: number,
  zone: string,
): { readonly from: number; readonly to: number } => {
  if (span === 'own' && from !== null && to !== null) return { from, to };
  // Whole days, so that none is counted by half; to the end of this one, as the gateway counts up to its own now, which is later than ours where a page is late to hear of it.
  const days = span === 'today' || span === 'own' ? 1 : Number(span);
  return { from: dayStartOf(now, zone, 1 - days), to: dayStartOf(now, zone, 1) };
};

const askFigures = (view: View, zone: string): Promise<Answer<Figures>> => {
  const { from, to } = edgesOf(view, clock.now(), zone);
  const query = new URLSearchParams({ from: String(from), to: String(to) });
  if (view.place !== null) query.set('place', view.place);
  return request(Figures, `/figures?${query}`, { patienceMs });
};

/** Whether a target is met, in words and by its shape. */
const Verdict = ({
  met,
  yes,
  no,
  none,
}: {
  readonly met: boolean | null;
  readonly yes: string;
  readonly no: string;
  readonly none: string;
}) =>
  met === null ? (
    <span className="verdict">– {none}</span>
  ) : (
    <span className={met ? 'verdict met' : 'verdict missed'}>
      <span aria-hidden="true">{met ? '✓' : '✕'}</span> {met ? yes : no}
    </span>
  );

const Card = (props: { readonly title: string; readonly hint?: string; readonly children: ReactNode }) => (
  <section className="card" aria-label={props.title}>
    <h2>{props.title}</h2>
    {props.hint !== undefined && <p className="quiet">{props.hint}</p>}
    {props.children}
  </section>
);

const Fact = ({ name, value }: { readonly name: string; readonly value: string }) => (
  <div className="figure-fact">
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);

const Answers = (props: {
  readonly title: string;
  readonly hint: string;
  readonly answers: AnswerTimes;
  readonly words: FiguresWords;
}) => {
  const { answers, words } = props;
  const length = (ms: number | null): string => (ms === null ? '–' : lengthText(ms, words));
  return (
    <Card title={props.title} hint={props.hint}>
      <ul className="targets">
        {answers.targets.map((target) => (
          <li key={target.withinMs}>
            <span>{words.within(target.withinMs / 1000)}</span>
            <strong>{target.share === null ? '–' : shareText(target.share)}</strong>
            <span className="quiet">
              {words.target(shareText(target.target))} · {words.of(target.of)}
            </span>
            <Verdict met={isMet(target)} yes={words.met} no={words.missed} none={words.noneYet} />
          </li>
        ))}
      </ul>
      <dl className="figure-facts">
        <Fact name={words.half} value={length(answers.p50Ms)} />
        <Fact name={words.ninety} value={length(answers.p90Ms)} />
        <Fact name={words.ninetyNine} value={length(answers.p99Ms)} />
        <Fact name={words.longest} value={length(answers.longestMs)} />
      </dl>
      {answers.waiting > 0 && (
        <p className="refused">
          <span aria-hidden="true">! </span>
          {words.waiting(answers.waiting)}
        </p>
      )}
      {answers.byVoice > 0 && <p className="quiet">{words.byVoice(answers.byVoice)}</p>}
    </Card>
  );
};

/** The total of some counts and the most of them, in words, for whoever does not see the bars. */
const saidOf = (names: readonly string[], counts: readonly number[], words: FiguresWords): string => {
  const most = Math.max(0, ...counts);
  return words.said(
    counts.reduce((sum, count) => sum + count, 0),
    most,
    names[counts.indexOf(most)] ?? '',
  );
};

const Drawn = ({ figures, words }: { readonly figures: Figures; readonly words: FiguresWords }) => {
  const { words: dictionary } = useSpeech();
  const colours = useColours();
  const days = useMemo(() => figures.days.map(({ day }) => day.slice(5)), [figures]);
  const byPriority = useMemo(
    () =>
      priorities.map(
        (priority: Priority): BarSeries => ({
          name: dictionary.priority[priority],
          values: figures.days.map((day) => day[priority]),
          colour: colours.priority[priority],
        }),
      ),
    [figures, colours, dictionary],
  );
  const hours = useMemo(
    () => figures.hours.map((_, hour) => `${String(hour).padStart(2, '0')}:00`),
    [figures],
  );
  const byHour = useMemo(
    (): readonly BarSeries[] => [
      { name: words.count, values: figures.hours, colour: colours.lines[0] ?? colours.ink },
    ],
    [figures, colours, words],
  );
  const perDay = figures.days.map((day) => priorities.reduce((sum, priority) => sum + day[priority], 0));
  return (
    <div className="drawings">
      <Bars
        title={words.perDay}
        said={saidOf(days, perDay, words)}
        categories={days}
        series={byPriority}
        stacked
      />
      <Bars
        title={words.perHour}
        said={saidOf(hours, figures.hours, words)}
        categories={hours}
        series={byHour}
      />
    </div>
  );
};

const Lists = (props: {
  readonly figures: Figures;
  readonly words: FiguresWords;
  readonly deviceName: (id: string) => string;
  readonly userName: (id: string) => string;
  readonly ownOnly: boolean;
  readonly openAlert: (id: string) => void;
}) => {
  const { figures, words, deviceName, userName } = props;
  const { words: dictionary, text } = useSpeech();
  const times = useTimes();
  const falseAlarms = figures.dispositions.filter(
    ({ disposition }) => disposition !== null && falseOnes.has(disposition),
  );
  const columns = [
    {
      title: words.kind,
      render: (_: unknown, one: Figures['dispositions'][number]) => dictionary.kind[one.kind],
    },
    {
      title: words.outcome,
      render: (_: unknown, one: Figures['dispositions'][number]) =>
        one.disposition === null ? words.open : dictionary.disposition[one.disposition],
    },
    { title: words.count, dataIndex: 'alerts', align: 'right' as const },
  ];
  const noPages = { pageSize: 10, hideOnSinglePage: true, showSizeChanger: false, size: 'small' } as const;
  return (
    <div className="lists">
      <Card title={words.talkers}>
        <Table<Figures['talkers'][number]>
          size="small"
          rowKey="device"
          dataSource={figures.talkers}
          pagination={noPages}
          locale={{ emptyText: words.nothing }}
          columns={[
            {
              title: words.device,
              render: (_, { device }) => (
                <>
                  <a href={deviceHref(device)}>{deviceName(device)}</a>{' '}
                  <span className="quiet">{device}</span>
                </>
              ),
            },
            { title: words.count, dataIndex: 'alerts', align: 'right' },
            { title: words.share, align: 'right', render: (_, { share }) => shareText(share) },
          ]}
        />
      </Card>
      <Card title={words.holders} {...(props.ownOnly ? { hint: words.holdersOwn } : {})}>
        <Table<Figures['holders'][number]>
          size="small"
          rowKey="user"
          dataSource={figures.holders}
          pagination={noPages}
          locale={{ emptyText: words.nothing }}
          columns={[
            { title: words.person, render: (_, { user }) => userName(user) },
            { title: words.count, dataIndex: 'alerts', align: 'right' },
            {
              title: words.perTenHolder,
              align: 'right',
              render: (_, { perTenMinutes }) => perTenMinutes.toFixed(1),
            },
            { title: words.mostTen, dataIndex: 'most', align: 'right' },
          ]}
        />
      </Card>
      <Card title={words.falseAlarms} hint={words.falseAlarmsHint}>
        <Table
          size="small"
          rowKey={({ kind, disposition }) => `${kind} ${disposition}`}
          dataSource={falseAlarms}
          pagination={noPages}
          locale={{ emptyText: words.nothing }}
          columns={columns}
        />
      </Card>
      <Card title={words.outcomes}>
        <Table
          size="small"
          rowKey={({ kind, disposition }) => `${kind} ${disposition}`}
          dataSource={figures.dispositions}
          pagination={noPages}
          locale={{ emptyText: words.nothing }}
          columns={columns}
        />
      </Card>
      <Card title={words.stale} hint={words.staleDuring(figures.stale.during)}>
        <Table<Figures['stale']['alerts'][number]>
          size="small"
          rowKey="id"
          dataSource={figures.stale.alerts}
          pagination={noPages}
          locale={{ emptyText: words.nothing }}
          columns={[
            {
              title: words.staleNow,
              render: (_, alert) => (
                <button type="button" className="plain link" onClick={() => props.openAlert(alert.id)}>
                  <span className={`priority ${alert.priority}`}>
                    <PriorityShape priority={alert.priority} /> {dictionary.priority[alert.priority]}
                  </span>{' '}
                  {text(alert.title)}
                </button>
              ),
            },
            { title: words.device, render: (_, { device }) => deviceName(device) },
            { title: '', align: 'right', render: (_, { since }) => words.since(times.full(since)) },
          ]}
        />
      </Card>
    </div>
  );
};

const saveFile = (name: string, content: string): void => {
  const url = URL.createObjectURL(new Blob([content], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
};

/** The first and the last of some days; told once both are there, in their order. */
const OwnDays = (props: {
  readonly view: View;
  readonly zone: string;
  readonly words: FiguresWords;
  readonly choose: (from: number, to: number) => void;
}) => {
  const { view, zone, words } = props;
  const [first, setFirst] = useState(view.from);
  const [last, setLast] = useState(view.to === null ? null : dayStartOf(view.to - 1, zone));
  const choose = (from: number | null, to: number | null): void => {
    setFirst(from);
    setLast(to);
    // The last day as a whole.
    if (from !== null && to !== null && from <= to) props.choose(from, dayStartOf(to, zone, 1));
  };
  const latest = clock.now();
  return (
    <>
      <DayPicker
        label={words.firstDay}
        zone={zone}
        latest={latest}
        value={first}
        onChange={(from) => choose(from, last)}
      />
      <DayPicker
        label={words.lastDay}
        zone={zone}
        latest={latest}
        value={last}
        onChange={(to) => choose(first, to)}
      />
    </>
  );
};

const Page = ({ query, openAlert }: DeskPageProps) => {
  const words = usePageWords<FiguresWords>(figuresWords);
  const { words: dictionary } = useSpeech();
  const times = useTimes();
  const { zone } = times;
  const { user, names } = useFeedState();
  const deviceNameOf = useDeviceNames();
  const view = useMemo(() => readView(query), [query]);
  const ask = useCallback(() => askFigures(view, zone), [view, zone]);
  const { answer, again } = useAnswer(ask);
  const { answer: places } = useAnswer(readPlaces);
  const [choosing, setChoosing] = useState(view.span === 'own');
  useEffect(() => setChoosing(view.span === 'own'), [view.span]);
  const show = (next: Partial<View>): void =>
    goTo({ page: 'figures', rest: null, query: writeView({ ...view, ...next }) });
  const figures = answer?.ok === true ? answer.value : null;
  const userName = (id: string): string => names.get(id) ?? id;
  const deviceName = (id: string): string => (id === 'system' ? dictionary.kind.system : deviceNameOf(id));
  return (
    <>
      <div className="desk-head">
        <h1>{words.title}</h1>
        <Segmented<SpanChoice>
          value={choosing ? 'own' : view.span}
          options={spans.map((name) => ({ value: name, label: words.spans[name] }))}
          onChange={(span) => {
            if (span === 'own') setChoosing(true);
            else {
              setChoosing(false);
              show({ span, from: null, to: null });
            }
          }}
        />
        {choosing && (
          <OwnDays
            key={`${view.from} ${view.to}`}
            view={view}
            zone={zone}
            words={words}
            choose={(from, to) => show({ span: 'own', from, to })}
          />
        )}
        <Select
          className="figures-place"
          aria-label={words.place}
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={words.wholeStreet}
          value={view.place}
          options={(places?.ok === true ? places.value : []).map(({ id, text }) => ({
            value: id,
            label: text,
          }))}
          onChange={(place: string | undefined) => show({ place: place ?? null })}
        />
        <Button onClick={again}>{words.refresh}</Button>
        <Button
          disabled={figures === null}
          onClick={() => {
            if (figures !== null)
              saveFile(
                `zhishou-${times.full(figures.from).slice(0, 10)}-${times.full(figures.to - 1).slice(0, 10)}.csv`,
                figuresCsv(figures, { words, dictionary, deviceName, userName }),
              );
          }}
        >
          {words.export}
        </Button>
        {figures !== null && (
          <span className="quiet">{words.asOf(times.full(figures.from), times.full(figures.to))}</span>
        )}
      </div>
      {answer === null && <p className="quiet">{words.reading}</p>}
      {answer?.ok === false && (
        <p className="refused" role="alert">
          {words.failed(refusalText(dictionary, answer))} <Button onClick={again}>{words.again}</Button>
        </p>
      )}
      {figures !== null && !figures.complete && <p className="refused">{words.partial}</p>}
      {figures !== null && figures.alerts === 0 && figures.tests === 0 && figures.calls.in === 0 && (
        <div className="nothing">
          <h3>{words.empty}</h3>
          <p className="quiet">{words.emptyHint}</p>
        </div>
      )}
      {figures !== null && (figures.alerts > 0 || figures.tests > 0 || figures.calls.in > 0) && (
        <>
          <div className="cards">
            <Answers
              title={words.people}
              hint={words.peopleHint}
              answers={figures.answers.people}
              words={words}
            />
            <Answers
              title={words.emergencies}
              hint={words.emergenciesHint}
              answers={figures.answers.emergencies}
              words={words}
            />
            <Card
              title={words.calls}
              hint={`${words.callsIn(figures.calls.in)} · ${words.callsOut(figures.calls.out)}`}
            >
              <dl className="figure-facts">
                <Fact name={words.connected} value={String(figures.calls.connected)} />
                <Fact name={words.missedCalls} value={String(figures.calls.missed)} />
                <Fact name={words.failedCalls} value={String(figures.calls.failed)} />
                <Fact name={words.cancelledCalls} value={String(figures.calls.cancelled)} />
              </dl>
            </Card>
            <Card title={words.load} hint={`${words.alerts(figures.alerts)} · ${words.tests(figures.tests)}`}>
              <dl className="figure-facts">
                <Fact name={words.perTen} value={figures.load.perTenMinutes.toFixed(2)} />
                <Fact
                  name={words.worstTen}
                  value={`${figures.load.most}${figures.load.mostAt === null ? '' : ` (${times.minuteOf(figures.load.mostAt)})`}`}
                />
                <Fact
                  name={words.flood}
                  value={`${shareText(figures.load.floodShare)} · ${words.floods(figures.load.floods)}`}
                />
                <Fact name={words.staleNow} value={String(figures.stale.now)} />
              </dl>
              <p className="quiet">{words.seat}</p>
            </Card>
            <Card title={words.mix}>
              <ul className="mix">
                {mixOf(figures).map(({ priority, alerts, share, aim, fine }) => (
                  <li key={priority}>
                    <span className={`priority ${priority}`}>
                      <PriorityShape priority={priority} /> {dictionary.priority[priority]}
                    </span>
                    <strong>{shareText(share)}</strong>
                    <span className="quiet">{alerts}</span>
                    {aim !== null && (
                      <span className="quiet aim">
                        {words.aim(shareText(aim))}{' '}
                        <Verdict met={fine} yes={words.aimMet} no={words.aimMissed} none="" />
                      </span>
                    )}
                  </li>
                ))}
              </ul>
            </Card>
          </div>
          <p className="quiet">{words.how}</p>
          <Drawn figures={figures} words={words} />
          <Lists
            figures={figures}
            words={words}
            deviceName={deviceName}
            userName={userName}
            ownOnly={user === null || !mayActAs(user.role, 'supervisor')}
            openAlert={openAlert}
          />
        </>
      )}
    </>
  );
};

/** How the room answers: its times against their targets, its load, and what it is busy with. */
export const DeskPage = (props: DeskPageProps) => {
  const words = usePageWords<FiguresWords>(figuresWords);
  return (
    <main className="desk-page figures-page" aria-label={words.title} data-page="figures">
      <DeskFrame>
        <Page {...props} />
      </DeskFrame>
    </main>
  );
};
