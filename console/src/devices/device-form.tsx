import { Button, Form, Input, Radio, Select } from 'antd';
import { useCallback, useMemo, useState } from 'react';
import { z } from 'zod';
import { Device, type NewDevice } from '../../../src/model/device.ts';
import { type Place, type PlaceKind, placeKinds } from '../../../src/model/place.ts';
import { PlaceSelect } from '../desk/place-select.tsx';
import { useTask } from '../desk/use-task.ts';
import { askAsOf } from '../feed/ask-as-of.ts';
import { useFeed } from '../feed/live-feed.ts';
import { changeDevice, readDialects, registerDevice } from '../server/desk-requests.ts';
import { readPlaces, readTypes } from '../server/gateway.ts';
import { request } from '../server/request.ts';
import { useAnswer } from '../server/use-answer.ts';
import { wordFor } from '../words/word-for.ts';
import { usePageWords, useSpeech } from '../words/words.tsx';
import { deviceLabel, isNamed } from './device-word.ts';
import { SecretNote } from './secret-note.tsx';
import { texts } from './tending-words.ts';

const Hubs = z.object({ devices: z.array(Device) });
const readHubs = () => request(Hubs, '/devices?type=hub');

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

type Fields = {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
  readonly hub?: string | null;
  readonly dialect?: string | null;
  readonly address?: string;
  readonly placeHow: 'known' | 'new' | 'none';
  readonly place?: string | null;
  readonly under?: string | null;
  readonly placeKind?: PlaceKind;
  readonly placeName?: string;
  readonly placeId?: string;
};

/** A place that does not exist yet, made of the one above it. */
const newPlace = (places: readonly Place[], fields: Fields): Place => {
  const above = places.find(({ id }) => id === fields.under);
  const id = fields.placeId ?? '';
  const name = fields.placeName ?? '';
  const path = [...(above?.path ?? []), { kind: fields.placeKind ?? 'household', id, name }];
  return { id, path, text: `${above?.text ?? ''} ${name}`.trim() };
};

const filled = (text: string | null | undefined): string | null =>
  text === undefined || text === null || text.trim() === '' ? null : text.trim();

const PlaceFields = (props: { readonly how: Fields['placeHow'] }) => {
  const words = usePageWords(texts);
  const required = [{ required: true, message: words.required }];
  return (
    <>
      <Form.Item name="placeHow" label={words.place}>
        <Radio.Group
          options={(['known', 'new', 'none'] as const).map((value) => ({
            value,
            label: words.placeHow[value],
          }))}
        />
      </Form.Item>
      {props.how === 'known' && (
        <Form.Item name="place" label={words.placeHow.known} rules={required}>
          <PlaceSelect label={words.placeHow.known} />
        </Form.Item>
      )}
      {props.how === 'new' && (
        <>
          <Form.Item name="under" label={words.under}>
            <PlaceSelect label={words.under} />
          </Form.Item>
          <Form.Item name="placeKind" label={words.placeKind} rules={required}>
            <Select options={placeKinds.map((value) => ({ value, label: words.placeKinds[value] }))} />
          </Form.Item>
          <Form.Item name="placeName" label={words.placeName} rules={required}>
            <Input maxLength={100} />
          </Form.Item>
          <Form.Item
            name="placeId"
            label={words.placeId}
            rules={[...required, { pattern: idPattern, message: words.idRule }]}
          >
            <Input maxLength={64} />
          </Form.Item>
        </>
      )}
    </>
  );
};

/** Registers a device, perhaps with some of it filled in, and shows its secret once; or changes one. */
export const DeviceForm = (props: {
  readonly device: Device | null;
  readonly first?: Partial<Pick<Fields, 'id' | 'hub' | 'address' | 'place' | 'type'>>;
  /** Told the device, and the number to which the feed had come when it was asked for. */
  readonly saved: (device: Device, since: number) => void;
}) => {
  const words = usePageWords(texts);
  const { words: room } = useSpeech();
  const task = useTask();
  const feed = useFeed();
  const [form] = Form.useForm<Fields>();
  const { answer: types } = useAnswer(readTypes);
  const { answer: hubs } = useAnswer(readHubs);
  const { answer: dialects } = useAnswer(readDialects);
  const { answer: places } = useAnswer(readPlaces);
  const [made, setMade] = useState<{ readonly id: string; readonly secret: string | null } | null>(null);
  const { device } = props;
  const type = Form.useWatch('type', form) ?? device?.type;
  const hub = Form.useWatch('hub', form) ?? null;
  const how = Form.useWatch('placeHow', form) ?? 'known';
  const known = useMemo(() => (places?.ok === true ? places.value : []), [places]);
  const first = useCallback(
    (): Partial<Fields> =>
      device === null
        ? { placeHow: 'known', ...props.first }
        : {
            id: device.id,
            type: device.type,
            name: isNamed(device) ? device.name : '',
            hub: device.hub,
            dialect: device.dialect,
            address: device.address ?? '',
            placeHow: device.place === null ? 'none' : 'known',
            place: device.place?.id ?? null,
          },
    [device, props.first],
  );
  const save = async (fields: Fields): Promise<void> => {
    const place =
      fields.placeHow === 'none'
        ? null
        : fields.placeHow === 'new'
          ? newPlace(known, fields)
          : (fields.place ?? null);
    const name = filled(fields.name);
    const shared = {
      ...(name === null ? {} : { name }),
      place,
      hub: filled(fields.hub),
      address: filled(fields.address),
      ...(filled(fields.dialect) === null ? {} : { dialect: fields.dialect as string }),
    };
    if (device !== null) {
      const done = await task.run(() => askAsOf(feed, () => changeDevice(device.id, shared)));
      if (done !== null) props.saved(done.value.read, done.value.since);
      return;
    }
    const asked: NewDevice = { id: fields.id.trim(), type: fields.type, ...shared };
    const done = await task.run(() => askAsOf(feed, () => registerDevice(asked)));
    if (done === null) return;
    const { secret, ...registered } = done.value.read;
    setMade({ id: registered.id, secret: registered.hub === null ? secret : null });
    props.saved(registered, done.value.since);
  };
  if (made !== null)
    return (
      <div data-registered={made.id}>
        <p role="status">
          <span className="good">✓</span> {words.registered(made.id)}
        </p>
        {made.secret === null ? (
          <p>{words.secretOfChild}</p>
        ) : (
          <SecretNote secret={made.secret} renewed={false} />
        )}
        <Button onClick={() => setMade(null)}>{words.another}</Button>
      </div>
    );
  return (
    <Form<Fields>
      form={form}
      layout="vertical"
      name="device"
      requiredMark={false}
      initialValues={first()}
      onFinish={(fields) => void save(fields)}
      clearOnDestroy
      autoComplete="off"
    >
      {task.refused !== null && (
        <p className="refused" role="alert">
          {task.refused}
        </p>
      )}
      {device === null && (
        <>
          <Form.Item
            name="id"
            label={words.id}
            rules={[
              { required: true, message: words.required },
              { pattern: idPattern, message: words.idRule },
            ]}
          >
            <Input maxLength={64} />
          </Form.Item>
          <Form.Item name="type" label={words.type} rules={[{ required: true, message: words.required }]}>
            <Select
              showSearch={{ optionFilterProp: 'label' }}
              options={[...(types?.ok === true ? types.value.keys() : [])].map((value) => ({
                value,
                label: wordFor(room.type, value),
              }))}
            />
          </Form.Item>
        </>
      )}
      <Form.Item name="name" label={words.name}>
        <Input maxLength={100} />
      </Form.Item>
      <PlaceFields how={how} />
      {type !== 'hub' && (
        <Form.Item name="hub" label={words.hub}>
          <Select
            allowClear
            options={(hubs?.ok === true ? hubs.value.devices : []).map((hub) => ({
              value: hub.id,
              label: deviceLabel(hub, room),
            }))}
          />
        </Form.Item>
      )}
      {type === 'hub' && (
        <Form.Item name="dialect" label={words.dialect}>
          <Select
            allowClear
            options={(dialects?.ok === true ? dialects.value : []).map((value) => ({ value, label: value }))}
          />
        </Form.Item>
      )}
      {hub !== null && type !== 'hub' && (
        <Form.Item name="address" label={words.address} extra={words.addressHint}>
          <Input maxLength={256} />
        </Form.Item>
      )}
      <Button type="primary" htmlType="submit" disabled={task.busy}>
        {task.busy ? room.sending : words.save}
      </Button>
    </Form>
  );
};
