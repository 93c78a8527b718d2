import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const rooms = [
  'model',
  'rules',
  'devices',
  'gateway',
  'broker',
  'api',
  'store',
  'notify',
  'voice',
  'console',
  'simulator',
] as const;
type Room = (typeof rooms)[number];

/** Who may import whom, beside itself. */
const mayImport: Readonly<Record<Room, readonly Room[]>> = {
  model: [],
  rules: ['model'],
  devices: ['model'],
  gateway: ['rules', 'devices', 'model'],
  broker: ['gateway', 'rules', 'devices', 'model'],
  api: ['gateway', 'rules', 'devices', 'model'],
  store: ['gateway', 'rules', 'devices', 'model'],
  notify: ['gateway', 'rules', 'devices', 'model'],
  voice: ['gateway', 'rules', 'devices', 'model'],
  console: ['model'],
  simulator: ['model', 'devices'],
};
const pure: ReadonlySet<Room> = new Set(['model', 'rules', 'devices', 'gateway']);
const purePackages: Readonly<Record<string, readonly string[]>> = {
  model: ['zod'],
  rules: ['zod', 'yaml', 'temporal-polyfill'],
  devices: ['zod'],
  gateway: [],
};

const filesBelow = (dir: string): string[] =>
  readdirSync(dir).flatMap((name) => {
    if (name === 'node_modules' || name === 'dist') return [];
    const path = join(dir, name);
    if (statSync(path).isDirectory()) return filesBelow(path);
    return /\.tsx?$/.test(name) ? [path] : [];
  });

const roomDir = (room: Room): string =>
  join(root, room === 'devices' || room === 'console' || room === 'simulator' ? room : `src/${room}`);
const roomOf = (path: string): Room | 'entrance' | null => {
  for (const room of rooms) if (path.startsWith(`${roomDir(room)}/`)) return room;
  return path.startsWith(join(root, 'src/')) ? 'entrance' : null;
};

const importsOf = (file: string): string[] =>
  [
    ...readFileSync(file, 'utf8').matchAll(
      /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s+'([^']+)'|import\s*\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g,
    ),
  ].map(([, from, dynamic, bare]) => from ?? dynamic ?? bare ?? '');

const files = rooms.flatMap((room) => filesBelow(roomDir(room)).map((file) => ({ room, file })));

describe('the house', () => {
  test('has code in every room', () => {
    for (const room of rooms)
      expect(
        files.some((found) => found.room === room),
        room,
      ).toBe(true);
  });

  test('lets every room import only those below it', () => {
    const wrong = files.flatMap(({ room, file }) =>
      importsOf(file)
        .filter((name) => name.startsWith('.'))
        .map((name) => ({ name, target: roomOf(resolve(dirname(file), name)) }))
        .filter(
          ({ target }) =>
            target !== room &&
            (target === null || target === 'entrance' || !mayImport[room].includes(target)),
        )
        .map(({ name }) => `${relative(root, file)} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test('keeps time, chance, the environment and node out of the pure rooms and the core', () => {
    const forbidden =
      /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.|\bperformance\.now\(|\bsetTimeout\(|\bsetInterval\(|\bsetImmediate\(/;
    const wrong = files
      .filter(({ room }) => pure.has(room))
      .flatMap(({ room, file }) => {
        const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
        const foreign = importsOf(file).filter(
          (name) => !name.startsWith('.') && !(purePackages[room] ?? []).includes(name),
        );
        return [
          ...(forbidden.test(code)
            ? [`${relative(root, file)} asks for time, chance or the environment`]
            : []),
          ...foreign.map((name) => `${relative(root, file)} imports ${name}`),
        ];
      });
    expect(wrong).toEqual([]);
  });

  test('has no circles', () => {
    const graph = new Map(
      files.map(({ file }) => [
        file,
        importsOf(file)
          .filter((name) => name.startsWith('.'))
          .map((name) => resolve(dirname(file), name)),
      ]),
    );
    const circles: string[] = [];
    const done = new Set<string>();
    const walk = (file: string, trail: readonly string[]): void => {
      if (trail.includes(file)) {
        circles.push(
          [...trail.slice(trail.indexOf(file)), file].map((path) => relative(root, path)).join(' → '),
        );
        return;
      }
      if (done.has(file)) return;
      for (const next of graph.get(file) ?? []) walk(next, [...trail, file]);
      done.add(file);
    };
    for (const file of graph.keys()) walk(file, []);
    expect(circles).toEqual([]);
  });

  test('is composed in one place that nothing imports', () => {
    const all = [...files.map(({ file }) => file), ...filesBelow(join(root, 'tests'))];
    const wrong = all.filter((file) =>
      importsOf(file).some((name) => resolve(dirname(file), name) === join(root, 'src/main.ts')),
    );
    expect(wrong.map((file) => relative(root, file))).toEqual([]);
  });

  test('has no room whose name says nothing', () => {
    const names = files
      .map(({ file }) => relative(root, file))
      .filter((path) =>
        /(^|\/)(utils?|common|helpers?|shared|misc|services?|managers?|types)(\/|\.ts)/.test(path),
      );
    expect(names).toEqual([]);
  });
});
