import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { violationsOf } from './axe.ts';
import { leaveSeat, openRoom, type Room } from './room.ts';

const Files = z.object({
  version: z.number(),
  files: z.array(z.object({ name: z.string(), text: z.string() })),
});
const minute = 60_000;

optional('Chromium', hasChromium)('the page of rules', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
  });
  afterAll(() => room?.leave());

  const textOf = async (name: string): Promise<string> =>
    (await room.api().get('/rules/files', Files)).files.find((file) => file.name === name)?.text ?? '';
  const versionNow = async (): Promise<number> => (await room.api().get('/rules/files', Files)).version;
  const save = (name: string, text: string | null, base: number): Promise<unknown> =>
    fetch(`${room.gateway().url}/api/v1/rules/files`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${room.api().token}` },
      body: JSON.stringify({ files: [{ name, text }], note: '', base }),
    });

  test('says every rule in words to everybody, and lets an operator change nothing', async () => {
    const seat = await room.takeSeat('li');
    const { page, strip } = seat;
    const rules = page.getByRole('main', { name: '规则' });
    await strip.getByRole('button', { name: '更多' }).click();
    await strip.getByRole('button', { name: '规则' }).click();
    await rules.getByPlaceholder(/按名称/).fill('gas-level');
    const row = rules.getByRole('row', { name: /燃气浓度.*gas-level · gas.yaml/ });
    await row.getByText('燃气探测器').waitFor();
    await row.getByText(/燃气浓度 · 不低于 25 %LEL · 回差 2 %LEL/).waitFor();
    await row.getByText('燃气浓度危险 · 立即报 · 恢复 30 秒 才算 · 须人工复位或结案').waitFor();
    expect(await row.getByRole('button').count()).toBe(0);
    await rules.getByRole('tab', { name: '编辑' }).click();
    await rules.getByText(/只有管理员能改规则/).waitFor();
    expect(await rules.getByRole('button', { name: '保存为新版本' }).count()).toBe(0);
    expect(await rules.getByRole('textbox', { name: '编号' }).isDisabled()).toBe(true);
    await rules.getByRole('tab', { name: '试运行' }).click();
    await rules.getByText('试运行需要值班长或管理员').waitFor();
    await leaveSeat(seat);
  });

  test('edits by form and by text, finds what is wrong with its line, saves, shows what changed and goes back', async () => {
    const seat = await room.takeSeat('admin');
    const { page } = seat;
    const before = await textOf('gas.yaml');
    await page.goto(`${room.gateway().url}/#/rules/edit?file=gas.yaml&rule=gas-level`);
    const rules = page.getByRole('main', { name: '规则' });
    const limit = rules.getByRole('spinbutton', { name: '第 2 级 不低于' });
    await limit.fill('30');
    await limit.press('Tab');
    const source = rules.getByRole('textbox', { name: '原文 (YAML) gas.yaml' });
    await expect.poll(() => source.inputValue()).toBe(before.replace('above: 25', 'above: 30'));

    // The text is the same thing as the form.
    await source.fill((await source.inputValue()).replace('above: 30', 'above: 3000'));
    await expect.poll(() => limit.inputValue()).toBe('3000');
    await rules.getByRole('button', { name: '检查' }).click();
    const problem = rules.getByRole('list', { name: /1 处问题/ }).getByRole('button');
    await problem.filter({ hasText: 'gas.yaml 第 13 行第 9 列' }).click();
    await expect
      .poll(() => source.evaluate((area) => (area as unknown as { selectionStart: number }).selectionStart))
      .toBe(before.split('\n').slice(0, 12).join('\n').length + 9);
    await source.fill((await source.inputValue()).replace('above: 3000', 'above: 28'));
    await rules.getByRole('textbox', { name: /为什么改/ }).fill('按新设备');
    for (const theme of ['light', 'dark']) {
      await page.locator('html').evaluate((root, look) => {
        root.dataset.theme = look;
      }, theme);
      expect(await violationsOf(page, '.desk-page')).toEqual([]);
    }
    await rules.getByRole('button', { name: '保存为新版本' }).click();
    await page.getByText('已保存为第 2 版，立即生效').waitFor();
    expect(await textOf('gas.yaml')).toBe(before.replace('above: 25', 'above: 28'));

    await rules.getByRole('tab', { name: '版本' }).click();
    const version = rules.getByRole('row', { name: /^.*2 在用.*admin.*按新设备.*gas\.yaml/ });
    await version.click();
    const difference = rules.getByRole('region', { name: 'gas.yaml' });
    await difference.getByText('-      - when: { above: 25, deadband: 2 }').waitFor();
    await difference.getByText('+      - when: { above: 28, deadband: 2 }').waitFor();
    await rules
      .getByRole('row', { name: /^.*1 .*系统.*规则目录/ })
      .getByRole('button', { name: '恢复这一版' })
      .click();
    await rules
      .getByRole('region', { name: '恢复这一版' })
      .getByRole('button', { name: '恢复这一版' })
      .click();
    await page.getByText('已恢复，现在是第 3 版').waitFor();
    expect(await textOf('gas.yaml')).toBe(before);
    await leaveSeat(seat);
  });

  test('keeps what was written when somebody else saved first, and says so in words', async () => {
    const seat = await room.takeSeat('admin');
    const { page } = seat;
    await page.goto(`${room.gateway().url}/#/rules/edit?file=water.yaml&rule=ph`);
    const rules = page.getByRole('main', { name: '规则' });
    const title = rules.getByRole('textbox', { name: '名称 zh' });
    await title.fill('酸碱度超限');
    const number = await versionNow();
    await save('air.yaml', `${await textOf('air.yaml')}# somebody was here\n`, number);
    await rules.getByRole('button', { name: '保存为新版本' }).click();
    await rules
      .getByText(`规则已经有了第 ${number + 1} 版，而您的改动是从第 ${number} 版开始的，没有保存。`)
      .waitFor();
    expect(await title.inputValue()).toBe('酸碱度超限');
    await rules.getByRole('button', { name: /在新版上继续/ }).click();
    await rules.getByRole('button', { name: '保存为新版本' }).click();
    await page.getByText(`已保存为第 ${number + 2} 版`).waitFor();
    expect(await textOf('water.yaml')).toContain('酸碱度超限');
    expect(await textOf('air.yaml')).toContain('# somebody was here');
    await leaveSeat(seat);
  });

  test('says in red that a rule about life is gone, until it is said that this is meant', async () => {
    const seat = await room.takeSeat('admin');
    const { page } = seat;
    const text = await textOf('fire.yaml');
    await page.goto(`${room.gateway().url}/#/rules/edit?file=fire.yaml&rule=smoke-hot`);
    const rules = page.getByRole('main', { name: '规则' });
    await rules.getByRole('textbox', { name: '编号' }).waitFor();
    await rules.getByRole('button', { name: '删除这条规则' }).click();
    await rules.getByRole('button', { name: '保存为新版本' }).click();
    const warned = rules.getByRole('alert').filter({ hasText: '不再生效' });
    await warned.getByText(/smoke-hot would be gone/).waitFor();
    expect(await textOf('fire.yaml')).toBe(text);
    await warned.getByRole('button', { name: '这是有意的，保存' }).click();
    const gone = rules.getByRole('alert').filter({ hasText: 'smoke-hot：报“烟雾火警”，针对 烟雾报警器' });
    await gone.getByRole('button', { name: '这是有意的' }).click();
    await page.getByRole('tooltip').getByRole('button', { name: '这是有意的' }).click();
    await gone.waitFor({ state: 'detached' });
    expect((await room.api().get('/rules', z.object({ gone: z.array(z.unknown()) }))).gone).toEqual([]);
    await leaveSeat(seat);
  });

  test('tries a changed rule out over what was recorded, beside what was raised', async () => {
    const gas = await room.device('gas-901', 'gas-detector', '901');
    const now = Date.now();
    await gas.recall(
      Array.from({ length: 30 }, (_, index) => ({
        at: now - (40 - index) * minute,
        values: { gas_lel: index === 10 ? 7 : 1 },
      })),
    );
    const seat = await room.takeSeat('admin');
    const { page } = seat;
    await page.goto(`${room.gateway().url}/#/rules/try?rule=gas-level`);
    const rules = page.getByRole('main', { name: '规则' });
    await rules.getByText('24 小时', { exact: true }).click();
    await rules.getByRole('button', { name: '试运行', exact: true }).click();
    await rules.getByText(/^会报 0 次；当时同名规则实际报了 0 次/).waitFor();
    await rules.getByText('一次也不会报').waitFor();

    await rules.getByRole('tab', { name: '编辑' }).click();
    await page.goto(`${room.gateway().url}/#/rules/edit?file=gas.yaml&rule=gas-level`);
    const limit = rules.getByRole('spinbutton', { name: '第 1 级 不低于' });
    await limit.fill('5');
    await limit.press('Tab');
    await rules.getByRole('button', { name: '试运行', exact: true }).click();
    await rules.getByText('24 小时', { exact: true }).click();
    await rules.getByRole('button', { name: '试运行', exact: true }).click();
    await rules.getByText(/^会报 1 次；/).waitFor();
    await rules.getByRole('img', { name: /每小时.*会报 1 次/ }).waitFor();
    await rules
      .getByRole('region', { name: '会报', exact: true })
      .getByRole('row', { name: /高.*燃气浓度 7 %LEL \(限值 5 %LEL\)/ })
      .waitFor();
    expect(await violationsOf(page, '.desk-page')).toEqual([]);
    // Trying changes nothing.
    expect(await textOf('gas.yaml')).toContain('above: 10');
    await leaveSeat(seat);
  });
});
