import { Button, Form, Input, Popconfirm } from 'antd';
import { useState } from 'react';
import type { Device } from '../../../src/model/device.ts';
import { mayActAs } from '../../../src/model/user.ts';
import { DeskFrame } from '../desk/desk-frame.tsx';
import { DeskSheet } from '../desk/desk-sheet.tsx';
import { MomentPicker } from '../desk/moment-picker.tsx';
import { useTask } from '../desk/use-task.ts';
import { askAsOf } from '../feed/ask-as-of.ts';
import { clock } from '../feed/clock.ts';
import { useFeed, useFeedState } from '../feed/live-feed.ts';
import { putInService, removeDevice, renewSecret, takeOutOfService } from '../server/desk-requests.ts';
import type { Answer } from '../server/request.ts';
import { useStreetZone } from '../time/street-zone.ts';
import { wallText } from '../time/wall-clock.ts';
import { goTo } from '../use-address.ts';
import { usePageWords } from '../words/words.tsx';
import { DeviceForm } from './device-form.tsx';
import { SecretNote } from './secret-note.tsx';
import { texts } from './tending-words.ts';

const firstRepairMs = 8 * 3_600_000;

type Repair = { readonly reason: string; readonly until: number; readonly onSite?: string };

/** Out for repair and back; for supervisors. */
const Service = ({ device }: { readonly device: Device }) => {
  const words = usePageWords(texts);
  const feed = useFeed();
  const zone = useStreetZone();
  const { names } = useFeedState();
  const task = useTask();
  const out = device.outOfService;
  const tend = async (ask: () => Promise<Answer<Device>>): Promise<void> => {
    const done = await task.run(() => askAsOf(feed, ask));
    if (done !== null) feed.addDevices([done.value.read], done.value.since);
  };
  const take = async ({ reason, until, onSite }: Repair): Promise<void> => {
    const who = onSite?.trim() ?? '';
    await tend(() =>
      takeOutOfService(device.id, { reason: reason.trim(), until, ...(who === '' ? {} : { onSite: who }) }),
    );
  };
  return (
    <section aria-label={words.outOfService}>
      <h3>{words.outOfService}</h3>
      {task.refused !== null && (
        <p className="refused" role="alert">
          {task.refused}
        </p>
      )}
      {out === null ? (
        <>
          <p className="quiet">{words.outNote}</p>
          <Form<Repair>
            layout="vertical"
            name="repair"
            requiredMark={false}
            initialValues={{ until: clock.now() + firstRepairMs }}
            onFinish={(fields) => void take(fields)}
          >
            <Form.Item
              name="reason"
              label={words.reason}
              rules={[{ required: true, whitespace: true, message: words.required }]}
            >
              <Input maxLength={300} />
            </Form.Item>
            <Form.Item name="until" label={words.until} rules={[{ required: true, message: words.required }]}>
              <MomentPicker zone={zone} />
            </Form.Item>
            <Form.Item name="onSite" label={words.onSite}>
              <Input maxLength={100} />
            </Form.Item>
            <Button type="primary" htmlType="submit" disabled={task.busy}>
              {words.outNow}
            </Button>
          </Form>
        </>
      ) : (
        <>
          <p role="status">
            {words.outSaid(wallText(out.until, zone), out.reason, names.get(out.by) ?? out.by)}
            {out.onSite !== undefined && words.onSiteSaid(out.onSite)}
          </p>
          <Button
            type="primary"
            disabled={task.busy}
            onClick={() => void tend(() => putInService(device.id))}
          >
            {words.backNow}
          </Button>
        </>
      )}
    </section>
  );
};

/** What only an admin may do to a device. */
const Registry = ({ device }: { readonly device: Device }) => {
  const words = usePageWords(texts);
  const feed = useFeed();
  const task = useTask();
  const [secret, setSecret] = useState<string | null>(null);
  const [saved, setSaved] = useState(false);
  const renew = async (): Promise<void> => {
    const done = await task.run(() => renewSecret(device.id));
    if (done !== null) setSecret(done.value.secret);
  };
  const remove = async (): Promise<void> => {
    if ((await task.run(() => removeDevice(device.id))) !== null) goTo({ page: 'devices' }, 'replace');
  };
  const sure = { okText: words.yes, cancelText: words.no, icon: null };
  return (
    <>
      <section aria-label={words.edit}>
        <h3>{words.edit}</h3>
        <DeviceForm
          device={device}
          saved={(changed, since) => {
            feed.addDevices([changed], since);
            setSaved(true);
          }}
        />
        <p role="status">{saved && words.saved}</p>
      </section>
      <section aria-label={words.secretAndRemoval}>
        <h3>{words.secretAndRemoval}</h3>
        {task.refused !== null && (
          <p className="refused" role="alert">
            {task.refused}
          </p>
        )}
        {secret !== null && <SecretNote secret={secret} renewed />}
        <div className="desk-actions">
          {device.hub === null && (
            <Popconfirm {...sure} title={words.renewSure} onConfirm={() => void renew()}>
              <Button disabled={task.busy}>{words.renew}</Button>
            </Popconfirm>
          )}
          <Popconfirm {...sure} title={words.removeSure} onConfirm={() => void remove()}>
            <Button danger disabled={task.busy}>
              {words.remove}
            </Button>
          </Popconfirm>
        </div>
      </section>
    </>
  );
};

/** Everything that may be done to a device, beside its page; by role. */
export const DeviceTending = (props: { readonly device: Device; readonly close: () => void }) => {
  const words = usePageWords(texts);
  const { user } = useFeedState();
  return (
    <DeskFrame>
      <DeskSheet title={`${words.tend} ${props.device.id}`} close={props.close}>
        <Service device={props.device} />
        {user !== null && mayActAs(user.role, 'admin') ? (
          <Registry device={props.device} />
        ) : (
          <p className="quiet">{words.adminsNote}</p>
        )}
      </DeskSheet>
    </DeskFrame>
  );
};
