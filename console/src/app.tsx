import { useCallback, useEffect, useMemo, useState } from 'react';
import { Seat } from './seat.tsx';
import { askUntil } from './server/ask-until.ts';
import { askSession } from './server/gateway.ts';
import { onSessionEnded, sessionBegun } from './server/request.ts';
import { LoginForm } from './session/login-form.tsx';
import { SessionProvider } from './session/session.ts';
import { LatePage } from './strip/late-page.tsx';

const loadWall = () => import('./wall/wall.tsx');

/** The big screen of the room has an address of its own, without a seat's strip and keys. */
const isWall = window.location.pathname.replace(/\/+$/, '') === '/wall';

/** The page: the login, or the seat. A session that ends puts the login over the seat, so that nothing that was typed is lost. */
export const App = () => {
  const [session, setSession] = useState<'asking' | 'none' | 'open' | 'ended'>('asking');
  const [username, setUsername] = useState('');
  useEffect(() => {
    onSessionEnded(() => setSession((now) => (now === 'open' || now === 'ended' ? 'ended' : 'none')));
    return askUntil(askSession, (answer) => {
      // Whoever has logged in meanwhile is in.
      const known = answer.ok ? 'open' : 'none';
      setSession((now) => (now === 'asking' || now === 'none' ? known : now));
      if (answer.ok) setUsername(answer.value.user.username);
      // A gateway that did not answer may know this seat all the same, and a seat at its login is deaf.
      return answer.ok || answer.code === 'not-signed-in';
    });
  }, []);
  const entered = useCallback(() => {
    sessionBegun();
    setSession('open');
  }, []);
  const state = useMemo(() => ({ ended: session === 'ended', entered }), [session, entered]);
  const enter = (name: string): void => {
    setUsername(name);
    entered();
  };
  if (session === 'asking') return null;
  if (session === 'none') return <LoginForm expired={false} username="" entered={enter} />;
  return (
    <SessionProvider value={state}>
      {isWall ? (
        <LatePage load={loadWall} draw={({ WallPage }) => <WallPage />} />
      ) : (
        <Seat left={() => setSession('none')} />
      )}
      {session === 'ended' && <LoginForm expired username={username} entered={enter} />}
    </SessionProvider>
  );
};
