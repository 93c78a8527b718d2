import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isConsoleOld } from '../src/console-age.ts';

test('a console built before its source was changed is known, one that was built or copied with it is not old', () => {
  const dir = mkdtempSync(join(tmpdir(), 'zhishou-console-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const [dist, source] = [join(dir, 'dist'), join(dir, 'src')];
  expect(isConsoleOld(dist, source)).toBe(false);
  mkdirSync(dist);
  mkdirSync(join(source, 'board'), { recursive: true });
  const put = (path: string, at: number): void => {
    writeFileSync(path, '');
    utimesSync(path, at, at);
  };
  put(join(dist, 'index.html'), 1_000_000);
  put(join(source, 'main.tsx'), 999_000);
  put(join(source, 'board', 'row.tsx'), 1_000_005);
  expect(isConsoleOld(dist, source)).toBe(false);
  put(join(source, 'board', 'row.tsx'), 1_000_100);
  expect(isConsoleOld(dist, source)).toBe(true);
});
