import { expect, test } from 'vitest';
import { takeConsoleId } from '../../console/src/feed/console-id.ts';
import { storeOf } from './tab-store.ts';

const numbered = (): (() => string) => {
  let made = 0;
  return () => `console-${++made}`;
};

test('a page that is loaded again is the same console, and so keeps its call', () => {
  const tab = storeOf(new Map());
  const make = numbered();
  const before = takeConsoleId(tab, make);
  before.leave();
  expect(takeConsoleId(tab, make).id).toBe(before.id);
});

test('a tab that is duplicated is another console, and so takes nobody’s call away', () => {
  const kept = new Map<string, string>();
  const make = numbered();
  const first = takeConsoleId(storeOf(kept), make);
  const copy = storeOf(new Map(kept));
  expect(takeConsoleId(copy, make).id).not.toBe(first.id);
});

test('a page that the browser brings back as it was does not leave its name lying about', () => {
  const kept = new Map<string, string>();
  const make = numbered();
  const first = takeConsoleId(storeOf(kept), make);
  first.leave();
  first.comeBack();
  expect(takeConsoleId(storeOf(new Map(kept)), make).id).not.toBe(first.id);
});
