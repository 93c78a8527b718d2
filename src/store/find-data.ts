import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const Settings = z.object({ dataDir: z.string().min(1).optional() }).nullish();

const inSettings = (env: Readonly<Record<string, string | undefined>>): string | undefined => {
  const file = env.ZHISHOU_CONFIG ?? './config/zhishou.yaml';
  if (env.ZHISHOU_CONFIG === undefined && !existsSync(file)) return undefined;
  try {
    return Settings.parse(parse(readFileSync(file, 'utf8')))?.dataDir;
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new Error(`${file} does not say where the data is: ${why}; --data DIR does`);
  }
};

/** The data directory that is meant, whole: what was asked for, or the gateway's own by its variable or its settings file. Throws where that file cannot be read. */
export const findData = (
  asked: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string => resolve(asked ?? (env.ZHISHOU_DATA_DIR || inSettings(env) || './data'));

/** How to say that another directory is meant. */
export const nameAnother = '--data DIR or ZHISHOU_DATA_DIR names another';
