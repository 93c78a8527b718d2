/** Where InfluxDB is, and as whom we speak to it. `policy` is the retention policy to write to; null = ours, `exact`. */
export type InfluxTarget = {
  readonly protocol: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** What stands before `/write`, as behind a reverse proxy; empty or beginning with a slash. */
  readonly prefix: string;
  readonly database: string;
  readonly policy: string | null;
  readonly login: { readonly user: string; readonly password: string } | null;
};

const usualPorts = { http: 80, https: 443 } as const;

/** Reads `http://user:password@host:8086/database?rp=policy`; the last part of the path is the database. Percent-encoded parts are decoded. */
export const readTarget = (
  text: string,
):
  | { readonly ok: true; readonly target: InfluxTarget }
  | { readonly ok: false; readonly problem: string } => {
  try {
    const url = new URL(text);
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      return { ok: false, problem: 'must begin with http:// or https://' };
    const protocol = url.protocol === 'http:' ? 'http' : 'https';
    const path = url.pathname.split('/').filter((part) => part !== '');
    const database = decodeURIComponent(path.at(-1) ?? '');
    if (database === '')
      return { ok: false, problem: 'must name the database, as in http://127.0.0.1:8086/zhishou' };
    const unknown = [...url.searchParams.keys()].filter((name) => name !== 'rp');
    if (unknown.length > 0) return { ok: false, problem: `does not take ${unknown.join(', ')}, only rp` };
    const user = decodeURIComponent(url.username);
    return {
      ok: true,
      target: {
        protocol,
        host: url.hostname,
        port: url.port === '' ? usualPorts[protocol] : Number(url.port),
        prefix: path
          .slice(0, -1)
          .map((part) => `/${part}`)
          .join(''),
        database,
        policy: url.searchParams.get('rp') || null,
        login: user === '' ? null : { user, password: decodeURIComponent(url.password) },
      },
    };
  } catch {
    return { ok: false, problem: 'is no address, like http://127.0.0.1:8086/zhishou' };
  }
};

/** The address without its password, for logs. */
export const nameTarget = ({ protocol, host, port, prefix, database }: InfluxTarget): string =>
  `${protocol}://${host}:${port}${prefix}/${database}`;
