import { Button, Checkbox, Form, Input, InputNumber, Popconfirm } from 'antd';
import { useCallback, useState } from 'react';
import { type Household, householdWarnings, isPhone, plainPhone } from '../../../src/model/household.ts';
import { mayActAs } from '../../../src/model/user.ts';
import { useRefusal } from '../desk/use-refusal.ts';
import { useTask } from '../desk/use-task.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { eraseHousehold, putHousehold } from '../server/desk-requests.ts';
import { readHousehold } from '../server/gateway.ts';
import { useAnswer } from '../server/use-answer.ts';
import { usePageWords, useSpeech } from '../words/words.tsx';
import { texts } from './tending-words.ts';

type Fields = {
  readonly warnings: Household['warnings'];
  readonly residents: readonly Partial<Household['residents'][number]>[];
  readonly contacts: readonly Partial<Household['contacts'][number]>[];
  readonly note: string;
};

const emptyCard: Fields = { warnings: [], residents: [], contacts: [], note: '' };

const filled = (text: string | undefined): string | null =>
  text === undefined || text === null || text.trim() === '' ? null : text.trim();

/** The card as the gateway takes it: what was left empty is not said. */
const cardOf = (place: string, { warnings, residents, contacts, note }: Fields): Household => ({
  place,
  warnings: [...warnings],
  residents: residents.map(({ name, born, phone, health, recordingConsent, ...more }) => ({
    ...more,
    name: name?.trim() ?? '',
    recordingConsent: recordingConsent === true,
    ...(typeof born === 'number' ? { born } : {}),
    ...(filled(phone) === null ? {} : { phone: filled(phone) as string }),
    ...(filled(health) === null ? {} : { health: filled(health) as string }),
  })),
  contacts: contacts.map(({ name, relation, phone, hasKey, ...more }) => ({
    ...more,
    name: name?.trim() ?? '',
    relation: relation?.trim() ?? '',
    phone: phone?.trim() ?? '',
    hasKey: hasKey === true,
  })),
  note: note.trim(),
});

const phoneRules = (message: string) => [
  {
    validator: async (_rule: unknown, phone: string | undefined) => {
      const plain = plainPhone(phone ?? '');
      if (plain !== '' && !isPhone(plain)) throw new Error(message);
    },
  },
];

const Residents = () => {
  const words = usePageWords(texts);
  const required = [{ required: true, whitespace: true, message: words.required }];
  return (
    <Form.List name="residents">
      {(fields, { add, remove }) => (
        <fieldset>
          <legend>{words.residents}</legend>
          {fields.map(({ key, name }, index) => (
            <fieldset key={key} className="person" aria-label={words.resident(index + 1)}>
              <Form.Item name={[name, 'name']} label={words.name} rules={required}>
                <Input maxLength={60} />
              </Form.Item>
              <Form.Item name={[name, 'born']} label={words.born}>
                <InputNumber min={1890} max={2100} precision={0} controls={false} />
              </Form.Item>
              <Form.Item name={[name, 'phone']} label={words.phone} rules={phoneRules(words.noPhone)}>
                <Input maxLength={40} />
              </Form.Item>
              <Form.Item name={[name, 'health']} label={words.health} className="wide">
                <Input maxLength={300} />
              </Form.Item>
              <Form.Item name={[name, 'recordingConsent']} valuePropName="checked" noStyle>
                <Checkbox>{words.recordingConsent}</Checkbox>
              </Form.Item>
              <span className="desk-actions">
                <Button size="small" onClick={() => remove(name)}>
                  {words.take}
                </Button>
              </span>
            </fieldset>
          ))}
          {fields.length < 20 && <Button onClick={() => add({})}>{words.add}</Button>}
        </fieldset>
      )}
    </Form.List>
  );
};

const Contacts = () => {
  const words = usePageWords(texts);
  const required = [{ required: true, whitespace: true, message: words.required }];
  return (
    <Form.List name="contacts">
      {(fields, { add, remove, move }) => (
        <fieldset>
          <legend>{words.contacts}</legend>
          {fields.map(({ key, name }, index) => (
            <fieldset key={key} className="person" aria-label={words.contact(index + 1)}>
              <Form.Item name={[name, 'name']} label={`${index + 1}. ${words.name}`} rules={required}>
                <Input maxLength={60} />
              </Form.Item>
              <Form.Item name={[name, 'relation']} label={words.relation}>
                <Input maxLength={40} />
              </Form.Item>
              <Form.Item name={[name, 'phone']} label={words.phone} rules={phoneRules(words.noPhone)}>
                <Input maxLength={40} />
              </Form.Item>
              <Form.Item name={[name, 'hasKey']} valuePropName="checked" noStyle>
                <Checkbox>{words.hasKey}</Checkbox>
              </Form.Item>
              <span className="desk-actions">
                {index > 0 && (
                  <Button size="small" onClick={() => move(index, index - 1)}>
                    {words.up}
                  </Button>
                )}
                <Button size="small" onClick={() => remove(name)}>
                  {words.take}
                </Button>
              </span>
            </fieldset>
          ))}
          {fields.length < 20 && <Button onClick={() => add({})}>{words.add}</Button>}
        </fieldset>
      )}
    </Form.List>
  );
};

/** The card of a home: read by whoever answers, written by whoever leads the room. */
export const HouseholdForm = ({ place }: { readonly place: string }) => {
  const words = usePageWords(texts);
  const { words: room } = useSpeech();
  const say = useRefusal();
  const { user } = useFeedState();
  const task = useTask();
  const [form] = Form.useForm<Fields>();
  const [told, setTold] = useState('');
  const { answer, again } = useAnswer(useCallback(() => readHousehold(place), [place]));
  const mayWrite = user !== null && mayActAs(user.role, 'supervisor');
  if (answer === null) return null;
  if (!answer.ok && answer.code !== 'not-found')
    return (
      <p className="refused" role="alert">
        {words.cardFailed(say(answer))} <Button onClick={again}>{words.again}</Button>
      </p>
    );
  const card: Fields = answer.ok ? answer.value : emptyCard;
  const save = async (fields: Fields): Promise<void> => {
    setTold('');
    if ((await task.run(() => putHousehold(cardOf(place, fields)))) !== null) setTold(words.saved);
  };
  const erase = async (): Promise<void> => {
    setTold('');
    if ((await task.run(() => eraseHousehold(place))) === null) return;
    form.setFieldsValue(emptyCard);
    setTold(words.erased);
  };
  return (
    <section aria-label={words.card} className="household-form">
      <h3>{words.card}</h3>
      {!mayWrite && <p className="quiet">{words.cardSupervisors}</p>}
      <Form<Fields>
        form={form}
        layout="vertical"
        name="card"
        requiredMark={false}
        disabled={!mayWrite || task.busy}
        initialValues={card}
        onFinish={(fields) => void save(fields)}
        autoComplete="off"
      >
        <Form.Item name="warnings" label={words.warnings}>
          <Checkbox.Group
            options={householdWarnings.map((value) => ({ value, label: room.warning[value] }))}
          />
        </Form.Item>
        <Residents />
        <Contacts />
        <Form.Item name="note" label={words.note}>
          <Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 6 }} />
        </Form.Item>
        {task.refused !== null && (
          <p className="refused" role="alert">
            {task.refused}
          </p>
        )}
        {mayWrite && (
          <div className="desk-actions">
            <Button type="primary" htmlType="submit">
              {words.save}
            </Button>
            <Popconfirm
              title={words.eraseSure}
              okText={words.yes}
              cancelText={words.no}
              icon={null}
              onConfirm={() => void erase()}
            >
              <Button danger>{words.erase}</Button>
            </Popconfirm>
            <span role="status">{told}</span>
          </div>
        )}
      </Form>
    </section>
  );
};
