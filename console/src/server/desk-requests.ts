import { z } from 'zod';
import { Device, type DevicePatch, type NewDevice } from '../../../src/model/device.ts';
import { ImportCheck, ImportedDevice } from '../../../src/model/device-import.ts';
import { Household, type NewPresence, Presence } from '../../../src/model/household.ts';
import { Quarantined, RetryOutcome } from '../../../src/model/quarantine.ts';
import { type NewTestMode, TestMode } from '../../../src/model/test-mode.ts';
import { type NewUser, User, type UserPatch } from '../../../src/model/user.ts';
import { type Answer, request } from './request.ts';

const part = encodeURIComponent;

/** Everybody who may work here; for admins. */
export const readUsers = async (): Promise<Answer<readonly User[]>> => {
  const answer = await request(z.object({ users: z.array(User) }), '/users');
  return answer.ok ? { ok: true, value: answer.value.users } : answer;
};

/** A new person of the duty room. */
export const createUser = (user: NewUser): Promise<Answer<User>> =>
  request(User, '/users', { method: 'POST', body: user });

/** Changes a person; a new password ends that person's sessions. */
export const changeUser = (id: string, patch: UserPatch): Promise<Answer<User>> =>
  request(User, `/users/${part(id)}`, { method: 'PATCH', body: patch });

/** Removes a person. */
export const removeUser = (id: string): Promise<Answer<unknown>> =>
  request(z.unknown(), `/users/${part(id)}`, { method: 'DELETE' });

const QuarantinePage = z.object({ quarantine: z.array(Quarantined), next: z.string().optional() });

/** Messages that could not take effect, newest first; `after` is the `next` of the page before. */
export const readQuarantine = (after: string | null): Promise<Answer<z.infer<typeof QuarantinePage>>> =>
  request(QuarantinePage, `/quarantine?limit=100${after === null ? '' : `&after=${part(after)}`}`);

/** Lets the gateway take a message in again; what came of it. */
export const retryQuarantined = (id: string): Promise<Answer<RetryOutcome>> =>
  request(RetryOutcome, `/quarantine/${part(id)}/retry`, { method: 'POST', body: {} });

const WithSecret = Device.extend({ secret: z.string() });
export type WithSecret = Readonly<z.infer<typeof WithSecret>>;

/** Registers a device; answers its secret, which the gateway tells this once. */
export const registerDevice = (device: NewDevice): Promise<Answer<WithSecret>> =>
  request(WithSecret, '/devices', { method: 'POST', body: device });

/** How long thousands of devices may take to arrive and be checked, in ms. */
const importPatienceMs = 60_000;

const fileOf = (file: File) => ({
  type: /\.json$/i.test(file.name) ? 'application/json' : 'text/csv',
  content: file,
});

/** What an import of this file would do; nothing is registered. */
export const checkImport = (file: File): Promise<Answer<ImportCheck>> =>
  request(ImportCheck, '/devices/import?check=true', {
    method: 'POST',
    file: fileOf(file),
    patienceMs: importPatienceMs,
  });

/** Registers the devices of this file, all or none; answers their secrets, which the gateway tells this once. */
export const importDevices = (file: File): Promise<Answer<{ readonly devices: readonly ImportedDevice[] }>> =>
  request(z.object({ devices: z.array(ImportedDevice) }), '/devices/import', {
    method: 'POST',
    file: fileOf(file),
    patienceMs: importPatienceMs,
  });

/** A new secret for a device; the old one stops at once. */
export const renewSecret = (id: string): Promise<Answer<WithSecret>> =>
  request(WithSecret, `/devices/${part(id)}/secret`, { method: 'POST', body: {} });

/** Changes what the registry says of a device. */
export const changeDevice = (id: string, patch: DevicePatch): Promise<Answer<Device>> =>
  request(Device, `/devices/${part(id)}`, { method: 'PATCH', body: patch });

/** Removes a device. */
export const removeDevice = (id: string): Promise<Answer<unknown>> =>
  request(z.unknown(), `/devices/${part(id)}`, { method: 'DELETE' });

/** Takes a device out for repair until a moment (epoch ms), or back. */
export const takeOutOfService = (
  id: string,
  body: { readonly reason: string; readonly until: number; readonly onSite?: string },
): Promise<Answer<Device>> =>
  request(Device, `/devices/${part(id)}/out-of-service`, { method: 'POST', body });
export const putInService = (id: string): Promise<Answer<Device>> =>
  request(Device, `/devices/${part(id)}/in-service`, { method: 'POST', body: {} });

/** The wire conventions that a hub may speak. */
export const readDialects = async (): Promise<Answer<readonly string[]>> => {
  const answer = await request(z.object({ dialects: z.array(z.string()) }), '/device-types');
  return answer.ok ? { ok: true, value: answer.value.dialects } : answer;
};

const Types = z.object({
  types: z.array(z.object({ name: z.string(), events: z.array(z.string()) })),
});

/** The device types that may be put under test: all but those that call for help. */
export const readTestableTypes = async (): Promise<Answer<readonly string[]>> => {
  const answer = await request(Types, '/device-types');
  return answer.ok
    ? {
        ok: true,
        value: answer.value.types.filter(({ events }) => !events.includes('sos')).map(({ name }) => name),
      }
    : answer;
};

/** The tests that are running where this seat may see them. */
export const readTestModes = async (): Promise<Answer<readonly TestMode[]>> => {
  const answer = await request(z.object({ testModes: z.array(TestMode) }), '/test-modes');
  return answer.ok ? { ok: true, value: answer.value.testModes } : answer;
};

/** Begins a test, and ends one. */
export const startTestMode = (mode: NewTestMode): Promise<Answer<TestMode>> =>
  request(TestMode, '/test-modes', { method: 'POST', body: mode });
export const endTestMode = (id: string): Promise<Answer<unknown>> =>
  request(z.unknown(), `/test-modes/${part(id)}`, { method: 'DELETE' });

const KnownPresence = Presence.partial({ since: true, by: true });
export type KnownPresence = Readonly<z.infer<typeof KnownPresence>>;

/** Whether somebody is at home, and the way to say so. */
export const readPresence = (place: string): Promise<Answer<KnownPresence>> =>
  request(KnownPresence, `/households/${part(place)}/presence`);
export const putPresence = (place: string, presence: NewPresence): Promise<Answer<Presence>> =>
  request(Presence, `/households/${part(place)}/presence`, { method: 'PUT', body: presence });

/** Writes the card of a home, whole. */
export const putHousehold = (card: Household): Promise<Answer<Household>> =>
  request(Household, `/households/${part(card.place)}`, { method: 'PUT', body: card });

/** Erases all that is known of the people of a home. */
export const eraseHousehold = (place: string): Promise<Answer<unknown>> =>
  request(z.unknown(), `/households/${part(place)}`, { method: 'DELETE' });
