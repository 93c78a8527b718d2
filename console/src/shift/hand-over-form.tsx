import { AutoComplete, Button, Checkbox, Form, Input, Alert as Notice } from 'antd';
import { useState } from 'react';
import type { Seat } from '../../../src/model/seat.ts';
import type { Shift } from '../../../src/model/shift.ts';
import { refusalText } from '../words/refusal.ts';
import { usePageWords, useSpeech } from '../words/words.tsx';
import { handOver } from './ask-shift.ts';
import { shiftWords } from './words.ts';

type Signed = {
  readonly successor: string;
  readonly password: string;
  readonly note?: string;
  readonly seat?: boolean;
};

/** Where both sign: the giver by being signed in, the successor by a password. `left` critical alerts are not taken by name yet. */
export const HandOverForm = (props: {
  readonly shift: Shift;
  readonly me: string;
  readonly others: readonly Seat[];
  readonly taken: readonly string[];
  readonly left: number;
  readonly done: () => void;
}) => {
  const page = usePageWords(shiftWords);
  const { words } = useSpeech();
  const [form] = Form.useForm<Signed>();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const sign = async ({ successor, password, note, seat }: Signed): Promise<void> => {
    setBusy(true);
    setRefused(null);
    const said = note?.trim() ?? '';
    const answer = await handOver(props.shift.id, {
      successor: successor.trim(),
      password,
      taken: [...props.taken],
      seat: seat === true,
      ...(said === '' ? {} : { note: said }),
    });
    setBusy(false);
    form.setFieldValue('password', '');
    if (!answer.ok) {
      setRefused(page.refusal[answer.code] ?? refusalText(words, answer));
      return;
    }
    // Who sits here is somebody else now: nothing of the giver's may stay on the page.
    if (seat === true) window.location.reload();
    else props.done();
  };
  return (
    <Form
      form={form}
      layout="vertical"
      requiredMark={false}
      className="signing"
      onFinish={(signed) => void sign(signed)}
    >
      <p>
        {page.giver}
        <strong>{page.signedIn(props.me)}</strong>
      </p>
      <Form.Item name="successor" label={page.successor} rules={[{ required: true, message: '' }]}>
        <AutoComplete
          maxLength={64}
          options={props.others.map(({ user, name }) => ({ value: user, label: `${name} (${user})` }))}
        />
      </Form.Item>
      <Form.Item
        name="password"
        label={page.password}
        extra={page.passwordHint}
        rules={[{ required: true, message: '' }]}
      >
        <Input.Password maxLength={200} autoComplete="new-password" visibilityToggle={false} />
      </Form.Item>
      <Form.Item name="seat" valuePropName="checked" extra={page.seatHint}>
        <Checkbox>{page.seat}</Checkbox>
      </Form.Item>
      <Form.Item name="note" label={page.note}>
        <Input.TextArea rows={3} maxLength={4000} placeholder={page.notePlaceholder} />
      </Form.Item>
      {refused !== null && <Notice type="error" showIcon title={refused} />}
      {props.left > 0 && <Notice type="warning" showIcon title={page.stillToTake(props.left)} />}
      <Button type="primary" size="large" htmlType="submit" loading={busy} disabled={props.left > 0}>
        {busy ? page.signing : page.sign}
      </Button>
    </Form>
  );
};
