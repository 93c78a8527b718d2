// Before anything that makes a schema.
import './keep-to-policy.ts';
import { createRoot } from 'react-dom/client';
import { PagerPage } from './pager-page.tsx';
import { wordsFor } from './words.ts';
import './pager.css';

const home = document.getElementById('pager');
if (home === null) throw new Error('the page has no place for the pager');
const { tag, words } = wordsFor(navigator.languages);
document.documentElement.lang = tag;
document.title = words.title;
createRoot(home).render(<PagerPage words={words} />);
