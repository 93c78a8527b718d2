import { z } from 'zod';
import { Alert } from '../../../src/model/alert.ts';
import { TimelineEntry } from '../../../src/model/change.ts';
import { Device } from '../../../src/model/device.ts';
import { Household } from '../../../src/model/household.ts';
import type { AlertVerb, alertOperations } from '../../../src/model/operation.ts';
import { Text } from '../../../src/model/text.ts';
import { User } from '../../../src/model/user.ts';
import { type Answer, request } from './request.ts';

const Session = z.object({ user: User });
const AlertDetail = Alert.extend({ timeline: z.array(TimelineEntry), explanation: Text.optional() });

/** An alert with everything that happened to it. */
export type AlertDetail = Readonly<z.infer<typeof AlertDetail>>;

/** Begins a session; the gateway sets the cookie. */
export const logIn = (username: string, password: string): Promise<Answer<{ readonly user: User }>> =>
  request(Session, '/session', { method: 'POST', body: { username, password } });

/** Ends the session. */
export const logOut = (): Promise<Answer<unknown>> => request(z.unknown(), '/session', { method: 'DELETE' });

/** Whether the gateway knows this seat's session; asking is what tells the page that it has ended. */
export const askSession = (): Promise<Answer<unknown>> => request(z.unknown(), '/session');

/** The alert with its timeline, open or closed. */
export const readAlert = (id: string): Promise<Answer<AlertDetail>> =>
  request(AlertDetail, `/alerts/${encodeURIComponent(id)}`);

/** Carries out an operator's command; the answer is the alert as it is committed. */
export const perform = <V extends AlertVerb>(
  id: string,
  verb: V,
  body: z.input<(typeof alertOperations)[V]>,
): Promise<Answer<Alert>> =>
  request(Alert, `/alerts/${encodeURIComponent(id)}/${verb}`, { method: 'POST', body });

/** The card of a home. */
export const readHousehold = (place: string): Promise<Answer<Household>> =>
  request(Household, `/households/${encodeURIComponent(place)}`);

const DeviceList = z.object({ devices: z.array(Device), next: z.string().optional() });

/** Every device this seat may see. */
export const readDevices = async (): Promise<Answer<readonly Device[]>> => {
  const all: Device[] = [];
  let after = '';
  for (;;) {
    const page = await request(
      DeviceList,
      `/devices?limit=1000${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`,
    );
    if (!page.ok) return page;
    all.push(...page.value.devices);
    if (page.value.next === undefined) return { ok: true, value: all };
    after = page.value.next;
  }
};
