import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Fetched by name: their types belong to a browser, and would be taken for those of every test. */
type Config = {
  readonly components?: { readonly Table?: { readonly headerColor?: string; readonly headerBg?: string } };
};
const { theme } = (await import('antd' as string)) as {
  readonly theme: { readonly getDesignToken: (config: Config) => Readonly<Record<string, string>> };
};
const { deskTheme } = (await import('../../console/src/desk/desk-theme.ts' as string)) as {
  readonly deskTheme: (dark: boolean, colour: (name: string) => string) => Config;
};

const css = readFileSync(join(resolve(import.meta.dirname, '../..'), 'console/src/look/colours.css'), 'utf8');

/** The custom properties of the first block whose selector is this. */
const coloursOf = (selector: string): ReadonlyMap<string, string> => {
  const from = css.indexOf(`${selector} {`);
  expect(from).toBeGreaterThanOrEqual(0);
  const block = css.slice(from, css.indexOf('}', from));
  return new Map(
    [...block.matchAll(/(--[\w-]+): (#\w+);/g)].map(([, name = '', value = '']) => [name, value]),
  );
};
const light = coloursOf(':root');
const dark = new Map([...light, ...coloursOf(':root[data-theme="dark"]')]);

type Colour = readonly [number, number, number, number];
const read = (text: string): Colour => {
  if (text.startsWith('#')) {
    const digits =
      text.length === 4 ? [...text.slice(1)].map((one) => one + one) : text.slice(1).match(/../g);
    const [r = 0, g = 0, b = 0] = (digits ?? []).map((pair) => Number.parseInt(pair, 16));
    return [r, g, b, 1];
  }
  const [r = 0, g = 0, b = 0, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
  return [r, g, b, alpha];
};
const over = ([r, g, b, alpha]: Colour, ground: Colour): Colour => [
  r * alpha + ground[0] * (1 - alpha),
  g * alpha + ground[1] * (1 - alpha),
  b * alpha + ground[2] * (1 - alpha),
  1,
];
const luminance = ([r, g, b]: Colour): number => {
  const [x = 0, y = 0, z = 0] = [r, g, b].map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const contrast = (front: string, back: string, page: string): number => {
  const ground = over(read(back), read(page));
  const [a, b] = [luminance(over(read(front), ground)), luminance(ground)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
};

describe.each([
  ['light', light],
  ['dark', dark],
] as const)('the parts of the desk in the %s look', (name, colours) => {
  const colour = (property: string): string => {
    const value = colours.get(property);
    if (value === undefined) throw new Error(`there is no ${property}`);
    return value;
  };
  const config = deskTheme(name === 'dark', colour);
  const tokens = theme.getDesignToken(config);
  const token = (key: string): string => {
    const value = tokens[key];
    if (value === undefined) throw new Error(`there is no token ${key}`);
    return value;
  };
  const header = config.components?.Table;

  test('say everything in a contrast of 4.5 : 1, also what is out of use', () => {
    const grounds = [token('colorBgContainer'), token('colorBgElevated'), token('colorBgLayout')];
    const texts = [
      'colorText',
      'colorTextSecondary',
      'colorTextTertiary',
      'colorTextQuaternary',
      'colorTextDescription',
      'colorTextPlaceholder',
      'colorTextDisabled',
      'colorTextHeading',
      'colorLink',
      'colorLinkHover',
      'colorError',
      'colorErrorHover',
      'colorWarning',
      'colorSuccess',
      'colorIcon',
      'colorPrimary',
    ] as const;
    const pairs: [string, string, string][] = [
      ...texts.flatMap((text): [string, string, string][] =>
        grounds.map((ground) => [text, token(text), ground]),
      ),
      ...(['colorPrimary', 'colorPrimaryHover', 'colorPrimaryActive', 'colorError'] as const).map(
        (ground): [string, string, string] => [`on ${ground}`, token('colorTextLightSolid'), token(ground)],
      ),
      ['disabled', token('colorTextDisabled'), token('colorBgContainerDisabled')],
      ['tooltip', token('colorTextLightSolid'), token('colorBgSpotlight')],
      ['chosen', token('colorText'), token('controlItemBgActive')],
      ['under the pointer', token('colorText'), token('controlItemBgHover')],
      ['table head', String(header?.headerColor), String(header?.headerBg)],
      ...(['colorErrorBg', 'colorWarningBg', 'colorSuccessBg', 'colorInfoBg'] as const).map(
        (ground): [string, string, string] => [ground, token('colorText'), token(ground)],
      ),
    ];
    const ratios = pairs.map(([what, front, back]) => ({
      what,
      back,
      ratio: contrast(front, back, token('colorBgContainer')),
    }));
    expect(ratios.filter(({ ratio }) => !(ratio >= 4.5))).toEqual([]);
  });

  test('show where a field ends in a contrast of 3 : 1', () => {
    for (const ground of [token('colorBgContainer'), token('colorBgLayout')])
      expect(contrast(token('colorBorder'), ground, ground)).toBeGreaterThanOrEqual(3);
  });
});
