import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOneVoice, type Fitness, type OneVoice } from '../../console/src/sound/one-voice.ts';

/** A browser with several pages that hear each other. */
const browser = () => {
  let time = 0;
  const pages = new Map<string, { readonly voice: OneVoice; fit: Fitness; open: boolean }>();
  return {
    open: (id: string, since: number, fit: Fitness = 2) => {
      const voice = createOneVoice({
        id,
        since,
        now: () => time,
        changed: () => undefined,
        say: (word) => {
          for (const [other, page] of pages) if (other !== id && page.open) page.voice.hear(word);
        },
      });
      pages.set(id, { voice, fit, open: true });
    },
    set: (id: string, change: { readonly fit?: Fitness; readonly open?: boolean }) =>
      Object.assign(pages.get(id) ?? {}, change),
    leave: (id: string) => {
      const page = pages.get(id);
      if (page === undefined) return;
      page.voice.leave();
      page.open = false;
    },
    pass: (ms: number) => {
      for (const end = time + ms; time < end; time += 250)
        for (const page of pages.values()) if (page.open) page.voice.pulse(page.fit);
    },
    sounding: () => [...pages].filter(([, { voice, open }]) => open && voice.leads()).map(([id]) => id),
  };
};

test('a page alone sounds, also before it may', () => {
  const seat = browser();
  seat.open('a', 1, 0);
  expect(seat.sounding()).toEqual(['a']);
  seat.pass(1_000);
  expect(seat.sounding()).toEqual(['a']);
});

test('of several pages the one that has been open longest sounds, and the next within a second of its end', () => {
  const seat = browser();
  seat.open('b', 2);
  seat.open('a', 1);
  seat.open('c', 3);
  seat.pass(500);
  expect(seat.sounding()).toEqual(['a']);
  // It crashed, or was frozen: it says nothing.
  seat.set('a', { open: false });
  seat.pass(1_000);
  expect(seat.sounding()).toEqual(['b']);
  seat.leave('b');
  expect(seat.sounding()).toEqual(['c']);
});

test('a page that is blind, or whose sound is locked, leaves it to one that can be heard', () => {
  const seat = browser();
  seat.open('a', 1, 1);
  seat.open('b', 2, 0);
  seat.open('c', 3, 2);
  seat.pass(500);
  expect(seat.sounding()).toEqual(['c']);
  seat.set('c', { fit: 1 });
  seat.pass(500);
  expect(seat.sounding()).toEqual(['a']);
});

test('whoever comes, goes or falls silent, a second later exactly one page sounds', () => {
  const step = fc.record({
    page: fc.constantFrom('a', 'b', 'c', 'd'),
    fit: fc.constantFrom<Fitness>(0, 1, 2),
    open: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const seat = browser();
      for (const [since, id] of ['a', 'b', 'c', 'd'].entries()) seat.open(id, since);
      for (const { page, fit, open } of steps) {
        seat.set(page, { fit, open: page === 'd' || open });
        seat.pass(1_250);
        expect(seat.sounding()).toHaveLength(1);
      }
    }),
  );
});
