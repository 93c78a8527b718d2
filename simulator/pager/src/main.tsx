import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { PagerPage } from './pager-page.tsx';
import { wordsFor } from './words.ts';
import './pager.css';

// The page's own rules forbid making code from text, which zod otherwise tries for speed.
z.config({ jitless: true });

const home = document.getElementById('pager');
if (home === null) throw new Error('the page has no place for the pager');
const { tag, words } = wordsFor(navigator.languages);
document.documentElement.lang = tag;
document.title = words.title;
createRoot(home).render(<PagerPage words={words} />);
