import { z } from 'zod';
import { Alert, type AlertKind } from '../src/model/alert.ts';
import type { AlertEvent } from '../src/model/change.ts';
import { Device } from '../src/model/device.ts';
import type { AlertOperation, AlertVerb } from '../src/model/operation.ts';
import type { ApiClient } from './api-client.ts';
import type { AlertChange } from './live-feed.ts';

/** Fits the change with which an alert of this kind is raised by this device. */
export const raisedBy =
  (device: string, kind: AlertKind) =>
  ({ event, alert }: AlertChange): boolean =>
    event === 'raised' && alert.device === device && alert.kind === kind;

/** Fits a change of this name to the alert with this id. */
export const happenedTo =
  (id: string, name: AlertEvent) =>
  ({ event, alert }: AlertChange): boolean =>
    event === name && alert.id === id;

/** Whether it stands on top of the board and sounds: critical, and nobody has it. */
export const isRinging = ({ priority, state, test }: Alert): boolean =>
  priority === 'critical' && !test && (state === 'unacknowledged' || state === 'latched-unacknowledged');

/** What was seen of an alert, in a few words. */
export const inShort = ({ id, kind, device, priority, state, count, claimedBy }: Alert): string =>
  `${kind} ${id} of ${device}: ${priority}, ${state}, count ${count}${claimedBy === undefined ? '' : `, with ${claimedBy}`}`;

/** The alerts in a few words each, the first few of them. */
export const allInShort = (alerts: readonly Alert[]): string =>
  alerts.length === 0
    ? 'no alert'
    : `${alerts.length} alert(s): ${alerts.slice(0, 5).map(inShort).join('; ')}${alerts.length > 5 ? '; …' : ''}`;

type Body<V extends AlertVerb> = Partial<Omit<Extract<AlertOperation, { verb: V }>, 'verb' | 'alert'>>;

/** Does what an operator does with an alert; answers the alert, and throws ApiError where it is refused. */
export const operate = <V extends AlertVerb>(
  api: ApiClient,
  alert: string,
  verb: V,
  body: Body<V>,
): Promise<Alert> => api.post(`/alerts/${alert}/${verb}`, body, Alert);

/** A device as the gateway knows it; committed state. */
export const deviceOf = (api: ApiClient, id: string): Promise<Device> => api.get(`/devices/${id}`, Device);

const Devices = z.looseObject({ devices: z.array(Device) });

/** Every device of this scenario as the gateway knows it. */
export const devicesOf = async (api: ApiClient, prefix: string): Promise<readonly Device[]> =>
  (await api.get('/devices', Devices)).devices.filter(({ id }) => id.startsWith(`${prefix}.`));
