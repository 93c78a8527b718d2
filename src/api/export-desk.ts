import { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';

/** How much may be exported at once. `stallMs` is how long a client may take nothing. */
export type ExportLimits = {
  readonly ofOneUser: number;
  readonly inAll: number;
  /** Lines in a page. */
  readonly pageRows: number;
  readonly stallMs: number;
};

/** A user can fetch two files at once, and whoever fetches whole years leaves the reader to others in between. */
export const exportLimits: ExportLimits = { ofOneUser: 2, inAll: 4, pageRows: 4000, stallMs: 60_000 };

/** Lets exports in, and in turn to the reader. */
export type ExportDesk = {
  /** Counts an export in; answers the way out, which counts once however often it is taken. Null = there are too many already. */
  readonly enter: (user: string) => (() => void) | null;
  /** Asks once every question before it is answered: of all exports together one question at a time waits at the reader, so that anybody else's waits behind one page at most. */
  readonly inTurn: <T>(ask: () => Promise<T>) => Promise<T>;
};

/** Makes the desk. */
export const createExportDesk = ({ ofOneUser, inAll }: ExportLimits): ExportDesk => {
  const under: { readonly user: string }[] = [];
  let last: Promise<unknown> = Promise.resolve();
  return {
    enter: (user) => {
      if (under.length >= inAll || under.filter((other) => other.user === user).length >= ofOneUser)
        return null;
      const mine = { user };
      under.push(mine);
      return () => {
        const index = under.indexOf(mine);
        if (index >= 0) under.splice(index, 1);
      };
    },
    inTurn: (ask) => {
      const answer = last.then(ask);
      last = answer.catch(() => undefined);
      return answer;
    },
  };
};

/** Gives a client up that takes nothing of what is written to it for `stallMs`; the socket tells how much of it is still there. An answer without a socket has nobody who could stall it. */
export const giveUpOnStall = (reply: FastifyReply, stallMs: number): void => {
  const { raw } = reply;
  const { socket } = raw;
  if (!(socket instanceof Socket)) return;
  // The socket's own clock, which begins anew with every byte and stops with the answer; that of the answer would be a mere alarm where there is no socket, and ring after its end.
  raw.on('timeout', () => {
    if (raw.writableLength === 0) return void socket.setTimeout(stallMs);
    reply.log.info({ stallMs }, 'given up: the client takes nothing');
    raw.destroy();
  });
  socket.setTimeout(stallMs);
};

/** What an exported file is, for the answer's head. */
export const exportMediaTypes = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson; charset=utf-8',
} as const;

/** How long whoever finds too many exports under way is asked to wait, in ms. */
export const exportRetryAfterMs = 5000;
