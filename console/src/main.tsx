import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import './look/style.css';
import { SpeechProvider } from './words/words.tsx';

const home = document.getElementById('console');
if (home === null) throw new Error('the page has no place for the console');
createRoot(home).render(
  <SpeechProvider>
    <App />
  </SpeechProvider>,
);
