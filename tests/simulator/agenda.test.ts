import { afterEach, describe, expect, it } from 'vitest';
import { type Agenda, createAgenda } from '../../simulator/agenda.ts';

let now = 0;
let agenda: Agenda;
const open = (): Agenda => {
  now = 1_000_000;
  agenda = createAgenda(50, () => now);
  return agenda;
};
const passTo = (time: number): void => {
  now = time;
  agenda.turn(now);
};

afterEach(() => agenda.clear());

describe('the agenda', () => {
  it('does a thing once, not before its time and at most one step after it', () => {
    const done: number[] = [];
    open().at(1_000_120, () => done.push(now));
    passTo(1_000_119);
    expect(done).toEqual([]);
    passTo(1_000_170);
    passTo(1_001_000);
    expect(done).toEqual([1_000_170]);
  });

  it('does things in the order of their time after the machine has slept', () => {
    const done: string[] = [];
    open().at(1_000_500, () => done.push('later'));
    agenda.at(1_000_100, () => done.push('sooner'));
    passTo(1_060_000);
    expect(done).toEqual(['sooner', 'later']);
  });

  it('forgets what was called off', () => {
    const done: string[] = [];
    const callOff = open().at(1_000_100, () => done.push('called off'));
    agenda.at(1_000_100, () => done.push('kept'));
    callOff();
    callOff();
    expect(agenda.size()).toBe(1);
    passTo(1_000_500);
    expect(done).toEqual(['kept']);
  });

  it('repeats until it is called off', () => {
    let times = 0;
    const callOff = open().every(100, () => {
      times += 1;
    });
    for (let step = 1; step <= 30; step += 1) passTo(1_000_000 + step * 50);
    const before = times;
    expect(before).toBeGreaterThanOrEqual(10);
    callOff();
    passTo(1_010_000);
    expect(times).toBe(before);
    expect(agenda.size()).toBe(0);
  });

  it('does what is due in the past at its next step', () => {
    let done = false;
    open().at(1, () => {
      done = true;
    });
    passTo(1_000_050);
    expect(done).toBe(true);
  });
});
