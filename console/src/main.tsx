import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { App } from './app.tsx';
import './look/colours.css';
import './look/base.css';
import { chosenTheme, wearTheme } from './look/theme.ts';
import { SpeechProvider } from './words/words.tsx';

// The page's own rules forbid making code from text, which zod otherwise tries for speed.
z.config({ jitless: true });

// The login and the wall, which have no switch of their own, dazzle nobody at night either.
wearTheme(chosenTheme());

const home = document.getElementById('console');
if (home === null) throw new Error('the page has no place for the console');
createRoot(home).render(
  <SpeechProvider>
    <App />
  </SpeechProvider>,
);
