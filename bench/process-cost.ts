import { readdirSync, readFileSync } from 'node:fs';

/** What a process has cost: ms of processor time since its start, and MB of memory now and at most. */
export type Cost = { readonly cpuMs: number; readonly nowMb: number; readonly mostMb: number };

// USER_HZ: what Linux tells a program of its clock, on every machine that Node runs on.
const ticksPerSecond = 100;

/** What stands after the name in `/proc/PID/stat` (a name may have spaces in it): the state, the parent, … */
const statOf = (pid: number): readonly string[] => {
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return line.slice(line.lastIndexOf(')') + 2).split(' ');
};

/** What a process has cost so far; throws where it is gone. */
export const costOf = (pid: number): Cost => {
  const stat = statOf(pid);
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN) / 1000;
  return {
    // proc(5): utime and stime, fields 14 and 15; the state, first here, is field 3.
    cpuMs: ((Number(stat[11]) + Number(stat[12])) * 1000) / ticksPerSecond,
    nowMb: mb('VmRSS'),
    mostMb: mb('VmHWM'),
  };
};

/** The child of a process that runs this file; throws where it has none. */
export const childOf = (parent: number, file: string): number => {
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      if (Number(statOf(pid)[1]) !== parent) continue;
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(file)) return pid;
    } catch {
      // Gone meanwhile.
    }
  }
  throw new Error(`process ${parent} has no child that runs ${file}`);
};
