import { Button, Popconfirm, Table, type TableColumnsType } from 'antd';
import { useMemo, useState } from 'react';
import { mayActAs, type User } from '../../../src/model/user.ts';
import { DeskFrame } from '../desk/desk-frame.tsx';
import type { DeskPageProps } from '../desk/desk-page.ts';
import { DeskSheet } from '../desk/desk-sheet.tsx';
import { useRefusal } from '../desk/use-refusal.ts';
import { useTask } from '../desk/use-task.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { changeUser, readUsers, removeUser } from '../server/desk-requests.ts';
import { readPlaces } from '../server/gateway.ts';
import { useAnswer } from '../server/use-answer.ts';
import { usePageWords, useSpeech } from '../words/words.tsx';
import { PersonForm } from './person-form.tsx';
import { texts } from './words.ts';

const People = () => {
  const words = usePageWords(texts);
  const { words: room } = useSpeech();
  const say = useRefusal();
  const { user: me } = useFeedState();
  const { answer, again } = useAnswer(readUsers);
  const { answer: places } = useAnswer(readPlaces);
  const task = useTask();
  const [edited, setEdited] = useState<User | 'new' | null>(null);
  const [told, setTold] = useState('');
  const placeNames = useMemo(
    () => new Map((places?.ok === true ? places.value : []).map(({ id, text }) => [id, text])),
    [places],
  );
  const done = (text: string): void => {
    setTold(text);
    setEdited(null);
    task.forget();
    again();
  };
  const put = async (user: User, disabled: boolean): Promise<void> => {
    setTold('');
    const changed = await task.run(() => changeUser(user.id, { disabled }));
    if (changed !== null) done(words.saved(user.name));
  };
  const remove = async (user: User): Promise<void> => {
    setTold('');
    const removed = await task.run(() => removeUser(user.id));
    if (removed !== null) done(words.removed(user.name));
  };
  const sure = { okText: words.yes, cancelText: words.no, icon: null };
  const columns: TableColumnsType<User> = [
    {
      title: words.name,
      key: 'name',
      render: (_, { id, name }) => (
        <>
          <strong>{name}</strong> {id === me?.id && <span className="quiet">{words.you}</span>}
        </>
      ),
    },
    { title: words.usernameHead, dataIndex: 'username' },
    { title: words.role, key: 'role', render: (_, { role }) => room.role[role] },
    {
      title: words.placesHead,
      key: 'places',
      render: (_, user) =>
        user.places.length === 0
          ? words.everywhere
          : user.places.map((id) => placeNames.get(id) ?? id).join('、'),
    },
    {
      title: words.state,
      key: 'state',
      render: (_, { disabled }) =>
        disabled ? (
          <span className="mark">{words.disabled}</span>
        ) : (
          <span className="good">● {words.active}</span>
        ),
    },
    {
      title: words.actions,
      key: 'actions',
      render: (_, user) => (
        <span className="desk-actions">
          <Button size="small" onClick={() => setEdited(user)}>
            {words.edit}
          </Button>
          {user.disabled ? (
            <Button size="small" disabled={task.busy} onClick={() => void put(user, false)}>
              {words.enable}
            </Button>
          ) : (
            <Popconfirm {...sure} title={words.disableSure} onConfirm={() => void put(user, true)}>
              <Button size="small" disabled={task.busy}>
                {words.disable}
              </Button>
            </Popconfirm>
          )}
          <Popconfirm {...sure} title={words.removeSure} onConfirm={() => void remove(user)}>
            <Button size="small" danger disabled={task.busy}>
              {words.remove}
            </Button>
          </Popconfirm>
        </span>
      ),
    },
  ];
  return (
    <div className="desk-split">
      <main className="desk-page people-page" aria-label={words.title}>
        <div className="desk-head">
          <h1>{words.title}</h1>
          <Button type="primary" onClick={() => setEdited('new')}>
            {words.add}
          </Button>
          <span role="status">{told}</span>
        </div>
        {task.refused !== null && (
          <p className="refused" role="alert">
            {task.refused}
          </p>
        )}
        {answer?.ok === false ? (
          <p className="refused" role="alert">
            {words.failed(say(answer))} <Button onClick={again}>{words.again}</Button>
          </p>
        ) : (
          <Table
            rowKey="id"
            size="small"
            columns={columns}
            dataSource={answer?.ok === true ? answer.value : []}
            pagination={false}
            scroll={{ x: 760 }}
            locale={{ emptyText: words.reading }}
          />
        )}
      </main>
      {edited !== null && (
        <DeskSheet
          key={edited === 'new' ? 'new' : edited.id}
          title={edited === 'new' ? words.add : words.editTitle(edited.name)}
          close={() => setEdited(null)}
        >
          <PersonForm user={edited === 'new' ? null : edited} saved={({ name }) => done(words.saved(name))} />
        </DeskSheet>
      )}
    </div>
  );
};

/** Who may work here, with their roles and places; for admins. */
export const DeskPage = (_props: DeskPageProps) => {
  const words = usePageWords(texts);
  const { user } = useFeedState();
  return (
    <DeskFrame>
      {user !== null && mayActAs(user.role, 'admin') ? (
        <People />
      ) : (
        <main className="desk-page people-page" aria-label={words.title}>
          <div className="desk-head">
            <h1>{words.title}</h1>
          </div>
          <p>{words.adminsOnly}</p>
        </main>
      )}
    </DeskFrame>
  );
};
