import { z } from 'zod';
import type { NewSite } from '../src/model/site.ts';
import { type ApiClient, ApiError } from './api-client.ts';
import type { PlannedDevice } from './fleet-plan.ts';
import type { Home } from './street.ts';

const Registered = z.looseObject({ secret: z.string().min(1).nullish() });

// Enough to keep the gateway's disk busy, few enough to keep its event loop free.
const atOnce = 16;

const inParallel = async <T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> => {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
};

/** Registers devices, those already registered by an earlier run included, and answers the secrets of those that have a connection of their own. Hubs come before their children. `onProgress` is told how many are done. */
export const registerDevices = async (
  api: ApiClient,
  plan: readonly PlannedDevice[],
  onProgress: (done: number) => void = () => {},
): Promise<ReadonlyMap<string, string>> => {
  const secrets = new Map<string, string>();
  let done = 0;
  const register = async (device: PlannedDevice): Promise<void> => {
    const { id, type, name, place, hub, address, dialect } = device;
    const body = {
      id,
      type,
      name,
      place,
      ...(hub === null ? {} : { hub }),
      ...(address === null ? {} : { address }),
      ...(dialect === 'native' ? {} : { dialect }),
    };
    try {
      const { secret } = await api.post('/devices', body, Registered);
      if (hub === null && secret != null) secrets.set(id, secret);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'already-exists') throw error;
      if (hub === null) {
        const { secret } = await api.post(`/devices/${id}/secret`, {}, Registered);
        if (secret != null) secrets.set(id, secret);
      }
    }
    done += 1;
    onProgress(done);
  };
  await inParallel(
    plan.filter((device) => device.hub === null),
    register,
  );
  await inParallel(
    plan.filter((device) => device.hub !== null),
    register,
  );
  return secrets;
};

/** Takes devices off the register again, children before their hubs; one that is already gone is none of our business. */
export const removeDevices = async (api: ApiClient, plan: readonly PlannedDevice[]): Promise<void> => {
  const remove = async (device: PlannedDevice): Promise<void> => {
    try {
      await api.remove(`/devices/${device.id}`);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'not-found') throw error;
    }
  };
  await inParallel(
    plan.filter((device) => device.hub !== null),
    remove,
  );
  await inParallel(
    plan.filter((device) => device.hub === null),
    remove,
  );
};

/** Gives the gateway the cards of these homes. */
export const registerCards = (api: ApiClient, homes: readonly Home[]): Promise<void> =>
  inParallel(homes, async ({ place, card }) => {
    if (card !== null) await api.put(`/households/${place.id}`, card, z.unknown());
  });

/** Puts these places on the gateway's map; one in which no device stands is none of the gateway's. */
export const registerSites = (api: ApiClient, sites: ReadonlyMap<string, NewSite>): Promise<void> =>
  inParallel([...sites], async ([place, site]) => {
    try {
      await api.put(`/places/${place}/site`, site, z.unknown());
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'not-found') throw error;
    }
  });
