/** What a browser keeps for one tab, as far as it is used here. */
export type TabStore = {
  readonly getItem: (key: string) => string | null;
  readonly setItem: (key: string, value: string) => void;
  readonly removeItem: (key: string) => void;
};

/** The name of this console, and what must be done when its page is left and shown again. */
export type ConsoleId = { readonly id: string; readonly leave: () => void; readonly comeBack: () => void };

const storageKey = 'zhishou.console';

/** By what name the gateway knows this page: a reload keeps it, and with it the call. It lies in the tab's store only while no page is open: a tab that is duplicated copies the store, and must not take the other's calls away. */
export const takeConsoleId = (store: TabStore, make: () => string): ConsoleId => {
  const id = store.getItem(storageKey) ?? make();
  store.removeItem(storageKey);
  return {
    id,
    leave: () => store.setItem(storageKey, id),
    comeBack: () => store.removeItem(storageKey),
  };
};
