import { type FormEvent, useState } from 'react';
import { logIn } from '../server/gateway.ts';
import { refusalText } from '../words/refusal.ts';
import { useSpeech } from '../words/words.tsx';
import { useFirstField } from './use-first-field.ts';
import './login.css';

/** The login, alone on the page or over a seat whose session has ended; then it leaves the rest of the page alone, and whoever is typing there until they pause. `username`: whose session it was, or ''. */
export const LoginForm = (props: {
  readonly expired: boolean;
  readonly username: string;
  readonly entered: (username: string) => void;
}) => {
  const { words, switchLanguage } = useSpeech();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const first = useFirstField();
  const named = props.username !== '';
  const enter = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    setBusy(true);
    const answer = await logIn(String(given.get('username') ?? ''), String(given.get('password') ?? ''));
    setBusy(false);
    if (answer.ok) props.entered(answer.value.user.username);
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
          <input
            ref={named ? null : first}
            name="username"
            defaultValue={props.username}
            autoComplete="username"
            required
            maxLength={64}
          />
        </label>
        <label>
          {words.login.password}
          <input
            ref={named ? first : null}
            name="password"
            type="password"
            autoComplete="current-password"
            required
            maxLength={200}
          />
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
