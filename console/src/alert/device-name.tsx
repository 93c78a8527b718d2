import { useSyncExternalStore } from 'react';
import { useFeed } from '../feed/live-feed.ts';
import { useDeviceNames } from './device-names.ts';

/** A device by its name, with its id small beside it where that is another word. */
export const DeviceName = ({ id }: { readonly id: string }) => {
  const feed = useFeed();
  const nameOf = useDeviceNames();
  const name = useSyncExternalStore(feed.onChange, () => nameOf(id));
  return (
    <span className="device-name">
      {name}
      {name !== id && <small className="quiet"> {id}</small>}
    </span>
  );
};
