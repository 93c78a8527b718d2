import { hash, verify } from '@node-rs/argon2';
import { Refused } from './errors.ts';

// OWASP's first choice for argon2id: 19 MiB, two passes, one lane. The variant is the library's default.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

// Two at a time leave two of libuv's four threads to files and names.
const atOnce = 2;
const atMostWaiting = 64;

// One letter has several forms in Unicode, and which of them is typed depends on the keyboard.
const normal = (password: string): string => password.normalize('NFKC');

/** The argon2id hash of a password, in PHC form. */
export const hashPassword = (password: string): Promise<string> => hash(normal(password), cost);

/** Whether it is the password of this hash. */
export const isPassword = (passwordHash: string, password: string): Promise<boolean> =>
  verify(passwordHash, normal(password));

/** Hashing that cannot take the machine from those who monitor: a few at a time, and a bounded queue, past which it refuses with `too-many-requests`. */
export type Passwords = {
  readonly hash: (password: string) => Promise<string>;
  /** Whether it is the password of this hash. Without a hash (nobody of that name) it takes as long, and is false. */
  readonly verify: (passwordHash: string | null, password: string) => Promise<boolean>;
};

/** Makes the password checker; resolves when the hash that stands in for unknown names is there. */
export const createPasswords = async (): Promise<Passwords> => {
  const nobody = await hashPassword('nobody has this password');
  const waiting: (() => void)[] = [];
  let running = 0;

  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) {
      if (waiting.length >= atMostWaiting)
        throw new Refused(
          { code: 'too-many-requests', message: 'Too many people are signing in at once.' },
          1000,
        );
      await new Promise<void>((go) => waiting.push(go));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };

  return {
    hash: (password) => inTurn(() => hashPassword(password)),
    verify: (passwordHash, password) =>
      inTurn(async () => {
        const right = await verify(passwordHash ?? nobody, normal(password));
        return right && passwordHash !== null;
      }),
  };
};
