import { expect, test } from 'vitest';
import { changeDraft, readDraft } from '../../console/src/alert/drafts.ts';
import { storeOf } from './tab-store.ts';

test('what was typed of an alert is there again after a reload, each alert with its own', () => {
  const kept = new Map<string, string>();
  changeDraft(storeOf(kept), 'a', { says: '跌倒' });
  changeDraft(storeOf(kept), 'a', { disposition: 'assistance-given', reached: 'seen', seenBy: '老李' });
  changeDraft(storeOf(kept), 'b', { note: '漏水' });
  const reloaded = storeOf(new Map(kept));
  expect(readDraft(reloaded, 'a')).toMatchObject({
    says: '跌倒',
    disposition: 'assistance-given',
    reached: 'seen',
    seenBy: '老李',
    note: '',
  });
  expect(readDraft(reloaded, 'b')).toMatchObject({ says: '', note: '漏水' });
});

test('nothing of a draft stays in the tab once all of it is taken back', () => {
  const kept = new Map<string, string>();
  changeDraft(storeOf(kept), 'a', { says: '跌倒', shelfOnce: true });
  expect(kept.size).toBe(1);
  changeDraft(storeOf(kept), 'a', { says: '', shelfOnce: false });
  expect(kept.size).toBe(0);
});

test('what the tab keeps and nobody can read is a blank draft, and can be written over', () => {
  const kept = new Map<string, string>();
  changeDraft(storeOf(kept), 'a', { says: '跌倒' });
  for (const key of kept.keys())
    for (const spoilt of ['{', '7', '{"says":1}']) {
      kept.set(key, spoilt);
      expect(readDraft(storeOf(kept), 'a').says).toBe('');
    }
  expect(changeDraft(storeOf(kept), 'a', { says: '又跌倒' }).says).toBe('又跌倒');
  expect(readDraft(storeOf(kept), 'a').says).toBe('又跌倒');
});
