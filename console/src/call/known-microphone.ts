import { useEffect, useState } from 'react';
import { useLegs } from './call-desk.ts';
import type { MicrophoneFault } from './media.ts';

const lookAhead = async (permission: PermissionStatus | null): Promise<MicrophoneFault | null> => {
  if (navigator.mediaDevices === undefined) return 'insecure';
  if (permission?.state === 'denied') return 'denied';
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.some(({ kind }) => kind === 'audioinput') ? null : 'none';
};

/** Why nobody would hear this seat if it answered now, as far as the browser says so without asking anybody; null = nothing is known to be wrong. It follows what is plugged in and what is allowed. */
export const useMicrophoneFault = (): MicrophoneFault | null => {
  const { microphone } = useLegs();
  const [fault, setFault] = useState<MicrophoneFault | null>(null);
  useEffect(() => {
    let left = false;
    let permission: PermissionStatus | null = null;
    const look = (): void =>
      void lookAhead(permission).then(
        (found) => {
          if (!left) setFault(found);
        },
        () => undefined,
      );
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    devices?.addEventListener('devicechange', look);
    // Not every browser can be asked for this one; then only the devices tell.
    navigator.permissions?.query({ name: 'microphone' }).then(
      (status) => {
        if (left) return;
        permission = status;
        status.addEventListener('change', look);
        look();
      },
      () => undefined,
    );
    look();
    return () => {
      left = true;
      devices?.removeEventListener('devicechange', look);
      permission?.removeEventListener('change', look);
    };
  }, []);
  if (microphone === 'open') return null;
  return microphone === 'closed' || microphone === 'opening' ? fault : microphone;
};
