import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** What a program answered when it had ended. */
export type Answer = { readonly status: number; readonly said: string; readonly told: string };

const fileOf = (program: 'backup' | 'restore' | 'verify-journal'): string =>
  new URL(`../../src/store/${program}.ts`, import.meta.url).pathname;

/** Starts one of the store's programs, which does not outlive the test. */
export const startProgram = (
  program: 'backup' | 'restore' | 'verify-journal',
  ...words: readonly string[]
): ChildProcess => {
  const child = spawn(process.execPath, [fileOf(program), ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
};

/** Runs one to its end: its exit status, what it said on standard output, and what it told a person on standard error. */
export const runProgram = async (
  program: 'backup' | 'restore' | 'verify-journal',
  ...words: readonly string[]
): Promise<Answer> => {
  const child = startProgram(program, ...words);
  let said = '';
  let told = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  const [status] = (await once(child, 'close')) as [number | null];
  return { status: status ?? -1, said, told };
};
