import type { Page } from 'playwright-core';
import { z } from 'zod';

// Runs in the page; text, because it is the browser's code and not this process's.
const look = `(() => {
  const found = [];
  const width = document.documentElement.clientWidth;
  const say = (what, element, more) =>
    found.push(what + ': ' + element.tagName.toLowerCase() + '.' + String(element.className?.baseVal ?? element.className).replaceAll(' ', '.')
      + ' "' + (element.textContent ?? '').trim().replace(/\\s+/g, ' ').slice(0, 60) + '"' + (more === undefined ? '' : ' (' + more + ')'));
  const isDrawn = (element) => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    const box = element.getBoundingClientRect();
    return box.width > 2 && box.height > 2;
  };
  if (document.documentElement.scrollWidth > width || document.body.scrollWidth > width)
    say('wider than the window', document.body, document.documentElement.scrollWidth + ' > ' + width);
  const strip = document.querySelector('header.strip');
  if (strip) {
    if (strip.scrollWidth > strip.clientWidth) say('strip cut off', strip, strip.scrollWidth + ' > ' + strip.clientWidth);
    for (const part of strip.querySelectorAll('button, .lamp, .seat-user')) {
      if (!isDrawn(part)) continue;
      const box = part.getBoundingClientRect();
      if (part.closest('ul') === null && (box.left < 0 || box.right > width + 0.5)) say('strip cut off', part, box.right + ' > ' + width);
      if (part.scrollWidth > part.clientWidth + 1) say('word of the strip cut off', part, part.scrollWidth + ' > ' + part.clientWidth);
    }
  }
  // What a word stands on has to hold it.
  const holders = 'button, .mark, .word, .flag, .count, .tally, .badge, .priority, .verdict, .ant-tag, .ant-btn, .ant-badge, .ant-segmented-item, .ant-tabs-tab, .banner, th, label, dt';
  for (const holder of document.querySelectorAll(holders)) {
    // A switch draws both of its words, and shows one.
    if (!isDrawn(holder) || holder.matches('.unseen, .unseen *, .ant-switch')) continue;
    const box = holder.getBoundingClientRect();
    const range = document.createRange();
    const walker = document.createTreeWalker(holder, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.data.trim() === '' || !isDrawn(node.parentElement)) continue;
      range.selectNodeContents(node);
      const text = range.getBoundingClientRect();
      if (text.width === 0) continue;
      // Lines are higher than the letters on them.
      const slack = Number.parseFloat(getComputedStyle(node.parentElement).fontSize) * 0.3;
      if (text.left < box.left - 1.5 || text.right > box.right + 1.5 || text.top < box.top - slack || text.bottom > box.bottom + slack) {
        say('text beyond what holds it', holder, [text.left - box.left, box.right - text.right, text.top - box.top, box.bottom - text.bottom].map((by) => by.toFixed(1)).join(' '));
        break;
      }
    }
  }
  // What ends in dots can be read by pointing at it, or nobody can.
  for (const element of document.querySelectorAll('body *')) {
    const style = getComputedStyle(element);
    if (style.textOverflow !== 'ellipsis' || style.overflowX === 'visible' || !isDrawn(element)) continue;
    if (element.scrollWidth > element.clientWidth + 1 && element.closest('[title]') === null) say('ends in dots', element);
  }
  // Where nobody can scroll, nothing may fall off the foot.
  for (const part of document.querySelectorAll('.wall .emergencies, .wall .communities'))
    if (part.scrollHeight > part.clientHeight + 1) say('falls off the foot', part, part.scrollHeight + ' > ' + part.clientHeight);
  // Main parts scroll up and down only.
  for (const part of document.querySelectorAll('main, section.detail, aside.panel, .desk-sheet'))
    if (part.scrollWidth > part.clientWidth + 1) say('part scrolls sideways', part, part.scrollWidth + ' > ' + part.clientWidth);
  return found;
})()`;

const speak = `(() => {
  const said = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (node.parentElement.checkVisibility() && node.parentElement.closest('script, style, [data-language-switch], pre, textarea, [lang=zh]') === null) said.add(node.data.trim());
  for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
    if (element.checkVisibility())
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) said.add(element.getAttribute(name)?.trim() ?? '');
  said.delete('');
  return [...said];
})()`;

const Sentences = z.array(z.string());

/** What does not fit on the page as it is drawn now, one line each; all fits = []: what is wider than the window, a strip that is cut off, text beyond the button, badge or heading that holds it, words that end in dots and cannot be read whole, parts that scroll sideways. */
export const misfitsOf = async (page: Page): Promise<readonly string[]> =>
  Sentences.parse(await page.evaluate(look));

/** What the page says in words and in names of its parts, each sentence once; without what is quoted and without the way to the other language. */
export const sayingsOf = async (page: Page): Promise<readonly string[]> =>
  Sentences.parse(await page.evaluate(speak));
