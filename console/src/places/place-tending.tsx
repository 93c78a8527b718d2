import { Button, Form, Input, Radio, Select } from 'antd';
import { useCallback } from 'react';
import { longestAbsenceMs, type PresenceState, presenceStates } from '../../../src/model/household.ts';
import { liesWithin, type Place } from '../../../src/model/place.ts';
import { mayActAs } from '../../../src/model/user.ts';
import { DeskFrame } from '../desk/desk-frame.tsx';
import { DeskSheet } from '../desk/desk-sheet.tsx';
import { MomentPicker } from '../desk/moment-picker.tsx';
import { useTask } from '../desk/use-task.ts';
import { clock } from '../feed/clock.ts';
import { useFeedState } from '../feed/live-feed.ts';
import {
  endTestMode,
  putPresence,
  readPresence,
  readTestableTypes,
  readTestModes,
  startTestMode,
} from '../server/desk-requests.ts';
import { readPlaces } from '../server/gateway.ts';
import { useAnswer } from '../server/use-answer.ts';
import { useStreetZone } from '../time/street-zone.ts';
import { wallText } from '../time/wall-clock.ts';
import { wordFor } from '../words/word-for.ts';
import { usePageWords, useSpeech } from '../words/words.tsx';
import { HouseholdForm } from './household-form.tsx';
import { texts } from './tending-words.ts';
import './place-tending.css';

const hourMs = 3_600_000;

type Test = {
  readonly types: string[];
  readonly until: number;
  readonly onSite: string;
  readonly reason?: string;
};

/** The tests of a place: those that are running here, above and below, with the way to end them, and a new one. */
const Tests = ({ place }: { readonly place: Place }) => {
  const words = usePageWords(texts);
  const { words: room } = useSpeech();
  const { user } = useFeedState();
  const zone = useStreetZone();
  const task = useTask();
  const [form] = Form.useForm<Test>();
  const { answer, again } = useAnswer(readTestModes);
  const { answer: types } = useAnswer(readTestableTypes);
  const { answer: places } = useAnswer(readPlaces);
  const known = new Map((places?.ok === true ? places.value : []).map((one) => [one.id, one]));
  const running = (answer?.ok === true ? answer.value : []).filter((mode) => {
    const other = known.get(mode.place);
    return liesWithin(place, mode.place) || (other !== undefined && liesWithin(other, place.id));
  });
  const start = async ({ types: chosen, until, onSite, reason }: Test): Promise<void> => {
    const why = reason?.trim() ?? '';
    const done = await task.run(() =>
      startTestMode({
        place: place.id,
        types: chosen,
        until,
        onSite: onSite.trim(),
        ...(why === '' ? {} : { reason: why }),
      }),
    );
    if (done === null) return;
    form.resetFields();
    again();
  };
  const end = async (id: string): Promise<void> => {
    await task.run(() => endTestMode(id));
    again();
  };
  return (
    <section aria-label={words.test}>
      <h3>{words.test}</h3>
      <p className="quiet">{words.testNote}</p>
      {task.refused !== null && (
        <p className="refused" role="alert">
          {task.refused}
        </p>
      )}
      {running.length === 0 && answer?.ok === true && <p>{words.testNone}</p>}
      <ul className="tests">
        {running.map((mode) => (
          <li key={mode.id} data-test-mode={mode.id}>
            <span>
              {mode.place !== place.id && <b>{known.get(mode.place)?.text ?? mode.place} </b>}
              {words.testRunning(
                mode.types.map((type) => wordFor(room.type, type)).join('、'),
                wallText(mode.until, zone),
                mode.onSite,
              )}
            </span>
            <Button size="small" disabled={task.busy} onClick={() => void end(mode.id)}>
              {words.testEnd}
            </Button>
          </li>
        ))}
      </ul>
      {user !== null && mayActAs(user.role, 'supervisor') ? (
        <Form<Test>
          form={form}
          layout="vertical"
          name="test"
          requiredMark={false}
          initialValues={{ until: clock.now() + hourMs }}
          onFinish={(fields) => void start(fields)}
        >
          <Form.Item
            name="types"
            label={words.testTypes}
            rules={[{ required: true, message: words.required }]}
          >
            <Select
              mode="multiple"
              options={(types?.ok === true ? types.value : []).map((value) => ({
                value,
                label: wordFor(room.type, value),
              }))}
              showSearch={{ optionFilterProp: 'label' }}
            />
          </Form.Item>
          <Form.Item
            name="until"
            label={words.testUntil}
            rules={[{ required: true, message: words.required }]}
          >
            <MomentPicker zone={zone} />
          </Form.Item>
          <Form.Item
            name="onSite"
            label={words.testOnSite}
            rules={[{ required: true, whitespace: true, message: words.required }]}
          >
            <Input maxLength={100} />
          </Form.Item>
          <Form.Item name="reason" label={words.testReason}>
            <Input maxLength={300} />
          </Form.Item>
          <Button type="primary" htmlType="submit" disabled={task.busy}>
            {words.testStart}
          </Button>
        </Form>
      ) : (
        <p className="quiet">{words.testSupervisors}</p>
      )}
    </section>
  );
};

type AtHome = { readonly state: PresenceState; readonly until?: number | null };

const withEnd: ReadonlySet<PresenceState> = new Set(['away', 'hospital']);
const firstAbsenceMs = 7 * 24 * hourMs;

/** Whether somebody is at home, and until when not. */
const AtHome = ({ place }: { readonly place: string }) => {
  const words = usePageWords(texts);
  const zone = useStreetZone();
  const task = useTask();
  const [form] = Form.useForm<AtHome>();
  const { answer, again } = useAnswer(useCallback(() => readPresence(place), [place]));
  const state = Form.useWatch('state', form);
  if (answer?.ok !== true) return null;
  const { value: now } = answer;
  const save = async ({ state: chosen, until }: AtHome): Promise<void> => {
    const end = withEnd.has(chosen) && typeof until === 'number' ? { until } : {};
    if ((await task.run(() => putPresence(place, { state: chosen, ...end }))) !== null) again();
  };
  return (
    <section aria-label={words.presence}>
      <h3>{words.presence}</h3>
      <p role="status">
        {words.presenceNow(words.presences[now.state])}
        {now.until !== undefined && ` → ${wallText(now.until, zone)}`}
      </p>
      <p className="quiet">{words.presenceNote}</p>
      {task.refused !== null && (
        <p className="refused" role="alert">
          {task.refused}
        </p>
      )}
      <Form<AtHome>
        form={form}
        layout="vertical"
        name="presence"
        requiredMark={false}
        initialValues={{
          state: now.state,
          until: now.until ?? Math.min(clock.now() + firstAbsenceMs, clock.now() + longestAbsenceMs),
        }}
        onFinish={(fields) => void save(fields)}
      >
        <Form.Item name="state">
          <Radio.Group
            aria-label={words.presence}
            options={presenceStates.map((value) => ({ value, label: words.presences[value] }))}
          />
        </Form.Item>
        {state !== undefined && withEnd.has(state) && (
          <Form.Item
            name="until"
            label={words.presenceUntil}
            rules={[{ required: true, message: words.required }]}
          >
            <MomentPicker zone={zone} />
          </Form.Item>
        )}
        <Button type="primary" htmlType="submit" disabled={task.busy}>
          {words.save}
        </Button>
      </Form>
    </section>
  );
};

/** What may be done for a place, beside its page: tests everywhere; of a home also who is there and its card. */
export const PlaceTending = (props: { readonly place: Place; readonly close: () => void }) => {
  const words = usePageWords(texts);
  const { place } = props;
  const isHome = place.path.at(-1)?.kind === 'household';
  return (
    <DeskFrame>
      <DeskSheet title={words.title(place.text)} close={props.close}>
        {isHome && <AtHome place={place.id} />}
        {isHome && <HouseholdForm place={place.id} />}
        <Tests place={place} />
      </DeskSheet>
    </DeskFrame>
  );
};
