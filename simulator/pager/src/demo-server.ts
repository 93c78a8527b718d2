import { People, Visitor } from './visitor.ts';

// A page that is loaded again is the same pager; another tab is another one.
const storageKey = 'zhishou.visitor';

const remembered = (): Visitor | null => {
  try {
    return Visitor.parse(JSON.parse(sessionStorage.getItem(storageKey) ?? ''));
  } catch {
    return null;
  }
};

/** The pager of this tab; a new one where it has none. Null where the demonstration gives none. */
export const fetchVisitor = async (): Promise<Visitor | null> => {
  const known = remembered();
  if (known !== null) return known;
  try {
    const response = await fetch('/pager/visitors', { method: 'POST' });
    if (!response.ok) return null;
    const visitor = Visitor.parse(await response.json());
    sessionStorage.setItem(storageKey, JSON.stringify(visitor));
    return visitor;
  } catch {
    return null;
  }
};

/** The pager of this tab is none any more. */
export const forgetVisitor = (): void => sessionStorage.removeItem(storageKey);

/** What the people of the duty room are called, by id; nobody where that cannot be learnt. */
export const fetchNames = async (): Promise<Readonly<Record<string, string>>> => {
  try {
    return People.parse(await (await fetch('/pager/people')).json()).names;
  } catch {
    return {};
  }
};
