import { Button, Form, Input, Radio } from 'antd';
import { type Role, roles, type User } from '../../../src/model/user.ts';
import { PlacesSelect } from '../desk/place-select.tsx';
import { useTask } from '../desk/use-task.ts';
import { changeUser, createUser } from '../server/desk-requests.ts';
import { usePageWords } from '../words/words.tsx';
import { texts } from './words.ts';

type Fields = {
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  readonly places: readonly string[];
  readonly password?: string;
};

/** Makes a person, or changes one. */
export const PersonForm = (props: { readonly user: User | null; readonly saved: (user: User) => void }) => {
  const words = usePageWords(texts);
  const task = useTask();
  const { user } = props;
  const save = async ({ username, name, role, places, password }: Fields): Promise<void> => {
    const given = password === undefined || password === '' ? {} : { password };
    const done = await task.run(() =>
      user === null
        ? createUser({ username, name, role, places: [...places], password: password ?? '' })
        : changeUser(user.id, { name, role, places: [...places], ...given }),
    );
    if (done !== null) props.saved(done.value);
  };
  return (
    <Form<Fields>
      layout="vertical"
      name="person"
      requiredMark={false}
      initialValues={user ?? { role: 'operator', places: [] }}
      onFinish={(fields) => void save(fields)}
      autoComplete="off"
    >
      {task.refused !== null && (
        <p className="refused" role="alert">
          {task.refused}
        </p>
      )}
      {user === null && (
        <Form.Item
          name="username"
          label={words.username}
          rules={[
            { required: true, message: words.required },
            { pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, message: words.usernameRule },
          ]}
        >
          <Input autoComplete="off" />
        </Form.Item>
      )}
      <Form.Item name="name" label={words.name} rules={[{ required: true, message: words.required }]}>
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
      <Form.Item name="role" label={words.role}>
        <Radio.Group vertical options={roles.map((value) => ({ value, label: words.roleHints[value] }))} />
      </Form.Item>
      <Form.Item name="places" label={words.places}>
        <PlacesSelect label={words.places} />
      </Form.Item>
      <Form.Item
        name="password"
        label={user === null ? words.password : words.newPassword}
        extra={user === null ? undefined : words.passwordNote}
        rules={[
          ...(user === null ? [{ required: true, message: words.required }] : []),
          { min: 8, message: words.passwordRule },
        ]}
      >
        <Input type="password" maxLength={200} autoComplete="new-password" />
      </Form.Item>
      <Button type="primary" htmlType="submit" disabled={task.busy}>
        {words.save}
      </Button>
    </Form>
  );
};
