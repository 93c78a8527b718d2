import { type FormEvent, useState } from 'react';
import { logIn } from '../server/gateway.ts';
import { refusalText } from '../words/refusal.ts';
import { useSpeech } from '../words/words.tsx';

/** The login, alone on the page or over a seat whose session has ended. */
export const LoginForm = ({
  expired,
  entered,
}: {
  readonly expired: boolean;
  readonly entered: () => void;
}) => {
  const { words, switchLanguage } = useSpeech();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const enter = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    setBusy(true);
    const answer = await logIn(String(given.get('username') ?? ''), String(given.get('password') ?? ''));
    setBusy(false);
    if (answer.ok) entered();
    else setRefused(refusalText(words, answer));
  };
  return (
    <div className={expired ? 'login login-over' : 'login'}>
      <form onSubmit={(event) => void enter(event)}>
        <h1>
          {words.product} <small>{expired ? words.login.expiredTitle : words.login.title}</small>
        </h1>
        {expired && <p>{words.login.expired}</p>}
        <label>
          {words.login.username}
          <input name="username" autoComplete="username" required maxLength={64} />
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
        <p className="quiet">{words.login.soundNote}</p>
        <button type="button" className="plain" onClick={switchLanguage}>
          {words.strip.otherLanguage}
        </button>
      </form>
    </div>
  );
};
