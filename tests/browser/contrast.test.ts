import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { leaveSeat, openRoom, type Room } from './room.ts';

/** Small words, on everything on which they may stand, by the classes around them. */
const words = ['mark', 'mark loud', 'priority', 'who', 'residents', 'refused', 'hint'];
const samples = [
  {
    grounds: [
      ['board', 'part emergency', 'row critical waiting rings'],
      ['board', 'part emergency', 'row high waiting rings'],
      ['board', 'part arrivals', 'row critical waiting rings'],
      ['desk', 'panel roomy', 'call full'],
      ['desk', 'panel lines', 'call fresh'],
      ['desk', 'panel shrunk lines', 'call'],
    ],
    words: [...words, 'word waiting', 'clock late/hint', 'clock/hint', 'clock late/span'],
  },
  {
    grounds: [
      ['board', 'part high', 'row high waiting'],
      ['board', 'part medium', 'row medium waiting'],
      ['board', 'part low', 'row low in-hand'],
      ['board', 'part emergency', 'row critical in-hand selected'],
      ['detail', 'critical', 'line'],
    ],
    words: [...words, 'word waiting', 'word sent', 'shelved', 'clock calm/span', 'hint tend'],
  },
  { grounds: [['desk', 'panel tight', 'call']], words: ['mark new', 'residents/flag', 'count'] },
];

/** WCAG AA for text of any size. */
const least = 4.5;

optional('Chromium', hasChromium)('what stands on the board, in the panel and in a detail', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
  });
  afterAll(() => room?.leave());

  test.each(['light', 'dark'])('can be read on its ground in %s', async (theme) => {
    const seat = await room.takeSeat('li');
    const ratios = await seat.page.locator('html').evaluate(
      (root, given) => {
        root.dataset.theme = given.theme;
        const page = root.ownerDocument;
        const view = page.defaultView;
        if (view === null) throw new Error('the page is not shown');
        const within = (parent: typeof root, classes: string): typeof root => {
          const child = page.createElement('div');
          child.className = classes;
          parent.append(child);
          return child;
        };
        const channels = (colour: string): readonly number[] => (colour.match(/[\d.]+/g) ?? []).map(Number);
        const luminance = (colour: readonly number[]): number => {
          const [r = 0, g = 0, b = 0] = colour.slice(0, 3).map((channel) => {
            const part = channel / 255;
            return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
          });
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const groundOf = (element: typeof root | null): readonly number[] => {
          if (element === null) return [255, 255, 255];
          const colour = channels(view.getComputedStyle(element).backgroundColor);
          return colour.length === 4 && colour[3] === 0 ? groundOf(element.parentElement) : colour;
        };
        return given.samples.flatMap(({ grounds, words }) =>
          grounds.flatMap((path) => {
            const ground = path.reduce(within, page.body);
            return words.map((classes) => {
              const element = classes.split('/').reduce(within, ground);
              const [a, b] = [
                luminance(channels(view.getComputedStyle(element).color)),
                luminance(groundOf(element)),
              ];
              const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
              return { what: `${path.join(' > ')} > ${classes}`, ratio };
            });
          }),
        );
      },
      { samples, theme },
    );
    expect(ratios.length).toBeGreaterThan(100);
    expect(ratios.filter(({ ratio }) => !(ratio >= least))).toEqual([]);
    await leaveSeat(seat);
  });
});
