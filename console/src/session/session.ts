import { createContext, use } from 'react';

/** How the session of this page stands. */
export type SessionState = {
  /** It is over, and the login lies over the page. */
  readonly ended: boolean;
  /** There is one again. */
  readonly entered: () => void;
};

const SessionContext = createContext<SessionState>({ ended: false, entered: () => undefined });

/** Tells everything below it how the session stands. */
export const SessionProvider = SessionContext;

/** How the session stands. */
export const useSession = (): SessionState => use(SessionContext);
