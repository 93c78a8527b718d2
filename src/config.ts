import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import leven from 'leven';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { readText } from './read-text.ts';
import { readTarget } from './store/influx/target.ts';

const projectDir = resolve(import.meta.dirname, '..');
const builtConsole = './console/dist';

const Port = z.number().int().min(0).max(65_535);
const isZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};

const tileMarks = ['{z}', '{x}', '{y}'];
const Tiles = z
  .string()
  .regex(/^https?:\/\/[^{}\s]+\//, 'must be an address, like https://tiles.example/{z}/{x}/{y}.png')
  .refine((url) => tileMarks.every((mark) => url.includes(mark)), `must have ${tileMarks.join(', ')} in it`);

/** Every setting, its default and its bounds. The environment variable of `mqtt.maxPacketBytes` is `ZHISHOU_MQTT_MAX_PACKET_BYTES`, and so for all. */
export const Config = z.strictObject({
  dataDir: z.string().min(1).default('./data'),
  timeZone: z.string().refine(isZone, 'is not a time zone, like Asia/Shanghai').default('Asia/Shanghai'),
  rulesDir: z.string().min(1).default('./config/rules'),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  adminPassword: z.string().min(1).max(200).nullable().default(null),
  mqtt: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: Port.default(1883),
      maxPacketBytes: z
        .number()
        .int()
        .min(1024)
        .max(16 * 1024 * 1024)
        .default(262_144),
      connectTimeoutMs: z.number().int().min(1000).max(120_000).default(10_000),
      maxConnections: z.number().int().min(1).max(1_000_000).default(20_000),
      messagesPerSecond: z.number().positive().default(2_000),
      messageBurst: z.number().int().positive().default(4_000),
      bytesPerSecond: z
        .number()
        .positive()
        .default(1024 * 1024),
      byteBurst: z
        .number()
        .int()
        .positive()
        .default(2 * 1024 * 1024),
      valuesPerSecond: z.number().positive().default(10_000),
      valueBurst: z.number().int().positive().default(10_000),
    })
    .prefault({}),
  mqtts: z.strictObject({ port: Port.nullable().default(null) }).prefault({}),
  tls: z
    .strictObject({
      cert: z.string().nullable().default(null),
      key: z.string().nullable().default(null),
      names: z.array(z.string().trim().min(1).max(253)).max(50).default([]),
    })
    .prefault({}),
  http: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: Port.default(8080),
      tls: z.boolean().default(false),
      trustProxy: z.boolean().default(false),
      consoleDir: z.string().min(1).default(builtConsole),
      sessionHours: z.number().positive().max(168).default(14),
    })
    .prefault({}),
  emergency: z
    .strictObject({
      announceAfterMs: z.number().int().min(1000).max(60_000).default(10_000),
      announcements: z.number().int().min(1).max(10).default(3),
      escalateAfterMs: z.number().int().min(1000).max(600_000).default(30_000),
      tendWithinMs: z.number().int().min(1000).max(600_000).default(60_000),
    })
    .prefault({}),
  webhook: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .nullable()
        .default(null),
      secret: z.string().nullable().default(null),
    })
    .prefault({}),
  influx: z
    .strictObject({
      url: z
        .string()
        .superRefine((text, context) => {
          const read = readTarget(text);
          if (!read.ok) context.addIssue({ code: 'custom', message: read.problem });
        })
        .nullable()
        .default(null),
      backFillPerSecond: z.number().int().min(1).max(1_000_000).default(5_000),
      keepDays: z.number().int().min(0).max(36_500).default(90),
    })
    .prefault({}),
  store: z
    .strictObject({
      moveReadingsAfterMs: z.number().int().min(1000).default(600_000),
      exactDays: z.number().int().min(1).max(36_500).default(30),
      minutesDays: z.number().int().min(1).max(36_500).default(1_096),
      hoursDays: z.number().int().min(1).max(36_500).default(1_096),
      diskBudgetMb: z.number().int().min(100).nullable().default(null),
    })
    .prefault({}),
  voice: z
    .strictObject({
      host: z.string().min(1).nullable().default(null),
      port: Port.default(8090),
      announce: z.array(z.string().min(1).max(255)).max(16).default([]),
      iceServers: z
        .array(
          z
            .string()
            .regex(/^(stun|turns?):\S+$/, 'must be like stun:host:3478 or turn:user:password@host:3478'),
        )
        .max(8)
        .default([]),
      language: z.enum(['zh', 'en']).default('zh'),
      promptsDir: z.string().min(1).nullable().default(null),
      recording: z.boolean().default(false),
      keepRecordingsDays: z.number().int().min(1).max(36_500).default(180),
    })
    .prefault({}),
  map: z
    .strictObject({
      tiles: Tiles.nullable().default(null),
      attribution: z.string().min(1).max(200).nullable().default(null),
    })
    .prefault({}),
  backup: z
    .strictObject({
      dir: z.string().min(1).nullable().default(null),
      atHour: z.number().int().min(0).max(23).default(3),
      keep: z.number().int().min(1).max(1000).default(7),
    })
    .prefault({}),
});
export type Config = Readonly<z.infer<typeof Config>>;

const dayMs = 86_400_000;

/** How long readings are kept: exact, by the minute, by the hour (ms). */
export const keepOf = ({
  store,
}: Config): { readonly exactMs: number; readonly minutesMs: number; readonly hoursMs: number } => ({
  exactMs: store.exactDays * dayMs,
  minutesMs: store.minutesDays * dayMs,
  hoursMs: store.hoursDays * dayMs,
});

/** One thing that is wrong with the settings: where (a path of the file, or a variable), and what. */
export type ConfigProblem = { readonly path: string; readonly message: string };

type Tree = { [key: string]: Tree | unknown };

/** The environment variable of a setting. */
export const variableOf = (path: readonly string[]): string =>
  `ZHISHOU_${path.map((part) => part.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()).join('_')}`;

/** Every setting's path and the kind of value it takes. */
const leaves = (
  schema: z.ZodType,
  path: readonly string[] = [],
): { path: readonly string[]; schema: z.ZodType }[] => {
  let inner: z.ZodType = schema;
  while (inner instanceof z.ZodPrefault || inner instanceof z.ZodDefault || inner instanceof z.ZodNullable)
    inner = inner.unwrap() as z.ZodType;
  if (!(inner instanceof z.ZodObject)) return [{ path, schema: inner }];
  return Object.entries(inner.shape).flatMap(([key, value]) => leaves(value as z.ZodType, [...path, key]));
};

/** All settings with their variables, for the README and the sample file to be held against. */
export const settings = (): { readonly path: string; readonly variable: string }[] =>
  leaves(Config).map(({ path }) => ({ path: path.join('.'), variable: variableOf(path) }));

const plant = (tree: Tree, path: readonly string[], value: unknown): void => {
  let at = tree;
  for (const part of path.slice(0, -1)) {
    const next = at[part];
    if (typeof next !== 'object' || next === null) at[part] = {};
    at = at[part] as Tree;
  }
  at[path.at(-1) ?? ''] = value;
};

const fromText = (schema: z.ZodType, text: string): unknown => {
  if (schema instanceof z.ZodNumber) return text.trim() === '' ? text : Number(text);
  if (schema instanceof z.ZodBoolean)
    return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text;
  if (schema instanceof z.ZodArray)
    return text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  return text;
};

const expectations: Readonly<Record<string, string>> = {
  number: 'must be a number',
  int: 'must be a whole number',
  boolean: 'must be true or false',
};

const messageOf = (issue: z.core.$ZodIssue): string =>
  (issue.code === 'invalid_type' ? expectations[issue.expected] : undefined) ?? issue.message;

const farthestSlip = 2;

const isEverywhere = (...hosts: readonly string[]): boolean =>
  hosts.some((host) => host === '0.0.0.0' || host === '::');

/** Names each key that is no setting, with the one of its group that was probably meant. */
const unknownKeys = (
  keys: readonly string[],
  group: readonly PropertyKey[],
  file: string,
): readonly ConfigProblem[] => {
  const siblings = leaves(Config)
    .filter(({ path }) => group.every((part, index) => path[index] === part))
    .map(({ path }) => path[group.length] ?? '');
  return keys.map((key) => {
    const [near] = [...new Set(siblings)]
      .map((name) => ({ name, far: leven(key.toLowerCase(), name.toLowerCase()) }))
      .filter(({ name, far }) => far <= farthestSlip && far < name.length - 1)
      .sort((a, b) => a.far - b.far);
    const path = [...group.map(String), key].join('.');
    return {
      path: file,
      message: `${path} is no setting${near === undefined ? '' : `; did you mean ${near.name}?`}`,
    };
  });
};

/** Reads the file and the environment, which wins. Every problem is listed, never only the first. */
export const loadConfig = (
  env: Readonly<Record<string, string | undefined>>,
):
  | { readonly ok: true; readonly config: Config; readonly unknown: readonly string[] }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] } => {
  const file = env.ZHISHOU_CONFIG ?? './config/zhishou.yaml';
  const problems: ConfigProblem[] = [];
  let tree: Tree = {};
  if (existsSync(file)) {
    const read = readText(readFileSync(file));
    if (!read.ok) problems.push({ path: file, message: read.problem });
    const document = parseDocument(read.ok ? read.text : '', { uniqueKeys: true });
    for (const error of document.errors)
      problems.push({
        path: `${file}:${error.linePos?.[0].line ?? 1}`,
        message: error.message.split('\n')[0] ?? '',
      });
    const value: unknown = problems.length === 0 ? document.toJS() : {};
    if (value !== null && (typeof value !== 'object' || Array.isArray(value)))
      problems.push({ path: file, message: 'must hold settings by name' });
    else tree = (value ?? {}) as Tree;
  } else if (env.ZHISHOU_CONFIG !== undefined) {
    problems.push({ path: 'ZHISHOU_CONFIG', message: `${file} does not exist` });
  }
  const known = new Map(leaves(Config).map((leaf) => [variableOf(leaf.path), leaf]));
  const named = new Map<string, string>();
  for (const [variable, { path, schema }] of known) {
    const text = env[variable];
    if (text === undefined || text === '') continue;
    plant(tree, path, fromText(schema, text));
    named.set(path.join('.'), variable);
  }
  const parsed = Config.safeParse(tree);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const path = issue.path.join('.');
      const fromVariable = named.get(path);
      if (issue.code === 'unrecognized_keys') problems.push(...unknownKeys(issue.keys, issue.path, file));
      else problems.push({ path: fromVariable ?? (path === '' ? file : path), message: messageOf(issue) });
    }
    return { ok: false, problems };
  }
  const config = parsed.data;
  const { cert, key } = config.tls;
  const given = cert !== null && key !== null;
  // The console has a certificate of the gateway's own where none is given; devices are told whom to trust one by one.
  const needsFiles = config.mqtts.port !== null && !config.http.tls;
  if ((cert === null) !== (key === null) || (needsFiles && !given)) {
    problems.push({
      path: 'tls',
      message: 'a TLS listener needs ZHISHOU_TLS_CERT and ZHISHOU_TLS_KEY, the paths of two PEM files',
    });
  }
  for (const name of ['cert', 'key'] as const) {
    const path = config.tls[name];
    if (path !== null && !existsSync(path))
      problems.push({ path: `tls.${name}`, message: `${resolve(path)} does not exist` });
  }
  if (config.voice.promptsDir !== null && !existsSync(config.voice.promptsDir))
    problems.push({
      path: 'voice.promptsDir',
      message: `${resolve(config.voice.promptsDir)} does not exist`,
    });
  const { mqtt, mqtts, http } = config;
  const listeners = [
    { host: mqtt.host, port: mqtt.port, path: 'mqtt.port' },
    { host: mqtt.host, port: mqtts.port, path: 'mqtts.port' },
    { host: http.host, port: http.port, path: 'http.port' },
  ];
  for (const [index, { host, port, path }] of listeners.entries()) {
    const earlier = listeners
      .slice(0, index)
      .find((other) => other.port === port && (other.host === host || isEverywhere(host, other.host)));
    if (port !== null && port !== 0 && earlier !== undefined)
      problems.push({
        path: named.get(path) ?? path,
        message: `is ${port}, and so is ${named.get(earlier.path) ?? earlier.path}: each needs a port of its own`,
      });
  }
  const { exactDays, minutesDays, hoursDays } = config.store;
  if (minutesDays < exactDays)
    problems.push({ path: 'store.minutesDays', message: 'must not be shorter than store.exactDays' });
  if (hoursDays < minutesDays)
    problems.push({ path: 'store.hoursDays', message: 'must not be shorter than store.minutesDays' });
  if (!existsSync(config.rulesDir))
    problems.push({ path: 'rulesDir', message: `${resolve(config.rulesDir)} does not exist` });
  const { consoleDir } = config.http;
  // The project's own may be still unbuilt, which is worth a word and no refusal.
  if (consoleDir !== builtConsole && !existsSync(resolve(projectDir, consoleDir)))
    problems.push({ path: 'http.consoleDir', message: `${resolve(projectDir, consoleDir)} does not exist` });
  if (problems.length > 0) return { ok: false, problems };
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith('ZHISHOU_') && name !== 'ZHISHOU_CONFIG' && !known.has(name),
  );
  return { ok: true, config, unknown };
};
