import { fstatSync, writeFileSync } from 'node:fs';

/** Whether the service manager keeps what is printed; `JOURNAL_STREAM` names the device and inode of what it reads. */
const isKept = (env: Readonly<Record<string, string | undefined>>): boolean => {
  try {
    const { dev, ino } = fstatSync(1, { bigint: true });
    return env.JOURNAL_STREAM === `${dev}:${ino}`;
  } catch {
    // A standard output that is closed is kept by nobody.
    return false;
  }
};

/** The line that tells whoever starts the gateway the first password of admin; where the line would stay in the system's journal it names `file` instead, which only its owner can read. Throws the system's error. */
export const tellFirstPassword = (
  password: string,
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): string => {
  if (!isKept(env)) return `zhishou admin password (shown this once): ${password}`;
  writeFileSync(file, `${password}\n`, { mode: 0o600, flush: true });
  return `zhishou admin password: in ${file}; read it, change it at the console, and remove the file`;
};
