/** The looks a seat can choose; `system` = as the machine has it. */
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const storageKey = 'zhishou.theme';

/** What this browser chose before; `system` where nobody has. */
export const chosenTheme = (): Theme =>
  themes.find((known) => known === localStorage.getItem(storageKey)) ?? 'system';

/** Gives the page its look. */
export const wearTheme = (theme: Theme): void => {
  document.documentElement.dataset.theme = theme;
};

/** Gives the page its look and keeps it in this browser. */
export const chooseTheme = (theme: Theme): void => {
  wearTheme(theme);
  localStorage.setItem(storageKey, theme);
};
