/** Where a listener was to be opened, and which variables say so. */
export type ListenerPlace = {
  readonly host: string;
  readonly port: number | null;
  readonly variables: { readonly host: string; readonly port: string };
};

/** Why one of these listeners could not be opened, in the words of whoever starts the gateway; null where it is a mistake of ours. */
export const whyNotOpen = (error: unknown, places: readonly ListenerPlace[]): string | null => {
  const { code = null, port: wanted } =
    error instanceof Error ? (error as NodeJS.ErrnoException & { readonly port?: number }) : {};
  const place = places.find(({ port }) => port === wanted) ?? places[0];
  if (place === undefined) return null;
  const { host, port, variables } = place;
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} is in use (another program listens on ${host}; ${variables.port} chooses another)`;
    case 'EADDRNOTAVAIL':
      return `${host} is no address of this machine (${variables.host}; 0.0.0.0 means all of them)`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `no machine by the name of ${host} is known (${variables.host})`;
    case 'EACCES':
      return `port ${port} is not for this user to open (${variables.port}; those below 1024 need a right of their own)`;
    default:
      return null;
  }
};
