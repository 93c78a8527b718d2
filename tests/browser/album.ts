import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { deviceTypes } from '../../devices/index.ts';
import { violationsOf } from './axe.ts';
import { misfitsOf, sayingsOf } from './fit.ts';
import type { Seat } from './room.ts';

/** Where the pictures of a run are put. */
const directory = process.env.ZHISHOU_PICTURES ?? 'test-results/pictures';

/** The size of a window, in px. */
type Size = { readonly width: number; readonly height: number };

/** The smallest screen of a desk, a large one, and a large wall. */
export const sizes = {
  desk: { width: 1366, height: 768 },
  large: { width: 1920, height: 1080 },
  huge: { width: 3840, height: 2160 },
} as const satisfies Readonly<Record<string, Size>>;

const languages = ['zh', 'en'] as const;
const themes = ['light', 'dark'] as const;
type Language = (typeof languages)[number];

/** What people typed in, and so stays as it is in every language. */
const given = [
  '王秀英',
  '王芳',
  '女儿',
  '李建国',
  '邻居',
  '高血压，右耳听不见',
  '门口有台阶',
  '门锁在换',
  '李姐',
  '赵工',
  '孙组长',
  '幸福社区',
  '跌倒，右腿疼',
  // A device that nobody named is stored under its type's Chinese name.
  ...[...deviceTypes.values()].map(({ label }) => label.zh),
];
const chinese = /[\u3400-\u9fff：，；。（）]/;
const placeName = /\d+栋(\d单元)?(\d{3})?/g;

const speakIn = async ({ page }: Seat, language: Language): Promise<void> => {
  if ((await page.locator('html').getAttribute('lang'))?.startsWith(language) !== true) {
    const button = page.getByRole('button', { name: /^(中文|English)$/ });
    if ((await button.count()) > 0) await button.click();
    else {
      await page.evaluate(`localStorage.setItem('zhishou.language', '${language}')`);
      await page.reload();
    }
  }
  await page.locator(`html[lang^=${language}]`).waitFor({ state: 'attached' });
};

const untranslated = async ({ page }: Seat): Promise<readonly string[]> =>
  (await sayingsOf(page))
    .filter((sentence) =>
      chinese.test(given.reduce((rest, name) => rest.replaceAll(name, ''), sentence.replace(placeName, ''))),
    )
    .map((sentence) => `not in English: ${sentence}`);

/** Pictures of pages, each held against what must be true of every page: it fits, it can be read by everybody, and it speaks one language. */
export type Album = {
  /** Takes the picture in both languages and both looks; of the large screen, unless it is asked for, one look is enough. */
  readonly picture: (at: Seat, name: string, ready: Locator, sizes?: readonly Size[]) => Promise<void>;
  /** Expects that nothing was found since the last time. */
  readonly goodNow: () => void;
};

/** Begins an album. */
export const openAlbum = async (): Promise<Album> => {
  await mkdir(directory, { recursive: true });
  let wrong: string[] = [];

  const take = async (
    at: Seat,
    name: string,
    ready: Locator,
    size: Size,
    language: Language,
    looks: readonly (typeof themes)[number][],
    first: boolean,
  ): Promise<void> => {
    const { page } = at;
    await page.setViewportSize(size);
    await speakIn(at, language);
    await ready.first().waitFor();
    // What the pointer lies on looks different.
    await page.mouse.move(2, size.height - 2);
    for (const theme of looks) {
      await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
      const file = `${name}-${size.width}-${language}-${theme}`;
      await page.screenshot({ path: join(directory, `${file}.png`), animations: 'disabled' });
      const found = [...(await misfitsOf(page))];
      // Which words there are makes no difference to how they can be read.
      if (first && (language === 'zh') === (theme === 'light')) found.push(...(await violationsOf(page)));
      if (first && language === 'en' && theme === 'light') found.push(...(await untranslated(at)));
      wrong.push(...found.map((what) => `${file}: ${what}`));
    }
  };

  return {
    picture: async (at, name, ready, wanted = [sizes.desk]) => {
      const isThere = await ready
        .first()
        .waitFor()
        .then(
          () => true,
          () => false,
        );
      if (!isThere) {
        wrong.push(`${name}: never came`);
        return;
      }
      for (const size of wanted)
        for (const language of languages)
          await take(at, name, ready, size, language, themes, size === wanted[0]);
      if (!wanted.includes(sizes.large)) await take(at, name, ready, sizes.large, 'en', ['dark'], false);
      await at.page.setViewportSize(sizes.desk);
      await speakIn(at, 'zh');
    },
    goodNow: () => {
      const all = wrong;
      wrong = [];
      expect(all).toEqual([]);
    },
  };
};
