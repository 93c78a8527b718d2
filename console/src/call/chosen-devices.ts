/** The microphone and the loudspeaker that were chosen for calls in this browser, by id; null = the machine's own choice. */
export type ChosenDevices = { readonly microphone: string | null; readonly loudspeaker: string | null };

const storageKey = 'zhishou.call-devices';
const listeners = new Set<() => void>();

const idIn = (json: unknown, name: string): string | null => {
  const id = typeof json === 'object' && json !== null ? Reflect.get(json, name) : null;
  return typeof id === 'string' ? id : null;
};

/** What was chosen. */
export const chosenDevices = (): ChosenDevices => {
  try {
    const json: unknown = JSON.parse(localStorage.getItem(storageKey) ?? 'null');
    return { microphone: idIn(json, 'microphone'), loudspeaker: idIn(json, 'loudspeaker') };
  } catch {
    return { microphone: null, loudspeaker: null };
  }
};

/** Keeps a choice; calls under way go over to it. */
export const chooseDevices = (chosen: ChosenDevices): void => {
  localStorage.setItem(storageKey, JSON.stringify(chosen));
  for (const listener of listeners) listener();
};

/** Calls `listener` when another choice is made in this page. */
export const onChosenDevices = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
