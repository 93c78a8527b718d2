import { type FormEvent, useEffect, useRef, useState } from 'react';
import { logIn } from '../server/gateway.ts';
import { refusalText } from '../words/refusal.ts';
import { useSpeech } from '../words/words.tsx';
import './login.css';

/** The login, alone on the page or over a seat whose session has ended; then it leaves the rest of the page, and whoever is typing there, alone. */
export const LoginForm = (props: { readonly expired: boolean; readonly entered: () => void }) => {
  const { words, switchLanguage } = useSpeech();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const username = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (document.activeElement?.matches('input, textarea, select') !== true) username.current?.focus();
  }, []);
  const enter = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    setBusy(true);
    const answer = await logIn(String(given.get('username') ?? ''), String(given.get('password') ?? ''));
    setBusy(false);
    if (answer.ok) props.entered();
    else setRefused(refusalText(words, answer));
  };
  return (
    <section className={props.expired ? 'login over' : 'login'} aria-label={words.login.title} data-login>
      <form onSubmit={(event) => void enter(event)}>
        <h1>
          {words.product} <small>{props.expired ? words.login.expiredTitle : words.login.title}</small>
        </h1>
        {props.expired && <p role="alert">{words.login.expired}</p>}
        <label>
          {words.login.username}
          <input ref={username} name="username" autoComplete="username" required maxLength={64} />
        </label>
        <label>
          {words.login.password}
          <input name="password" type="password" autoComplete="current-password" required maxLength={200} />
        </label>
        {refused !== null && (
          <p className="refused" role="alert">
            {refused}
          </p>
        )}
        <button type="submit" className="main" disabled={busy}>
          {busy ? words.login.entering : words.login.enter}
        </button>
        {!props.expired && <p className="quiet">{words.login.soundNote}</p>}
        <button type="button" className="plain" onClick={switchLanguage} data-language-switch>
          {words.strip.otherLanguage}
        </button>
      </form>
    </section>
  );
};
