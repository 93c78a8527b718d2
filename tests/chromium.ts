import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

/** Whether there is a browser on this machine. */
export const hasChromium = existsSync(executablePath);

// The last such list is the one that counts, so it names again what Playwright would leave out.
const without = [
  // Chromium draws its address bar's suggestions as two pages of their own beside every window. No window of a
  // headless browser shows them, and they cost more than our page does: half of the time until a seat is open.
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxFullPopup',
  // http stays http.
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  // Nothing is asked of anybody outside.
  'AimEnabled',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PreconnectToSearch',
  // A driven page is drawn at once, and closed without asking.
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'PaintHolding',
];

/** Starts the machine's Chromium without a window; `args`: further switches, `lacking`: what else of its features it does without. */
export const launchChromium = (args: readonly string[], lacking: readonly string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      `--disable-features=${[...without, ...lacking].join(',')}`,
      ...args,
    ],
  });
